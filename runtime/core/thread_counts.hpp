/// \file
/// How many threads a node has when nobody says.
#pragma once

#include <cstddef>

namespace wakala {

/// Processors that this process may run on; at least 1.
std::size_t processors() noexcept;

/// Threads that read and write sockets: `asked`, and when that is 0 one for each two processors. Each has the more to
/// do at a time the fewer they are, and is woken less often; a webhook costs them half of what it costs the workers.
constexpr std::size_t io_threads(std::size_t asked, std::size_t processors) noexcept {
  if (asked != 0)
    return asked;
  return processors < 2 ? 1 : processors > 32 ? 16 : processors / 2;
}

/// Threads that run actors: `asked`, and when that is 0 one for each processor, at least 2. Those that are not needed
/// sleep.
constexpr std::size_t worker_threads(std::size_t asked, std::size_t processors) noexcept {
  if (asked != 0)
    return asked;
  return processors < 2 ? 2 : processors > 32 ? 32 : processors;
}

} // namespace wakala
