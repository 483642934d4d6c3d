/// \file
/// WebSocket frames by hand (RFC 6455, section 5.2).
#pragma once

#include "tests/http/core/sockets.hpp"

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace wakala::http::testing {

enum class op : std::uint8_t { more = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10, none = 255 };

inline std::string upgrade_request(std::string_view path = "/live", std::string_view subprotocol = "chat.v1") {
  return "GET " + std::string(path) +
         " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Protocol: other, " +
         std::string(subprotocol) + "\r\n\r\n";
}

/// A masked frame of at most 65,535 bytes, as clients send them.
inline std::string frame(op kind, std::string_view payload, bool is_last = true) {
  constexpr std::string_view mask = "\x11\x22\x33\x44";
  std::string out;
  out += static_cast<char>((is_last ? 0x80U : 0U) | static_cast<unsigned>(kind));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80U | payload.size());
  } else {
    out += static_cast<char>(0x80U | 126U);
    out += static_cast<char>(payload.size() >> 8U);
    out += static_cast<char>(payload.size() & 0xffU);
  }
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i)
    out += static_cast<char>(payload[i] ^ mask[i % 4]);
  return out;
}

/// A text as only servers may send it; shorter than 126 bytes.
inline std::string unmasked(std::string_view payload) {
  return "\x81" + std::string(1, static_cast<char>(payload.size())) + std::string(payload);
}

struct got_frame {
  op kind = op::none; ///< none: the connection has ended
  std::string payload;
  bool operator==(const got_frame&) const = default;
};

inline std::ostream& operator<<(std::ostream& to, const got_frame& f) {
  return to << static_cast<int>(f.kind) << " \"" << f.payload << '"';
}

/// The next frame; ours come whole. `Peer` has `read_exactly`.
template <class Peer>
got_frame read_frame(Peer& peer) {
  const auto head = peer.read_exactly(2);
  if (head.size() < 2)
    return {};
  const auto byte = [](char c) { return static_cast<std::size_t>(static_cast<unsigned char>(c)); };
  auto size = byte(head[1]) & 0x7fU;
  const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (more > 0) {
    size = 0;
    for (const char c : peer.read_exactly(more))
      size = size << 8U | byte(c);
  }
  return {static_cast<op>(byte(head[0]) & 0x0fU), size == 0 ? std::string{} : peer.read_exactly(size)};
}

/// 0 when it is no close frame, or says none.
inline int close_code_of(const got_frame& f) {
  if (f.kind != op::close || f.payload.size() < 2)
    return 0;
  return static_cast<unsigned char>(f.payload[0]) << 8 | static_cast<unsigned char>(f.payload[1]);
}

} // namespace wakala::http::testing
