// Payments through providers: prompts and pages, callbacks in any order, lost ones, crashes, and money that goes
// back.
#include "actors/pay_tokens.hpp"
#include "runtime/core/time_text.hpp"
#include "tests/actors/support/fake_provider.hpp"
#include "tests/actors/support/provider_texts.hpp"
#include "tests/actors/support/shop.hpp"

#include <gmock/gmock.h>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using payments::call_outcome;
using payments::provider_request;

class paying : public shop_fixture {
protected:
  void SetUp() override {
    limits.conversation_idle = std::chrono::milliseconds{400}; // so often is looked for what is due
    payments.public_url = "https://pay.example/";
    stripe = stripe_ = std::make_shared<fake_provider>();
    daraja = daraja_ = std::make_shared<fake_provider>();
    daraja_->answer_with([this](const provider_request& r) { return daraja_answer(r); });
    stripe_->answer_with([this](const provider_request& r) { return stripe_answer(r); });
    start();
    add_tenant("duka", {{"payments", accounts()}});
    const json shelf{
        {"products",
         json::array({{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", "250.00"}, {"stock", 4}},
                      {{"id", "asali"}, {"name", "Asali"}, {"category", "Honey"}, {"price", "333.50"}},
                      {{"id", "friji"}, {"name", "Friji"}, {"category", "Home"}, {"price", "60000.00"}}})}};
    ASSERT_TRUE(ask_tenant("duka", catalog_put{shelf.dump()}).value);
  }
  void TearDown() override {
    stop();
    stripe_->lose();
    daraja_->lose();
  }
  void restart_all() {
    stripe_->lose();
    daraja_->lose();
    restart();
    meta_has_all("duka");
  }

  static json accounts() {
    return {{"stripe", {{"secret_key", "sk_test_1"}, {"webhook_secret", "whsec_1"}}},
            {"mpesa",
             {{"consumer_key", "ck"},
              {"consumer_secret", "cs"},
              {"short_code", "174379"},
              {"passkey", "pass"},
              {"shillings_max", 50'000},
              {"initiator", "wakala"},
              {"initiator_credential", "sealed"}}}};
  }

  // What the providers answer, unless a test says otherwise.
  std::optional<payments::provider_answer> daraja_answer(const provider_request& r) {
    if (r.path.find("processrequest") != std::string::npos)
      return accepted_with(json{
          {"MerchantRequestID", "m"},
          {"CheckoutRequestID", "ws_" + std::to_string(++prompts_)},
          {"ResponseCode",
           "0"}}.dump());
    if (r.path.find("stkpushquery") != std::string::npos) {
      auto told = accepted_with(json{
          {"ResponseCode", "0"},
          {"CheckoutRequestID", json::parse(r.body).at("CheckoutRequestID")},
          {"ResultCode", query_result_.load()},
          {"ResultDesc",
           "so it is"}}.dump());
      return told;
    }
    return accepted_with(R"({"ResponseCode":"0","OriginatorConversationID":"oc_1","ConversationID":"c_1"})");
  }
  std::optional<payments::provider_answer> stripe_answer(const provider_request& r) {
    if (r.path.find("/refunds") != std::string::npos)
      return accepted_with(R"({"id":"re_1","object":"refund","status":"succeeded","amount":50000,"currency":"kes"})");
    const bool ends = r.path.find("/expire") != std::string::npos;
    return accepted_with(session(ends ? "expired" : "open", false).dump());
  }
  static json session(const std::string& status, bool is_paid, std::int64_t amount = 50'000) {
    return {{"id", "cs_1"},
            {"object", "checkout.session"},
            {"status", status},
            {"payment_status", is_paid ? "paid" : "unpaid"},
            {"amount_total", amount},
            {"currency", "kes"},
            {"payment_intent", is_paid ? json("pi_1") : json(nullptr)},
            {"url", "https://checkout.example/cs_1"}};
  }

  // The shopper.
  void tell(const std::string& text) {
    insist(text_webhook("n-duka", amina_, "wamid." + std::to_string(++told_), text, now()));
  }
  void tap(const std::string& id) {
    change c{"n-duka", {}, {}, {}};
    auto message = text_message(amina_, "wamid." + std::to_string(++told_), "", now());
    message.erase("text");
    message["type"] = "interactive";
    message["interactive"] = {{"type", "button_reply"}, {"button_reply", {{"id", id}, {"title", "x"}}}};
    c.contacts = text_webhook("n-duka", amina_, "x", "x", now())
                     .at("entry")
                     .at(0)
                     .at("changes")
                     .at(0)
                     .at("value")
                     .at("contacts");
    c.messages.push_back(std::move(message));
    insist(webhook({c}));
  }
  std::string place(const std::string& what = "2 unga") {
    tell(what);
    tell("checkout");
    code_ = orders().at(0).at("code").get<std::string>();
    id_ = orders().at(0).at("id").get<std::string>();
    return code_;
  }
  json orders() { return json_of(ask_tenant("duka", orders_query{"", 10})).at("orders"); }
  json order() { return json_of(ask_tenant("duka", order_action{id_, "get", ""})); }
  bool is_in(const std::string& state) {
    return eventually([&] { return order().value("state", "") == state; });
  }
  std::size_t texts_with(const std::string& part) {
    const auto all = transcript_of("duka", amina_.phone);
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const json& m) {
      return m.at("direction") == "out" && m.at("text").get<std::string>().find(part) != std::string::npos;
    }));
  }
  bool is_told(const std::string& part, std::size_t times = 1) {
    return eventually([&] { return texts_with(part) == times; });
  }

  // Payments.
  text_answer call(const std::string& action, const std::string& id = {}, const std::string& text = {}) {
    return ask_tenant("duka", payment_call{action, id, text});
  }
  json attempts() {
    const auto answer = json_of(call("list", "", "100"));
    return answer.is_object() ? answer.at("payments") : json::array();
  }
  json newest() {
    json found;
    EXPECT_TRUE(eventually([&] {
      const auto all = attempts();
      if (all.empty())
        return false;
      found = all.at(0);
      return true;
    }));
    return found;
  }
  std::string attempt_id() { return newest().at("id"); }
  bool stands(const std::string& state) {
    return eventually([&] { return newest().at("state") == state; });
  }
  bool is_asked(fake_provider& whom, const std::string& path, std::size_t times = 1) {
    return eventually([&] { return whom.calls_of(path).size() == times; });
  }
  static std::string stk(const std::string& name, int code, const std::string& receipt = {}, double amount = 500) {
    return stk_callback(name, code, receipt, amount);
  }
  static std::string by_hand(const std::string& receipt, const std::string& reference,
                             const std::string& amount = "500.00") {
    return paid_by_hand(receipt, reference, amount);
  }
  std::string event(const std::string& type, const json& object) {
    return stripe_event_text("evt_" + std::to_string(++told_), type, attempt_id(), object);
  }
  void pay_by_mpesa() {
    clock->advance(std::chrono::seconds{1}); // Meta's times are whole seconds, and the newest comes first
    tap("pay:mpesa");
    tap("pay:from:254722000001");
    ASSERT_TRUE(stands("pending"));
  }
  void pay_by_card() {
    clock->advance(std::chrono::seconds{1});
    tap("pay:card");
    ASSERT_TRUE(stands("pending"));
  }
  std::string balance(const std::string& account) {
    const auto books = json_of(ask_tenant("duka", ledger_query{"", 100}));
    return books.at("balances").empty() ? "none" : books.at("balances").at("KES").value(account, "none");
  }
  void expect_books_balance() {
    const auto books = json_of(ask_tenant("duka", ledger_query{"", 100}));
    for (const auto& [currency, accounts] : books.at("balances").items()) {
      std::int64_t sum = 0;
      for (const auto& [account, amount] : accounts.items())
        sum += parse_money(amount.get<std::string>(), currency).value().minor;
      EXPECT_EQ(sum, 0) << accounts.dump();
    }
  }

  std::shared_ptr<fake_provider> stripe_;
  std::shared_ptr<fake_provider> daraja_;
  std::atomic<const char*> query_result_{"0"};
  std::atomic<int> prompts_{0};
  shopper amina_ = with_phone("254722000001");
  int told_ = 0;
  std::string code_;
  std::string id_;
};

