/// \file
/// Turns bytes into one answer. Knows no sockets.
#pragma once

#include "http/core/client.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace wakala::http {

enum class answer_step : std::uint8_t { need_more, complete, broken };

/// One answer at a time; interim answers (1xx) are skipped. Not thread-safe.
class response_reader {
public:
  response_reader(std::size_t header_bytes, std::size_t body_bytes);
  ~response_reader();
  response_reader(const response_reader&) = delete;
  response_reader& operator=(const response_reader&) = delete;

  /// `without_body`: the answer to HEAD or CONNECT, which ends with its header. `body_bytes`: a bound of its own.
  void start(bool without_body);
  void start(bool without_body, std::size_t body_bytes);

  struct progress {
    answer_step step;
    std::size_t used;
  };
  progress feed(std::string_view data);
  /// The server closed its half: `complete` for an answer whose end that is, else `broken`.
  answer_step end();

  bool started() const noexcept; ///< a byte of an answer has come
  std::string_view why_broken() const noexcept;
  bool body_too_large() const noexcept; ///< that is why it is broken
  int status() const noexcept;          ///< 0: its header has not come whole
  bool keep_alive() const;              ///< after `complete`
  client_answer take();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace wakala::http
