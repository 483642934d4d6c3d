#include "http/payments/stripe_client.hpp"

#include "payments/stripe_answers.hpp"
#include "payments/stripe_requests.hpp"
#include <utility>

namespace wakala::http {

namespace {

using payments::call_outcome;
using payments::provider_answer;
using payments::provider_request;

constexpr std::size_t answer_bytes_max = 1024 * 1024;

provider_answer answer_of(client_result&& result) {
  provider_answer out;
  if (auto* answer = std::get_if<client_answer>(&result)) {
    auto verdict = payments::read_stripe_verdict(answer->status, answer->body,
                                                 answer->header("Stripe-Should-Retry").value_or(""));
    out.what = verdict.what;
    out.status = answer->status;
    out.code = verdict.code.empty() ? std::move(verdict.type) : std::move(verdict.code);
    out.field = std::move(verdict.field);
    out.request_id = answer->header("Request-Id").value_or("");
    out.body = std::move(answer->body);
  } else if (auto* nothing = std::get_if<not_sent>(&result)) {
    out.what = call_outcome::not_sent;
    out.why = std::move(nothing->why);
  } else {
    out.what = call_outcome::ambiguous;
    out.why = std::move(std::get<unknown_outcome>(result).why);
  }
  return out;
}

class stripe_client final : public payments::provider_client {
public:
  stripe_client(io_runtime& io, std::string base_url, client_options options)
      : base_(std::move(base_url)), client_(io, std::move(options)) {
    while (base_.ends_with('/'))
      base_.pop_back();
  }

  void send(account keys, provider_request what, std::function<void(provider_answer)> done) override {
    const auto* stripe = std::get_if<payments::stripe_account>(&keys);
    if (stripe == nullptr || stripe->secret_key.empty()) {
      provider_answer out;
      out.what = call_outcome::config_problem;
      out.why = "there is no Stripe key";
      return done(std::move(out));
    }
    client_request request;
    request.method = std::move(what.method);
    request.url = base_ + what.path;
    request.headers = {{"Authorization", "Bearer " + stripe->secret_key},
                       {"Stripe-Version", std::string(payments::stripe_version)},
                       {"Accept", "application/json"}};
    if (request.method == "POST")
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    if (!what.idempotency_key.empty())
      request.headers.emplace_back("Idempotency-Key", std::move(what.idempotency_key));
    if (!stripe->on_behalf_of.empty())
      request.headers.emplace_back("Stripe-Account", stripe->on_behalf_of);
    request.body = std::move(what.body);
    client_.send(std::move(request),
                 [done = std::move(done)](client_result result) { done(answer_of(std::move(result))); });
  }

private:
  std::string base_;
  client client_;
};

} // namespace

std::shared_ptr<payments::provider_client> make_stripe_client(io_runtime& io, std::string base_url,
                                                              client_options options) {
  return std::make_shared<stripe_client>(io, std::move(base_url), std::move(options));
}

client_options stripe_client_options() {
  client_options options;
  options.read_timeout = std::chrono::seconds{80}; // as Stripe's own library
  options.body_bytes = answer_bytes_max;
  options.proxy = proxy_settings::from_environment();
  return options;
}

} // namespace wakala::http
