// Payments by card: pages and events, and money that goes back whichever way it came.
#include "tests/actors/support/paying_shop.hpp"

#include <gmock/gmock.h>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using payments::call_outcome;
using payments::provider_request;

class paying_by_card : public paying_shop {};

// -- Stripe ------------------------------------------------------------

TEST_F(paying_by_card, by_card_sends_a_page_and_believes_its_event) {
  place();
  pay_by_card();
  EXPECT_TRUE(is_told("https://checkout.example/cs_1"));
  const auto calls = stripe_->calls_of("/checkout/sessions");
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_NE(calls.at(0).idempotency_key.find("duka/"), std::string::npos);
  tap("pay:card");
  EXPECT_TRUE(is_told("https://checkout.example/cs_1", 2)) << "the same page";
  EXPECT_EQ(stripe_->calls().size(), 1U);
  const auto paid = event("checkout.session.completed", session("complete", true));
  EXPECT_TRUE(call("stripe", "", paid).value);
  EXPECT_TRUE(call("stripe", "", paid).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(balance("money:stripe"), "500.00");
  EXPECT_TRUE(is_told("received your payment"));
}

TEST_F(paying_by_card, a_page_that_nobody_has_answered_for_is_asked_for_again_under_the_same_key) {
  place();
  stripe_->answer_with([](const provider_request&) { return came_to(call_outcome::ambiguous); });
  tap("pay:card");
  ASSERT_TRUE(is_asked(*stripe_, "/checkout/sessions", 1));
  EXPECT_TRUE(stands("unknown"));
  restart_all();
  stripe_->answer_with([this](const provider_request& r) { return stripe_answer(r); });
  clock->advance(std::chrono::minutes{2});
  EXPECT_TRUE(stands("pending"));
  const auto calls = stripe_->calls_of("/checkout/sessions");
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls.at(0), calls.at(1)) << "body and key";
}

TEST_F(paying_by_card, a_page_ends_when_its_order_does) {
  place();
  pay_by_card();
  EXPECT_TRUE(ask_tenant("duka", order_action{code_, "cancel", ""}).value);
  EXPECT_TRUE(is_asked(*stripe_, "/expire"));
  EXPECT_TRUE(stands("expired"));
  EXPECT_EQ(texts_with("was not made in time"), 0U) << "the shopper knows that it is cancelled";
}

TEST_F(paying_by_card, a_lost_event_is_asked_about_when_the_page_is_over) {
  place();
  pay_by_card();
  stripe_->answer_with([](const provider_request&) { return accepted_with(session("complete", true).dump()); });
  clock->advance(std::chrono::minutes{36} + std::chrono::seconds{5});
  EXPECT_TRUE(is_in("paid"));
}

// -- money that goes back ------------------------------------------------------------

TEST_F(paying_by_card, twice_by_two_ways_is_paid_once_and_the_second_goes_back) {
  place();
  pay_by_card();
  const auto card = attempt_id();
  const auto paid = event("checkout.session.completed", session("complete", true));
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_TRUE(is_asked(*stripe_, "/expire")) << "the other way is closed";
  EXPECT_TRUE(call("stripe", "", paid).value) << "the shopper was quicker";
  EXPECT_TRUE(is_asked(*stripe_, "/refunds"));
  EXPECT_TRUE(eventually([&] { return json_of(call("get", card)).at("state") == "refunded"; }));
  EXPECT_TRUE(eventually([&] { return order().at("owed").at("amount") == "0.00"; }));
  EXPECT_EQ(balance("money:stripe"), "0.00");
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_TRUE(is_told("sent KES 500 back to you"));
  expect_books_balance();
}

