// Payments by M-Pesa: prompts, callbacks in any order, lost ones, crashes, and money that was sent by hand.
#include "actors/tenant/payments/pay_tokens.hpp"
#include "tests/actors/support/paying_shop.hpp"

#include <gmock/gmock.h>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using payments::provider_request;

class paying_by_phone : public paying_shop {};

TEST_F(paying_by_phone, by_prompt_is_confirmed_by_its_callback_once_however_often_it_is_told) {
  place();
  EXPECT_TRUE(is_told("How would you like to pay?"));
  pay_by_mpesa();
  EXPECT_TRUE(is_told("on its way to +254722000001"));
  const auto calls = daraja_->calls_of("processrequest");
  ASSERT_EQ(calls.size(), 1U);
  const auto asked = json::parse(calls.at(0).body);
  EXPECT_EQ(asked.at("Amount"), 500);
  EXPECT_EQ(asked.at("PhoneNumber"), "254722000001");
  EXPECT_EQ(asked.at("AccountReference"), code_);
  const auto url = asked.at("CallBackURL").get<std::string>();
  const auto token = attempt_token(*running->context()->tenants->get()->find("duka")->keys, "duka", attempt_id());
  EXPECT_EQ(url, "https://pay.example/v1/payments/daraja/duka/" + token + "/stk");
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("SKM7", code_)).value) << "the same payment, told the other way";
  EXPECT_TRUE(is_told("received your payment of KES 500"));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
  restart_all();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(texts_with("received your payment"), 1U);
  EXPECT_EQ(newest().at("payments").at(0).at("booked"), true);
  expect_books_balance();
}

TEST_F(paying_by_phone, a_callback_may_come_before_our_own_answer) {
  place();
  daraja_->answer_with([](const provider_request&) { return std::nullopt; });
  tap("pay:mpesa");
  tap("pay:from:0722 000 001");
  ASSERT_TRUE(is_asked(*daraja_, "processrequest"));
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(is_in("paid"));
  daraja_->release([this](const provider_request& r) { return daraja_answer(r); });
  EXPECT_TRUE(stands("paid"));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
}

TEST_F(paying_by_phone, every_way_to_fail_is_said_in_words_and_may_be_tried_again) {
  place();
  const std::vector<std::pair<int, std::string>> ends{{1, "not enough money"},  {1037, "phone was not reached"},
                                                      {2001, "PIN was wrong"},  {1032, "cancelled on the phone"},
                                                      {1001, "M-Pesa is busy"}, {1019, "was not made in time"},
                                                      {77, "did not work."}};
  int n = 0;
  for (const auto& [code, words] : ends) {
    pay_by_mpesa();
    const auto name = "ws_" + std::to_string(++n);
    EXPECT_TRUE(call("stk", attempt_id(), stk_callback(name, code)).value);
    EXPECT_TRUE(is_told(words)) << code;
    EXPECT_TRUE(call("stk", attempt_id(), stk_callback(name, code)).value);
    EXPECT_EQ(order().at("state"), "awaiting_payment");
  }
  EXPECT_TRUE(is_told("pay by hand: PayBill 174379, account " + code_, 5));
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_8", 0, "SKM8")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(order().at("payments").size(), 8U);
}

TEST_F(paying_by_phone, a_lost_callback_is_asked_about_after_20_45_and_90_seconds) {
  place();
  query_result_ = "4999"; // still at it
  pay_by_mpesa();
  clock->advance(std::chrono::seconds{15});
  tell("hi"); // some real time
  EXPECT_TRUE(daraja_->calls_of("stkpushquery").empty());
  clock->advance(std::chrono::seconds{6});
  EXPECT_TRUE(is_asked(*daraja_, "stkpushquery", 1));
  clock->advance(std::chrono::seconds{25});
  EXPECT_TRUE(is_asked(*daraja_, "stkpushquery", 2));
  query_result_ = "0";
  clock->advance(std::chrono::seconds{45});
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value) << "late after all";
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("SKM7", code_)).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00") << "the same money";
  EXPECT_EQ(newest().at("payments").at(0).at("receipt"), "SKM7");
  EXPECT_EQ(texts_with("received your payment"), 1U);
  expect_books_balance();
}

TEST_F(paying_by_phone, a_confirmation_that_comes_before_the_query_counts_once) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  const auto prompt = attempt_id();
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("SKM7", code_)).value);
  EXPECT_TRUE(is_in("paid"));
  query_result_ = "0";
  clock->advance(std::chrono::seconds{21});
  EXPECT_TRUE(eventually([&] { return json_of(call("get", prompt)).at("state") == "paid"; }));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
}

TEST_F(paying_by_phone, a_confirmation_that_comes_after_the_query_counts_once) {
  place();
  pay_by_mpesa();
  clock->advance(std::chrono::seconds{21});
  EXPECT_TRUE(is_in("paid"));
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("SKM7", code_)).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
  EXPECT_EQ(attempts().size(), 1U) << "it was the prompt's own";
  EXPECT_EQ(newest().at("payments").at(0).at("receipt"), "SKM7");
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_TRUE(daraja_->calls_of("/reversal").empty());
}

