#include "console/api_client.hpp"

#include "console/endpoints.hpp"
#include "console/models.hpp"
#include "http/core/client.hpp"

#include <atomic>
#include <future>
#include <mutex>
#include <optional>
#include <utility>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds connect_timeout{2000};
constexpr std::chrono::milliseconds read_timeout{5000};
constexpr std::chrono::milliseconds action_timeout{30'000};

/// The listener without the scheme, as people name it.
std::string short_name(const std::string& url) {
  const auto slashes = url.find("://");
  return slashes == std::string::npos ? url : url.substr(slashes + 3);
}

http::client_options options_for(const std::string& ca_file) {
  http::client_options options;
  options.connect_timeout = connect_timeout;
  options.read_timeout = read_timeout;
  options.connections_per_host = 8;
  options.body_bytes = 64 * 1024 * 1024;
  options.ca_file = ca_file;
  options.user_agent = "wakala-console";
  options.proxy = http::proxy_settings::from_environment();
  return options;
}

} // namespace

struct api_client::state {
  using done = std::function<void(answer)>;

  state(access to, const std::string& ca_file, std::function<void()> wake_up)
      : token(std::move(to.token)), urls(std::move(to.urls)), wake(std::move(wake_up)),
        client(io, options_for(ca_file)) {
    io.start();
  }

  /// Asks one listener; `left`: how many more may be asked after it.
  void attempt(call what, std::size_t index, std::size_t left, done when_done) {
    http::client_request request;
    std::string url;
    {
      const std::lock_guard lock(mutex);
      url = urls.url(index);
    }
    request.method = what.method;
    request.url = url + what.target;
    request.headers = {{"Authorization", "Bearer " + token}, {"Accept", "application/json"}};
    if (what.method != "GET") {
      request.headers.push_back({"Content-Type", "application/json"});
      request.body = what.body;
      request.read_timeout = action_timeout;
    }
    client.send(std::move(request), [this, what = std::move(what), index, left, url = std::move(url),
                                     when_done = std::move(when_done)](http::client_result came) mutable {
      answered(std::move(what), index, left, url, std::move(came), std::move(when_done));
    });
  }

  void answered(call what, std::size_t index, std::size_t left, const std::string& url, http::client_result came,
                done when_done) {
    answer given;
    given.id = what.id;
    given.url = url;
    const bool may_be_repeated = what.method == "GET" || std::holds_alternative<http::not_sent>(came);
    bool is_away = true;
    if (auto* whole = std::get_if<http::client_answer>(&came)) {
      given.status = whole->status;
      given.body = json::parse(whole->body, nullptr, false);
      if (given.body.is_discarded())
        given.body = nullptr;
      if (!given.is_good()) {
        given.why = text_at(given.body, "detail");
        if (given.why.empty())
          given.why = text_at(given.body, "title");
      }
      // A node that is ending, or has lost its store, says 503; another one may know.
      is_away = whole->status == 502 || whole->status == 503;
    } else if (auto* unsent = std::get_if<http::not_sent>(&came)) {
      given.why = short_name(url) + ": " + unsent->why;
    } else if (auto* unknown = std::get_if<http::unknown_outcome>(&came)) {
      given.why = short_name(url) + ": " + unknown->why;
      given.is_unknown = what.method != "GET";
    }
    std::size_t next = 0;
    {
      const std::lock_guard lock(mutex);
      if (is_away)
        urls.failed(index);
      else
        urls.answered(index);
      next = urls.after(index);
    }
    if (is_away && may_be_repeated && left > 0 && !is_closing)
      attempt(std::move(what), next, left - 1, std::move(when_done));
    else
      when_done(std::move(given));
  }

  void begin(call what, done when_done) {
    std::size_t index = 0;
    {
      const std::lock_guard lock(mutex);
      index = urls.current();
    }
    const auto others = urls.count() - 1;
    attempt(std::move(what), index, others, std::move(when_done));
  }

  const std::string token;
  std::mutex mutex; ///< for the two below
  endpoints urls;
  std::vector<answer> answers;
  std::function<void()> wake;
  std::atomic<bool> is_closing = false;
  http::io_runtime io;
  http::client client;
};

api_client::api_client(access to, const std::string& ca_file, std::function<void()> wake)
    : state_(std::make_unique<state>(std::move(to), ca_file, std::move(wake))) {}

api_client::~api_client() { state_->is_closing = true; }

void api_client::send(call what) {
  state_->begin(std::move(what), [to = state_.get()](answer given) {
    {
      const std::lock_guard lock(to->mutex);
      to->answers.push_back(std::move(given));
    }
    if (!to->is_closing)
      to->wake();
  });
}

std::vector<answer> api_client::take() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->answers, {});
}

answer api_client::ask(call what) {
  auto waiting = std::make_shared<std::promise<answer>>();
  auto given = waiting->get_future();
  state_->begin(std::move(what), [waiting](answer came) { waiting->set_value(std::move(came)); });
  return given.get();
}

} // namespace wakala::console
