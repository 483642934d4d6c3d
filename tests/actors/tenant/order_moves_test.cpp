// What becomes of orders: stock, money, and what shoppers are told, through crashes.
#include "tests/actors/support/lost_answers.hpp"
#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

using nlohmann::json;

class order_moves : public shop_fixture {
protected:
  void SetUp() override {
    limits.conversation_idle = std::chrono::milliseconds{400}; // so often is looked for what has lapsed
    start();
    add_tenant("duka");
    ASSERT_TRUE(stock(10));
  }
  void TearDown() override { stop(); }

  bool stock(int pieces) {
    const json shelf{
        {"products",
         json::array(
             {{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", "250.00"}, {"stock", pieces}},
              {{"id", "chai"}, {"name", "Chai"}, {"category", "Tea"}, {"price", "100.00"}}})}};
    return ask_tenant("duka", catalog_put{shelf.dump()}).value.has_value();
  }
  std::int64_t stock_now() {
    const auto shelf = json_of(ask_tenant("duka", catalog_get{}));
    return shelf.at("products").at(0).at("stock").get<std::int64_t>();
  }
  void tell(const std::string& text) {
    insist(text_webhook("n-duka", amina, "wamid." + std::to_string(++told_), text, now()));
  }
  /// Places an order; its code.
  std::string place(const std::string& what = "2 unga") {
    tell(what);
    tell("checkout");
    return newest().at("code").get<std::string>();
  }
  json newest() {
    json answer;
    EXPECT_TRUE(eventually([&] {
      answer = json_of(ask_tenant("duka", orders_query{"", 1}));
      return answer.is_object() && !answer.at("orders").empty();
    }));
    return answer.at("orders").at(0);
  }
  text_answer act(const std::string& order, const std::string& action, const json& form = json::object()) {
    return ask_tenant("duka", order_action{order, action, form.dump()});
  }
  json done(const std::string& order, const std::string& action, const json& form = json::object()) {
    const auto answer = act(order, action, form);
    EXPECT_TRUE(answer.value) << action << ": " << answer.why.what;
    return json_of(answer);
  }
  json ledger() { return json_of(ask_tenant("duka", ledger_query{"", 100})); }
  std::string balance(const std::string& account) {
    const auto books = ledger();
    return books.at("balances").empty() ? "none" : books.at("balances").at("KES").value(account, "none");
  }
  /// Texts that the shop has sent to the shopper and that hold `part`.
  std::size_t texts_with(const std::string& part) {
    const auto all = transcript_of("duka", amina.phone);
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const json& m) {
      return m.at("direction") == "out" && m.at("text").get<std::string>().find(part) != std::string::npos;
    }));
  }
  bool is_told(const std::string& part, std::size_t times = 1) {
    return eventually([&] { return texts_with(part) == times; });
  }

  shopper amina = with_phone("254722000001");
  int told_ = 0;
};

TEST_F(order_moves, from_the_payment_to_the_door_each_state_is_told_once) {
  const auto code = place();
  EXPECT_EQ(done(code, "pay", {{"amount", "500.00"}, {"method", "bank"}, {"reference", "R1"}}).at("state"), "paid");
  EXPECT_TRUE(is_told("received your payment of KES 500 for order " + code));
  EXPECT_EQ(done(code, "confirm").at("state"), "confirmed");
  EXPECT_EQ(done(code, "pack").at("state"), "packed");
  EXPECT_EQ(done(code, "ship", {{"tracking_url", "https://rider.example/7"}}).at("state"), "shipped");
  const auto delivered = done(code, "deliver");
  EXPECT_EQ(delivered.at("history").size(), 5U);
  EXPECT_EQ(delivered.at("paid").at("amount"), "500.00");
  for (const auto* const part : {"is confirmed", "is packed", "https://rider.example/7", "was delivered"})
    EXPECT_TRUE(is_told(part)) << part;
  EXPECT_EQ(texts_with(code), 6U) << "placed, and five states";
  EXPECT_EQ(conversation_of("duka", amina.phone).at("order").at("state"), "delivered");
  EXPECT_EQ(balance("money:bank"), "500.00");
  EXPECT_EQ(balance("sales"), "-500.00");
  tell("my order");
  EXPECT_TRUE(is_told("was delivered", 2));
  EXPECT_EQ(act(code, "confirm").why.code, errc::not_found) << "its code is free";
  EXPECT_EQ(done(delivered.at("id"), "get"), delivered);
  EXPECT_EQ(done(delivered.at("id"), "refund", {{"method", "bank"}}).at("state"), "refunded");
  EXPECT_EQ(balance("money:bank"), "0.00");
}

