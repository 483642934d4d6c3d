// The Daraja client against a server of this process, and against the sandbox.
#include "http/core/server.hpp"
#include "http/payments/daraja_client.hpp"
#include "sandbox/app.hpp"

#include <gtest/gtest.h>

#include "payments/daraja_stk.hpp"
#include <atomic>
#include <future>
#include <mutex>

namespace wakala::http {
namespace {

using payments::call_outcome;
using payments::daraja_account;
using payments::provider_answer;
using payments::provider_request;

class daraja_client : public ::testing::Test {
protected:
  daraja_client() {
    io.start();
    daraja_io.start();
    options = daraja_client_options();
    options.read_timeout = std::chrono::milliseconds{500};
  }

  /// Tokens `token-1`, `token-2`, …, as many as are asked for, and for calls what `calls` answers.
  void serve(request_handler calls, int tokens_answer = 200) {
    token_status = tokens_answer;
    daraja = server::start(daraja_io, {}, [this, calls = std::move(calls)](request&& what, const responder& to) {
               if (what.path != "/oauth/v1/generate")
                 return calls(std::move(what), to);
               const auto number = ++tokens;
               to.send(response::json(token_status, R"({"access_token":"token-)" + std::to_string(number) +
                                                        R"(","expires_in":"3599"})"));
             }).value();
    client.reset();
    client = make_daraja_client(io, clock, "http://127.0.0.1:" + std::to_string(daraja->port()), options);
  }
  static void accept(request&&, const responder& to) {
    to.send(response::json(200, R"({"ResponseCode":"0","CheckoutRequestID":"ws_CO_1"})"));
  }
  std::future<provider_answer> start(const payments::provider_client::account& keys = daraja_account{"key",
                                                                                                     "secret"}) {
    auto promise = std::make_shared<std::promise<provider_answer>>();
    client->send(keys, {"POST", "/mpesa/stkpush/v1/processrequest", "{}", ""},
                 [promise](provider_answer out) { promise->set_value(std::move(out)); });
    return promise->get_future();
  }
  provider_answer send() { return start().get(); }

