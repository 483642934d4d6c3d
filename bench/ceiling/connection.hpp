/// \file
/// One connection of the ceiling's server. It reads, waits for its row, or writes; never two of them at once.
#pragma once

#include "bench/ceiling/request_parser.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wakala::bench::ceiling {

class lane;

/// Owned by its lane, on whose thread everything happens.
class connection {
public:
  connection(lane& owner, std::uint32_t slot, boost::asio::ip::tcp::socket socket);

  void read();
  /// Answers the request that waits.
  void answer(std::string_view response);

private:
  void parse();
  void next();

  lane& owner_;
  const std::uint32_t slot_;
  boost::asio::ip::tcp::socket socket_;
  std::optional<request_parser> parser_;
  bool keep_ = true;
  std::size_t filled_ = 0;
  std::array<char, 16 * 1024> input_;
};

namespace responses {
constexpr std::string_view good = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view bad_request = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::string_view bad_body = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view bad_signature = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view not_stored =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n";
} // namespace responses

} // namespace wakala::bench::ceiling
