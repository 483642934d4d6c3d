// The generator's sockets: opened, written to, read from, closed.
#include "bench/load/generator_parts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace wakala::bench {

generator::generator(const webhook_target& target, const generator_options& options, ledger& book,
                     const std::atomic<bool>& stop)
    : target_(target), options_(options), book_(book), stop_(stop), origin_(clock::now()) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
  for (unsigned i = 0; i < options_.connections; ++i)
    connections_.push_back(std::make_unique<connection>());
}

generator::~generator() {
  for (const auto& c : connections_)
    if (c->fd >= 0)
      ::close(c->fd);
  if (epoll_ >= 0)
    ::close(epoll_);
}

result<void> generator::resolve() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(target_.host.c_str(), std::to_string(target_.port).c_str(), &hints, &found);
      failed != 0)
    return make_error(errc::unavailable, "cannot find " + target_.host + ": " + gai_strerror(failed), "--url");
  const auto* raw = reinterpret_cast<const char*>(found->ai_addr);
  address_.assign(raw, raw + found->ai_addrlen);
  freeaddrinfo(found);
  return {};
}

/// Those that the server has closed meanwhile are found out here, and not by the next request on them.
result<void> generator::connect() {
  if (address_.empty())
    if (auto found = resolve(); !found)
      return found.error();
  look_at_connections(0);
  const auto deadline = clock::now() + options_.timeout;
  while (true) {
    const auto now = clock::now();
    std::size_t open_ones = 0;
    for (const auto& c : connections_) {
      if (c->is == connection::state::closed && c->open_again <= now)
        open(*c);
      open_ones += c->is == connection::state::idle ? 1 : 0;
    }
    if (open_ones == connections_.size())
      return {};
    if (now > deadline || stop_)
      return make_error(errc::unavailable, std::to_string(open_ones) + " of " + std::to_string(connections_.size()) +
                                               " connections could be opened to " + target_.host + ":" +
                                               std::to_string(target_.port));
    look_at_connections(10);
  }
}

/// While no request is on its way.
void generator::look_at_connections(int wait_ms) {
  std::vector<epoll_event> events(connections_.size()); // each has at most one
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), wait_ms);
  for (int i = 0; i < count; ++i) {
    auto& c = *static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (c.is == connection::state::connecting)
      connected(c, clock::now());
    else
      close(c, clock::now());
  }
}

void generator::connected(connection& c, clock::time_point now) {
  int problem = 0;
  socklen_t size = sizeof problem;
  getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &problem, &size);
  if (problem != 0)
    return close(c, now);
  watch(c, EPOLLIN);
  c.is = connection::state::idle;
  idle_.push_back(&c);
}

void generator::watch(connection& c, std::uint32_t events) {
  epoll_event wanted{events | EPOLLRDHUP, {.ptr = &c}};
  epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &wanted);
}

void generator::open(connection& c) {
  const auto* address = reinterpret_cast<const sockaddr*>(address_.data());
  c.fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) {
    c.open_again = clock::now() + reconnect_wait;
    return;
  }
  const int on = 1;
  setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c.is = connection::state::connecting;
  epoll_event wanted{EPOLLOUT | EPOLLRDHUP, {.ptr = &c}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &wanted);
  if (::connect(c.fd, address, static_cast<socklen_t>(address_.size())) != 0 && errno != EINPROGRESS)
    close(c, clock::now());
}

void generator::close(connection& c, clock::time_point now) {
  if (c.is == connection::state::idle)
    std::erase(idle_, &c);
  if (c.fd >= 0)
    ::close(c.fd);
  c.fd = -1;
  // After an answer with `Connection: close` at once; when nobody takes the connection, not in a tight loop.
  c.open_again = c.is == connection::state::connecting ? now + reconnect_wait : now;
  c.is = connection::state::closed;
}

void generator::write(running& r, connection& c) {
  const auto bytes = c.current.bytes();
  while (c.written < bytes.size()) {
    const auto done = ::send(c.fd, bytes.data() + c.written, bytes.size() - c.written, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return watch(c, EPOLLIN | EPOLLOUT);
    if (done < 0)
      return lose(r, c, &load_counts::broken);
    c.written += static_cast<std::size_t>(done);
  }
}

void generator::handle(running& r, connection& c, std::uint32_t events) {
  if (c.is == connection::state::connecting)
    return connected(c, r.now);
  if (c.is == connection::state::idle) // the server has nothing to say now but goodbye
    return close(c, r.now);
  if ((events & EPOLLOUT) != 0 && c.written < c.current.bytes().size()) {
    write(r, c);
    if (c.is != connection::state::busy)
      return;
    if (c.written == c.current.bytes().size())
      watch(c, EPOLLIN);
  }
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0)
    return;
  std::array<char, 16'384> buffer;
  const auto got = ::recv(c.fd, buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return;
  const auto step = got > 0    ? c.reader.feed({buffer.data(), static_cast<std::size_t>(got)})
                    : got == 0 ? c.reader.end()
                               : answer_reader::state::broken;
  if (step == answer_reader::state::need_more)
    return;
  if (step == answer_reader::state::complete)
    return answered(r, c);
  lose(r, c, &load_counts::broken);
}

/// A request is on its way and will not be answered.
void generator::lose(running& r, connection& c, std::uint64_t load_counts::*why) {
  --r.busy;
  auto lost = std::move(c.current);
  close(c, r.now);
  failed(r, std::move(lost), why);
}

} // namespace wakala::bench