TEST_F(paying_by_card, too_late_for_pieces_that_are_gone_goes_back) {
  place("4 unga");
  tap("pay:card");
  ASSERT_TRUE(stands("pending"));
  const auto paid = event("checkout.session.completed", session("complete", true, 100'000));
  stripe_->answer_with([this](const provider_request& r) {
    if (r.path.find("/refunds") == std::string::npos)
      return stripe_answer(r);
    return std::optional(
        accepted_with(R"({"id":"re_1","object":"refund","status":"pending","amount":100000,"currency":"kes"})"));
  });
  clock->advance(std::chrono::minutes{40});
  EXPECT_TRUE(is_in("expired"));
  amina_ = with_phone("254722000005");
  const auto late = id_;
  place("4 unga");
  EXPECT_TRUE(ask_tenant("duka", order_action{code_, "confirm", ""}).value) << "sold at the door";
  id_ = late;
  EXPECT_TRUE(call("stripe", "", paid).value);
  ASSERT_TRUE(is_asked(*stripe_, "/refunds"));
  EXPECT_TRUE(eventually([&] { return order().at("returning").at("amount") == "1000.00"; }));
  EXPECT_EQ(order().at("owed").at("amount"), "1000.00");
  EXPECT_TRUE(call("stripe", "",
                   event("refund.updated", {{"id", "re_1"},
                                            {"object", "refund"},
                                            {"status", "succeeded"},
                                            {"amount", 100'000},
                                            {"currency", "kes"}}))
                  .value);
  EXPECT_TRUE(eventually([&] { return order().at("owed").at("amount") == "0.00"; }));
  EXPECT_EQ(order().at("state"), "expired");
  EXPECT_EQ(balance("money:stripe"), "0.00");
  expect_books_balance();
}

TEST_F(paying_by_card, a_refund_goes_the_way_the_money_came) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  ASSERT_TRUE(is_in("paid"));
  EXPECT_EQ(json_of(ask_tenant("duka", order_action{code_, "refund", "{}"})).at("state"), "refunded");
  ASSERT_TRUE(is_asked(*daraja_, "/reversal"));
  const auto asked = json::parse(daraja_->calls_of("/reversal").at(0).body);
  EXPECT_EQ(asked.at("TransactionID"), "SKM7");
  EXPECT_EQ(asked.at("Amount"), 500);
  EXPECT_TRUE(eventually([&] { return newest().at("refunds").at(0).at("state") == "accepted"; }));
  EXPECT_EQ(balance("owed_to_shoppers"), "-500.00") << "until it has gone";
  EXPECT_EQ(ask_tenant("duka", order_action{id_, "refund", R"({"method":"cash"})"}).why.code, errc::conflict);
  restart_all();
  const auto result = json{{"Result",
                            {{"ResultType", 0},
                             {"ResultCode", 0},
                             {"ResultDesc", "done"},
                             {"OriginatorConversationID", "oc_1"},
                             {"ConversationID", "c_1"},
                             {"TransactionID", "RV1"}}}}
                          .dump();
  EXPECT_TRUE(call("reversal", attempt_id(), result).value);
  EXPECT_TRUE(call("reversal", attempt_id(), result).value);
  EXPECT_EQ(balance("owed_to_shoppers"), "0.00");
  EXPECT_EQ(balance("money:mpesa"), "0.00");
  EXPECT_EQ(daraja_->calls_of("/reversal").size(), 1U);
  EXPECT_TRUE(stands("refunded"));
  expect_books_balance();
}

TEST_F(paying_by_card, a_dispute_and_a_refund_past_the_books_are_shown_though_they_name_the_payment_alone) {
  place();
  pay_by_card();
  EXPECT_TRUE(call("stripe", "", event("checkout.session.completed", session("complete", true))).value);
  ASSERT_TRUE(is_in("paid"));
  const auto bare = [](const std::string& type, json object) {
    return json{{"id", "evt_bare"},  {"object", "event"}, {"created", 1'790'000'000},
                {"livemode", false}, {"type", type},      {"data", {{"object", std::move(object)}}}}
        .dump();
  };
  EXPECT_TRUE(call("stripe", "",
                   bare("charge.dispute.created", {{"id", "dp_1"},
                                                   {"object", "dispute"},
                                                   {"payment_intent", "pi_1"},
                                                   {"status", "needs_response"},
                                                   {"amount", 50'000},
                                                   {"currency", "kes"}}))
                  .value);
  EXPECT_TRUE(eventually([&] { return newest().at("attention") == "disputed"; }));
  EXPECT_TRUE(call("settle", attempt_id()).value);
  EXPECT_TRUE(call("stripe", "",
                   bare("charge.refunded", {{"id", "ch_1"},
                                            {"object", "charge"},
                                            {"payment_intent", "pi_1"},
                                            {"amount", 50'000},
                                            {"amount_refunded", 20'000},
                                            {"currency", "kes"}}))
                  .value);
  EXPECT_TRUE(eventually([&] { return newest().at("attention") != nullptr; }));
  EXPECT_TRUE(call("stripe", "",
                   bare("charge.refunded", {{"id", "ch_2"},
                                            {"object", "charge"},
                                            {"payment_intent", "pi_of_another_shop"},
                                            {"amount_refunded", 1},
                                            {"currency", "kes"}}))
                  .value);
}

TEST_F(paying_by_card, a_refund_that_may_have_been_made_is_not_made_again) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  ASSERT_TRUE(is_in("paid"));
  daraja_->answer_with([](const provider_request&) { return came_to(call_outcome::ambiguous); });
  EXPECT_TRUE(ask_tenant("duka", order_action{code_, "refund", ""}).value);
  EXPECT_TRUE(eventually([&] { return json_of(call("attention")).at("payments").size() == 1; }));
  restart_all();
  clock->advance(std::chrono::hours{2});
  EXPECT_EQ(json_of(call("attention")).at("payments").at(0).at("attention"), "refund_failed");
  EXPECT_EQ(daraja_->calls_of("/reversal").size(), 1U);
  const auto in_cash = order_action{id_, "refund", R"({"method":"cash"})"};
  EXPECT_EQ(ask_tenant("duka", in_cash).why.code, errc::conflict) << "it may be on its way";
  EXPECT_TRUE(call("settle", attempt_id()).value) << "a person has looked";
  EXPECT_TRUE(ask_tenant("duka", in_cash).value);
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
  expect_books_balance();
}

} // namespace
} // namespace wakala::actors::test