// -- M-Pesa ------------------------------------------------------------

TEST_F(paying, by_prompt_is_confirmed_by_its_callback_once_however_often_it_is_told) {
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
    EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_TRUE(call("confirmation", "", by_hand("SKM7", code_)).value) << "the same payment, told the other way";
  EXPECT_TRUE(is_told("received your payment of KES 500"));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
  restart_all();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(texts_with("received your payment"), 1U);
  EXPECT_EQ(newest().at("payments").at(0).at("booked"), true);
  expect_books_balance();
}

TEST_F(paying, a_callback_may_come_before_our_own_answer) {
  place();
  daraja_->answer_with([](const provider_request&) { return std::nullopt; });
  tap("pay:mpesa");
  tap("pay:from:0722 000 001");
  ASSERT_TRUE(is_asked(*daraja_, "processrequest"));
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(is_in("paid"));
  daraja_->release([this](const provider_request& r) { return daraja_answer(r); });
  EXPECT_TRUE(stands("paid"));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
}

TEST_F(paying, every_way_to_fail_is_said_in_words_and_may_be_tried_again) {
  place();
  const std::vector<std::pair<int, std::string>> ends{{1, "not enough money"},  {1037, "phone was not reached"},
                                                      {2001, "PIN was wrong"},  {1032, "cancelled on the phone"},
                                                      {1001, "M-Pesa is busy"}, {1019, "was not made in time"},
                                                      {77, "did not work."}};
  int n = 0;
  for (const auto& [code, words] : ends) {
    pay_by_mpesa();
    const auto name = "ws_" + std::to_string(++n);
    EXPECT_TRUE(call("stk", attempt_id(), stk(name, code)).value);
    EXPECT_TRUE(is_told(words)) << code;
    EXPECT_TRUE(call("stk", attempt_id(), stk(name, code)).value);
    EXPECT_EQ(order().at("state"), "awaiting_payment");
  }
  EXPECT_TRUE(is_told("pay by hand: PayBill 174379, account " + code_, 5));
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_8", 0, "SKM8")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(order().at("payments").size(), 8U);
}

