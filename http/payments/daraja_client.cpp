#include "http/payments/daraja_client.hpp"

#include "payments/daraja_answers.hpp"
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace wakala::http {

namespace {

using payments::call_outcome;
using payments::daraja_account;
using payments::daraja_token_answer;
using payments::provider_answer;
using payments::provider_request;

constexpr std::size_t answer_bytes_max = 1024 * 1024;
constexpr std::size_t apps_max = 10'000; // beyond that tokens are forgotten, and fetched again

provider_answer nothing_sent(call_outcome what, std::string why) {
  provider_answer out;
  out.what = what;
  out.why = std::move(why);
  return out;
}

provider_answer answer_of(client_result&& result, bool& token_refused) {
  provider_answer out;
  if (auto* answer = std::get_if<client_answer>(&result)) {
    auto verdict = payments::read_daraja_verdict(answer->status, answer->body);
    token_refused = verdict.token_refused;
    out.what = verdict.what;
    out.status = answer->status;
    out.code = std::move(verdict.code);
    out.request_id = std::move(verdict.request_id);
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

/// A token, or why there is none.
struct token_outcome {
  std::string token; ///< empty: none
  call_outcome what = call_outcome::not_sent;
};

/// Tokens by app. Thread-safe.
class token_book {
public:
  using done = std::function<void(token_outcome)>;

  /// A token that is good now; empty when one has to be fetched.
  std::string fresh(const std::string& app, time_ms now) {
    const std::lock_guard lock{mutex_};
    const auto at = tokens_.find(app);
    return at != tokens_.end() && now < at->second.renew_at ? at->second.value : std::string{};
  }

  /// True for the first who waits: that one fetches for all.
  bool join(const std::string& app, done then) {
    const std::lock_guard lock{mutex_};
    auto& waiting = flights_[app];
    waiting.push_back(std::move(then));
    return waiting.size() == 1;
  }

  void finish(const std::string& app, const daraja_token_answer& got, time_ms now) {
    std::vector<done> waiting;
    token_outcome outcome{{}, got.what};
    {
      const std::lock_guard lock{mutex_};
      if (got.what == call_outcome::accepted) {
        const time_ms life = got.token.life.count() * ms_per_second;
        if (tokens_.size() >= apps_max)
          tokens_.clear();
        tokens_[app] = {got.token.value, now + life / 5 * 4, now + life};
        outcome.token = got.token.value;
      } else if (const auto old = tokens_.find(app); old != tokens_.end()) {
        if (got.what == call_outcome::config_problem)
          tokens_.erase(old);
        else if (now < old->second.dies_at)
          outcome.token = old->second.value;
      }
      waiting = std::move(flights_[app]);
      flights_.erase(app);
    }
    for (const auto& one : waiting)
      one(outcome);
  }

  /// Not if somebody has fetched another one since.
  void forget(const std::string& app, const std::string& token) {
    const std::lock_guard lock{mutex_};
    if (const auto at = tokens_.find(app); at != tokens_.end() && at->second.value == token)
      tokens_.erase(at);
  }

private:
  struct kept {
    std::string value;
    time_ms renew_at = 0;
    time_ms dies_at = 0;
  };
  std::mutex mutex_;
  std::map<std::string, kept> tokens_;
  std::map<std::string, std::vector<done>> flights_;
};

class daraja_client final : public payments::provider_client {
public:
  daraja_client(io_runtime& io, const clock_source& clock, std::string base_url, client_options options)
      : clock_(clock), base_(std::move(base_url)), client_(io, std::move(options)) {
    while (base_.ends_with('/'))
      base_.pop_back();
  }

  void send(account keys, provider_request what, std::function<void(provider_answer)> done) override {
    const auto* app = std::get_if<daraja_account>(&keys);
    if (app == nullptr || app->consumer_key.empty() || app->consumer_secret.empty())
      return done(nothing_sent(call_outcome::config_problem, "there are no Daraja keys"));
    send(payments::daraja_basic(*app), std::move(what), std::move(done), true);
  }

private:
  /// `app`: what the app shows to get a token.
  void send(std::string app, provider_request what, std::function<void(provider_answer)> done, bool may_renew) {
    auto with_token = [this, app, what = std::move(what), done = std::move(done),
                       may_renew](const token_outcome& got) mutable {
      if (got.token.empty())
        return done(nothing_sent(got.what, got.what == call_outcome::config_problem ? "the keys were refused"
                                                                                    : "there is no token now"));
      send_under(std::move(app), got.token, std::move(what), std::move(done), may_renew);
    };
    if (auto token = tokens_.fresh(app, clock_.now()); !token.empty())
      return with_token({std::move(token), call_outcome::accepted});
    if (tokens_.join(app, std::move(with_token)))
      fetch_token(app);
  }

  void fetch_token(const std::string& app) {
    client_request request;
    request.url = base_ + std::string(payments::daraja_token_path);
    request.headers = {{"Authorization", app}, {"Accept", "application/json"}};
    client_.send(std::move(request), [this, app](client_result result) {
      daraja_token_answer got;
      if (const auto* answer = std::get_if<client_answer>(&result))
        got = payments::read_daraja_token(answer->status, answer->body);
      else // whatever became of it: what was to be sent under the token has not left
        got.what = call_outcome::not_sent;
      tokens_.finish(app, got, clock_.now());
    });
  }

  void send_under(std::string app, std::string token, provider_request what,
                  std::function<void(provider_answer)> done, bool may_renew) {
    client_request request;
    request.method = what.method;
    request.url = base_ + what.path;
    request.headers = {
        {"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}, {"Accept", "application/json"}};
    request.body = what.body;
    client_.send(std::move(request), [this, app = std::move(app), token = std::move(token), what = std::move(what),
                                      done = std::move(done), may_renew](client_result result) mutable {
      bool token_refused = false;
      auto answer = answer_of(std::move(result), token_refused);
      if (token_refused)
        tokens_.forget(app, token);
      if (token_refused && may_renew)
        return send(std::move(app), std::move(what), std::move(done), false);
      done(std::move(answer));
    });
  }

  const clock_source& clock_;
  std::string base_;
  token_book tokens_;
  client client_; // the last: it ends first, and its answers still find the tokens
};

} // namespace

std::shared_ptr<payments::provider_client> make_daraja_client(io_runtime& io, const clock_source& clock,
                                                              std::string base_url, client_options options) {
  return std::make_shared<daraja_client>(io, clock, std::move(base_url), std::move(options));
}

client_options daraja_client_options() {
  client_options options;
  options.read_timeout = std::chrono::seconds{30};
  options.body_bytes = answer_bytes_max;
  options.proxy = proxy_settings::from_environment();
  return options;
}

} // namespace wakala::http
