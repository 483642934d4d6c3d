#include "tests/actors/support/lost_answers.hpp"
#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

using nlohmann::json;

constexpr int last_pieces = 10;

class orders : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
    stock(last_pieces);
  }
  void TearDown() override { stop(); }

  void stock(int pieces) {
    const json shelf{
        {"products",
         json::array(
             {{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", "250.00"}, {"stock", pieces}},
              {{"id", "chai"}, {"name", "Chai"}, {"category", "Tea"}, {"price", "100.00"}}})}};
    ASSERT_TRUE(ask_tenant("duka", catalog_put{shelf.dump()}).value);
  }
  static shopper nth(int n) { return with_phone("2547" + std::to_string(20'000'000 + n)); }
  void tell(const shopper& who, const std::string& id, const std::string& text) {
    insist(text_webhook("n-duka", who, id, text, now()));
  }
  void fill_cart(const shopper& who, const std::string& what = "1 unga") {
    tell(who, "wamid.add." + who.phone, what);
  }
  json check_out_webhook(const shopper& who, const std::string& id = "wamid.out.") const {
    return text_webhook("n-duka", who, id + who.phone, "checkout", now());
  }
  std::vector<json> all_orders(std::size_t page = 500) {
    std::vector<json> all;
    for (json next = ""; next.is_string();) {
      json answer;
      EXPECT_TRUE(eventually([&] { // not while the shard is being opened
        answer = json_of(ask_tenant("duka", orders_query{next.get<std::string>(), page}));
        return answer.is_object();
      }));
      for (const auto& o : answer.at("orders"))
        all.push_back(o);
      next = answer.at("next");
    }
    return all;
  }
  std::size_t standing(const std::string& state = "awaiting_payment") {
    const auto all = all_orders();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const json& o) { return o.at("state") == state; }));
  }
  /// Shoppers whose conversation says that they have an order.
  std::size_t promised(int shoppers) {
    std::size_t told = 0;
    for (int i = 0; i < shoppers; ++i)
      told += conversation_of("duka", nth(i).phone).at("order").is_null() ? 0U : 1U;
    return told;
  }
};