TEST_F(paying_by_phone, asking_often_does_not_end_a_prompt) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  for (std::size_t times = 1; times <= 6; ++times) {
    tell("I have paid");
    ASSERT_TRUE(is_asked(*daraja_, "stkpushquery", times));
  }
  EXPECT_EQ(newest().at("state"), "pending");
  query_result_ = "0";
  clock->advance(std::chrono::seconds{21});
  EXPECT_TRUE(is_in("paid"));
}

TEST_F(paying_by_phone, a_prompt_whose_account_is_gone_ends_and_its_money_counts) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  auto form = to_form(running->context()->tenants->get()->find("duka")->config);
  form.erase("payments");
  ASSERT_TRUE(ask_registry(tenant_put{form.dump(), "duka", true}).value);
  for (int looks = 0; looks < 5; ++looks) {
    clock->advance(std::chrono::minutes{11});
    tell("hi");
  }
  EXPECT_TRUE(stands("expired"));
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(stands("paid_late"));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
}

TEST_F(paying_by_phone, a_prompt_that_nobody_answers_ends_and_a_payment_after_that_still_counts) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  for (std::size_t looks = 1; looks <= 5; ++looks) {
    clock->advance(std::chrono::minutes{7});
    ASSERT_TRUE(is_asked(*daraja_, "stkpushquery", looks));
  }
  EXPECT_TRUE(stands("expired"));
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(stands("paid_late"));
  EXPECT_TRUE(is_in("paid")) << "the pieces were still there";
}

TEST_F(paying_by_phone, i_have_paid_asks_and_believes_nobody) {
  place();
  tell("nimelipa");
  EXPECT_TRUE(is_told("No payment for order"));
  query_result_ = "4999";
  pay_by_mpesa();
  tell("I have paid");
  EXPECT_TRUE(is_told("We are checking it now"));
  EXPECT_TRUE(is_asked(*daraja_, "stkpushquery"));
  EXPECT_EQ(order().at("state"), "awaiting_payment");
  query_result_ = "0";
  tell("paid");
  EXPECT_TRUE(is_in("paid"));
}

TEST_F(paying_by_phone, a_crash_between_sending_and_answer_sends_no_second_prompt) {
  place();
  daraja_->answer_with([](const provider_request&) { return std::nullopt; });
  tap("pay:mpesa");
  tap("pay:from:254722000001");
  ASSERT_TRUE(is_asked(*daraja_, "processrequest"));
  ASSERT_TRUE(eventually([&] { return texts_with("on its way to") == 1; }));
  daraja_->answer_with([this](const provider_request& r) { return daraja_answer(r); });
  restart_all();
  clock->advance(std::chrono::seconds{120});
  EXPECT_EQ(newest().at("state"), "sent");
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_77", 0, "SKM7")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(daraja_->calls_of("processrequest").size(), 1U);
}

TEST_F(paying_by_phone, goes_on_asking_after_a_crash) {
  place();
  pay_by_mpesa();
  restart_all();
  clock->advance(std::chrono::seconds{21});
  EXPECT_TRUE(is_in("paid"));
  EXPECT_TRUE(is_told("received your payment"));
}

TEST_F(paying_by_phone, a_shop_that_nobody_writes_to_after_a_restart_is_woken) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  restart_all();
  query_result_ = "0";
  clock->advance(std::chrono::seconds{46});
  EXPECT_TRUE(is_asked(*daraja_, "stkpushquery")) << "nobody has asked the shop anything";
  EXPECT_TRUE(is_in("paid"));
}

TEST_F(paying_by_phone, an_order_lapses_although_nobody_comes_back) {
  place();
  restart_all();
  clock->advance(std::chrono::minutes{31});
  EXPECT_TRUE(eventually([&] { return graph->messages().size() >= 3; })) << "and the shopper is told";
  EXPECT_TRUE(is_told("was not paid in time"));
}

TEST_F(paying_by_phone, wrong_money_is_not_booked_and_waits_for_a_person) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7", 5)).value);
  EXPECT_TRUE(stands("review"));
  EXPECT_EQ(order().at("state"), "awaiting_payment");
  EXPECT_EQ(balance("money:mpesa"), "none");
  const auto shown = json_of(call("attention")).at("payments");
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown.at(0).at("attention"), "review");
  EXPECT_TRUE(call("settle", attempt_id()).value);
  EXPECT_TRUE(json_of(call("attention")).at("payments").empty());
}

TEST_F(paying_by_phone, a_callback_of_another_prompt_changes_nothing) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_9", 0, "SKM7")).value);
  EXPECT_EQ(newest().at("state"), "pending");
  EXPECT_EQ(call("stk", attempt_id(), "{}").why.code, errc::invalid_argument);
  EXPECT_TRUE(call("stk", std::string(32, '0'), stk_callback("ws_9", 0, "SKM7")).value)
      << "nobody's: taken, and nothing done";
  EXPECT_EQ(balance("money:mpesa"), "none");
}

