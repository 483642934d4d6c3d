/// \file
/// Many small waits on one timer.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>

namespace wakala::sandbox {

/// Calls things later, on the executor's one thread. Not thread-safe: use it on that thread. Waits that end at the
/// same instant are called in the order they were asked for.
class timer_queue {
public:
  explicit timer_queue(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

  void after(std::chrono::milliseconds wait, std::function<void()> call);
  std::size_t size() const noexcept { return waiting_.size(); }
  /// Forgets everything that waits.
  void clear();

private:
  void arm();
  void fire();

  boost::asio::steady_timer timer_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> waiting_;
};

} // namespace wakala::sandbox