TEST_F(orders, of_a_shop_that_delivers_hold_the_fee_and_nobodys_address) {
  add_tenant("soko", json::parse(R"({"shop":{"delivery":{"areas":[{"name":"Westlands","fee":"200.00"}]}}})"));
  const json shelf{
      {"products", json::array({{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", "250.00"}}})}};
  ASSERT_TRUE(ask_tenant("soko", catalog_put{shelf.dump()}).value);
  int n = 0;
  for (const auto* text : {"flour", "2 unga", "checkout", "westlands", "Amina W", "Jambo House 7", "yes"})
    insist(text_webhook("n-soko", amina, "wamid.soko." + std::to_string(++n), text, now()));
  const auto answer = json_of(ask_tenant("soko", orders_query{"", 10}));
  ASSERT_EQ(answer.at("orders").size(), 1U) << transcript_of("soko", amina.phone).back();
  EXPECT_EQ(answer.at("orders").at(0).at("total"), (json{{"amount", "700.00"}, {"currency", "KES"}}));
  EXPECT_EQ(answer.dump().find("Jambo"), std::string::npos);
  EXPECT_EQ(answer.dump().find("Amina"), std::string::npos);
}

TEST_F(orders, a_race_for_the_last_pieces_has_as_many_winners_as_there_are_pieces) {
  constexpr int shoppers = 100;
  for (int i = 0; i < shoppers; ++i)
    fill_cart(nth(i));
  std::vector<std::future<outcomes>> posts;
  for (int i = 0; i < shoppers; ++i)
    posts.push_back(post_later(check_out_webhook(nth(i))));
  for (auto& p : posts)
    ASSERT_EQ(p.wait_for(patience), std::future_status::ready);
  for (int i = 0; i < shoppers; ++i)
    insist(check_out_webhook(nth(i)));
  EXPECT_EQ(all_orders(3).size(), std::size_t{last_pieces});
  EXPECT_EQ(standing(), std::size_t{last_pieces});
  EXPECT_EQ(promised(shoppers), std::size_t{last_pieces});
  restart();
  EXPECT_EQ(standing(), std::size_t{last_pieces});
  const auto late = nth(shoppers);
  fill_cart(late);
  insist(check_out_webhook(late));
  EXPECT_TRUE(conversation_of("duka", late.phone).at("order").is_null()) << "the book is read again";
}

TEST_F(orders, an_order_lapses_and_its_pieces_are_for_sale_again) {
  fill_cart(nth(0), "10 unga");
  insist(check_out_webhook(nth(0)));
  const auto placed = all_orders();
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed[0].at("total"), (json{{"amount", "2500.00"}, {"currency", "KES"}}));
  EXPECT_EQ(placed[0].at("items").at(0).at("quantity"), 10);
  const auto order = conversation_of("duka", nth(0).phone).at("order");
  EXPECT_EQ(order.at("code"), placed[0].at("code"));
  fill_cart(nth(1));
  insist(check_out_webhook(nth(1)));
  EXPECT_EQ(all_orders().size(), 1U);
  clock->advance(std::chrono::minutes{30});
  EXPECT_EQ(standing("expired"), 1U) << "seen at once, whoever has written it down";
  tell(nth(1), "wamid.again", "1 unga");
  insist(check_out_webhook(nth(1), "wamid.out2."));
  const auto all = all_orders();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].at("state"), "awaiting_payment") << "the latest first";
  EXPECT_EQ(all[1].at("state"), "expired");
  restart();
  EXPECT_EQ(standing(), 1U);
}

TEST_F(orders, what_is_not_counted_is_never_short) {
  for (int i = 0; i < 3; ++i) {
    fill_cart(nth(i), "99 chai");
    insist(check_out_webhook(nth(i)));
  }
  EXPECT_EQ(standing(), 3U);
}

TEST_F(orders, a_repeat_after_a_lost_answer_finds_the_same_order) {
  fill_cart(nth(0), "6 unga");
  const auto body = check_out_webhook(nth(0));
  // The order's own commit is written, the conversation's is not: nobody has been told.
  std::atomic<bool> cut{true};
  const auto stopped = stop_at_the_end();
  lose_answers(*store, cut);
  EXPECT_EQ(post(body).at(0), event_outcome::retry);
  EXPECT_TRUE(eventually([&] { return all_orders().size() == 1; }));
  const auto code = all_orders().at(0).at("code");
  cut = false;
  insist(body);
  EXPECT_EQ(all_orders().size(), 1U) << "asked again, it is the same order";
  EXPECT_EQ(conversation_of("duka", nth(0).phone).at("order").at("code"), code);
}

TEST_F(orders, a_cart_is_one_order_through_whichever_message_it_is_asked_for) {
  fill_cart(nth(0), "10 unga");
  std::atomic<bool> cut{true};
  const auto stopped = stop_at_the_end();
  lose_answers(*store, cut);
  EXPECT_EQ(post(check_out_webhook(nth(0))).at(0), event_outcome::retry);
  cut = false;
  EXPECT_TRUE(eventually([&] { return all_orders().size() == 1; }));
  tell(nth(0), "wamid.less", "remove unga"); // nobody had told them
  tell(nth(0), "wamid.again", "4 unga");
  insist(check_out_webhook(nth(0), "wamid.second."));
  const auto all = all_orders();
  ASSERT_EQ(all.size(), 1U) << "no second order, and not sold out by their own";
  EXPECT_EQ(all[0].at("items").at(0).at("quantity"), 4);
  insist(check_out_webhook(nth(0)));
  EXPECT_EQ(all_orders().size(), 1U) << "the first message, at last, finds an empty cart";
  restart();
  fill_cart(nth(1), "7 unga");
  insist(check_out_webhook(nth(1)));
  EXPECT_EQ(standing(), 1U) << "six are left";
  tell(nth(1), "wamid.six", "6 unga");
  insist(check_out_webhook(nth(1), "wamid.out6."));
  EXPECT_EQ(standing(), 2U);
}

TEST_F(orders, a_cart_whose_order_has_lapsed_unheard_is_placed_again_for_good) {
  fill_cart(nth(0), "10 unga");
  std::atomic<bool> cut{true};
  const auto stopped = stop_at_the_end();
  lose_answers(*store, cut);
  const auto body = check_out_webhook(nth(0));
  EXPECT_EQ(post(body).at(0), event_outcome::retry);
  cut = false;
  EXPECT_TRUE(eventually([&] { return all_orders().size() == 1; }));
  clock->advance(std::chrono::minutes{31});
  insist(body);
  EXPECT_EQ(standing(), 1U);
  restart();
  fill_cart(nth(1), "1 unga");
  insist(check_out_webhook(nth(1)));
  EXPECT_EQ(standing(), 1U) << "its pieces are kept on disk, too";
}

TEST_F(orders, an_order_that_could_not_be_written_keeps_nothing) {
  fill_cart(nth(0), "10 unga");
  std::atomic<bool> cut{true};
  const auto stopped = stop_at_the_end();
  store->on_append([&](const std::vector<persistence::row_ptr>& rows) {
    return places_order(rows) && cut ? fault::before : fault::none;
  });
  EXPECT_EQ(post(check_out_webhook(nth(0))).at(0), event_outcome::retry);
  cut = false;
  fill_cart(nth(1), "10 unga");
  insist(check_out_webhook(nth(1)));
  EXPECT_EQ(standing(), 1U);
  EXPECT_EQ(conversation_of("duka", nth(1).phone).at("order").at("code"), all_orders().at(0).at("code"));
  insist(check_out_webhook(nth(0)));
  EXPECT_EQ(standing(), 1U);
}

TEST_F(orders, messages_before_and_after_stay_in_order) {
  // All in one POST: what comes before the order is committed first, what comes after waits for it.
  change c{"n-duka", {}, {}, {}};
  const auto who = nth(0);
  int n = 0;
  for (const auto* text : {"hi", "2 unga", "checkout", "my order", "3 chai", "checkout", "cart"})
    c.messages.push_back(text_message(who, "wamid.m" + std::to_string(n++), text, now()));
  const auto body = webhook({c});
  const auto all = insist(body);
  for (const auto o : all)
    EXPECT_TRUE(o == event_outcome::committed || o == event_outcome::repeated);
  const auto ids = inbound_ids("duka", who.phone);
  ASSERT_EQ(ids.size(), 7U);
  for (int i = 0; i < 7; ++i)
    EXPECT_EQ(ids[static_cast<std::size_t>(i)], "wamid.m" + std::to_string(i));
  EXPECT_EQ(standing(), 2U);
  const auto view = conversation_of("duka", who.phone);
  EXPECT_TRUE(view.at("cart").at("items").empty());
  EXPECT_EQ(view.at("order").at("total").at("amount"), "300.00");
}

TEST_F(orders, several_batches_at_once_stay_in_order) {
  const auto who = nth(0);
  std::vector<std::future<outcomes>> posts;
  std::vector<json> bodies;
  for (int i = 0; i < 30; ++i) {
    const auto* text = i % 3 == 0 ? "1 chai" : i % 3 == 1 ? "checkout" : "help";
    bodies.push_back(text_webhook("n-duka", who, "wamid.b" + std::to_string(i), text, now()));
  }
  for (const auto& body : bodies)
    posts.push_back(post_later(body));
  for (auto& p : posts)
    ASSERT_EQ(p.wait_for(patience), std::future_status::ready);
  for (const auto& body : bodies)
    insist(body);
  EXPECT_EQ(inbound_ids("duka", who.phone).size(), 30U);
  EXPECT_EQ(standing(), 10U);
}

TEST_F(orders, keep_their_pieces_as_long_as_the_tenant_wants) {
  add_tenant("soko", {{"limits", {{"order_kept_minutes", 5}}}});
  const json shelf{
      {"products",
       json::array({{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", "250.00"}, {"stock", 1}}})}};
  ASSERT_TRUE(ask_tenant("soko", catalog_put{shelf.dump()}).value);
  insist(text_webhook("n-soko", nth(0), "wamid.1", "1 unga", now()));
  insist(text_webhook("n-soko", nth(0), "wamid.2", "checkout", now()));
  const auto first = json_of(ask_tenant("soko", orders_query{})).at("orders").at(0);
  EXPECT_EQ(first.at("state"), "awaiting_payment");
  clock->advance(std::chrono::minutes{5});
  EXPECT_EQ(json_of(ask_tenant("soko", orders_query{})).at("orders").at(0).at("state"), "expired");
}

} // namespace
} // namespace wakala::actors::test
