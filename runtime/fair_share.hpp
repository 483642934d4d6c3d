/// \file
/// A bound for each name on what is in flight, so that one cannot take the room of all.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

namespace wakala::runtime {

/// Counts what is in flight by name. Thread-safe. Names without anything in flight take no memory.
class fair_share {
public:
  explicit fair_share(std::size_t each_max) : each_max_(each_max) {}

  /// Takes `count` places of `name`, all or none. More than the bound at once is let in when the name has nothing in flight.
  bool enter(const std::string& name, std::size_t count) {
    const std::lock_guard lock{mutex_};
    auto& taken = taken_[name];
    if (taken > 0 && taken + count > each_max_)
      return false;
    taken += count;
    return true;
  }

  /// Gives back what `enter` took.
  void leave(const std::string& name, std::size_t count) {
    const std::lock_guard lock{mutex_};
    const auto it = taken_.find(name);
    if (it == taken_.end())
      return;
    if (it->second <= count)
      taken_.erase(it);
    else
      it->second -= count;
  }

  std::size_t in_flight(const std::string& name) const {
    const std::lock_guard lock{mutex_};
    const auto it = taken_.find(name);
    return it == taken_.end() ? 0 : it->second;
  }

private:
  std::size_t each_max_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::size_t> taken_;
};

} // namespace wakala::runtime
