/// \file
/// A bounded memory of event keys that saves most look-ups on disk.
#pragma once

#include "runtime/core/ids.hpp"

#include <cstddef>
#include <deque>
#include <unordered_set>

namespace wakala::runtime {

/// Answers "certainly new" or "look it up". Holds the newest `capacity` keys; once one had to go, or when it was not filled
/// with all stored keys, it can no longer vouch for absence and every unknown key has to be looked up. Not thread-safe.
class key_filter {
public:
  explicit key_filter(std::size_t capacity) : capacity_(capacity) {}

  void add(const event_key& key) {
    if (!keys_.insert(key).second)
      return;
    order_.push_back(key);
    if (order_.size() > capacity_) {
      keys_.erase(order_.front());
      order_.pop_front();
      complete_ = false;
    }
  }
  /// Some stored keys were not added.
  void mark_incomplete() noexcept { complete_ = false; }
  bool contains(const event_key& key) const { return keys_.contains(key); }
  bool certainly_new(const event_key& key) const { return complete_ && !keys_.contains(key); }

  void clear() {
    keys_.clear();
    order_.clear();
    complete_ = true;
  }
  std::size_t size() const noexcept { return keys_.size(); }

private:
  std::size_t capacity_;
  bool complete_ = true;
  std::unordered_set<event_key> keys_;
  std::deque<event_key> order_;
};

} // namespace wakala::runtime
