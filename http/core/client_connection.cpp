#include "http/core/client_connection.hpp"

#include "http/core/address_kind.hpp"
#include "http/core/proxy.hpp"
#include "http/core/response_head.hpp"

#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <vector>

namespace wakala::http {
namespace {

using resolver = asio::ip::basic_resolver<tcp, executor>;

constexpr std::size_t read_size = 16 * 1024;
constexpr std::size_t joined_body = 16 * 1024; // up to here head and body are one write
constexpr std::string_view client_gone = "the client was closed";

/// A name look-up cannot be interrupted: it is left behind when its time is over.
struct look_up {
  explicit look_up(asio::io_context& loop) : names(loop.get_executor()) {}
  resolver names;
  error_code failed;
  std::vector<tcp::endpoint> found;
  bool done = false;
};

std::string verification_failure(SSL* handle, const error_code& failed) {
  const auto verdict = SSL_get_verify_result(handle);
  return verdict == X509_V_OK ? failed.message() : X509_verify_cert_error_string(verdict);
}

} // namespace

client_connection::client_connection(asio::io_context& loop, const client_options& options)
    : loop_(loop), options_(options), socket_(loop.get_executor()), guard_(loop.get_executor()),
      reader_(options.header_bytes, options.body_bytes) {}

void client_connection::until(steady_time deadline) {
  expired_ = false;
  guard_.set(shared_from_this(), deadline);
}

void client_connection::on_deadline() {
  expired_ = true;
  error_code ignored;
  socket_.cancel(ignored);
}

void client_connection::close() {
  closed_ = true;
  guard_.stop();
  if (resolving_)
    resolving_->cancel();
  error_code ignored;
  socket_.close(ignored);
}

bool client_connection::still_good() {
  if (closed_ || !socket_.is_open())
    return false;
  char byte = 0;
  const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

task<std::string> client_connection::reach(const std::string& host, std::uint16_t port, steady_time deadline,
                                           bool is_checked) {
  std::vector<tcp::endpoint> endpoints;
  error_code no_literal;
  if (const auto literal = asio::ip::make_address(host, no_literal); !no_literal) {
    endpoints.emplace_back(literal, port);
  } else {
    auto names = std::make_shared<look_up>(loop_);
    resolving_ = std::make_shared<steady_timer>(loop_.get_executor(), deadline);
    names->names.async_resolve(host, std::to_string(port), resolver::numeric_service,
                               [names, timer = resolving_](error_code failed, const resolver::results_type& found) {
                                 names->failed = failed;
                                 for (const auto& each : found)
                                   names->found.push_back(each.endpoint());
                                 names->done = true;
                                 timer->cancel();
                               });
    co_await resolving_->async_wait(as_results);
    resolving_.reset();
    if (closed_)
      co_return std::string(client_gone);
    if (!names->done)
      co_return "looking up " + host + " took too long";
    if (names->failed || names->found.empty())
      co_return "looking up " + host + ": " + names->failed.message();
    endpoints = std::move(names->found);
  }
  // Looked at here and not when the name is configured, since what a name leads to changes.
  if (is_checked &&
      std::erase_if(endpoints,
                    [](const tcp::endpoint& each) { return !is_public_address(each.address().to_string()); }) > 0 &&
      endpoints.empty())
    co_return host + " is no public address";
  std::string why;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    // A share of the time each, so that one address which swallows packets leaves some for the next.
    const auto now = std::chrono::steady_clock::now();
    until(now + (deadline - now) / static_cast<int>(endpoints.size() - i));
    const auto [failed] = co_await socket_.async_connect(endpoints[i], as_results);
    if (closed_)
      co_return std::string(client_gone);
    if (!failed && !expired_) {
      error_code ignored;
      socket_.set_option(tcp::no_delay(true), ignored);
      co_return std::string();
    }
    why = "connecting to " + host + ":" + std::to_string(port) + ": " +
          (expired_ ? std::string("timed out") : failed.message());
    error_code ignored;
    socket_.close(ignored);
  }
  co_return why;
}

task<std::string> client_connection::open_tunnel(const route& way, steady_time deadline) {
  until(deadline);
  const auto where = way.target.host_and_port();
  std::string head = "CONNECT " + where + " HTTP/1.1\r\n";
  append_field(head, "Host", where);
  if (const auto credentials = proxy_authorization(*way.proxy); !credentials.empty())
    append_field(head, "Proxy-Authorization", credentials);
  head += "\r\n";
  const auto [failed, written] = co_await asio::async_write(socket_, asio::buffer(head), as_results);
  reader_.start(true);
  auto step = failed ? answer_step::broken : answer_step::need_more;
  while (step == answer_step::need_more) {
    const auto space = input_.prepare(read_size);
    const auto [read_failed, count] =
        co_await socket_.async_read_some(asio::buffer(space.data, space.size), as_results);
    input_.commit(count);
    if (closed_)
      co_return std::string(client_gone);
    if (read_failed || expired_)
      co_return std::string(expired_ ? "the proxy took too long" : "the proxy closed the connection");
    const auto [next, used] = reader_.feed(input_.view());
    input_.consume(used);
    step = next;
  }
  if (step == answer_step::broken)
    co_return std::string("the proxy could not be asked");
  const auto answer = reader_.take();
  if (answer.status / 100 != 2)
    co_return "the proxy answered " + std::to_string(answer.status);
  if (!input_.empty())
    co_return std::string("the proxy spoke out of turn");
  co_return std::string();
}

task<std::string> client_connection::open(const route& way) {
  const auto deadline = std::chrono::steady_clock::now() + options_.connect_timeout;
  const auto& first = way.proxy ? *way.proxy : way.target;
  auto why = co_await reach(first.host, first.port, deadline, options_.public_addresses_only && !way.proxy);
  if (!why.empty() || !way.target.https)
    co_return why;
  if (way.proxy) {
    why = co_await open_tunnel(way, deadline);
    if (!why.empty())
      co_return why;
  }
  tls_.emplace(socket_, *way.tls);
  error_code no_literal;
  asio::ip::make_address(way.target.host, no_literal);
  if (no_literal) // SNI names hosts, never addresses
    SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(way.target.host.c_str()));
  error_code unset;
  tls_->set_verify_callback(asio::ssl::host_name_verification(way.target.host), unset);
  until(deadline);
  const auto [failed] = co_await tls_->async_handshake(asio::ssl::stream_base::client, as_results);
  if (closed_)
    co_return std::string(client_gone);
  if (expired_)
    co_return std::string("the TLS handshake timed out");
  if (failed || unset)
    co_return "the TLS handshake failed: " + verification_failure(tls_->native_handle(), failed);
  co_return std::string();
}

