/// \file
/// A tenant whose conversations lie on several shards: over how many, since when, and who may say so. Pure.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/ids.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <string_view>

namespace wakala::actors {

/// The tenant's home decides it and journals it; the other shards read it. It changes in two steps, so that no shard
/// serves a conversation under the old width while another serves it under the new one: first `next` is set, and
/// every place empties itself of the tenant; then the new width begins a new generation.
struct spread {
  std::uint32_t width = 1;      ///< shards that conversations lie on
  std::uint64_t generation = 0; ///< counts the changes
  std::uint32_t next = 0;       ///< the width that it is being changed to; 0: it is not
  std::uint32_t widest = 1;     ///< ever: so many shards hold keys of events
  time_ms since = 0;            ///< when this generation began; 0: the first
  time_ms after = 0;            ///< no journal row of a generation before is later, whatever clock it was written by

  bool is_changing() const noexcept { return next != 0; }
  bool operator==(const spread&) const = default;
};

/// The beginning of the next generation. `newest` is the second of the youngest event seen (a key's bucket), `latest`
/// the time of the last row that any place has written.
spread begun(const spread& before, std::uint32_t width, time_ms now, std::uint32_t newest, time_ms latest);

/// May the event of this key have been committed on a shard that its conversation has left? Such an event is looked
/// up on all of them. Only events that were sent before the generation began can have been.
bool may_be_known_elsewhere(const spread& s, const event_key& key) noexcept;

/// What goes with an update that the home hands on to another shard.
struct handing {
  conversation_id conversation;
  std::uint64_t ordinal = 0; ///< of statuses: the message it is about, when the home found it
  std::uint64_t generation = 0;
  std::uint32_t width = 1;
  std::uint64_t epoch = 0; ///< of the home's owner
  time_ms after = 0;       ///< `spread::after`

  bool operator==(const handing&) const = default;
};

/// A shard that holds conversations of a tenant without being its home: whom it obeys.
class place_rules {
public:
  /// As the tables have it.
  void read(const spread& s) noexcept { now_ = s; }
  const spread& now() const noexcept { return now_; }
  /// Is the update from the present owner of the home, and of this generation or a later one? Learns from it.
  bool follows(const handing& h) noexcept {
    return obeys(h.generation, h.epoch) && learn(h.generation, h.width, h.after);
  }
  /// All generations before `next_generation` are over here. False: so is that one.
  bool leave(std::uint64_t next_generation, std::uint64_t epoch) noexcept;
  /// The generation has begun. False: it is over already.
  bool begin(std::uint64_t generation, std::uint32_t width, std::uint64_t epoch, time_ms after) noexcept {
    return obeys(generation, epoch) && learn(generation, width, after);
  }

private:
  bool obeys(std::uint64_t generation, std::uint64_t epoch) noexcept;
  bool learn(std::uint64_t generation, std::uint32_t width, time_ms after) noexcept;

  spread now_;
  std::uint64_t epoch_ = 0; ///< the highest of the home's that was heard of
};

bytes to_text(const spread& s);
result<spread> spread_from(std::string_view text);

} // namespace wakala::actors
