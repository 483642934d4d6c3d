/// \file
/// How a node with the discard transport names what it sends, so that statuses can be made for it before the run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::bench {

/// Ordinals of a conversation whose every inbound message is answered by a read mark and one reply. `rank` counts the
/// inbound messages from 0.
struct answered_ordinals {
  std::uint64_t inbound;
  std::uint64_t read_mark;
  std::uint64_t reply;
};
constexpr answered_ordinals ordinals_of(std::uint64_t rank) noexcept {
  return {3 * rank + 1, 3 * rank + 2, 3 * rank + 3};
}

/// The message id under which the discard transport accepts the reply to the inbound message of that rank.
std::string reply_message_id(std::string_view phone, std::uint64_t rank);

} // namespace wakala::bench
