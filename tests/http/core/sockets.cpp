#include "tests/http/core/sockets.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace wakala::http::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

void must(bool good, const char* what) {
  if (!good)
    throw std::runtime_error(what);
}

} // namespace

descriptor::~descriptor() { reset(); }

descriptor& descriptor::operator=(descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

void descriptor::reset() {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
}

raw_peer::raw_peer(descriptor socket) : socket_(std::move(socket)) {
  const timeval patience{10, 0};
  must(::setsockopt(fd(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0, "SO_RCVTIMEO");
  must(::setsockopt(fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) == 0, "SO_SNDTIMEO");
}

raw_peer raw_peer::connect(std::uint16_t port, int receive_buffer) {
  descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  must(socket.get() >= 0, "socket");
  if (receive_buffer > 0)
    must(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof(receive_buffer)) == 0,
         "SO_RCVBUF");
  const auto address = loopback(port);
  must(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0, "connect");
  return raw_peer(std::move(socket));
}

bool raw_peer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void raw_peer::half_close() const { ::shutdown(fd(), SHUT_WR); }

bool raw_peer::fill() {
  std::array<char, 65536> chunk{};
  const auto got = ::recv(fd(), chunk.data(), chunk.size(), 0);
  if (got <= 0)
    return false;
  buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string raw_peer::read_head() {
  std::size_t end = std::string::npos;
  while ((end = buffer_.find("\r\n\r\n")) == std::string::npos)
    if (!fill())
      return {};
  auto head = buffer_.substr(0, end + 4);
  buffer_.erase(0, end + 4);
  return head;
}

std::string raw_peer::read_exactly(std::size_t count) {
  while (buffer_.size() < count)
    if (!fill())
      return std::exchange(buffer_, {});
  auto out = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return out;
}

raw_peer::answer raw_peer::read_answer(bool head) {
  answer out;
  const auto text = read_head();
  if (text.size() < 12)
    return out;
  out.status = std::stoi(text.substr(9, 3));
  for (auto at = text.find("\r\n") + 2; at + 2 < text.size();) {
    const auto end = text.find("\r\n", at);
    const auto line = text.substr(at, end - at);
    const auto colon = line.find(": ");
    out.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    at = end + 2;
  }
  if (const auto length = out.header("Content-Length"); !head && !length.empty())
    out.body = read_exactly(std::stoul(length));
  return out;
}

std::string raw_peer::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool raw_peer::at_end() {
  char byte = 0;
  return buffer_.empty() && ::recv(fd(), &byte, 1, 0) == 0;
}

bool raw_peer::readable_within(int milliseconds) const {
  pollfd what{fd(), POLLIN, 0};
  return ::poll(&what, 1, milliseconds) > 0;
}

bool raw_peer::was_reset() const {
  pollfd what{fd(), 0, 0}; // errors only
  return ::poll(&what, 1, 10'000) > 0 && (what.revents & POLLERR) != 0;
}

listening listen_anywhere(int backlog) {
  listening out;
  out.socket = descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto address = loopback(0);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  must(::bind(out.socket.get(), generic, size) == 0, "bind");
  must(::listen(out.socket.get(), backlog) == 0, "listen");
  must(::getsockname(out.socket.get(), generic, &size) == 0, "getsockname");
  out.port = ntohs(address.sin_port);
  return out;
}

scripted_server::scripted_server(std::function<void(raw_peer&, int)> script)
    : listening_(listen_anywhere()), script_(std::move(script)), thread_([this] {
        for (int number = 0;; ++number) {
          descriptor accepted(::accept(listening_.socket.get(), nullptr, nullptr));
          if (accepted.get() < 0)
            return;
          raw_peer peer(std::move(accepted));
          script_(peer, number);
        }
      }) {}

scripted_server::~scripted_server() {
  ::shutdown(listening_.socket.get(), SHUT_RDWR); // wakes the accept
  thread_.join();
}

} // namespace wakala::http::testing
