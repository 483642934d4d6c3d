/// \file
/// One connection of a client: made, used for one request after the other, and checked before it is used again.
/// Internal.
#pragma once

#include "http/core/asio_types.hpp"
#include "http/core/input_buffer.hpp"
#include "http/core/response_reader.hpp"
#include "http/core/url.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <memory>
#include <optional>
#include <string>

namespace wakala::http {

/// How to reach a server.
struct route {
  url target;
  std::optional<url> proxy;
  asio::ssl::context* tls = nullptr; ///< for https
};

/// How an exchange ended.
struct exchange_end {
  client_result outcome;
  bool reusable = false;
  bool dropped_unanswered = false; ///< the server closed the connection before the first byte of an answer
};

/// What one exchange may take.
struct exchange_bounds {
  std::chrono::milliseconds write_timeout;
  std::chrono::milliseconds read_timeout;
  std::size_t body_bytes;
  bool without_body; ///< HEAD: the answer ends with its header
};

/// Belongs to one I/O thread.
class client_connection : public std::enable_shared_from_this<client_connection> {
public:
  client_connection(asio::io_context& loop, const client_options& options);

  /// Empty when connected, otherwise why not.
  task<std::string> open(const route& way);
  task<exchange_end> exchange(const std::string& head, const std::string& body, const exchange_bounds& bounds);

  /// False when the server has closed it, or said something unasked, since it was last used. Never blocks.
  bool still_good();
  /// Ends what is under way.
  void close();

  watchdog<client_connection>& guard() noexcept { return guard_; }
  void on_deadline();

  steady_time idle_since{};
  bool used_before = false;

private:
  task<std::string> reach(const std::string& host, std::uint16_t port, steady_time deadline, bool is_checked);
  task<std::string> open_tunnel(const route& way, steady_time deadline);
  template <class Stream>
  task<exchange_end> exchange_over(Stream& stream, const std::string& head, const std::string& body,
                                   const exchange_bounds& bounds);
  void until(steady_time deadline);

  asio::io_context& loop_;
  const client_options& options_;
  tcp_socket socket_;
  std::optional<asio::ssl::stream<tcp_socket&>> tls_;
  watchdog<client_connection> guard_;
  std::shared_ptr<steady_timer> resolving_;
  input_buffer input_;
  response_reader reader_;
  bool expired_ = false;
  bool closed_ = false;
};

} // namespace wakala::http