TEST_F(paying, a_lost_callback_is_asked_about_after_20_45_and_90_seconds) {
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
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value) << "late after all";
  EXPECT_TRUE(call("confirmation", "", by_hand("SKM7", code_)).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00") << "the same money";
  EXPECT_EQ(newest().at("payments").at(0).at("receipt"), "SKM7");
  EXPECT_EQ(texts_with("received your payment"), 1U);
  expect_books_balance();
}

TEST_F(paying, a_confirmation_that_comes_before_the_query_counts_once) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  const auto prompt = attempt_id();
  EXPECT_TRUE(call("confirmation", "", by_hand("SKM7", code_)).value);
  EXPECT_TRUE(is_in("paid"));
  query_result_ = "0";
  clock->advance(std::chrono::seconds{21});
  EXPECT_TRUE(eventually([&] { return json_of(call("get", prompt)).at("state") == "paid"; }));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
}

TEST_F(paying, a_confirmation_that_comes_after_the_query_counts_once) {
  place();
  pay_by_mpesa();
  clock->advance(std::chrono::seconds{21});
  EXPECT_TRUE(is_in("paid"));
  EXPECT_TRUE(call("confirmation", "", by_hand("SKM7", code_)).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
  EXPECT_EQ(attempts().size(), 1U) << "it was the prompt's own";
  EXPECT_EQ(newest().at("payments").at(0).at("receipt"), "SKM7");
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_TRUE(daraja_->calls_of("/reversal").empty());
}

TEST_F(paying, asking_often_does_not_end_a_prompt) {
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

TEST_F(paying, a_prompt_whose_account_is_gone_ends_and_its_money_counts) {
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
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(stands("paid_late"));
  EXPECT_EQ(balance("money:mpesa"), "500.00");
}

TEST_F(paying, a_prompt_that_nobody_answers_ends_and_a_payment_after_that_still_counts) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  for (std::size_t looks = 1; looks <= 5; ++looks) {
    clock->advance(std::chrono::minutes{7});
    ASSERT_TRUE(is_asked(*daraja_, "stkpushquery", looks));
  }
  EXPECT_TRUE(stands("expired"));
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
  EXPECT_TRUE(stands("paid_late"));
  EXPECT_TRUE(is_in("paid")) << "the pieces were still there";
}

TEST_F(paying, i_have_paid_asks_and_believes_nobody) {
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

TEST_F(paying, a_crash_between_sending_and_answer_sends_no_second_prompt) {
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
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_77", 0, "SKM7")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(daraja_->calls_of("processrequest").size(), 1U);
}

TEST_F(paying, goes_on_asking_after_a_crash) {
  place();
  pay_by_mpesa();
  restart_all();
  clock->advance(std::chrono::seconds{21});
  EXPECT_TRUE(is_in("paid"));
  EXPECT_TRUE(is_told("received your payment"));
}

TEST_F(paying, a_shop_that_nobody_writes_to_after_a_restart_is_woken) {
  place();
  query_result_ = "4999";
  pay_by_mpesa();
  restart_all();
  query_result_ = "0";
  clock->advance(std::chrono::seconds{46});
  EXPECT_TRUE(is_asked(*daraja_, "stkpushquery")) << "nobody has asked the shop anything";
  EXPECT_TRUE(is_in("paid"));
}

TEST_F(paying, an_order_lapses_although_nobody_comes_back) {
  place();
  restart_all();
  clock->advance(std::chrono::minutes{31});
  EXPECT_TRUE(eventually([&] { return graph->messages().size() >= 3; })) << "and the shopper is told";
  EXPECT_TRUE(is_told("was not paid in time"));
}

TEST_F(paying, wrong_money_is_not_booked_and_waits_for_a_person) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7", 5)).value);
  EXPECT_TRUE(stands("review"));
  EXPECT_EQ(order().at("state"), "awaiting_payment");
  EXPECT_EQ(balance("money:mpesa"), "none");
  const auto shown = json_of(call("attention")).at("payments");
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown.at(0).at("attention"), "review");
  EXPECT_TRUE(call("settle", attempt_id()).value);
  EXPECT_TRUE(json_of(call("attention")).at("payments").empty());
}