TEST_F(order_moves, pieces_are_kept_then_sold_then_back_on_the_shelf) {
  const auto code = place("4 unga");
  EXPECT_EQ(stock_now(), 10) << "nothing is sold yet";
  done(code, "confirm");
  EXPECT_TRUE(eventually([&] { return stock_now() == 6; }));
  restart();
  EXPECT_TRUE(eventually([&] { return stock_now() == 6; }));
  done(code, "cancel");
  EXPECT_TRUE(eventually([&] { return stock_now() == 10; }));
  const auto again = place("6 unga"); // what every place of a spread tenant has read
  done(again, "confirm");
  EXPECT_TRUE(eventually([&] { return stock_now() == 4; }));
  EXPECT_TRUE(stock(5)) << "the merchant has counted";
  EXPECT_EQ(stock_now(), 5);
  restart();
  EXPECT_TRUE(eventually([&] { return stock_now() == 5; }));
}

TEST_F(order_moves, one_receipt_pays_once_and_one_order) {
  const auto code = place();
  const json receipt{{"amount", "500.00"}, {"method", "mpesa"}, {"reference", "SKM7XYZ123"}};
  const auto paid = done(code, "pay", receipt);
  EXPECT_EQ(done(code, "pay", receipt), paid) << "told twice";
  restart();
  EXPECT_EQ(done(code, "pay", receipt).at("owed").at("amount"), "0.00");
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  const auto other = place();
  const auto refused = act(other, "pay", receipt);
  EXPECT_EQ(refused.why.code, errc::conflict);
  EXPECT_EQ(refused.why.field, "/reference");
  EXPECT_EQ(done(other, "get").at("state"), "awaiting_payment");
}

TEST_F(order_moves, one_receipt_told_for_two_orders_at_once_pays_one) {
  const auto first = place();
  amina = with_phone("254722000003");
  const auto second = place();
  const auto pay = [this](const std::string& code) {
    return act(code, "pay", {{"amount", "500.00"}, {"method", "mpesa"}, {"reference", "SKM7XYZ123"}});
  };
  std::vector<std::future<text_answer>> answers;
  for (const auto& code : {first, second, first, second})
    answers.push_back(std::async(std::launch::async, pay, code));
  std::size_t taken = 0;
  for (auto& answer : answers)
    taken += answer.get().value ? 1U : 0U;
  EXPECT_EQ(taken, 2U) << "of one order, told twice";
  EXPECT_EQ(balance("money:mpesa"), "500.00");
}

TEST_F(order_moves, what_was_paid_of_an_order_that_lapses_is_owed_whatever_comes_next) {
  const auto code = place();
  const auto id = newest().at("id");
  done(code, "pay", {{"amount", "100.00"}});
  clock->advance(std::chrono::minutes{30});
  const auto more = done(id, "pay", {{"amount", "50.00"}});
  EXPECT_EQ(more.at("state"), "expired");
  EXPECT_EQ(more.at("paid").at("amount"), "0.00");
  EXPECT_EQ(more.at("owed").at("amount"), "150.00");
  EXPECT_EQ(balance("owed_to_shoppers"), "-150.00");
  EXPECT_EQ(balance("sales"), "0.00");
  EXPECT_EQ(done(id, "pay", {{"amount", "350.00"}}).at("state"), "paid") << "all of it is there now";
  EXPECT_EQ(balance("owed_to_shoppers"), "0.00");
  EXPECT_TRUE(is_told("was not paid in time"));
  EXPECT_TRUE(is_told("received your payment")) << "both, and in this order";
}

