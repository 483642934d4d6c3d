/// \file
/// A bound for each name on what is in flight, so that one cannot take the room of all.
#pragma once

#include "runtime/names.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <string_view>

namespace wakala::runtime {

/// Counts what is in flight by name. Thread-safe. Names without anything in flight are forgotten when there are many.
class fair_share {
public:
  explicit fair_share(std::size_t each_max) : each_max_(each_max) {}

  /// Takes `count` places of `name`, all or none. More than the bound at once is let in when the name has nothing in
  /// flight.
  bool enter(std::string_view name, std::size_t count) {
    const std::lock_guard lock{mutex_};
    auto found = taken_.find(name);
    if (found == taken_.end()) {
      forget_idle();
      found = taken_.emplace(name, std::size_t{0}).first;
    }
    auto& taken = found->second;
    if (taken > 0 && taken + count > each_max_)
      return false;
    taken += count;
    return true;
  }

  /// Gives back what `enter` took.
  void leave(std::string_view name, std::size_t count) {
    const std::lock_guard lock{mutex_};
    if (const auto found = taken_.find(name); found != taken_.end())
      found->second -= std::min(found->second, count);
  }

  std::size_t in_flight(std::string_view name) const {
    const std::lock_guard lock{mutex_};
    const auto found = taken_.find(name);
    return found == taken_.end() ? 0 : found->second;
  }

  /// Names that are held.
  std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return taken_.size();
  }

private:
  void forget_idle() {
    if (taken_.size() < look_at_)
      return;
    std::erase_if(taken_, [](const auto& each) { return each.second == 0; });
    look_at_ = std::max(names_kept, 2 * taken_.size());
  }

  std::size_t each_max_;
  mutable std::mutex mutex_;
  name_map<std::size_t> taken_;
  std::size_t look_at_ = names_kept;
};

} // namespace wakala::runtime
