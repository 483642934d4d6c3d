/// \file
/// What the sources of the shard supervisor share.
#pragma once

#include "actors/shards/shard_supervisor.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace wakala::actors {

struct open_tick {};
struct fold_tick {};
struct sweep_tick {};
struct wake_tick {};
struct timer_tick {};
struct expiry_tick {};
struct drop_tick {};
struct quiet_tick {};

inline constexpr std::chrono::seconds store_timeout{10};
/// All shards of a node fold at the same moments, so that they share a transaction: a fold costs mostly the pages
/// that it touches, and the more rows it brings the fewer pages each of them costs.
inline constexpr time_ms fold_pause = 2 * ms_per_second;
inline constexpr std::size_t fold_rows_soon = 65'536;   ///< of the node: when so many wait, not even that long
inline constexpr std::size_t unfolded_rows_of_node = 3; ///< times what one shard may have
inline constexpr std::size_t keys_read_at_open = 8'192; ///< and as many of bucket 0
inline constexpr std::chrono::minutes sweep_pause{10};
inline constexpr std::size_t wakes_at_once = 500;
inline constexpr std::chrono::seconds timer_pause{5};
inline constexpr time_ms trouble_remembered = 2 * ms_per_second;
inline constexpr std::size_t timers_at_once = 500;
inline constexpr std::chrono::milliseconds expiry_pause{200};
inline constexpr std::size_t rows_dropped_at_once = 64; ///< or a share of what there is
inline constexpr std::chrono::milliseconds drop_pause{20};

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::open_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::fold_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::sweep_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::wake_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::timer_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::expiry_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::drop_tick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::quiet_tick)
