// The Stripe client against a server of this process, and against the sandbox.
#include "http/core/server.hpp"
#include "http/payments/stripe_client.hpp"
#include "sandbox/app.hpp"

#include <gtest/gtest.h>

#include "payments/stripe_answers.hpp"
#include "payments/stripe_requests.hpp"
#include <future>
#include <mutex>

namespace wakala::http {
namespace {

using payments::call_outcome;
using payments::provider_answer;
using payments::provider_request;
using payments::stripe_account;

class stripe_client : public ::testing::Test {
protected:
  stripe_client() {
    io.start();
    stripe_io.start();
    options = stripe_client_options();
    options.read_timeout = std::chrono::milliseconds{500};
  }

  void serve(request_handler handler) {
    stripe = server::start(stripe_io, {}, std::move(handler)).value();
    url = "http://127.0.0.1:" + std::to_string(stripe->port());
  }
  void serve(int status, const std::string& body) {
    serve([status, body](request&&, const responder& to) { to.send(response::json(status, body)); });
  }
  provider_answer send(provider_request what,
                       const payments::provider_client::account& keys = stripe_account{"sk_test_secret", ""}) {
    const auto client = make_stripe_client(io, url, options);
    std::promise<provider_answer> promise;
    client->send(keys, std::move(what), [&](provider_answer out) { promise.set_value(std::move(out)); });
    return promise.get_future().get();
  }
  static provider_request a_request() { return {"POST", "/v1/refunds", "payment_intent=pi_1", "t/o/a/refund-1"}; }

  io_runtime io{1};
  io_runtime stripe_io{1};
  client_options options;
  std::string url;
  std::unique_ptr<server> stripe;
};

TEST_F(stripe_client, sends_key_version_and_idempotency_key) {
  std::mutex mutex;
  request seen;
  serve([&](request&& what, const responder& to) {
    const std::lock_guard lock{mutex};
    seen = std::move(what);
    to.send(response::json(200, R"({"id":"re_1"})").with("Request-Id", "req_1"));
  });
  url += "/_sandbox/stripe/";
  const auto out = send(a_request(), stripe_account{"sk_test_secret", "acct_1"});
  EXPECT_EQ(out.what, call_outcome::accepted);
  EXPECT_EQ(out.request_id, "req_1");
  EXPECT_EQ(out.body, R"({"id":"re_1"})");
  const std::lock_guard lock{mutex};
  EXPECT_EQ(seen.target, "/_sandbox/stripe/v1/refunds");
  EXPECT_EQ(seen.header("Authorization"), "Bearer sk_test_secret");
  EXPECT_EQ(seen.header("Idempotency-Key"), "t/o/a/refund-1");
  EXPECT_EQ(seen.header("Stripe-Version"), "2026-10-28.endive");
  EXPECT_EQ(seen.header("Stripe-Account"), "acct_1");
  EXPECT_EQ(seen.header("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(seen.body, "payment_intent=pi_1");
}

TEST_F(stripe_client, tells_what_may_be_done_next) {
  serve(400, R"({"error":{"type":"invalid_request_error","code":"amount_too_large","param":"amount"}})");
  const auto refused = send(a_request());
  EXPECT_EQ(refused.what, call_outcome::refused);
  EXPECT_EQ(refused.code, "amount_too_large");
  EXPECT_EQ(refused.field, "amount");
  serve(401, "{}");
  EXPECT_EQ(send(a_request()).what, call_outcome::config_problem);
  serve(503, "");
  EXPECT_EQ(send(a_request()).what, call_outcome::ambiguous);
  serve(429, "{}");
  EXPECT_EQ(send(a_request()).what, call_outcome::retry_later);
  serve([](request&&, const responder& to) { to.drop(); });
  EXPECT_EQ(send(a_request()).what, call_outcome::ambiguous);
  std::promise<responder> kept; // no answer, ever
  serve([&](request&&, const responder& to) { kept.set_value(to); });
  const auto silent = send(a_request());
  EXPECT_EQ(silent.what, call_outcome::ambiguous);
  EXPECT_EQ(silent.why.find("sk_test_secret"), std::string::npos);
  stripe.reset();
  EXPECT_EQ(send(a_request()).what, call_outcome::not_sent);
  EXPECT_EQ(send(a_request(), stripe_account{}).what, call_outcome::config_problem);
  EXPECT_EQ(send(a_request(), payments::daraja_account{"k", "s"}).what, call_outcome::config_problem);
}

TEST_F(stripe_client, makes_a_session_in_the_sandbox_once) {
  const system_clock_source clock;
  sandbox::app_options sandbox_options;
  sandbox_options.payments.stripe_key = "sk_test_secret";
  const auto running = sandbox::app::start(std::move(sandbox_options), clock).value();
  const auto sandbox = "http://127.0.0.1:" + std::to_string(running->port());
  url = sandbox + "/_sandbox/stripe";
  const payments::stripe_checkout checkout{
      {"t", "o", "a"}, {{"Unga 2kg", 2, {62500, "KES"}}}, "https://shop.example/ok", "", 0};
  const auto request = payments::stripe_checkout_request(checkout, clock.now()).value();
  client_request fault;
  fault.method = "POST";
  fault.url = url;
  fault.body = R"({"next":"lost_answer"})";
  ASSERT_EQ(fetch(fault)->status, 200);
  EXPECT_EQ(send(request).what, call_outcome::ambiguous);
  const auto again = send(request);
  ASSERT_EQ(again.what, call_outcome::accepted) << again.body;
  const auto session = payments::read_stripe_session(again.body).value();
  EXPECT_EQ(session.total, (money{125000, "KES"}));
  EXPECT_EQ(session.order_id, "o");
  EXPECT_EQ(session.status, payments::stripe_session_status::open);
  const auto state = nlohmann::json::parse(fetch({"GET", sandbox + "/_sandbox/payments", {}, {}, {}})->body);
  EXPECT_EQ(state["stripe"]["sessions"].size(), 1U) << "the second was a replay";
  const auto ended = send(payments::stripe_expire_request(checkout.purpose, session.id).value());
  EXPECT_EQ(payments::read_stripe_session(ended.body)->status, payments::stripe_session_status::expired);
  EXPECT_EQ(send(request, stripe_account{"sk_test_other", ""}).what, call_outcome::config_problem);
}

} // namespace
} // namespace wakala::http
