/// \file
/// The Asio types used throughout http/core, with a concrete executor: nothing here pays for type erasure.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>

namespace wakala::http {

namespace asio = boost::asio;
using error_code = boost::system::error_code;
using tcp = asio::ip::tcp;
using executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;
using steady_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, executor>;
template <class T>
using task = asio::awaitable<T, executor>;

/// co_await with this yields the handler's arguments as a tuple; nothing throws.
inline constexpr asio::as_tuple_t<asio::deferred_t> as_results{};

using steady_time = std::chrono::steady_clock::time_point;

/// Calls `Owner::on_deadline()` on the owner's I/O thread once a deadline has passed. Moving the deadline is a store;
/// the timer behind it is only touched when the new deadline is the earliest so far, which on a busy connection is
/// rare.
template <class Owner>
class watchdog {
public:
  explicit watchdog(const executor& on) : timer_(on) {}

  void set(const std::shared_ptr<Owner>& owner, steady_time deadline) {
    deadline_ = deadline;
    if (deadline_ < armed_)
      arm(owner);
  }
  void clear() noexcept { deadline_ = never; }
  void stop() {
    clear();
    timer_.cancel();
  }

private:
  static constexpr steady_time never = steady_time::max();

  void arm(const std::shared_ptr<Owner>& owner) {
    armed_ = deadline_;
    timer_.expires_at(armed_);
    timer_.async_wait([weak = std::weak_ptr<Owner>(owner)](error_code failed) {
      const auto alive = weak.lock();
      if (!failed && alive)
        alive->guard().fired(alive);
    });
  }

  void fired(const std::shared_ptr<Owner>& owner) {
    armed_ = never;
    if (deadline_ == never)
      return;
    if (std::chrono::steady_clock::now() < deadline_) {
      arm(owner);
      return;
    }
    deadline_ = never;
    owner->on_deadline();
  }

  steady_timer timer_;
  steady_time deadline_ = never;
  steady_time armed_ = never;
};

} // namespace wakala::http
