/// \file
/// Which messages somebody wants to see pass, and which of them have passed.
#pragma once

#include "runtime/core/ids.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace wakala::actors {

/// Messages for which all of it holds.
struct trace_wish {
  std::set<tenant_id> tenants;                 ///< of one of these; empty: of any
  std::optional<conversation_id> conversation; ///< of that one only
  double share = 1;                            ///< of so many, chosen by their keys: 0.01 is one in a hundred

  bool operator==(const trace_wish&) const = default;
  bool fits(const event_hash& event, const tenant_id& tenant, const conversation_id& from) const;
};

/// The wishes of all consoles at one node, and for each the messages that were committed here since it was last asked
/// about. A wish that nobody asks about any more ends by itself. Thread-safe. While there is no wish, a message costs
/// one relaxed load.
class trace_watch {
public:
  static constexpr std::size_t kept_max = 100;               ///< messages of one wish, between two questions
  static constexpr std::size_t wishes_max = 256;             ///< more are not taken
  static constexpr std::uint64_t wish_lasts_us = 5'000'000;  ///< without a question
  static constexpr std::uint64_t settling_time_us = 250'000; ///< until its edge, too, knows how long it took

  /// Ask before `saw`.
  bool is_on() const noexcept { return is_on_.load(std::memory_order_relaxed); }
  /// A message was committed. Times are `monotonic_us`.
  void saw(const event_hash& event, const tenant_id& tenant, const conversation_id& from, std::uint64_t now_us);

  struct passed_message {
    event_hash event{};
    tenant_id tenant;
    std::uint64_t at_us = 0;
  };
  struct passed {
    std::vector<passed_message> messages; ///< in the order in which they were committed
    std::uint64_t left_out = 0;           ///< more that have passed, and are forgotten
  };
  /// Takes out what has passed, but for the last moment. Begins the wish of that key if there is none; another wish
  /// under a known key takes its place.
  passed take(const std::string& key, const trace_wish& wish, std::uint64_t now_us);

private:
  struct kept_wish {
    trace_wish wish;
    passed seen;
    std::uint64_t asked_us = 0;
  };
  void end_forgotten(std::uint64_t now_us);

  std::atomic<bool> is_on_{false};
  std::mutex mutex_;
  std::map<std::string, kept_wish> wishes_;
};

} // namespace wakala::actors
