/// \file
/// Reads just enough of an HTTP answer to know its status and its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::bench {

/// One connection's answers, one at a time. Understands Content-Length, chunked bodies, bodies that end with the
/// connection, and 1xx, 204 and 304, which have none. Interim answers (1xx) are skipped. Not thread-safe.
class answer_reader {
public:
  enum class state : std::uint8_t { need_more, complete, broken };

  /// A request was sent: an answer begins.
  void start() noexcept;
  /// Bytes that came in. After `complete`, what is left over is an error of the server (no pipelining): `broken`.
  state feed(std::string_view data);
  /// The server closed its side.
  state end() const noexcept;

  int status() const noexcept { return status_; }
  bool keeps_alive() const noexcept { return keep_alive_; } ///< after `complete`

private:
  enum class part : std::uint8_t {
    head,
    counted_body,
    chunk_head,
    chunk_body,
    chunk_tail,
    trailer,
    until_close,
    done
  };

  bool read_head(std::string_view head);
  state body(std::string_view data);
  bool take_line(std::string_view& data);

  static constexpr std::size_t head_max = 16'384;

  part at_ = part::head;
  std::string held_; ///< bytes of an unfinished head or line
  std::uint64_t left_ = 0;
  int status_ = 0;
  bool keep_alive_ = true;
};

} // namespace wakala::bench
