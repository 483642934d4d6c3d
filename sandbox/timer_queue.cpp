#include "sandbox/timer_queue.hpp"

#include <utility>

namespace wakala::sandbox {

void timer_queue::after(std::chrono::milliseconds wait, std::function<void()> call) {
  const auto at = waiting_.emplace(std::chrono::steady_clock::now() + wait, std::move(call));
  if (at == waiting_.begin())
    arm();
}

void timer_queue::clear() {
  waiting_.clear();
  timer_.cancel();
}

void timer_queue::arm() {
  timer_.expires_at(waiting_.begin()->first); // cancels the wait before it
  timer_.async_wait([this](const boost::system::error_code& failure) {
    if (!failure)
      fire();
  });
}

void timer_queue::fire() {
  while (!waiting_.empty() && waiting_.begin()->first <= std::chrono::steady_clock::now()) {
    const auto call = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    call();
  }
  if (!waiting_.empty())
    arm();
}

} // namespace wakala::sandbox
