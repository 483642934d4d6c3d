#include "runtime/probe.hpp"

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wakala::runtime {

namespace {

class handle {
public:
  explicit handle(int fd) : fd_(fd) {}
  ~handle() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  int get() const noexcept { return fd_; }

private:
  int fd_;
};

probe_result meaning_of(int failure) noexcept {
  return failure == ECONNREFUSED ? probe_result::refused : probe_result::unreachable;
}

probe_result probe_one(const addrinfo& where, std::chrono::milliseconds patience) {
  const handle fd{::socket(where.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0)
    return probe_result::unreachable;
  if (::connect(fd.get(), where.ai_addr, where.ai_addrlen) == 0)
    return probe_result::listens;
  if (errno != EINPROGRESS)
    return meaning_of(errno);
  pollfd waiting{fd.get(), POLLOUT, 0};
  if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0)
    return probe_result::unreachable;
  int failure = 0;
  socklen_t size = sizeof failure;
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &failure, &size) != 0)
    return probe_result::unreachable;
  return failure == 0 ? probe_result::listens : meaning_of(failure);
}

} // namespace

probe_result probe(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0)
    return probe_result::unreachable;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> freed(found, &::freeaddrinfo);
  // Refused only when every address says so.
  auto all = probe_result::refused;
  for (const auto* each = found; each != nullptr; each = each->ai_next) {
    const auto one = probe_one(*each, patience);
    if (one == probe_result::listens)
      return one;
    if (one == probe_result::unreachable)
      all = one;
  }
  return all;
}

} // namespace wakala::runtime
