// Daraja's wire (payments reference §3).
#include "http/core/hmac.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "payments/callback_trust.hpp"
#include "payments/daraja_answers.hpp"
#include "payments/daraja_c2b.hpp"
#include "payments/daraja_reversal.hpp"
#include "payments/daraja_stk.hpp"

namespace wakala::payments {
namespace {

using nlohmann::json;

const daraja_shop shop{"174379", "test-passkey-0123456789abcdef", ""};
constexpr time_ms now = 1'795'352'400'000; // 2026-11-22 16:00:00 in Nairobi

stk_order good_order() {
  return {1250, "0712 345 678", "https://pay.example/cb/t_42/9f3c", "7Q2M9XKD", "Order 7Q2M"};
}

std::string callback(const std::string& code, const std::string& items = {}) {
  return R"({"Body":{"stkCallback":{"MerchantRequestID":"16813-1590513-1","CheckoutRequestID":"ws_CO_1","ResultCode":)" +
         code + R"(,"ResultDesc":"words")" +
         (items.empty() ? std::string{} : R"(,"CallbackMetadata":{"Item":)" + items + "}") + "}}}";
}

TEST(daraja_token, is_asked_for_with_the_apps_keys) {
  EXPECT_EQ(daraja_basic({"key", "secret"}), "Basic a2V5OnNlY3JldA==");
  const auto got = read_daraja_token(200, R"({"access_token":"SGWcJPtN","expires_in":"3599"})");
  EXPECT_EQ(got.what, call_outcome::accepted);
  EXPECT_EQ(got.token, (daraja_token{"SGWcJPtN", std::chrono::seconds{3599}}));
  EXPECT_EQ(read_daraja_token(200, R"({"access_token":"x","expires_in":3599})").token.life.count(), 3599);
  EXPECT_EQ(read_daraja_token(400, R"({"errorCode":"400.008.01"})").what, call_outcome::config_problem);
  EXPECT_EQ(read_daraja_token(401, "").what, call_outcome::config_problem);
  EXPECT_EQ(read_daraja_token(429, "").what, call_outcome::retry_later);
  EXPECT_EQ(read_daraja_token(503, "<html>").what, call_outcome::retry_later);
  EXPECT_EQ(read_daraja_token(200, R"({"access_token":"x"})").what, call_outcome::retry_later);
}

TEST(stk_push, is_written_as_the_reference_has_it) {
  const auto request = stk_push_request(shop, good_order(), now).value();
  EXPECT_EQ(request.path, "/mpesa/stkpush/v1/processrequest");
  EXPECT_EQ(json::parse(request.body), json::parse(R"({"BusinessShortCode":"174379",
    "Password":"MTc0Mzc5dGVzdC1wYXNza2V5LTAxMjM0NTY3ODlhYmNkZWYyMDI2MTEyMjE2MDAwMA==","Timestamp":"20261122160000",
    "TransactionType":"CustomerPayBillOnline","Amount":1250,"PartyA":"254712345678","PartyB":"174379",
    "PhoneNumber":"254712345678","CallBackURL":"https://pay.example/cb/t_42/9f3c","AccountReference":"7Q2M9XKD",
    "TransactionDesc":"Order 7Q2M"})"));
  auto till = shop;
  till.till = "5550001";
  const auto bought = json::parse(stk_push_request(till, good_order(), now)->body);
  EXPECT_EQ(bought["TransactionType"], "CustomerBuyGoodsOnline");
  EXPECT_EQ(bought["BusinessShortCode"], "174379");
  EXPECT_EQ(bought["PartyB"], "5550001");
}

TEST(stk_push, refuses_by_the_name_of_the_field) {
  const auto field = [](auto change) {
    auto order = good_order();
    auto at = shop;
    change(order, at);
    const auto made = stk_push_request(at, order, now);
    return made ? std::string("none") : made.error().field;
  };
  EXPECT_EQ(field([](auto&, auto&) {}), "none");
  EXPECT_EQ(field([](auto& o, auto&) { o.shillings = 0; }), "amount");
  EXPECT_EQ(field([](auto& o, auto&) { o.shillings = 250'001; }), "amount");
  EXPECT_EQ(field([](auto& o, auto&) { o.payer = "0812345678"; }), "phone_number");
  EXPECT_EQ(field([](auto& o, auto&) { o.callback_url = "http://pay.example/cb"; }), "callback_url");
  EXPECT_EQ(field([](auto& o, auto&) { o.reference = "1234567890123"; }), "reference");
  EXPECT_EQ(field([](auto& o, auto&) { o.reference = "7Q2M-9XKD"; }), "reference");
  EXPECT_EQ(field([](auto& o, auto&) { o.description = "Order 7Q2M9XKD"; }), "description");
  EXPECT_EQ(field([](auto&, auto& s) { s.short_code = "17A"; }), "short_code");
  EXPECT_EQ(field([](auto&, auto& s) { s.passkey = ""; }), "passkey");
  EXPECT_EQ(field([](auto&, auto& s) { s.till = "x"; }), "till");
}

TEST(stk_push, answers) {
  const auto taken =
      read_stk_push_answer(200, R"({"MerchantRequestID":"16813-1590513-1","CheckoutRequestID":"ws_CO_1",
    "ResponseCode":"0","ResponseDescription":"Success","CustomerMessage":"Success"})");
  EXPECT_EQ(taken.verdict.what, call_outcome::accepted);
  EXPECT_EQ(taken.checkout_request_id, "ws_CO_1");
  EXPECT_EQ(taken.merchant_request_id, "16813-1590513-1");
  const auto of = [](int status, const std::string& code) {
    return read_stk_push_answer(status, R"({"requestId":"9458-1","errorCode":")" + code + R"(","errorMessage":"m"})")
        .verdict;
  };
  EXPECT_EQ(of(400, "400.002.02").what, call_outcome::refused);
  EXPECT_EQ(of(400, "400.002.02").code, "400.002.02");
  EXPECT_EQ(of(400, "400.002.02").request_id, "9458-1");
  EXPECT_TRUE(of(404, "404.001.03").token_refused);
  EXPECT_TRUE(of(401, "401.002.01").token_refused);
  EXPECT_FALSE(of(400, "400.002.02").token_refused);
  EXPECT_EQ(of(403, "403.001").what, call_outcome::config_problem);
  EXPECT_EQ(of(429, "429.001").what, call_outcome::retry_later);
  EXPECT_EQ(of(500, "500.001.1001").what, call_outcome::ambiguous) << "the prompt may be on the phone";
  EXPECT_EQ(of(503, "").what, call_outcome::ambiguous);
  EXPECT_EQ(read_stk_push_answer(200, "<html>").verdict.what, call_outcome::ambiguous);
  EXPECT_EQ(read_stk_push_answer(200, R"({"ResponseCode":"0"})").verdict.what, call_outcome::ambiguous);
  EXPECT_EQ(read_stk_push_answer(200, R"({"ResponseCode":"1","CheckoutRequestID":"x"})").verdict.what,
            call_outcome::refused);
}

TEST(stk_callback, tells_of_a_payment) {
  const auto read = read_stk_callback(callback("0", R"([{"Name":"Amount","Value":1250.00},
    {"Name":"MpesaReceiptNumber","Value":"SKM7XYZ123"},{"Name":"Balance"},
    {"Name":"TransactionDate","Value":20261122160042},{"Name":"PhoneNumber","Value":254712345678}])"))
                        .value();
  EXPECT_EQ(read.what, stk_result::paid);
  EXPECT_EQ(read.checkout_request_id, "ws_CO_1");
  EXPECT_EQ(read.merchant_request_id, "16813-1590513-1");
  EXPECT_EQ(read.amount, (money{125000, "KES"}));
  EXPECT_EQ(read.receipt, "SKM7XYZ123");
  EXPECT_EQ(read.payer, "254712345678");
  EXPECT_EQ(read.paid_at, now + 42'000);
}

TEST(stk_callback, items_go_by_name_and_may_be_anything) {
  const auto read = read_stk_callback(callback(R"("0")", R"([{"Name":"PhoneNumber","Value":"254712345678"},7,
    {"Name":"Balance","Value":"{Amount={CurrencyCode=KES, MinimumAmount=618683}}"},{"Value":1},
    {"Name":"MpesaReceiptNumber","Value":"R"},{"Name":"Amount","Value":1}])"))
                        .value();
  EXPECT_EQ(read.what, stk_result::paid);
  EXPECT_EQ(read.amount, (money{100, "KES"}));
  EXPECT_EQ(read.receipt, "R");
  EXPECT_FALSE(read.paid_at);
  const auto bare = read_stk_callback(callback("0")).value();
  EXPECT_FALSE(bare.amount);
  EXPECT_FALSE(bare.amount_unreadable);
  EXPECT_EQ(read_stk_callback(callback("0", R"([{"Name":"Amount","Value":1250.5}])"))->amount,
            (money{125050, "KES"}));
  EXPECT_TRUE(read_stk_callback(callback("0", R"([{"Name":"Amount","Value":"lots"}])"))->amount_unreadable);
  EXPECT_TRUE(read_stk_callback(callback("0", R"([{"Name":"Amount","Value":0.12345}])"))->amount_unreadable);
  EXPECT_EQ(read_stk_callback(callback("0", R"({"Name":"Amount","Value":3})"))->amount, (money{300, "KES"}));
}

TEST(stk_callback, codes_and_what_to_do) {
  const auto what = [](const std::string& code) { return read_stk_callback(callback(code))->what; };
  EXPECT_EQ(what("1032"), stk_result::cancelled);
  EXPECT_EQ(what(R"("1032")"), stk_result::cancelled);
  EXPECT_EQ(what("1"), stk_result::no_money);
  EXPECT_EQ(what("17"), stk_result::system_busy);
  EXPECT_EQ(what("26"), stk_result::system_busy);
  EXPECT_EQ(what("1001"), stk_result::busy_locked);
  EXPECT_EQ(what("1019"), stk_result::expired);
  EXPECT_EQ(what("1025"), stk_result::cannot_prompt);
  EXPECT_EQ(what("9999"), stk_result::cannot_prompt);
  EXPECT_EQ(what("1037"), stk_result::unreachable);
  EXPECT_EQ(what("2001"), stk_result::wrong_pin);
  EXPECT_EQ(what("4999"), stk_result::still_processing);
  EXPECT_EQ(what("77"), stk_result::failed);
  EXPECT_EQ(what(R"("SFC_IC0003")"), stk_result::failed);
  EXPECT_EQ(read_stk_callback(callback("77"))->code, "77");
  EXPECT_EQ(reaction_to(stk_result::paid).advice, stk_advice::fulfil_after_checks);
  EXPECT_EQ(reaction_to(stk_result::cancelled).advice, stk_advice::offer_again);
  EXPECT_EQ(reaction_to(stk_result::busy_locked), (stk_reaction{stk_advice::again_after, std::chrono::seconds{90}}));
  EXPECT_EQ(reaction_to(stk_result::no_money).advice, stk_advice::offer_other_way);
  EXPECT_EQ(reaction_to(stk_result::cannot_prompt).advice, stk_advice::offer_manual);
  EXPECT_EQ(reaction_to(stk_result::still_processing).advice, stk_advice::keep_waiting);
  EXPECT_EQ(reaction_to(stk_result::failed).advice, stk_advice::give_up);
}

TEST(stk_callback, what_is_none_is_refused) {
  for (const auto* body :
       {"", "[]", "{}", "nonsense", R"({"Body":7})", R"({"Body":{"stkCallback":[]}})",
        R"({"Body":{"stkCallback":{"ResultCode":0}}})", R"({"Body":{"stkCallback":{"CheckoutRequestID":"x"}}})",
        R"({"Body":{"stkCallback":{"CheckoutRequestID":"x","ResultCode":null}}})"})
    EXPECT_FALSE(read_stk_callback(body)) << body;
  EXPECT_EQ(read_stk_callback("{}").error().field, "/Body/stkCallback");
  EXPECT_EQ(daraja_callback_accepted(), R"({"ResultCode":0,"ResultDesc":"Accepted"})");
}

TEST(stk_query, knows_pending_from_failed) {
  const auto request = stk_query_request(shop, "ws_CO_1", now);
  EXPECT_EQ(request.path, "/mpesa/stkpushquery/v1/query");
  EXPECT_EQ(json::parse(request.body)["Password"], stk_password(shop, "20261122160000"));
  EXPECT_EQ(json::parse(request.body)["CheckoutRequestID"], "ws_CO_1");
  const auto done = read_stk_query_answer(200, R"({"ResponseCode":"0","ResponseDescription":"accepted successsfully",
    "MerchantRequestID":"m","CheckoutRequestID":"ws_CO_1","ResultCode":"1032","ResultDesc":"Request cancelled by user"})");
  EXPECT_EQ(done.verdict.what, call_outcome::accepted);
  EXPECT_EQ(done.report.what, stk_result::cancelled);
  const auto pending = read_stk_query_answer(
      500, R"({"requestId":"1","errorCode":"500.001.1001","errorMessage":"The transaction is being processed"})");
  EXPECT_EQ(pending.verdict.what, call_outcome::accepted);
  EXPECT_EQ(pending.report.what, stk_result::still_processing);
  EXPECT_EQ(read_stk_query_answer(503, "").verdict.what, call_outcome::retry_later);
  EXPECT_EQ(read_stk_query_answer(429, "").verdict.what, call_outcome::retry_later);
  EXPECT_EQ(read_stk_query_answer(200, R"({"ResponseCode":"0"})").verdict.what, call_outcome::retry_later);
  EXPECT_TRUE(read_stk_query_answer(401, "").verdict.token_refused);
}

TEST(c2b, addresses_are_registered) {
  const c2b_addresses good{"600638", false, "https://pay.example/v1/payments/daraja/t/x/confirmation",
                           "https://pay.example/v1/payments/daraja/t/x/validation"};
  const auto request = c2b_register_request(good).value();
  EXPECT_EQ(request.path, "/mpesa/c2b/v1/registerurl");
  EXPECT_EQ(json::parse(request.body), json::parse(R"({"ShortCode":"600638","ResponseType":"Completed",
    "ConfirmationURL":"https://pay.example/v1/payments/daraja/t/x/confirmation",
    "ValidationURL":"https://pay.example/v1/payments/daraja/t/x/validation"})"));
  auto bad = good;
  bad.confirmation_url = "https://pay.example/MPESA/confirm";
  EXPECT_EQ(c2b_register_request(bad).error().field, "confirmation_url");
  EXPECT_EQ(word_daraja_refuses("https://x/exec"), "exec");
  EXPECT_EQ(word_daraja_refuses("https://x/pay"), "");
  bad = good;
  bad.short_code = "";
  EXPECT_EQ(c2b_register_request(bad).error().field, "short_code");
}

TEST(c2b, a_payment_is_read) {
  const auto paid =
      read_c2b_payment(R"({"TransactionType":"Pay Bill","TransID":"RKTQDM7W6S","TransTime":"20261122160000",
    "TransAmount":"1250.00","BusinessShortCode":"600638","BillRefNumber":"7q2m 9xkd","InvoiceNumber":"",
    "OrgAccountBalance":"49197.00","ThirdPartyTransID":"",
    "MSISDN":"7132104d6aae9c3fac82095a42c2817952bca48e09d98d5bf4ac08218982fb90","FirstName":"AMINA"})")
          .value();
  EXPECT_EQ(paid.trans_id, "RKTQDM7W6S");
  EXPECT_EQ(paid.amount, (money{125000, "KES"}));
  EXPECT_EQ(paid.short_code, "600638");
  EXPECT_EQ(paid.first_name, "AMINA");
  EXPECT_EQ(paid.paid_at, now);
  EXPECT_EQ(order_code_in(paid.typed_reference, 8), "7Q2M9XKD");
  const auto field = [](const char* body) { return read_c2b_payment(body).error().field; };
  EXPECT_EQ(field(R"({"TransAmount":"1","BusinessShortCode":"1"})"), "/TransID");
  EXPECT_EQ(field(R"({"TransID":"x","TransAmount":"0","BusinessShortCode":"1"})"), "/TransAmount");
  EXPECT_EQ(field(R"({"TransID":"x","TransAmount":"1"})"), "/BusinessShortCode");
}

TEST(c2b, an_order_code_is_read_or_left_to_a_person) {
  EXPECT_EQ(order_code_in(" 7q2m-9 ", 5), "7Q2M9");
  EXPECT_EQ(order_code_in("#7Q2M9", 5), "7Q2M9");
  for (const auto* typed :
       {"", "7Q2M", "7Q2M99", "7O2M9", "702M9", "7I2M9", "7L2M9", "7U2M9", "amina", "7Q2M\xC3\xA9"})
    EXPECT_FALSE(order_code_in(typed, 5)) << typed;
}

TEST(c2b, answers) {
  EXPECT_EQ(json::parse(c2b_validation_answer(c2b_refusal::none)),
            json::parse(R"({"ResultCode":"0","ResultDesc":"Accepted"})"));
  const std::vector<std::pair<c2b_refusal, std::string>> codes{
      {c2b_refusal::msisdn, "C2B00011"}, {c2b_refusal::account, "C2B00012"},    {c2b_refusal::amount, "C2B00013"},
      {c2b_refusal::kyc, "C2B00014"},    {c2b_refusal::short_code, "C2B00015"}, {c2b_refusal::other, "C2B00016"}};
  for (const auto& [why, code] : codes)
    EXPECT_EQ(json::parse(c2b_validation_answer(why))["ResultCode"], code);
  EXPECT_EQ(c2b_confirmation_answer(), R"({"ResultCode":0,"ResultDesc":"Success"})");
}

std::string hmac(std::string_view key, std::string_view data) {
  const auto digest = http::hmac_sha256(key, data);
  return {digest.begin(), digest.end()};
}

TEST(callback_trust, a_token_is_of_one_tenant_and_one_attempt) {
  const auto token = callback_token(hmac, "secret", "duka", "a1");
  EXPECT_EQ(token.size(), 32U);
  EXPECT_TRUE(is_callback_token(token, hmac, "secret", "duka", "a1"));
  EXPECT_FALSE(is_callback_token(token, hmac, "secret", "duka", "a2"));
  EXPECT_FALSE(is_callback_token(token, hmac, "secret", "duk", "aa1"));
  EXPECT_FALSE(is_callback_token(token, hmac, "secret", "duka", ""));
  EXPECT_FALSE(is_callback_token(token, hmac, "other", "duka", "a1"));
  EXPECT_FALSE(is_callback_token("", hmac, "secret", "duka", "a1"));
  EXPECT_FALSE(is_callback_token(callback_token(hmac, "", "duka", "a1"), hmac, "", "duka", "a1"));
}

TEST(callback_trust, addresses) {
  const std::vector<std::string> allowed(daraja_addresses().begin(), daraja_addresses().end());
  EXPECT_TRUE(is_daraja_address("196.201.214.200", allowed));
  EXPECT_TRUE(is_daraja_address("::ffff:196.201.212.74", allowed));
  EXPECT_FALSE(is_daraja_address("196.201.214.201", allowed));
  EXPECT_FALSE(is_daraja_address("", allowed));
  EXPECT_FALSE(is_daraja_address("196.201.214.200", {}));
}

TEST(reversal, is_asked_for_and_ends) {
  const daraja_initiator who{"api", "c2VhbGVk"};
  const reversal_order order{"SKM7XYZ123", 1250, "600638", "https://x/result", "https://x/timeout", "Refund"};
  const auto body = json::parse(reversal_request(who, order)->body);
  EXPECT_EQ(body["CommandID"], "TransactionReversal");
  EXPECT_EQ(body["Amount"], 1250);
  EXPECT_EQ(reversal_request({"api", ""}, order).error().field, "credential");
  const auto ids = read_reversal_ids(R"({"OriginatorConversationID":"o","ConversationID":"c","ResponseCode":"0"})");
  EXPECT_EQ(ids.conversation_id + ids.originator_conversation_id, "co");
  const auto result = [](const std::string& parameter) {
    return read_daraja_result(
        R"({"Result":{"ResultType":0,"ResultCode":0,"ResultDesc":"ok","OriginatorConversationID":"o",
      "ConversationID":"c","TransactionID":"T","ResultParameters":{"ResultParameter":)" +
        parameter + "}}}");
  };
  const auto many = result(R"([{"Key":"Amount","Value":1250},{"Key":"Charge"}])").value();
  EXPECT_TRUE(many.done);
  EXPECT_EQ(many.amount, (money{125000, "KES"}));
  EXPECT_EQ(many.ids.conversation_id, "c");
  EXPECT_EQ(result(R"({"Key":"Amount","Value":"1250.00"})")->amount, (money{125000, "KES"}));
  EXPECT_FALSE(read_daraja_result(R"({"Result":{"ResultCode":"R000002"}})")->done);
  EXPECT_EQ(read_daraja_result("{}").error().field, "/Result");
}

} // namespace
} // namespace wakala::payments