TEST_F(paying_by_phone, cents_are_rounded_and_the_shopper_sees_it_before) {
  place("1 asali");
  tap("pay:mpesa");
  EXPECT_TRUE(is_told("whole shillings: KES 334 instead of KES 333.50"));
  tap("pay:from:254722000001");
  ASSERT_TRUE(stands("pending"));
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7", 334)).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
  EXPECT_EQ(balance("rounding"), "-0.50");
  EXPECT_EQ(balance("sales"), "-333.50");
  expect_books_balance();
}

TEST_F(paying_by_phone, what_cannot_be_paid_by_phone_is_said) {
  place();
  tap("pay:from:12345678901");
  EXPECT_TRUE(is_told("not a number that can pay by M-Pesa"));
  EXPECT_TRUE(attempts().empty());
  tell("0722 000 001"); // the number is asked for
  EXPECT_TRUE(stands("pending"));
  amina_ = with_phone("254722000002");
  place("1 friji");
  tap("pay:from:254722000002");
  EXPECT_TRUE(is_told("more than can be paid that way"));
}

TEST_F(paying_by_phone, a_large_payment_is_confirmed_before_it_counts) {
  auto more = accounts();
  more["mpesa"]["confirm_from"] = "500.00";
  const auto put = ask_registry(tenant_put{[&] {
                                             auto form =
                                                 to_form(running->context()->tenants->get()->find("duka")->config);
                                             form["payments"] = more;
                                             return form.dump();
                                           }(),
                                           "duka", true});
  ASSERT_TRUE(put.value) << put.why.what;
  place();
  query_result_ = "1032";
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "FORGED")).value);
  EXPECT_TRUE(is_asked(*daraja_, "stkpushquery"));
  EXPECT_TRUE(eventually([&] { return newest().at("attention") == "contradicted"; }));
  EXPECT_EQ(order().at("state"), "awaiting_payment");
  EXPECT_EQ(balance("money:mpesa"), "none");
}

TEST_F(paying_by_phone, the_same_update_asked_twice_is_one_attempt) {
  place();
  tap("pay:mpesa");
  const auto id = "wamid." + std::to_string(told_ + 1);
  tap("pay:from:254722000001");
  --told_;
  tap("pay:from:254722000001"); // the same id: Meta tells it again
  ASSERT_TRUE(stands("pending"));
  EXPECT_EQ(attempts().size(), 1U);
  tap("pay:from:254722000001"); // another tap, and the prompt is on the phone already
  EXPECT_TRUE(is_told("is on the phone already"));
  EXPECT_EQ(daraja_->calls_of("processrequest").size(), 1U);
}

// -- by hand ------------------------------------------------------------

TEST_F(paying_by_phone, by_hand_finds_its_order_by_a_code_that_people_type) {
  place();
  auto typed = code_.substr(0, 2) + " " + code_.substr(2);
  std::transform(typed.begin(), typed.end(), typed.begin(),
                 [](char c) { return static_cast<char>(std::tolower(c)); });
  EXPECT_EQ(json_of(call("validation", "", paid_by_hand("RKT1", typed))).at("ResultCode"), "0");
  EXPECT_EQ(json_of(call("validation", "", paid_by_hand("RKT1", "ZZZZZ"))).at("ResultCode"), "C2B00012");
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT1", typed, "200.00")).value);
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT1", typed, "200.00")).value);
  EXPECT_EQ(order().at("paid").at("amount"), "200.00");
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT2", typed, "350.00")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(order().at("owed").at("amount"), "50.00") << "too much: a person gives it back";
  EXPECT_EQ(call("confirmation", "", paid_by_hand("RKT3", typed, "-1")).why.code, errc::invalid_argument);
  expect_books_balance();
}

TEST_F(paying_by_phone, what_nobody_knows_the_order_of_waits_to_be_matched) {
  place();
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT1", "mum's flour")).value);
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT1", "mum's flour")).value);
  EXPECT_EQ(balance("unmatched"), "-500.00");
  restart_all();
  const auto shown = json_of(call("attention")).at("payments");
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown.at(0).at("typed"), "mum's flour");
  EXPECT_EQ(shown.at(0).at("payer"), "AMINA …001");
  const auto id = shown.at(0).at("id").get<std::string>();
  EXPECT_EQ(call("match", id, R"({"order":"nobody"})").why.field, "/order");
  EXPECT_EQ(call("match", id, "{}").why.field, "/order");
  EXPECT_TRUE(call("match", id, json{{"order", code_}}.dump()).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(call("match", id, json{{"order", code_}}.dump()).why.code, errc::conflict);
  EXPECT_EQ(balance("unmatched"), "0.00");
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT1", code_)).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT2", "nobody's", "70.00")).value);
  const auto other = json_of(call("attention")).at("payments").at(0).at("id").get<std::string>();
  EXPECT_TRUE(call("settle", other).value) << "given back by hand";
  EXPECT_EQ(balance("unmatched"), "0.00");
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(call("match", other, json{{"order", code_}}.dump()).why.code, errc::conflict);
  expect_books_balance();
}

} // namespace
} // namespace wakala::actors::test
