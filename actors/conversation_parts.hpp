/// \file
/// What the sources of the conversation share.
#pragma once

#include "actors/conversation.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace wakala::actors {

struct pump_tick {
  std::uint64_t generation = 0;
};

inline constexpr std::chrono::seconds store_timeout{10};
inline constexpr time_ms grant_patience = 30 * ms_per_second;
inline constexpr time_ms refused_pause = 200; ///< after a commit that was refused, or an early end
inline constexpr std::size_t deliveries_kept = 64;

inline constexpr std::string_view cart_timer = "cart"; ///< the cart's expiry

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::pump_tick)