TEST_F(order_moves, a_refused_commit_changes_nothing_here_either) {
  const auto code = place();
  const auto cut = std::make_shared<std::atomic<bool>>(true);
  store->on_append([cut](const std::vector<persistence::row_ptr>& rows) {
    const bool is_of_an_order = std::any_of(rows.begin(), rows.end(), [](const auto& row) {
      return std::any_of(row->business.begin(), row->business.end(),
                         [](const auto& r) { return r.where == persistence::table::order; });
    });
    return *cut && is_of_an_order ? fault::before : fault::none;
  });
  const auto stopped = stop_at_the_end();
  EXPECT_FALSE(act(code, "pay", {{"amount", "500.00"}, {"reference", "R1"}}).value);
  *cut = false;
  EXPECT_TRUE(eventually([&] { return act(code, "get").value.has_value(); })); // not while the shard is being opened
  EXPECT_EQ(done(code, "get").at("state"), "awaiting_payment");
  EXPECT_EQ(done(code, "pay", {{"amount", "500.00"}, {"reference", "R1"}}).at("state"), "paid");
  EXPECT_EQ(balance("money:cash"), "500.00");
  EXPECT_TRUE(eventually([&] { return stock_now() == 8; }));
}

TEST_F(order_moves, what_comes_after_the_last_piece_is_gone_is_owed) {
  const auto late = place("10 unga");
  const auto id = newest().at("id");
  clock->advance(std::chrono::minutes{30});
  EXPECT_TRUE(is_told("was not paid in time"));
  amina = with_phone("254722000002");
  const auto quick = place("1 unga");
  EXPECT_NE(quick, late);
  const auto owed = done(id, "pay", {{"amount", "2500.00"}});
  EXPECT_EQ(owed.at("state"), "expired");
  EXPECT_EQ(owed.at("owed").at("amount"), "2500.00");
  EXPECT_EQ(balance("owed_to_shoppers"), "-2500.00");
  EXPECT_EQ(done(id, "refund").at("owed").at("amount"), "0.00");
  EXPECT_EQ(balance("money:cash"), "0.00");
}

TEST_F(order_moves, what_comes_late_pays_when_all_is_still_there) {
  place("10 unga");
  const auto id = newest().at("id");
  clock->advance(std::chrono::minutes{30});
  EXPECT_TRUE(is_told("was not paid in time"));
  EXPECT_EQ(done(id, "pay", {{"amount", "2500.00"}}).at("state"), "paid");
  EXPECT_TRUE(is_told("received your payment"));
  EXPECT_TRUE(eventually([&] { return stock_now() == 0; }));
}

TEST_F(order_moves, a_move_that_is_not_allowed_changes_nothing) {
  const auto code = place();
  const auto before = done(code, "get");
  for (const auto* const action : {"pack", "ship", "deliver", "refund"})
    EXPECT_EQ(act(code, action).why.code, errc::conflict) << action;
  EXPECT_EQ(act(code, "expire").why.code, errc::not_found);
  EXPECT_EQ(act(code, "steal").why.code, errc::not_found);
  EXPECT_EQ(act("ZZZZZ", "get").why.code, errc::not_found);
  EXPECT_EQ(act(std::string(48, 'a'), "confirm").why.code, errc::not_found);
  const std::vector<std::tuple<std::string, json, std::string>> bad{
      {"pay", json::array(), ""},
      {"pay", {{"sum", "5"}}, "/sum"},
      {"pay", json::object(), "/amount"},
      {"pay", {{"amount", 5}}, "/amount"},
      {"pay", {{"amount", "5.001"}}, "/amount"},
      {"pay", {{"amount", "0"}}, "/amount"},
      {"pay", {{"amount", "5"}, {"currency", "UGX"}}, "/currency"},
      {"pay", {{"amount", "5"}, {"currency", "XYZ"}}, "/currency"},
      {"pay", {{"amount", "5"}, {"method", "By Hand"}}, "/method"},
      {"pay", {{"amount", "5"}, {"reference", std::string(101, 'r')}}, "/reference"},
      {"ship", {{"tracking_url", "http://rider.example"}}, "/tracking_url"},
      {"refund", {{"restock", "yes"}}, "/restock"},
      {"confirm", {{"note", "x"}}, "/note"},
  };
  for (const auto& [action, form, field] : bad) {
    const auto refused = act(code, action, form);
    EXPECT_EQ(refused.why.code, errc::invalid_argument) << action << form;
    EXPECT_EQ(refused.why.field, field) << form;
  }
  EXPECT_EQ(done(code, "get"), before);
  EXPECT_TRUE(ledger().at("entries").empty());
}

