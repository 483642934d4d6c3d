// Stripe's wire (payments reference §2).
#include "http/core/hmac.hpp"
#include "http/core/message.hpp"
#include "runtime/core/encoding.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "payments/stripe_answers.hpp"
#include "payments/stripe_events.hpp"
#include "payments/stripe_form.hpp"
#include "payments/stripe_requests.hpp"
#include "payments/stripe_signature.hpp"

namespace wakala::payments {
namespace {

using nlohmann::json;

constexpr time_ms now = 1'790'000'000'000;

std::string hmac(std::string_view key, std::string_view data) {
  const auto digest = http::hmac_sha256(key, data);
  return {digest.begin(), digest.end()};
}

std::string value_in(const provider_request& request, std::string_view key) {
  return std::string(http::query_values(request.body).find(key).value_or("-"));
}

stripe_checkout good_checkout() {
  return {{"t_42", "ord_7Q2M9XKD", "a1"},
          {{"Unga 2kg", 2, {62500, "KES"}}},
          "https://shop.example/p/ok",
          "https://shop.example/p/back",
          now + 3'600'000};
}

TEST(stripe_form_bodies, keep_brackets_and_encode_the_rest) {
  stripe_form form;
  form.add("line_items[0][price_data][product_data][name]", "Unga 2kg & <b>é").add("active", false).add("n", 7);
  EXPECT_EQ(form.body(),
            "line_items[0][price_data][product_data][name]=Unga%202kg%20%26%20%3Cb%3E%C3%A9&active=false&n=7");
}

TEST(stripe_checkout_request, says_what_is_paid_and_for_what) {
  const auto request = stripe_checkout_request(good_checkout(), now).value();
  EXPECT_EQ(request.path, "/v1/checkout/sessions");
  EXPECT_EQ(request.idempotency_key, "t_42/ord_7Q2M9XKD/a1/checkout");
  EXPECT_EQ(value_in(request, "mode"), "payment");
  EXPECT_EQ(value_in(request, "client_reference_id"), "ord_7Q2M9XKD");
  EXPECT_EQ(value_in(request, "expires_at"), "1790003600");
  EXPECT_EQ(value_in(request, "line_items[0][quantity]"), "2");
  EXPECT_EQ(value_in(request, "line_items[0][price_data][currency]"), "kes");
  EXPECT_EQ(value_in(request, "line_items[0][price_data][unit_amount]"), "62500");
  EXPECT_EQ(value_in(request, "metadata[tenant_id]"), "t_42");
  EXPECT_EQ(value_in(request, "payment_intent_data[metadata][order_id]"), "ord_7Q2M9XKD");
}

TEST(stripe_checkout_request, refuses_by_the_name_of_the_field) {
  const auto field = [](auto change) {
    auto checkout = good_checkout();
    change(checkout);
    const auto made = stripe_checkout_request(checkout, now);
    return made ? std::string("none") : made.error().field;
  };
  EXPECT_EQ(field([](auto&) {}), "none");
  EXPECT_EQ(field([](auto& c) { c.lines.clear(); }), "lines");
  EXPECT_EQ(field([](auto& c) { c.lines.assign(101, c.lines[0]); }), "lines");
  EXPECT_EQ(field([](auto& c) { c.lines[0].quantity = 0; }), "lines/0/quantity");
  EXPECT_EQ(field([](auto& c) { c.lines.push_back({"Sukari", 1, {100, "UGX"}}); }), "lines/1/price");
  EXPECT_EQ(field([](auto& c) { c.lines[0].price = {5124, "KWD"}; }), "lines/0/price");
  EXPECT_EQ(field([](auto& c) { c.lines[0].name = ""; }), "lines/0/name");
  EXPECT_EQ(field([](auto& c) { c.expires_at = now + 29 * 60'000; }), "expires_at");
  EXPECT_EQ(field([](auto& c) { c.expires_at = now + 25 * 3'600'000; }), "expires_at");
  EXPECT_EQ(field([](auto& c) { c.expires_at = 0; }), "none");
  EXPECT_EQ(field([](auto& c) { c.success_url = "javascript:alert(1)"; }), "success_url");
  EXPECT_EQ(field([](auto& c) { c.purpose.order_id = ""; }), "order_id");
  EXPECT_EQ(field([](auto& c) { c.purpose.attempt_id.assign(300, 'a'); }), "idempotency_key");
}

TEST(stripe_link_request, can_be_paid_once) {
  const auto request = stripe_link_request(good_checkout()).value();
  EXPECT_EQ(request.path, "/v1/payment_links");
  EXPECT_EQ(value_in(request, "restrictions[completed_sessions][limit]"), "1");
  EXPECT_EQ(value_in(request, "after_completion[redirect][url]"), "https://shop.example/p/ok");
  auto many = good_checkout();
  many.lines.assign(21, many.lines[0]);
  EXPECT_EQ(stripe_link_request(many).error().field, "lines");
}

TEST(stripe_other_requests, have_paths_and_keys_of_their_own) {
  const stripe_purpose purpose{"t", "o", "a"};
  const auto expire = stripe_expire_request(purpose, "cs_test_1").value();
  EXPECT_EQ(expire.path, "/v1/checkout/sessions/cs_test_1/expire");
  EXPECT_EQ(expire.idempotency_key, "t/o/a/expire");
  EXPECT_FALSE(stripe_expire_request(purpose, "../refunds"));
  EXPECT_EQ(stripe_close_link_request(purpose, "plink_1")->body, "active=false");
  const auto refund = stripe_refund_request({purpose, "pi_1", {62500, "KES"}, 2}).value();
  EXPECT_EQ(refund.idempotency_key, "t/o/a/refund-2");
  EXPECT_EQ(value_in(refund, "amount"), "62500");
  EXPECT_EQ(value_in(refund, "metadata[order_id]"), "o");
  EXPECT_EQ(stripe_refund_request({purpose, "pi_1", {0, "KES"}, 1}).error().field, "amount");
  EXPECT_EQ(stripe_session_query("cs_1")->method, "GET");
}

TEST(stripe_answers, decide_what_comes_next) {
  const auto of = [](int status, const std::string& type, std::string_view should_retry = {}) {
    return read_stripe_verdict(status, R"({"error":{"type":")" + type + R"(","code":"c","param":"p","message":"m"}})",
                               should_retry);
  };
  EXPECT_EQ(read_stripe_verdict(200, "{}").what, call_outcome::accepted);
  EXPECT_EQ(read_stripe_verdict(200, "<html>").what, call_outcome::ambiguous);
  EXPECT_EQ(of(400, "invalid_request_error").what, call_outcome::refused);
  EXPECT_EQ(of(400, "invalid_request_error").code, "c");
  EXPECT_EQ(of(400, "invalid_request_error").field, "p");
  EXPECT_EQ(of(402, "card_error").what, call_outcome::refused);
  EXPECT_EQ(of(400, "idempotency_error").what, call_outcome::refused);
  EXPECT_EQ(of(409, "idempotency_error").what, call_outcome::retry_later);
  EXPECT_EQ(of(409, "invalid_request_error", "false").what, call_outcome::refused);
  EXPECT_EQ(of(400, "api_error", "true").what, call_outcome::retry_later);
  EXPECT_EQ(of(401, "invalid_request_error").what, call_outcome::config_problem);
  EXPECT_EQ(of(403, "invalid_request_error").what, call_outcome::config_problem);
  EXPECT_EQ(of(404, "invalid_request_error").what, call_outcome::refused);
  EXPECT_EQ(of(429, "invalid_request_error").what, call_outcome::retry_later);
  EXPECT_EQ(of(500, "api_error").what, call_outcome::ambiguous);
  EXPECT_EQ(read_stripe_verdict(502, "<html>").what, call_outcome::ambiguous);
}

TEST(stripe_answers, objects_are_read) {
  const auto session =
      read_stripe_session(
          R"({"id":"cs_test_a1B2","object":"checkout.session","status":"open","payment_status":"unpaid",
    "amount_total":125000,"currency":"kes","client_reference_id":"ord_7","metadata":{},"payment_intent":null,
    "expires_at":1790003600,"url":"https://checkout.stripe.com/c/pay/cs_test_a1B2"})")
          .value();
  EXPECT_EQ(session.status, stripe_session_status::open);
  EXPECT_FALSE(session.paid);
  EXPECT_EQ(session.total, (money{125000, "KES"}));
  EXPECT_EQ(session.order_id, "ord_7");
  EXPECT_EQ(session.payment_intent, "");
  EXPECT_EQ(session.expires_at, now + 3'600'000);
  EXPECT_FALSE(read_stripe_session(R"({"id":"x","object":"refund"})"));
  EXPECT_EQ(read_stripe_link(R"({"id":"plink_1","object":"payment_link","active":true,"url":"https://buy"})")->url,
            "https://buy");
  const auto refund =
      read_stripe_refund(R"({"id":"re_1","object":"refund","amount":500,"currency":"ugx","status":"canceled"})")
          .value();
  EXPECT_EQ(refund.status, refund_status::failed);
  EXPECT_EQ(refund.amount, (money{5, "UGX"}));
}

struct stripe_signatures : ::testing::Test {
  const std::string body = R"({"id":"evt_1","type":"checkout.session.completed"})";
  const std::string v1 = "c6b173183c316d6207e9c9ad1d833a295fca1760dbd3440848090681aa5e5dda";
  const std::vector<std::string> secrets{"whsec_test_0123456789"};

  event_signature check(const std::string& header, time_ms at = now) const {
    return check_stripe_signature(header, body, secrets, at, hmac);
  }
};

TEST_F(stripe_signatures, the_vector_is_good) {
  EXPECT_EQ(check("t=1790000000,v1=" + v1), event_signature::good);
  EXPECT_EQ(check("t=1790000000, v1=" + v1 + ",v0=aa"), event_signature::good);
  EXPECT_EQ(check("v1=" + std::string(64, '0') + ",v1=" + v1 + ",t=1790000000"), event_signature::good);
}

TEST_F(stripe_signatures, any_of_the_secrets_will_do_while_one_is_rolled) {
  const auto header = "t=1790000000,v1=" + v1;
  const std::vector<std::string> both{"whsec_new", "whsec_test_0123456789"};
  EXPECT_EQ(check_stripe_signature(header, body, both, now, hmac), event_signature::good);
  const std::vector<std::string> others{"whsec_new"};
  EXPECT_EQ(check_stripe_signature(header, body, others, now, hmac), event_signature::mismatch);
  EXPECT_EQ(check_stripe_signature(header, body, {}, now, hmac), event_signature::mismatch);
  const std::vector<std::string> empty{""};
  const auto forged = "t=1790000000,v1=" + to_hex(as_span(hmac("", "1790000000." + body)));
  EXPECT_EQ(check_stripe_signature(forged, body, empty, now, hmac), event_signature::mismatch);
}

TEST_F(stripe_signatures, what_is_tampered_with_is_refused) {
  EXPECT_EQ(check_stripe_signature("t=1790000000,v1=" + v1, body + " ", secrets, now, hmac),
            event_signature::mismatch);
  EXPECT_EQ(check("t=1790000001,v1=" + v1), event_signature::mismatch);
  EXPECT_EQ(check("t=01790000000,v1=" + v1), event_signature::mismatch) << "the time is signed as it is written";
  auto upper = v1;
  upper[0] = 'C';
  EXPECT_EQ(check("t=1790000000,v1=" + upper), event_signature::mismatch);
  EXPECT_EQ(check("t=1790000000,v0=" + v1), event_signature::malformed);
}

TEST_F(stripe_signatures, old_and_future_ones_are_refused) {
  const auto header = "t=1790000000,v1=" + v1;
  EXPECT_EQ(check(header, now + 300'999), event_signature::good);
  EXPECT_EQ(check(header, now + 301'000), event_signature::too_old);
  EXPECT_EQ(check(header, now - 60'000), event_signature::good);
  EXPECT_EQ(check(header, now - 60'001), event_signature::from_the_future);
  EXPECT_EQ(check("t=1790000000,v1=" + std::string(64, '0'), now + 301'000), event_signature::mismatch);
}

TEST_F(stripe_signatures, headers_that_are_none) {
  EXPECT_EQ(check(""), event_signature::missing);
  const std::vector<std::string> headers{"t=1790000000",
                                         "v1=" + v1,
                                         "nonsense",
                                         "t=x,v1=" + v1,
                                         "t=-5,v1=" + v1,
                                         "t=1790000000,v1=abc",
                                         "t=1790000000,t=1790000000,v1=" + v1,
                                         "t=99999999999999999999,v1=" + v1,
                                         "t=9223372036854775807,v1=" + v1};
  for (const auto& header : headers)
    EXPECT_EQ(check(header), event_signature::malformed) << header;
}

std::string event(const std::string& type, const std::string& object) {
  return R"({"id":"evt_1","object":"event","created":1790000100,"livemode":false,"type":")" + type +
         R"(","data":{"object":)" + object + "}}";
}
const std::string session_members = R"("id":"cs_1","object":"checkout.session","amount_total":125000,"currency":"kes",
  "client_reference_id":"ord_7","payment_intent":"pi_1","metadata":{"tenant_id":"t_42","order_id":"ord_7","attempt_id":"a1"})";

TEST(stripe_events, complete_is_not_paid) {
  const auto with = [](const std::string& type, const std::string& payment) {
    return read_stripe_event(event(type, R"({"payment_status":")" + payment + "\"," + session_members + "}")).value();
  };
  const auto paid = with("checkout.session.completed", "paid");
  EXPECT_EQ(paid.fact, stripe_fact::paid);
  EXPECT_EQ(paid.order_id, "ord_7");
  EXPECT_EQ(paid.tenant_id, "t_42");
  EXPECT_EQ(paid.attempt_id, "a1");
  EXPECT_EQ(paid.session_id, "cs_1");
  EXPECT_EQ(paid.payment_intent, "pi_1");
  EXPECT_EQ(paid.amount, (money{125000, "KES"}));
  EXPECT_EQ(paid.created, 1'790'000'100'000);
  EXPECT_EQ(with("checkout.session.completed", "unpaid").fact, stripe_fact::pending);
  EXPECT_EQ(with("checkout.session.completed", "no_payment_required").fact, stripe_fact::paid);
  EXPECT_EQ(with("checkout.session.async_payment_succeeded", "paid").fact, stripe_fact::paid);
  EXPECT_EQ(with("checkout.session.async_payment_failed", "unpaid").fact, stripe_fact::failed);
  EXPECT_EQ(with("checkout.session.expired", "unpaid").fact, stripe_fact::expired);
  EXPECT_EQ(with("checkout.session.new_thing", "unpaid").fact, stripe_fact::none);
}

TEST(stripe_events, of_intents_refunds_and_disputes) {
  const std::string intent =
      R"({"id":"pi_1","amount":500,"amount_received":500,"currency":"ugx","metadata":{"order_id":"o"}})";
  const auto fact = [&](const std::string& type) { return read_stripe_event(event(type, intent))->fact; };
  EXPECT_EQ(fact("payment_intent.succeeded"), stripe_fact::paid);
  EXPECT_EQ(fact("payment_intent.processing"), stripe_fact::pending);
  EXPECT_EQ(fact("payment_intent.payment_failed"), stripe_fact::try_failed);
  EXPECT_EQ(fact("payment_intent.canceled"), stripe_fact::cancelled);
  EXPECT_EQ(fact("payment_intent.created"), stripe_fact::none);
  EXPECT_EQ(fact("customer.created"), stripe_fact::none);
  EXPECT_EQ(read_stripe_event(event("payment_intent.succeeded", intent))->amount, (money{5, "UGX"}));
  const auto charge = read_stripe_event(
      event("charge.refunded",
            R"({"id":"ch_1","payment_intent":"pi_1","amount":500,"amount_refunded":200,"currency":"kes"})"));
  EXPECT_EQ(charge->fact, stripe_fact::refunded_so_far);
  EXPECT_EQ(charge->refunded_total, (money{200, "KES"}));
  const auto refund = read_stripe_event(
      event("refund.updated",
            R"({"id":"re_1","amount":200,"currency":"kes","status":"succeeded","payment_intent":{"id":"pi_1"}})"));
  EXPECT_EQ(refund->fact, stripe_fact::refund);
  EXPECT_EQ(refund->refund.id, "re_1");
  EXPECT_EQ(refund->payment_intent, "pi_1") << "also when it is expanded";
  const auto dispute = read_stripe_event(
      event("charge.dispute.created", R"({"id":"dp_1","amount":500,"currency":"kes","status":"needs_response"})"));
  EXPECT_EQ(dispute->fact, stripe_fact::dispute);
  EXPECT_EQ(dispute->dispute_status, "needs_response");
}

TEST(stripe_events, amounts_that_make_no_sense_are_told) {
  const auto odd =
      read_stripe_event(event("payment_intent.succeeded", R"({"id":"pi_1","amount_received":550,"currency":"ugx"})"));
  EXPECT_FALSE(odd->amount);
  EXPECT_TRUE(odd->amount_unreadable);
}

TEST(stripe_events, what_is_none_is_refused) {
  for (const auto* body : {"", "[]", "{}", R"({"object":"event"})", R"({"object":"event","id":"evt_1"})",
                           R"({"object":"event","id":"evt_1","type":"x"})",
                           R"({"object":"event","id":"evt_1","type":"x","data":{"object":7}})"})
    EXPECT_FALSE(read_stripe_event(body)) << body;
  EXPECT_TRUE(read_stripe_event(event("anything.else", "{}")));
}

} // namespace
} // namespace wakala::payments