  manual_clock clock;
  io_runtime io{1};
  io_runtime daraja_io{1};
  client_options options;
  std::atomic<int> tokens{0};
  std::atomic<int> token_status{200};
  std::unique_ptr<server> daraja;
  std::shared_ptr<payments::provider_client> client;
};

TEST_F(daraja_client, one_token_is_fetched_for_all_who_wait) {
  serve(accept);
  std::vector<std::future<provider_answer>> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(start());
  for (auto& one : all)
    EXPECT_EQ(one.get().what, call_outcome::accepted);
  EXPECT_EQ(tokens, 1);
  EXPECT_EQ(start(daraja_account{"key-2", "secret"}).get().what, call_outcome::accepted);
  EXPECT_EQ(tokens, 2) << "each app has its own";
}

TEST_F(daraja_client, a_token_is_renewed_before_it_dies) {
  serve(accept);
  send();
  clock.advance(std::chrono::seconds{2'870});
  send();
  EXPECT_EQ(tokens, 1);
  clock.advance(std::chrono::seconds{10});
  send();
  EXPECT_EQ(tokens, 2);
  token_status = 503;
  clock.advance(std::chrono::seconds{3'000});
  EXPECT_EQ(send().what, call_outcome::accepted) << "the old one lives for ten minutes more";
  clock.advance(std::chrono::seconds{700});
  EXPECT_EQ(send().what, call_outcome::retry_later);
}

TEST_F(daraja_client, a_refused_token_is_replaced_once) {
  std::mutex mutex;
  std::vector<std::string> seen;
  serve([&](request&& what, const responder& to) {
    const std::lock_guard lock{mutex};
    seen.emplace_back(what.header("Authorization").value_or(""));
    if (seen.back() == "Bearer token-1")
      to.send(response::json(404, R"({"errorCode":"404.001.03","errorMessage":"Invalid Access Token"})"));
    else
      accept(std::move(what), to);
  });
  EXPECT_EQ(send().what, call_outcome::accepted);
  EXPECT_EQ(seen, (std::vector<std::string>{"Bearer token-1", "Bearer token-2"}));
  serve([](request&&, const responder& to) { to.send(response::json(401, "{}")); });
  tokens = 0;
  EXPECT_EQ(send().what, call_outcome::config_problem);
  EXPECT_EQ(tokens, 2) << "and then it is left";
}

TEST_F(daraja_client, tells_what_may_be_done_next) {
  serve([](request&&, const responder& to) {
    to.send(response::json(400, R"({"requestId":"9458-1","errorCode":"400.002.02","errorMessage":"Bad Request"})"));
  });
  const auto refused = send();
  EXPECT_EQ(refused.what, call_outcome::refused);
  EXPECT_EQ(refused.code, "400.002.02");
  EXPECT_EQ(refused.request_id, "9458-1");
  serve([](request&&, const responder& to) { to.send(response::json(500, R"({"errorCode":"500.001.1001"})")); });
  EXPECT_EQ(send().what, call_outcome::ambiguous);
  serve([](request&&, const responder& to) { to.drop(); });
  EXPECT_EQ(send().what, call_outcome::ambiguous);
  std::promise<responder> kept; // no answer, ever
  serve([&](request&&, const responder& to) { kept.set_value(to); });
  EXPECT_EQ(send().what, call_outcome::ambiguous);
  serve(accept, 400);
  const auto no_keys = send();
  EXPECT_EQ(no_keys.what, call_outcome::config_problem);
  EXPECT_EQ(no_keys.why.find("secret"), std::string::npos);
  serve(accept);
  daraja.reset();
  EXPECT_EQ(send().what, call_outcome::not_sent);
  EXPECT_EQ(start(payments::stripe_account{"sk", ""}).get().what, call_outcome::config_problem);
}

TEST_F(daraja_client, prompts_in_the_sandbox_and_hears_of_it) {
  const system_clock_source now;
  sandbox::app_options sandbox_options;
  sandbox_options.payments.daraja_key = "key";
  sandbox_options.payments.daraja_secret = "secret";
  sandbox_options.payments.daraja_passkey = "passkey";
  std::promise<std::string> callback;
  const auto shop = server::start(daraja_io, {}, [&](request&& what, const responder& to) {
                      to.send(response::json(200, payments::daraja_callback_accepted()));
                      callback.set_value(what.body);
                    }).value();
  const auto running = sandbox::app::start(std::move(sandbox_options), now).value();
  const auto url = "http://127.0.0.1:" + std::to_string(running->port());
  client = make_daraja_client(io, now, url + "/_sandbox/daraja", options);
  const auto ask = [&](provider_request what) {
    std::promise<provider_answer> promise;
    client->send(daraja_account{"key", "secret"}, std::move(what),
                 [&](provider_answer out) { promise.set_value(std::move(out)); });
    return promise.get_future().get();
  };
  const payments::daraja_shop till{"174379", "passkey", ""};
  const payments::stk_order order{1250, "0712345678", "http://127.0.0.1:" + std::to_string(shop->port()) + "/cb/t",
                                  "7Q2M9", "Order 7Q2M9"};
  const auto pushed = ask(payments::stk_push_request(till, order, now.now(), {250'000, true}).value());
  const auto taken = payments::read_stk_push_answer(pushed.status, pushed.body);
  ASSERT_EQ(taken.verdict.what, call_outcome::accepted) << pushed.body;
  const auto query = payments::stk_query_request(till, taken.checkout_request_id, now.now());
  auto told = ask(query);
  EXPECT_EQ(payments::read_stk_query_answer(told.status, told.body).report.what,
            payments::stk_result::still_processing);
  client_request pin;
  pin.method = "POST";
  pin.url = url + "/_sandbox/payments/" + taken.checkout_request_id;
  pin.body = R"({"do":"right_pin"})";
  ASSERT_EQ(fetch(pin)->status, 200);
  const auto report = payments::read_stk_callback(callback.get_future().get()).value();
  EXPECT_EQ(report.what, payments::stk_result::paid);
  EXPECT_EQ(report.checkout_request_id, taken.checkout_request_id);
  EXPECT_EQ(report.amount, (money{125000, "KES"}));
  EXPECT_EQ(report.payer, "254712345678");
  EXPECT_FALSE(report.receipt.empty());
  EXPECT_TRUE(report.paid_at);
  told = ask(query);
  EXPECT_EQ(payments::read_stk_query_answer(told.status, told.body).report.what, payments::stk_result::paid);
}

} // namespace
} // namespace wakala::http