TEST_F(order_moves, the_news_are_told_once_although_the_node_dies_before_they_are) {
  const auto code = place();
  const auto cut = std::make_shared<std::atomic<bool>>(true);
  store->on_append([cut](const std::vector<persistence::row_ptr>& rows) {
    return *cut && is_update(rows) ? fault::before : fault::none;
  });
  const auto stopped = stop_at_the_end();
  EXPECT_EQ(done(code, "confirm").at("state"), "confirmed");
  restart();
  *cut = false;
  EXPECT_TRUE(eventually([&] { return act(code, "pack").value.has_value(); })); // not while the shard is being opened
  EXPECT_TRUE(is_told("is packed"));
  EXPECT_TRUE(is_told("is confirmed"));
  const auto all = transcript_of("duka", amina.phone);
  const auto at = [&](const std::string& part) {
    return std::find_if(all.begin(), all.end(), [&](const json& m) {
      return m.at("text").get<std::string>().find(part) != std::string::npos;
    });
  };
  EXPECT_LT(at("is confirmed"), at("is packed")) << "in order";
}

TEST_F(order_moves, the_news_of_a_cart_that_became_a_second_order_are_its_own) {
  tell("2 unga");
  std::atomic<bool> cut{true};
  const auto stopped = stop_at_the_end();
  lose_answers(*store, cut);
  const auto check_out = text_webhook("n-duka", amina, "wamid.out", "checkout", now());
  EXPECT_EQ(post(check_out).at(0), event_outcome::retry) << "the order is on disk, and its answer is lost";
  const auto first = newest();
  cut = false;
  done(first.at("id"), "cancel"); // nobody has heard of it, nor hears of its end
  clock->advance(std::chrono::seconds{1});
  insist(check_out);
  const auto second = newest();
  ASSERT_NE(second.at("id"), first.at("id"));
  done(second.at("id"), "cancel");
  EXPECT_TRUE(is_told(second.at("code").get<std::string>() + ", total KES 500, was cancelled."));
}

TEST_F(order_moves, many_at_once_leave_one_sale) {
  const auto code = place();
  std::vector<text_answer> answers;
  for (int i = 0; i < 8; ++i)
    answers.push_back(act(code, "confirm"));
  EXPECT_EQ(std::count_if(answers.begin(), answers.end(), [](const auto& a) { return a.value.has_value(); }), 1);
  EXPECT_TRUE(eventually([&] { return stock_now() == 8; }));
}

TEST_F(order_moves, the_books_are_read_page_by_page_and_add_up) {
  for (int i = 0; i < 5; ++i)
    done(place("1 chai"), "pay", {{"amount", "150.00"}});
  EXPECT_EQ(balance("money:cash"), "750.00");
  EXPECT_EQ(balance("sales"), "-500.00");
  EXPECT_EQ(balance("owed_to_shoppers"), "-250.00");
  std::size_t entries = 0;
  for (json next = ""; next.is_string();) {
    const auto page = json_of(ask_tenant("duka", ledger_query{next.get<std::string>(), 2}));
    entries += page.at("entries").size();
    next = page.at("next");
  }
  EXPECT_EQ(entries, 5U);
}

} // namespace
} // namespace wakala::actors::test