template <class Stream>
task<exchange_end> client_connection::exchange_over(Stream& stream, const std::string& head, const std::string& body,
                                                    const exchange_bounds& bounds) {
  exchange_end end{unknown_outcome{}, false, false};
  std::string joined;
  std::array<asio::const_buffer, 2> parts{asio::buffer(head), asio::buffer(body)};
  if (body.size() <= joined_body) {
    joined.reserve(head.size() + body.size());
    joined += head;
    joined += body;
    parts = {asio::buffer(joined), asio::const_buffer()};
  }
  until(std::chrono::steady_clock::now() + bounds.write_timeout);
  const auto [write_failed, written] = co_await asio::async_write(stream, parts, as_results);
  if (closed_ || expired_) {
    end.outcome =
        unknown_outcome{closed_ ? std::string(client_gone) : "the server took too long to read the request"};
    co_return end;
  }
  if (write_failed && written == 0 && !tls_) {
    end.outcome = not_sent{"the connection was closed: " + write_failed.message()};
    end.dropped_unanswered = true;
    co_return end;
  }
  // After a failed write the answer may be there all the same: a server may refuse a request before it has read it.
  until(std::chrono::steady_clock::now() + bounds.read_timeout);
  auto step = answer_step::need_more;
  while (step == answer_step::need_more) {
    const auto space = input_.prepare(read_size);
    const auto [failed, count] = co_await stream.async_read_some(asio::buffer(space.data, space.size), as_results);
    input_.commit(count);
    if (closed_ || expired_) {
      end.outcome = unknown_outcome{closed_ ? std::string(client_gone) : "no whole answer in time"};
      co_return end;
    }
    if (failed == asio::error::eof) {
      step = reader_.end();
    } else if (failed) {
      end.dropped_unanswered = !reader_.started();
      end.outcome = unknown_outcome{"the connection broke: " + failed.message()};
      co_return end;
    } else {
      const auto [next, used] = reader_.feed(input_.view());
      input_.consume(used);
      step = next;
    }
  }
  guard_.clear();
  if (step == answer_step::broken) {
    end.dropped_unanswered = !reader_.started();
    end.outcome = unknown_outcome{std::string(reader_.why_broken()), reader_.body_too_large(),
                                  reader_.body_too_large() ? reader_.status() : 0};
    co_return end;
  }
  end.reusable = !write_failed && reader_.keep_alive() && input_.empty();
  input_.release();
  end.outcome = reader_.take();
  co_return end;
}

task<exchange_end> client_connection::exchange(const std::string& head, const std::string& body,
                                               const exchange_bounds& bounds) {
  reader_.start(bounds.without_body, bounds.body_bytes);
  if (tls_)
    co_return co_await exchange_over(*tls_, head, body, bounds);
  co_return co_await exchange_over(socket_, head, body, bounds);
}

} // namespace wakala::http
