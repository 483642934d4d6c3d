#include "console/live_feed.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr std::int64_t retry_ms = 3000;
constexpr std::size_t most_kept = 1000; ///< messages that nobody has taken yet; more are dropped

} // namespace

live_feed::live_feed(std::string token, std::string ca_file, std::function<void()> wake)
    : token_(std::move(token)), ca_file_(std::move(ca_file)), wake_(std::move(wake)) {}

bool live_feed::follow(app& what, std::int64_t now_ms) {
  auto wanted = what.watched();
  if (wanted != watched_ || what.url() != url_ || (has_ended_ && now_ms - begun_ms_ > retry_ms)) {
    socket_.reset();
    take();
    watched_ = std::move(wanted);
    url_ = what.url();
    begun_ms_ = asked_ms_ = now_ms;
    has_ended_ = false;
    if (!watched_.is_null())
      begin();
  }
  if (socket_ && now_ms - asked_ms_ > watch_seconds * 500) {
    asked_ms_ = now_ms;
    socket_->ask_again();
  }
  const auto came = take();
  for (const auto& [message, why] : came) {
    if (!message.is_null()) {
      what.on_live(message);
      continue;
    }
    has_ended_ = true;
    what.on_live_end(why);
  }
  return !came.empty();
}

void live_feed::begin() {
  socket_ = std::make_unique<live_socket>(
      live_options{url_, token_, ca_file_, watched_}, [this](json message) { keep(std::move(message), {}); },
      [this](std::string why) { keep(nullptr, std::move(why)); });
}

void live_feed::keep(json message, std::string why) {
  {
    const std::lock_guard lock(mutex_);
    if (events_.size() < most_kept || message.is_null())
      events_.push_back({std::move(message), std::move(why)});
  }
  wake_();
}

std::vector<live_feed::event> live_feed::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(events_, {});
}

} // namespace wakala::console
