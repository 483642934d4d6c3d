/// \file
/// What a server's connections share, and what the server asks of a connection. Internal to http/core.
#pragma once

#include "http/core/asio_types.hpp"
#include "http/core/io_core.hpp"
#include "http/core/server.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <vector>

namespace wakala::http {

class connection_base;

struct server::state : std::enable_shared_from_this<server::state> {
  /// The connections of one I/O thread; touched by that thread only.
  struct lane {
    std::unordered_set<connection_base*> connections;
  };

  state(io_core& loops, server_options with, request_handler handle, request_precheck check, body_bound bounds);

  io_core& core; ///< kept alive by the server, which outlives every connection
  server_options options;
  request_handler handler;
  request_precheck precheck;
  body_bound bound;
  web_socket_gate sockets;
  std::unique_ptr<asio::ssl::context> tls;
  std::uint16_t port = 0;
  server_counters counters;

  std::vector<lane> lanes;
  std::atomic<bool> draining{false};
  std::atomic<bool> stopping{false};
  std::atomic<bool> accepting{false};
  std::atomic<std::size_t> live{0};     ///< connection objects
  std::atomic<std::size_t> admitted{0}; ///< those within the limit
  std::atomic<std::size_t> refusing{0}; ///< those told that there is no room
  std::atomic<std::size_t> posted{0};   ///< functions on their way to a loop

  std::size_t home = 0; ///< the loop that accepts; the members below belong to it
  std::optional<tcp_acceptor> acceptor;
  std::optional<steady_timer> timer;
  std::function<void()> drained;

  /// Runs a function on a loop; the server's end waits for it.
  void run_on(std::size_t loop, std::function<void()> work);
  void cut_all();
  /// A connection or the accept loop ends: `mark` says so in the members above.
  void leave(const std::function<void()>& mark);
  void tell_if_drained();
};

/// One connection, on one I/O thread for all its life.
class connection_base : public std::enable_shared_from_this<connection_base> {
public:
  connection_base(std::shared_ptr<server::state> server, std::size_t lane, bool admitted);
  virtual ~connection_base();
  connection_base(const connection_base&) = delete;
  connection_base& operator=(const connection_base&) = delete;

  /// Spawns the connection's coroutine on its loop.
  virtual void start() = 0;
  virtual void close_if_idle() = 0;
  virtual void cut() = 0;

  /// An answer arrives, on this connection's thread. `at_once`: the coroutine may go on before this returns.
  void answer(std::uint64_t request_number, response&& what, bool at_once);

protected:
  struct waiter {
    virtual ~waiter() = default;
    virtual void go_on(response&& what) = 0;
  };
  template <class Handler>
  struct waiter_of final : waiter {
    explicit waiter_of(Handler h) : handler(std::move(h)) {}
    void go_on(response&& what) override { std::move(handler)(std::move(what)); }
    Handler handler;
  };

  /// A new request goes to the handler: its number.
  std::uint64_t expect_answer();
  /// Takes the answer if it is there, or an empty one if none will come: this connection was cut.
  bool take_answer(response& into);
  /// Waits for it, when it could not be taken.
  auto next_answer() {
    return asio::async_initiate<const asio::deferred_t, void(response)>(
        [this](auto handler) { waiter_ = std::make_unique<waiter_of<decltype(handler)>>(std::move(handler)); },
        asio::deferred);
  }
  void abandon_answer(); ///< ends a wait, with an answer nobody reads

  asio::io_context& loop() const noexcept { return server_->core.loop(lane_); }

  std::shared_ptr<server::state> server_;
  std::size_t lane_;
  bool admitted_;

private:
  std::uint64_t expected_ = 0;
  bool waiting_for_answer_ = false;
  std::optional<response> ready_;
  std::unique_ptr<waiter> waiter_;
};

std::shared_ptr<connection_base> make_plain_connection(std::shared_ptr<server::state> server, std::size_t lane,
                                                       tcp_socket socket, bool admitted);
std::shared_ptr<connection_base> make_tls_connection(std::shared_ptr<server::state> server, std::size_t lane,
                                                     tcp_socket socket, bool admitted);

/// Where a responder's answer goes.
class responder::target final : public io_errand {
public:
  target(std::weak_ptr<io_core> core, std::size_t loop, std::weak_ptr<connection_base> connection,
         std::uint64_t number)
      : core_(std::move(core)), loop_(loop), connection_(std::move(connection)), number_(number) {}
  ~target() override;

  /// `self` is this target.
  bool send(response&& answer, const std::shared_ptr<target>& self);
  bool drop();

  /// On the connection's thread: hands it the answer.
  void run() override;

private:
  /// True when the answer could be given on the spot, or nobody is there to have it.
  bool deliver_here(io_core* core, response& answer);

  std::weak_ptr<io_core> core_;
  std::size_t loop_;
  std::weak_ptr<connection_base> connection_;
  std::uint64_t number_;
  std::atomic<bool> answered_{false};
  response answer_; ///< on its way
};

} // namespace wakala::http
