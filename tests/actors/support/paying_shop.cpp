#include "tests/actors/support/paying_shop.hpp"

namespace wakala::actors::test {

using nlohmann::json;
using payments::provider_request;

void paying_shop::SetUp() {
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

void paying_shop::TearDown() {
  stop();
  stripe_->lose();
  daraja_->lose();
}

void paying_shop::restart_all() {
  stripe_->lose();
  daraja_->lose();
  restart();
  meta_has_all("duka");
}

json paying_shop::accounts() {
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

std::optional<payments::provider_answer> paying_shop::daraja_answer(const provider_request& r) {
  if (r.path.find("processrequest") != std::string::npos)
    return accepted_with(json{
        {"MerchantRequestID", "m"}, {"CheckoutRequestID", "ws_" + std::to_string(++prompts_)}, {"ResponseCode", "0"}}
                             .dump());
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

std::optional<payments::provider_answer> paying_shop::stripe_answer(const provider_request& r) {
  if (r.path.find("/refunds") != std::string::npos)
    return accepted_with(R"({"id":"re_1","object":"refund","status":"succeeded","amount":50000,"currency":"kes"})");
  const bool ends = r.path.find("/expire") != std::string::npos;
  return accepted_with(session(ends ? "expired" : "open", false).dump());
}

json paying_shop::session(const std::string& status, bool is_paid, std::int64_t amount) {
  return {{"id", "cs_1"},
          {"object", "checkout.session"},
          {"status", status},
          {"payment_status", is_paid ? "paid" : "unpaid"},
          {"amount_total", amount},
          {"currency", "kes"},
          {"payment_intent", is_paid ? json("pi_1") : json(nullptr)},
          {"url", "https://checkout.example/cs_1"}};
}

void paying_shop::tell(const std::string& text) {
  insist(text_webhook("n-duka", amina_, "wamid." + std::to_string(++told_), text, now()));
}

void paying_shop::tap(const std::string& id) {
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

std::string paying_shop::place(const std::string& what) {
  tell(what);
  tell("checkout");
  code_ = orders().at(0).at("code").get<std::string>();
  id_ = orders().at(0).at("id").get<std::string>();
  return code_;
}

bool paying_shop::is_in(const std::string& state) {
  return eventually([&] { return order().value("state", "") == state; });
}

std::size_t paying_shop::texts_with(const std::string& part) {
  const auto all = transcript_of("duka", amina_.phone);
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const json& m) {
    return m.at("direction") == "out" && m.at("text").get<std::string>().find(part) != std::string::npos;
  }));
}

bool paying_shop::is_told(const std::string& part, std::size_t times) {
  return eventually([&] { return texts_with(part) == times; });
}

json paying_shop::attempts() {
  const auto answer = json_of(call("list", "", "100"));
  return answer.is_object() ? answer.at("payments") : json::array();
}

json paying_shop::newest() {
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

bool paying_shop::stands(const std::string& state) {
  return eventually([&] { return newest().at("state") == state; });
}

bool paying_shop::is_asked(fake_provider& whom, const std::string& path, std::size_t times) {
  return eventually([&] { return whom.calls_of(path).size() == times; });
}

std::string paying_shop::event(const std::string& type, const json& object) {
  return stripe_event_text("evt_" + std::to_string(++told_), type, attempt_id(), object);
}

void paying_shop::pay_by_mpesa() {
  clock->advance(std::chrono::seconds{1}); // Meta's times are whole seconds, and the newest comes first
  tap("pay:mpesa");
  tap("pay:from:254722000001");
  ASSERT_TRUE(stands("pending"));
}

void paying_shop::pay_by_card() {
  clock->advance(std::chrono::seconds{1});
  tap("pay:card");
  ASSERT_TRUE(stands("pending"));
}

std::string paying_shop::balance(const std::string& account) {
  const auto books = json_of(ask_tenant("duka", ledger_query{"", 100}));
  return books.at("balances").empty() ? "none" : books.at("balances").at("KES").value(account, "none");
}

void paying_shop::expect_books_balance() {
  const auto books = json_of(ask_tenant("duka", ledger_query{"", 100}));
  for (const auto& [currency, accounts] : books.at("balances").items()) {
    std::int64_t sum = 0;
    for (const auto& [account, amount] : accounts.items())
      sum += parse_money(amount.get<std::string>(), currency).value().minor;
    EXPECT_EQ(sum, 0) << accounts.dump();
  }
}

} // namespace wakala::actors::test
