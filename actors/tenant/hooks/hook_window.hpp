/// \file
/// Which event goes to the merchant's own system next. Pure; it knows no bodies, so that many events are little
/// memory.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/encoding.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace wakala::actors {

/// Events that wait, in the order of their keys. Those of one order go one after the other: the next when the one
/// before has been taken or set aside. Orders do not wait for one another. Not thread-safe.
class hook_window {
public:
  struct item {
    std::string order; ///< empty: of none, so that nothing waits for it
    time_ms since = 0;
    time_ms next_at = 0;
    bool was_unreachable = false; ///< the last try had no answer
  };

  /// One that is known already stays as it is.
  void add(const bytes& key, item fresh);
  /// The one that has been due longest, which is on its way from now on; nothing when none may go.
  std::optional<bytes> take(time_ms now);
  /// That one is on its way, unless it is already, or another of its order is.
  bool hold(const bytes& key);
  /// It is not on its way any more and is to be tried again.
  void put_back(const bytes& key, time_ms next_at, bool was_unreachable);
  void erase(const bytes& key);
  /// What waits for another try may go at once: what had no answer, or all.
  enum class which : std::uint8_t { unreachable, all };
  void bring_forward(which those, time_ms now);

  bool contains(const bytes& key) const { return items_.contains(key); }
  bool is_on_its_way(const bytes& key) const;
  std::size_t size() const noexcept { return items_.size(); }
  std::size_t on_their_way() const noexcept { return busy_; }
  /// When the next may go; nothing when all that wait, wait for one that is on its way.
  std::optional<time_ms> next_due() const;
  /// Those that have been tried since `before`, or for longer, and are not on their way.
  std::vector<bytes> older_than(time_ms before) const;

private:
  struct line {
    std::set<bytes> keys;
    bytes busy; ///< on its way; empty: none
  };
  using entry = std::pair<const bytes, item>;

  const std::string& line_of(const entry& e) const { return e.second.order.empty() ? e.first : e.second.order; }
  /// While a line changes, its first is not among those that may go.
  void take_out(const line& l);
  void put_in(const line& l);

  std::map<bytes, item> items_;
  std::map<std::string, line> lines_;
  std::set<std::pair<time_ms, bytes>> heads_; ///< the first of each line that has none on its way
  std::size_t busy_ = 0;
};

} // namespace wakala::actors
