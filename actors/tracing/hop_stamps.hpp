/// \file
/// Where an update was and how long it took there, on its way from the edge into its commit. A part of each journal
/// row, so that what happened to a message can be seen for as long as the journal is kept.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/encoding.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wakala::actors {

/// A node's name in four bytes: rows have no room for more, and nodes are few.
std::uint32_t node_mark(std::string_view name) noexcept;

/// What travels with an update. Moments are of `monotonic_us` of the node it is on; a moment that has not come is 0.
struct hop_times {
  std::uint32_t origin = 0;      ///< `node_mark` of the node whose edge took it
  std::uint32_t edge_us = 0;     ///< in the edge: signature, decoding, routing
  time_ms sent_at = 0;           ///< store time at which the origin handed it on
  std::uint32_t crossing_ms = 0; ///< by the store's time, from there to another node; 0 on the same
  std::uint32_t before_us = 0;   ///< at the home of a spread tenant, before it was handed to this shard
  bool has_crossed = false;      ///< it came from another node
  std::uint64_t arrived = 0;     ///< it was sent to the supervisor
  std::uint64_t shard_began = 0; ///< the supervisor looked at it
  std::uint64_t shard_ended = 0; ///< it was sent to the tenant
  std::uint64_t tenant_began = 0;
  std::uint64_t tenant_ended = 0; ///< it was sent to the conversation
  std::uint64_t conversation_began = 0;
  std::uint64_t conversation_ended = 0; ///< its commit was asked for
};

/// The same, done with, as a row keeps it: how long it waited before each hop and was worked on in it.
struct hop_stamps {
  std::uint32_t origin = 0;
  std::uint32_t owner = 0; ///< `node_mark` of the node that has committed it
  time_ms received_at = 0;
  std::uint32_t edge_us = 0;
  bool has_crossed = false;
  std::uint32_t crossing_ms = 0;
  std::uint32_t before_us = 0;
  std::uint32_t shard_waiting_us = 0;
  std::uint32_t shard_us = 0;
  std::uint32_t tenant_waiting_us = 0;
  std::uint32_t tenant_us = 0;
  std::uint32_t conversation_waiting_us = 0;
  std::uint32_t conversation_us = 0;
  std::uint32_t commit_waiting_us = 0; ///< until the row was given its number

  bool operator==(const hop_stamps&) const = default;
};

/// Of an update that is given its number now.
hop_stamps stamps_of(const hop_times& times, time_ms received_at, std::uint32_t owner,
                     std::uint64_t numbered_us) noexcept;

constexpr std::size_t hop_bytes_max = 48;
/// At most `hop_bytes_max`: what would take more is cut to 2 s.
bytes to_bytes(const hop_stamps& stamps);
/// Nothing for a row that has none, or those of an earlier form.
std::optional<hop_stamps> hop_stamps_from(std::string_view text);

} // namespace wakala::actors
