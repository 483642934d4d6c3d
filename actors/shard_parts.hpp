/// \file
/// What the sources of the shard supervisor share.
#pragma once

#include "actors/shard_supervisor.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace wakala::actors {

struct open_tick {};
struct fold_tick {};
struct sweep_tick {};
struct wake_tick {};
struct timer_tick {};
struct expiry_tick {};

inline constexpr std::chrono::seconds store_timeout{10};
inline constexpr std::chrono::milliseconds fold_pause{50};
inline constexpr std::size_t fold_rows_max = 2'000;
inline constexpr std::size_t fold_rows_soon = 500;
inline constexpr std::chrono::minutes sweep_pause{10};
inline constexpr std::size_t wakes_at_once = 500;
inline constexpr std::chrono::seconds timer_pause{5};
inline constexpr time_ms trouble_remembered = 2 * ms_per_second;
inline constexpr std::size_t timers_at_once = 500;
inline constexpr std::chrono::milliseconds expiry_pause{200};

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::open_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::fold_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::sweep_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::wake_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::timer_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::expiry_tick)
