// What shoppers do with their orders: cancelling and ordering again, through crashes and at every place.
#include "tests/actors/support/shop.hpp"

#include <atomic>

namespace wakala::actors::test {
namespace {

using nlohmann::json;

class order_care : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
    stock("250.00", 10);
  }
  void TearDown() override { stop(); }

  void stock(const std::string& price, int pieces) {
    const json shelf{
        {"products",
         json::array({{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", price}, {"stock", pieces}},
                      {{"id", "chai"}, {"name", "Chai"}, {"category", "Tea"}, {"price", "100.00"}}})}};
    ASSERT_TRUE(ask_tenant("duka", catalog_put{shelf.dump()}).value);
  }
  json tap(const shopper& who, const std::string& id, const std::string& button) const {
    change c{"n-duka", {}, {}, {}};
    auto message = text_message(who, id, "", now());
    message.erase("text");
    message["type"] = "interactive";
    message["interactive"] = {{"type", "button_reply"}, {"button_reply", {{"id", button}, {"title", "x"}}}};
    c.messages.push_back(std::move(message));
    return webhook({c});
  }
  void tell(const shopper& who, const std::string& text) {
    insist(text_webhook("n-duka", who, "wamid." + std::to_string(++told_), text, now()));
  }
  std::string place(const shopper& who, const std::string& what) {
    tell(who, what);
    tell(who, "checkout");
    const auto order = conversation_of("duka", who.phone).at("order");
    EXPECT_FALSE(order.is_null());
    return order.is_null() ? std::string{} : order.at("code").get<std::string>();
  }
  /// In the books, the latest first.
  std::vector<json> all_orders() {
    json answer;
    EXPECT_TRUE(eventually([&] {
      answer = json_of(ask_tenant("duka", orders_query{"", 100}));
      return answer.is_object();
    }));
    return answer.at("orders");
  }
  std::size_t texts_with(const shopper& who, const std::string& part) {
    const auto all = transcript_of("duka", who.phone);
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const json& m) {
      return m.at("direction") == "out" && m.at("text").get<std::string>().find(part) != std::string::npos;
    }));
  }
  std::string last_text(const shopper& who) {
    const auto all = transcript_of("duka", who.phone);
    return all.empty() ? std::string{} : all.back().at("text").get<std::string>();
  }

  int told_ = 0;
};

TEST_F(order_care, a_cancelled_order_gives_its_pieces_back_and_is_told_once) {
  const auto code = place(amina, "10 unga");
  tell(baraka, "1 unga");
  EXPECT_NE(last_text(baraka).find("Added"), std::string::npos) << "they are kept, not sold";
  tell(baraka, "checkout");
  EXPECT_TRUE(conversation_of("duka", baraka.phone).at("order").is_null());
  tell(amina, "cancel order");
  EXPECT_EQ(last_text(amina), "Shall we cancel your order " + code + ", total KES 2500?");
  EXPECT_EQ(all_orders().at(0).at("state"), "awaiting_payment");
  insist(tap(amina, "wamid.drop", "ord:drop:" + code));
  EXPECT_EQ(all_orders().at(0).at("state"), "cancelled");
  EXPECT_EQ(conversation_of("duka", amina.phone).at("order").at("state"), "cancelled");
  place(baraka, "10 unga");
  EXPECT_EQ(all_orders().at(0).at("state"), "awaiting_payment");
  restart();
  tell(amina, "my order");
  EXPECT_EQ(texts_with(amina, "items are for sale again"), 1U);
  EXPECT_EQ(texts_with(amina, "was cancelled"), 1U) << "as the order is shown, not as news";
}

TEST_F(order_care, the_same_update_asked_twice_cancels_once) {
  const auto code = place(amina, "10 unga");
  std::atomic<bool> cut{true};
  const auto stopped = stop_at_the_end();
  // Once the books have it, nothing of the conversation is written: it has not heard the answer.
  const auto is_cancelled = std::make_shared<std::atomic<bool>>(false);
  store->on_append([&cut, is_cancelled](const std::vector<persistence::row_ptr>& rows) {
    for (const auto& row : rows)
      for (const auto& r : row->business)
        *is_cancelled = *is_cancelled || r.where == persistence::table::order;
    const bool is_update = std::any_of(rows.begin(), rows.end(),
                                       [](const auto& row) { return !row->conversation.is_nil() && row->key; });
    return *is_cancelled && is_update && cut ? fault::before : fault::none;
  });
  const auto body = tap(amina, "wamid.drop", "ord:drop:" + code);
  EXPECT_EQ(post(body).at(0), event_outcome::retry);
  EXPECT_TRUE(eventually([&] { return all_orders().at(0).at("state") == "cancelled"; }));
  cut = false;
  insist(body);
  const auto order = all_orders().at(0);
  EXPECT_EQ(order.at("history").size(), 1U);
  EXPECT_EQ(texts_with(amina, "cancelled"), 1U) << "by the answer alone";
  insist(body);
  EXPECT_EQ(texts_with(amina, "cancelled"), 1U);
}

