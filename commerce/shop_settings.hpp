/// \file
/// What a shop has decided about selling, beside its shelves. Immutable while a step runs.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/money.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

/// Where the shop delivers to, and for how much.
struct delivery_area {
  std::string name; ///< shown; unique in its shop
  money fee;

  bool operator==(const delivery_area&) const = default;
};

/// Open from `opens` until `closes`, in minutes of the day; 1,440 is midnight at its end.
struct open_span {
  std::uint8_t weekday = 0; ///< 0: Monday
  std::uint16_t opens = 0;
  std::uint16_t closes = 0;

  bool operator==(const open_span&) const = default;
};

/// When people are there to answer. Without spans nothing is said about it.
struct opening_hours {
  std::vector<open_span> spans; ///< in order, not overlapping
  std::int32_t utc_offset = 0;  ///< minutes east of UTC, all year round

  bool operator==(const opening_hours&) const = default;
};

struct shop_settings {
  std::vector<delivery_area> areas; ///< empty: the shop does not deliver
  std::string pick_up;              ///< where the shopper can fetch an order; empty: nowhere
  opening_hours hours;
  /// Groups of single words that mean the same, as the merchant wrote them.
  std::vector<std::vector<std::string>> synonyms;
  /// So long after the shopper's last activity they are reminded of a cart, once; 0: never.
  std::uint8_t cart_reminder_hours = 0;

  bool delivers() const noexcept { return !areas.empty(); }
  bool can_be_fetched_from() const noexcept { return !pick_up.empty(); }
  /// Otherwise orders are placed without a word about how they get to the shopper.
  bool asks_how() const noexcept { return delivers() || can_be_fetched_from(); }
  const delivery_area* find_area(std::string_view name) const noexcept;

  bool operator==(const shop_settings&) const = default;
};

/// When people will be back, by the shop's own clock.
struct reopening {
  std::uint8_t weekday = 0;  ///< 0: Monday
  std::uint16_t minute = 0;  ///< of that day
  std::uint8_t days_off = 0; ///< 0: today, 1: tomorrow, … 7

  bool operator==(const reopening&) const = default;
};

/// Nothing while the shop is open, or has no hours.
std::optional<reopening> closed_until(const opening_hours& hours, time_ms now) noexcept;

/// `at`, or, when the shop is closed then, the moment at which it opens next. `at` for a shop without hours.
time_ms open_from(const opening_hours& hours, time_ms at) noexcept;

/// Minutes east of UTC of a time zone that has the same ones all year: an IANA name of a few we know, `UTC`, or a
/// fixed offset such as `+03:00`.
std::optional<std::int32_t> offset_of_zone(std::string_view name) noexcept;

} // namespace wakala::commerce