TEST_F(paying, a_callback_of_another_prompt_changes_nothing) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_9", 0, "SKM7")).value);
  EXPECT_EQ(newest().at("state"), "pending");
  EXPECT_EQ(call("stk", attempt_id(), "{}").why.code, errc::invalid_argument);
  EXPECT_TRUE(call("stk", std::string(32, '0'), stk("ws_9", 0, "SKM7")).value) << "nobody's: taken, and nothing done";
  EXPECT_EQ(balance("money:mpesa"), "none");
}

TEST_F(paying, cents_are_rounded_and_the_shopper_sees_it_before) {
  place("1 asali");
  tap("pay:mpesa");
  EXPECT_TRUE(is_told("whole shillings: KES 334 instead of KES 333.50"));
  tap("pay:from:254722000001");
  ASSERT_TRUE(stands("pending"));
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7", 334)).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(order().at("owed").at("amount"), "0.00");
  EXPECT_EQ(balance("rounding"), "-0.50");
  EXPECT_EQ(balance("sales"), "-333.50");
  expect_books_balance();
}

TEST_F(paying, what_cannot_be_paid_by_phone_is_said) {
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

// -- by hand ------------------------------------------------------------

TEST_F(paying, by_hand_finds_its_order_by_a_code_that_people_type) {
  place();
  auto typed = code_.substr(0, 2) + " " + code_.substr(2);
  std::transform(typed.begin(), typed.end(), typed.begin(),
                 [](char c) { return static_cast<char>(std::tolower(c)); });
  EXPECT_EQ(json_of(call("validation", "", by_hand("RKT1", typed))).at("ResultCode"), "0");
  EXPECT_EQ(json_of(call("validation", "", by_hand("RKT1", "ZZZZZ"))).at("ResultCode"), "C2B00012");
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT1", typed, "200.00")).value);
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT1", typed, "200.00")).value);
  EXPECT_EQ(order().at("paid").at("amount"), "200.00");
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT2", typed, "350.00")).value);
  EXPECT_TRUE(is_in("paid"));
  EXPECT_EQ(order().at("owed").at("amount"), "50.00") << "too much: a person gives it back";
  EXPECT_EQ(call("confirmation", "", by_hand("RKT3", typed, "-1")).why.code, errc::invalid_argument);
  expect_books_balance();
}

TEST_F(paying, what_nobody_knows_the_order_of_waits_to_be_matched) {
  place();
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT1", "mum's flour")).value);
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT1", "mum's flour")).value);
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
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT1", code_)).value);
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT2", "nobody's", "70.00")).value);
  const auto other = json_of(call("attention")).at("payments").at(0).at("id").get<std::string>();
  EXPECT_TRUE(call("settle", other).value) << "given back by hand";
  EXPECT_EQ(balance("unmatched"), "0.00");
  EXPECT_EQ(balance("money:mpesa"), "500.00");
  EXPECT_EQ(call("match", other, json{{"order", code_}}.dump()).why.code, errc::conflict);
  expect_books_balance();
}

// -- Stripe ------------------------------------------------------------

TEST_F(paying, by_card_sends_a_page_and_believes_its_event) {
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

TEST_F(paying, a_page_that_nobody_has_answered_for_is_asked_for_again_under_the_same_key) {
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

TEST_F(paying, a_page_ends_when_its_order_does) {
  place();
  pay_by_card();
  EXPECT_TRUE(ask_tenant("duka", order_action{code_, "cancel", ""}).value);
  EXPECT_TRUE(is_asked(*stripe_, "/expire"));
  EXPECT_TRUE(stands("expired"));
  EXPECT_EQ(texts_with("was not made in time"), 0U) << "the shopper knows that it is cancelled";
}

TEST_F(paying, a_lost_event_is_asked_about_when_the_page_is_over) {
  place();
  pay_by_card();
  stripe_->answer_with([](const provider_request&) { return accepted_with(session("complete", true).dump()); });
  clock->advance(std::chrono::minutes{36} + std::chrono::seconds{5});
  EXPECT_TRUE(is_in("paid"));
}

// -- money that goes back ------------------------------------------------------------

TEST_F(paying, twice_by_two_ways_is_paid_once_and_the_second_goes_back) {
  place();
  pay_by_card();
  const auto card = attempt_id();
  const auto paid = event("checkout.session.completed", session("complete", true));
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
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

TEST_F(paying, too_late_for_pieces_that_are_gone_goes_back) {
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

TEST_F(paying, a_refund_goes_the_way_the_money_came) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
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

TEST_F(paying, a_dispute_and_a_refund_past_the_books_are_shown_though_they_name_the_payment_alone) {
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

TEST_F(paying, a_refund_that_may_have_been_made_is_not_made_again) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
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

// -- around it ------------------------------------------------------------

TEST_F(paying, a_large_payment_is_confirmed_before_it_counts) {
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
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "FORGED")).value);
  EXPECT_TRUE(is_asked(*daraja_, "stkpushquery"));
  EXPECT_TRUE(eventually([&] { return newest().at("attention") == "contradicted"; }));
  EXPECT_EQ(order().at("state"), "awaiting_payment");
  EXPECT_EQ(balance("money:mpesa"), "none");
}

TEST_F(paying, the_same_update_asked_twice_is_one_attempt) {
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

TEST_F(paying, the_report_of_a_day_adds_up) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk("ws_1", 0, "SKM7")).value);
  ASSERT_TRUE(is_in("paid"));
  EXPECT_TRUE(call("confirmation", "", by_hand("RKT1", "who knows")).value);
  const auto zone = now() + 180 * 60 * ms_per_second; // Nairobi
  const auto day = to_rfc3339(zone).substr(0, 10);
  const auto report = json_of(call("report", day));
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report.at("entries").at("payment"), 1);
  EXPECT_EQ(report.at("moved").at("KES").at("payment").at("money:mpesa"), "500.00");
  EXPECT_EQ(report.at("moved").at("KES").at("unmatched").at("unmatched"), "-500.00");
  EXPECT_EQ(report.at("attempts").at("paid"), 2);
  EXPECT_EQ(report.at("attention").size(), 1U);
  EXPECT_EQ(report.at("differences_total"), 0);
  EXPECT_TRUE(json_of(call("report", "2020-01-01")).at("entries").empty());
  for (const auto* const wrong : {"", "today", "2026-13-01", "2026-02-30", "2026-1-1"})
    EXPECT_EQ(call("report", wrong).why.field, "date") << wrong;
}

TEST_F(paying, a_shop_without_accounts_offers_nothing) {
  add_tenant("soko");
  EXPECT_EQ(ask_tenant("soko", payment_call{"register", "", ""}).why.code, errc::conflict);
  EXPECT_EQ(ask_tenant("soko", payment_call{"steal", "", ""}).why.code, errc::not_found);
  EXPECT_EQ(call("get", "nobody").why.code, errc::not_found);
  EXPECT_EQ(json_of(call("register")).at("short_code"), "174379");
}

} // namespace
} // namespace wakala::actors::test
