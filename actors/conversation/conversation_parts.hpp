/// \file
/// What the sources of the conversation share.
#pragma once

#include "actors/conversation/conversation.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace wakala::actors {

struct pump_tick {
  std::uint32_t generation = 0;
};

/// The pause after a refused commit is over.
struct resume_tick {};
/// It is paused: is that over?
struct paused_tick {};

inline constexpr std::chrono::seconds store_timeout{10};
/// For an answer of the tenant's home: longer than an update has until it is answered with 503.
inline constexpr std::chrono::seconds home_patience{5};
inline constexpr time_ms grant_patience = 30 * ms_per_second;
/// A message to oneself that is planned keeps a node from ending: so it is a short one, again and again.
inline constexpr std::chrono::milliseconds paused_look{500};
inline constexpr time_ms refused_pause = 200;         ///< after a commit that was refused, or an early end
inline constexpr std::size_t deliveries_kept = 4'096; ///< of a shopper who writes that much
/// Statuses come within seconds or never: of older deliveries only these few are kept at hand.
inline constexpr time_ms delivery_kept_ms = 60 * ms_per_second;
inline constexpr std::size_t deliveries_kept_long = 8;
/// Updates of one commit. More would make the first of them wait for the rest.
inline constexpr std::size_t batches_at_once = 256;
/// Attempts of one shopper that may be on disk before their calls are made. After a crash those are ambiguous, so
/// few; but a step that says three things writes once.
inline constexpr std::size_t attempts_ahead_max = 4;
/// Where nothing is ever ambiguous and nobody counts.
inline constexpr std::size_t attempts_ahead_unlimited = 64;
inline constexpr std::string_view cart_timer = "cart";     ///< the cart's expiry
inline constexpr std::string_view remind_timer = "remind"; ///< its shopper is to be reminded of it

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::pump_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::resume_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::paused_tick)
