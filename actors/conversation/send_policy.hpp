/// \file
/// What a refused or lost send means for its message. Pure.
#pragma once

#include "actors/outbound/transport.hpp"
#include "actors/records/conversation_records.hpp"
#include "runtime/core/node_config.hpp"
#include "runtime/core/random.hpp"

namespace wakala::actors {

struct send_decision {
  enum class verdict : std::uint8_t {
    accepted,  ///< Meta has it
    retry,     ///< try again at `item.next_at`
    ambiguous, ///< wait for the echo until `may_repeat_at`, then try again
    failed,    ///< never again
  };
  verdict what = verdict::failed;
  bool pause_number = false; ///< nothing of this number will be accepted before somebody acted
  time_ms wait = 0;          ///< before the next try
};

/// Cloud API reference §10.3 and §10.4. `item` is as it was when the attempt began. `may_give_up` false: it fails
/// with everything else from its number, so that its own tries say nothing about it.
send_decision decide(const outbox_item& item, const send_outcome& outcome, random_source& random,
                     bool may_give_up = true);

/// When an attempt of unknown outcome may be made again: its echo was listened for long enough. What was said while
/// the node was down comes when it is back, so that time does not count.
time_ms may_repeat_at(const outbox_item& item, std::chrono::milliseconds grace) noexcept;

/// Meta says of itself that it is not there, whatever the message (codes 2, 131016, 131057, 133004).
bool is_service_down(const send_outcome& outcome) noexcept;

/// Tries of a transient error before the message fails.
constexpr std::uint32_t transient_tries_max = 5;
/// However much else fails, nothing transient is tried for longer.
constexpr time_ms transient_patience = ms_per_hour;

} // namespace wakala::actors
