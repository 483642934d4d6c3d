#include "tests/http/support/http_node.hpp"

#include "http/core/hmac.hpp"
#include "persistence/media/file_media_store.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wakala::http::test {

std::string raw_exchange(std::uint16_t port, std::string_view sent, bool half_close, std::chrono::seconds patience) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string got;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    while (!sent.empty()) {
      const auto n = ::send(fd, sent.data(), sent.size(), MSG_NOSIGNAL);
      if (n <= 0)
        break; // refused half-way: the answer is what counts
      sent.remove_prefix(static_cast<std::size_t>(n));
    }
    if (half_close)
      ::shutdown(fd, SHUT_WR);
    const auto end = std::chrono::steady_clock::now() + patience;
    char buffer[4096];
    for (;;) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
      pollfd what{fd, POLLIN, 0};
      if (left <= 0 || ::poll(&what, 1, static_cast<int>(left)) <= 0)
        break;
      const auto n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0)
        break;
      got.append(buffer, static_cast<std::size_t>(n));
    }
  }
  ::close(fd);
  return got;
}

slow_reader::slow_reader(std::uint16_t port, const std::string& request, std::size_t copies)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const int small = 4096;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    return;
  for (std::size_t i = 0; i < copies; ++i) // until the server reads no more either
    if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
      return;
}

slow_reader::~slow_reader() { ::close(fd_); }

int status_of(std::string_view raw) {
  constexpr std::string_view version = "HTTP/1.1 ";
  return raw.starts_with(version) ? std::atoi(std::string(raw.substr(version.size(), 3)).c_str()) : 0;
}

http_node::http_node() {
  limits.read_timeout = std::chrono::milliseconds{1'000};
  limits.write_timeout = std::chrono::milliseconds{1'000};
  io.start();
}

http_node::~http_node() { close_listeners(); }

void http_node::close_listeners() {
  public_server.reset();
  admin_server.reset();
  media.reset();
}

void http_node::serve() {
  start();
  asks = std::make_unique<bridge>(*running);
  if (!gate)
    gate = std::make_shared<runtime::admission>(limits.in_flight_events, limits.in_flight_bytes);
  if (!media_directory.empty()) {
    const auto& context = *running->context();
    media_options files;
    files.meta = meta;
    files.clock = context.clock;
    files.random = context.random;
    files.count = context.count;
    media = std::make_unique<media_service>(
        io,
        persistence::open_file_media_store({media_directory, 1U << 30U, ms_per_day, context.clock, context.random})
            .value(),
        files);
  }
  webhook_edge edge{webhook_edge_options{running->context(), asks.get(), meta, gate}};
  admin_api api{admin_api_options{running->context(),
                                  asks.get(),
                                  tokens,
                                  "node-1",
                                  "0.1.0",
                                  [this] { return public_server ? &public_server->counters() : nullptr; },
                                  media.get(),
                                  {},
                                  &io}};
  const listener_config anywhere{{"127.0.0.1", 0}, {}, {}};
  payment_edge paid{payment_edge_options{running->context(), asks.get()}};
  public_server = server::start(io, make_server_options(anywhere, limits), paid.handler(edge.handler()),
                                paid.precheck(edge.precheck()))
                      .value();
  admin_server = server::start(io, make_server_options(anywhere, limits), api.handler(), api.precheck(), api.bound(),
                               api.sockets())
                     .value();
  ASSERT_TRUE(eventually([&] { return call(admin_server->port(), "GET", "/readyz").status == 200; }));
  add_tenant("duka");
  add_tenant("bidii", {{"app_secret", "bidii-secret"}, {"verify_token", "bidii-verify"}});
}

client_answer http_node::call(std::uint16_t port, std::string method, const std::string& target, std::string body,
                              header_list headers) {
  client_request what;
  what.method = std::move(method);
  what.url = "http://127.0.0.1:" + std::to_string(port) + target;
  what.headers = std::move(headers);
  what.body = std::move(body);
  auto answer = fetch(std::move(what));
  if (!answer) {
    ADD_FAILURE() << target << ": " << answer.error().what;
    return {};
  }
  return std::move(*answer);
}

client_answer http_node::post(const std::string& path, const std::string& body, std::string_view secret) {
  return post_with(path, body, {{"X-Hub-Signature-256", signature_header(body, hmac_key{secret})}});
}

client_answer http_node::post_with(const std::string& path, const std::string& body, header_list headers) {
  headers.emplace_back("Content-Type", "application/json");
  return call(public_server->port(), "POST", path, body, std::move(headers));
}

client_answer http_node::admin(std::string method, const std::string& target, std::string body,
                               std::string_view token) {
  header_list headers;
  if (!token.empty())
    headers.emplace_back("Authorization", "Bearer " + std::string(token));
  return call(admin_server->port(), std::move(method), target, std::move(body), std::move(headers));
}

json http_node::read(const std::string& target) {
  const auto answer = admin("GET", target);
  EXPECT_EQ(answer.status, 200) << target << ": " << answer.body;
  return json::parse(answer.body, nullptr, false);
}

std::size_t http_node::committed() const {
  std::size_t rows = 0;
  for (shard_id shard = 0; shard < store->shard_count(); ++shard)
    rows += store->journal(shard, 0, 100'000).value().size();
  return rows;
}

std::string http_node::hello_to(const tenant_id& tenant, const std::string& id, const std::string& text) {
  return actors::test::text_webhook(number_of(tenant), amina, id, text, now()).dump();
}

} // namespace wakala::http::test
