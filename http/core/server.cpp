#include "http/core/server.hpp"

#include "http/core/server_state.hpp"
#include "http/core/tls_files.hpp"
#include "runtime/core/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace wakala::http {
namespace {

constexpr std::size_t turned_away_at_once = 64;

std::string name_of(const listen_address& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos && !address.host.starts_with('[');
  return (ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

result<tcp::endpoint> endpoint_of(asio::io_context& loop, const listen_address& address) {
  auto host = address.host;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  error_code failed;
  if (const auto literal = asio::ip::make_address(host, failed); !failed)
    return tcp::endpoint(literal, address.port);
  tcp::resolver resolver(loop);
  const auto found = resolver.resolve(host, "", tcp::resolver::passive, failed);
  if (failed || found.empty())
    return make_error(errc::invalid_argument, "cannot listen on " + name_of(address) + ": " + failed.message(),
                      "listen");
  return tcp::endpoint(found.begin()->endpoint().address(), address.port);
}

result<tcp_acceptor> listen_on(asio::io_context& loop, const listen_address& address) {
  const auto endpoint = endpoint_of(loop, address);
  if (!endpoint)
    return endpoint.error();
  tcp_acceptor acceptor(loop.get_executor());
  error_code failed;
  acceptor.open(endpoint->protocol(), failed);
  if (!failed)
    acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed)
    acceptor.bind(*endpoint, failed);
  if (!failed)
    acceptor.listen(asio::socket_base::max_listen_connections, failed);
  if (!failed)
    return acceptor;
  const auto code = failed == asio::error::address_in_use ? errc::conflict : errc::invalid_argument;
  return make_error(code, "cannot listen on " + name_of(address) + ": " + failed.message(), "listen");
}

void welcome(const std::shared_ptr<server::state>& s, std::size_t lane, tcp_socket socket) {
  ++s->counters.accepted;
  const bool admitted = s->admitted < s->options.connections;
  if (admitted) {
    ++s->admitted;
  } else {
    ++s->counters.refused;
    if (s->refusing >= turned_away_at_once)
      return;
    ++s->refusing;
  }
  const auto make = s->tls ? make_tls_connection : make_plain_connection;
  make(s, lane, std::move(socket), admitted)->start();
}

task<void> accept_loop(std::shared_ptr<server::state> s) {
  while (s->acceptor->is_open()) {
    const auto lane = s->core.next();
    tcp_socket socket(s->core.loop(lane).get_executor());
    const auto [failed] = co_await s->acceptor->async_accept(socket, as_results);
    if (!failed) {
      welcome(s, lane, std::move(socket));
      continue;
    }
    if (failed == asio::error::operation_aborted || s->stopping || s->draining)
      break;
    if (failed == asio::error::connection_aborted) // the client left while it was waiting
      continue;
    log::warn("http_accept_failed", {{"what", failed.message()}}); // most likely no descriptors: some will be freed
    s->timer->expires_after(std::chrono::milliseconds(100));
    co_await s->timer->async_wait(as_results);
  }
  s->leave([&s] { s->accepting = false; });
}

} // namespace

server_options make_server_options(const listener_config& listener, const limits_config& limits) {
  server_options out;
  out.address = listener.address;
  out.tls_certificate_file = listener.tls_certificate_file;
  out.tls_key_file = listener.tls_key_file;
  out.connections = limits.connections;
  out.header_bytes = limits.header_bytes;
  out.body_bytes = limits.body_bytes;
  out.read_timeout = limits.read_timeout;
  out.idle_timeout = limits.idle_timeout;
  out.write_timeout = limits.write_timeout;
  out.drain_timeout = limits.drain_timeout;
  return out;
}

result<std::unique_ptr<server>> server::start(io_runtime& io, server_options options, request_handler handler,
                                              request_precheck precheck, body_bound bound, web_socket_gate sockets) {
  const auto& core = io.core();
  auto s =
      std::make_shared<state>(*core, std::move(options), std::move(handler), std::move(precheck), std::move(bound));
  s->sockets = std::move(sockets);
  if (s->options.tls_certificate_file.empty() != s->options.tls_key_file.empty())
    return make_error(errc::invalid_argument, "TLS needs both a certificate file and a key file", "tls");
  if (!s->options.tls_certificate_file.empty()) {
    auto tls = server_tls(s->options.tls_certificate_file, s->options.tls_key_file);
    if (!tls)
      return tls.error();
    s->tls = std::move(*tls);
  }
  s->home = core->next();
  auto acceptor = listen_on(core->loop(s->home), s->options.address);
  if (!acceptor)
    return acceptor.error();
  error_code failed;
  s->port = acceptor->local_endpoint(failed).port();
  s->acceptor.emplace(std::move(*acceptor));
  s->timer.emplace(core->loop(s->home).get_executor());
  s->accepting = true;
  asio::co_spawn(core->loop(s->home).get_executor(), accept_loop(s), asio::detached);
  return std::unique_ptr<server>(new server(std::move(s)));
}

server::server(std::shared_ptr<state> s) : state_(std::move(s)), core_(state_->core.shared_from_this()) {}

server::~server() {
  auto& s = *state_;
  s.stopping = true;
  s.run_on(s.home, [&s] {
    error_code ignored;
    s.acceptor->close(ignored);
    s.timer->cancel();
  });
  s.cut_all();
  core_->settle([&s] { return s.live == 0 && !s.accepting && s.posted == 0; });
  // Nothing uses these any more, and a straggler in a loop's queue may hold the state a moment longer.
  s.acceptor.reset();
  s.timer.reset();
  s.handler = {};
  s.precheck = {};
  s.bound = {};
  s.sockets = {};
  s.drained = {};
}

std::uint16_t server::port() const noexcept { return state_->port; }

const server_counters& server::counters() const noexcept { return state_->counters; }

void server::drain(std::function<void()> done) {
  auto& s = *state_;
  s.run_on(s.home, [&s, done = std::move(done)] {
    s.drained = done;
    s.draining = true;
    error_code ignored;
    s.acceptor->close(ignored);
    for (std::size_t i = 0; i < s.lanes.size(); ++i)
      s.run_on(i, [&s, i] {
        const std::vector<connection_base*> all(s.lanes[i].connections.begin(), s.lanes[i].connections.end());
        for (auto* each : all)
          if (s.lanes[i].connections.contains(each))
            each->close_if_idle();
      });
    s.timer->expires_after(s.options.drain_timeout);
    s.timer->async_wait([weak = s.weak_from_this()](error_code failed) {
      if (const auto alive = weak.lock(); alive && !failed)
        alive->cut_all();
    });
    s.tell_if_drained();
  });
}

} // namespace wakala::http
