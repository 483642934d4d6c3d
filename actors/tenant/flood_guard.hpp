/// \file
/// How many messages of one shopper are answered. Not thread-safe; of bounded size.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/ids.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstddef>
#include <cstdint>

namespace wakala::actors {

/// Counts the messages of each conversation within the running minute.
class flood_guard {
public:
  enum class verdict : std::uint8_t {
    fine,
    first_too_much, ///< the first one over the limit in this minute
    too_much,
  };

  verdict take(const conversation_id& from, std::size_t limit_per_minute, time_ms now) {
    constexpr time_ms minute = 60 * ms_per_second;
    if (now - begun_at_ >= minute || now < begun_at_) {
      counts_.clear();
      begun_at_ = now;
    }
    if (counts_.size() >= conversations_max && !counts_.contains(from))
      return verdict::fine; // so many shoppers are no flood of one
    const auto count = ++counts_[from];
    if (count <= limit_per_minute)
      return verdict::fine;
    return count == limit_per_minute + 1 ? verdict::first_too_much : verdict::too_much;
  }

private:
  static constexpr std::size_t conversations_max = 100'000;

  time_ms begun_at_ = 0;
  boost::unordered_flat_map<conversation_id, std::uint32_t, random_id_hash, random_id_equal> counts_;
};

} // namespace wakala::actors
