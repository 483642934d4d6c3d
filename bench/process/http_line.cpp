#include "bench/process/http_line.hpp"

#include "http/core/response_reader.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace wakala::bench {

namespace {

constexpr std::size_t header_max = 64 * 1024;
constexpr std::size_t body_max = 64 * 1024 * 1024;

} // namespace

http_line::http_line(std::string host, std::uint16_t port, std::chrono::milliseconds timeout)
    : host_(std::move(host)), port_(port), timeout_(timeout) {}

http_line::~http_line() { close(); }

void http_line::close() noexcept {
  if (fd_ >= 0)
    ::close(fd_);
  fd_ = -1;
}

error http_line::lost(std::string_view doing) const {
  return make_error(errc::unavailable,
                    std::string(doing) + " " + host_ + ":" + std::to_string(port_) + ": " + std::strerror(errno));
}

result<void> http_line::open() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(host_.c_str(), std::to_string(port_).c_str(), &hints, &found); failed != 0)
    return make_error(errc::unavailable, "cannot find " + host_ + ": " + gai_strerror(failed));
  fd_ = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval limit{static_cast<time_t>(timeout_.count() / 1000),
                      static_cast<suseconds_t>(timeout_.count() % 1000 * 1000)};
  const int on = 1;
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const bool good = fd_ >= 0 && ::connect(fd_, found->ai_addr, found->ai_addrlen) == 0;
  freeaddrinfo(found);
  if (good)
    return {};
  auto why = lost("cannot connect to");
  close();
  return why;
}

result<line_answer> http_line::call(std::string_view method, std::string_view target, std::string_view headers,
                                    std::string_view body) {
  std::string request;
  request.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: ").append(host_);
  request.append(":").append(std::to_string(port_)).append("\r\n").append(headers);
  if (!body.empty() || method != "GET")
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  request.append("\r\n").append(body);
  const bool was_kept = fd_ >= 0;
  auto answer = try_call(request);
  if (!answer && was_kept && method != "POST") // the server may have closed a kept connection meanwhile
    answer = try_call(request);
  return answer;
}

result<line_answer> http_line::try_call(std::string_view request) {
  if (fd_ < 0)
    if (auto opened = open(); !opened)
      return opened.error();
  const auto fail = [&](std::string_view doing) {
    auto why = lost(doing);
    close();
    return why;
  };
  while (!request.empty()) {
    const auto done = ::send(fd_, request.data(), request.size(), MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR)
      continue;
    if (done <= 0)
      return fail("cannot write to");
    request.remove_prefix(static_cast<std::size_t>(done));
  }
  http::response_reader reader(header_max, body_max);
  reader.start(false);
  std::array<char, 65'536> buffer;
  while (true) {
    const auto got = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return fail("no answer from");
    const auto step = got == 0 ? reader.end() : reader.feed({buffer.data(), static_cast<std::size_t>(got)}).step;
    if (step == http::answer_step::broken) {
      errno = ECONNRESET;
      return fail("a broken answer from");
    }
    if (step == http::answer_step::need_more)
      continue;
    const bool keep = got > 0 && reader.keep_alive();
    auto answer = reader.take();
    if (!keep)
      close();
    return line_answer{answer.status, std::move(answer.body)};
  }
}

} // namespace wakala::bench