TEST_F(order_care, what_was_paid_or_moved_on_is_not_cancelled) {
  const auto code = place(amina, "2 unga");
  ASSERT_TRUE(ask_tenant("duka", order_action{code, "pay", R"({"amount":"100.00"})"}).value);
  insist(tap(amina, "wamid.drop1", "ord:drop:" + code));
  EXPECT_NE(last_text(amina).find("Something was paid"), std::string::npos);
  ASSERT_TRUE(ask_tenant("duka", order_action{code, "pay", R"({"amount":"400.00"})"}).value);
  insist(tap(amina, "wamid.drop2", "ord:drop:" + code));
  EXPECT_EQ(all_orders().at(0).at("state"), "paid");
  insist(tap(baraka, "wamid.drop3", "ord:drop:" + code));
  EXPECT_EQ(all_orders().at(0).at("state"), "paid") << "it is nobody else's";
  const auto late = place(baraka, "1 chai");
  clock->advance(std::chrono::minutes{31});
  insist(tap(baraka, "wamid.drop4", "ord:drop:" + late));
  EXPECT_NE(last_text(baraka).find("was not paid in time"), std::string::npos);
}

TEST_F(order_care, many_ask_to_cancel_while_the_merchant_confirms) {
  std::vector<shopper> who;
  std::vector<std::string> codes;
  for (int i = 0; i < 8; ++i) {
    who.push_back(with_phone("25473000000" + std::to_string(i)));
    codes.push_back(place(who.back(), "1 unga"));
  }
  std::vector<std::future<outcomes>> posts;
  for (std::size_t i = 0; i < who.size(); ++i) {
    posts.push_back(post_later(tap(who[i], "wamid.drop" + who[i].phone, "ord:drop:" + codes[i])));
    ask_tenant("duka", order_action{codes[i], "confirm", "{}"});
  }
  for (auto& p : posts)
    ASSERT_EQ(p.wait_for(patience), std::future_status::ready);
  for (std::size_t i = 0; i < who.size(); ++i)
    insist(tap(who[i], "wamid.drop" + who[i].phone, "ord:drop:" + codes[i]));
  for (const auto& order : all_orders()) {
    EXPECT_EQ(order.at("history").size(), 1U) << order.dump();
    EXPECT_TRUE(order.at("state") == "cancelled" || order.at("state") == "confirmed");
  }
  for (const auto& shopper : who) {
    const auto state = conversation_of("duka", shopper.phone).at("order").at("state");
    EXPECT_TRUE(state == "cancelled" || state == "confirmed") << state;
  }
}

TEST_F(order_care, the_same_again_also_of_an_order_that_is_long_over) {
  const auto code = place(amina, "2 unga");
  tell(amina, "1 chai");
  tell(amina, "checkout");
  ASSERT_TRUE(ask_tenant("duka", order_action{code, "pay", R"({"amount":"500.00"})"}).value);
  for (const auto* move : {"confirm", "pack", "deliver"})
    ASSERT_TRUE(ask_tenant("duka", order_action{code, move, "{}"}).value) << move;
  ASSERT_TRUE(eventually([&] { return texts_with(amina, "was delivered") == 1; })) << "the news come by themselves";
  restart();
  stock("260.00", 1);
  clock->advance(std::chrono::hours{30});
  EXPECT_TRUE(eventually([&] { return json_of(ask_tenant("duka", catalog_get{})).is_object(); }));
  tell(amina, "again " + code);
  EXPECT_EQ(last_text(amina),
            "You asked for 2 of Unga; we can give you 1.\nUnga is KES 260 now; last time it was KES 250.\n"
            "Your cart:\n1 x Unga: KES 260\nTotal: KES 260");
  tell(amina, "tena");
  const auto items = conversation_of("duka", amina.phone).at("cart").at("items");
  ASSERT_EQ(items.size(), 2U) << "the latest order, too";
  EXPECT_EQ(items.at(1).at("product_id"), "chai");
  tell(amina, "checkout");
  EXPECT_EQ(all_orders().at(0).at("total").at("amount"), "360.00");
}

} // namespace
} // namespace wakala::actors::test
