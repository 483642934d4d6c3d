#include "sandbox/app.hpp"

#include "http/core/client.hpp"
#include "http/core/hmac.hpp"
#include "http/core/io_runtime.hpp"
#include "http/core/server.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "sandbox/payment_routes.hpp"
#include "sandbox/routes.hpp"
#include "sandbox/timer_queue.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <set>
#include <thread>
#include <unordered_map>

namespace wakala::sandbox {

namespace {

constexpr std::size_t body_bytes_max = 101'000'000; // a document of 100 MB and its form
constexpr auto verify_tries = 30;

http::client_options client_options_for(const app_options& options) {
  http::client_options client;
  client.user_agent = "facebookexternalua";
  client.read_timeout = options.webhook_timeout;
  client.connections_per_host = options.delivery.concurrency;
  client.waiting_per_host = 65'536;
  client.body_bytes = 1'000'000;
  client.proxy = http::proxy_settings::from_environment();
  return client;
}

std::string text_of(std::optional<std::string_view> header) { return std::string{header.value_or("")}; }

} // namespace

/// Everything below the HTTP threads happens on one thread, `loop`'s.
struct app::state {
  state(app_options given, const clock_source& clock)
      : options(std::move(given)), meta(options.behaviour, options.numbers, clock), timers(loop.get_executor()),
        poster(
            timers, options.delivery,
            [this](const business_number& to, std::shared_ptr<const std::string> body,
                   std::function<void(int)> done) { post_webhook(to, *body, std::move(done)); },
            [this](const webhook_update& update) {
              meta.acknowledged(update);
              paths.notify();
            }),
        money(payment_world{clock,
                            [this](std::chrono::milliseconds wait, std::function<void()> call) {
                              timers.after(wait, std::move(call));
                            },
                            [this](payment_post what, std::function<void(int, const std::string&)> done) {
                              post_payment(std::move(what), std::move(done));
                            }},
              options.payments),
        paths(
            meta, poster, timers,
            [this](const callback_override& callback, std::function<void(bool)> done) {
              challenge(callback.uri, callback.verify_token,
                        [done = std::move(done)](bool good, int) { done(good); });
            },
            [this](const web_request& request, std::vector<std::string> parts, const routes::respond& answer) {
              return money.handle(request, std::move(parts), answer);
            }),
        client(io, client_options_for(options)) {}

  ~state() {
    loop.stop();
    if (thread.joinable())
      thread.join();
    listener.reset();
  }

  const http::hmac_key& key_of(const std::string& secret) {
    const auto known = keys.find(secret);
    return known != keys.end() ? known->second : keys.emplace(secret, http::hmac_key{secret}).first->second;
  }

  void post_webhook(const business_number& to, const std::string& body, std::function<void(int)> done) {
    http::client_request request;
    request.method = "POST";
    request.url = to.webhook_url;
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Hub-Signature-256", http::signature_header(body, key_of(to.webhook_secret))}};
    request.body = body;
    client.send(std::move(request), [this, done = std::move(done)](http::client_result outcome) {
      const auto* answer = std::get_if<http::client_answer>(&outcome);
      boost::asio::post(loop, [done, status = answer ? answer->status : 0] { done(status); });
    });
  }

  /// What a payment provider tells a business; `done` runs on `loop`'s thread.
  void post_payment(payment_post what, std::function<void(int, const std::string&)> done) {
    http::client_request request;
    request.method = "POST";
    request.url = std::move(what.url);
    request.headers = std::move(what.headers);
    request.body = std::move(what.body);
    client.send(std::move(request), [this, done = std::move(done)](http::client_result outcome) {
      auto* answer = std::get_if<http::client_answer>(&outcome);
      boost::asio::post(loop, [done, status = answer ? answer->status : 0,
                               body = answer ? std::move(answer->body) : std::string{}] { done(status, body); });
    });
  }

  /// The GET with which Meta checks a callback URL (Cloud API reference §3.1); `done` hears on `loop`'s thread
  /// whether it answered well, and with which status (0: not at all).
  void challenge(const std::string& url, const std::string& token, std::function<void(bool good, int status)> done) {
    const auto asked = fmt::format("{}", 1'000'000'000 + mix64(options.behaviour.seed + ++challenges) % 999'999'999);
    http::client_request request;
    request.url = fmt::format("{}{}hub.mode=subscribe&hub.challenge={}&hub.verify_token={}", url,
                              url.find('?') == std::string::npos ? '?' : '&', asked, url_encode(token));
    client.send(std::move(request), [this, asked, done = std::move(done)](http::client_result outcome) {
      const auto* answer = std::get_if<http::client_answer>(&outcome);
      const auto good = answer && answer->status == 200 && answer->body == asked;
      boost::asio::post(loop, [good, done, status = answer ? answer->status : 0] { done(good, status); });
    });
  }

  void verify(const std::string& url, int tries_left) {
    challenge(url, options.verify_token, [this, url, tries_left](bool good, int status) {
      if (good)
        log::info("webhook_verified");
      else if (status == 0 && tries_left > 0) // not up yet
        timers.after(options.delivery.retry_base, [this, url, tries_left] { verify(url, tries_left - 1); });
      else
        log::warn("webhook_not_verified", {{"status", status}});
    });
  }

  void handle(http::request&& in, http::responder to) {
    web_request request{in.method,
                        std::move(in.target),
                        text_of(in.header("Authorization")),
                        text_of(in.header("Content-Type")),
                        text_of(in.header("Host")),
                        std::move(in.body),
                        text_of(in.header("Idempotency-Key"))};
    boost::asio::post(loop, [this, request = std::move(request), to = std::move(to)]() mutable {
      paths.handle(std::move(request), [to](web_reply reply) {
        if (reply.drop_connection) {
          to.drop();
          return;
        }
        http::response out;
        out.status = reply.status;
        out.content_type = std::move(reply.content_type);
        out.body = std::move(reply.body);
        out.headers = std::move(reply.headers);
        to.send(std::move(out));
      });
    });
  }

  app_options options;
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{loop.get_executor()};
  backend meta;
  timer_queue timers;
  webhook_poster poster;
  payment_routes money;
  routes paths;
  std::unordered_map<std::string, http::hmac_key> keys;
  std::uint64_t challenges = 0;
  http::io_runtime io{1};
  http::client client;
  std::unique_ptr<http::server> listener;
  std::thread thread;
};

app::app(std::unique_ptr<state> s) : state_(std::move(s)) {}
app::~app() = default;

std::uint16_t app::port() const noexcept { return state_->listener->port(); }

result<std::unique_ptr<app>> app::start(app_options options, const clock_source& clock) {
  auto made = std::make_unique<state>(std::move(options), clock);
  auto& whole = *made;
  http::server_options server;
  server.address = whole.options.listen;
  server.server_name = "wakala-sandbox";
  server.body_bytes = body_bytes_max;
  server.read_timeout = std::chrono::seconds{60};
  auto listener = http::server::start(whole.io, std::move(server), [&whole](http::request&& in, http::responder to) {
    whole.handle(std::move(in), std::move(to));
  });
  if (!listener)
    return listener.error();
  whole.listener = std::move(*listener);
  whole.io.start();
  if (whole.options.verify) {
    std::set<std::string> urls;
    for (const auto& number : whole.options.numbers.all())
      if (!number.webhook_url.empty() && urls.insert(number.webhook_url).second)
        whole.verify(number.webhook_url, verify_tries);
  }
  whole.thread = std::thread{[&whole] { whole.loop.run(); }};
  return std::unique_ptr<app>{new app{std::move(made)}};
}

} // namespace wakala::sandbox
