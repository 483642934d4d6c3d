/// \file
/// How often something may happen, by name.
#pragma once

#include "runtime/names.hpp"
#include "runtime/token_bucket.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace wakala::runtime {

/// A token bucket for each name, which holds two seconds' worth. Thread-safe. Names that were quiet for so long take
/// no memory for ever.
class rate_limits {
public:
  /// Takes one token of `name`, whose rate is `per_s` a second (at least 1). A name whose rate has changed starts
  /// with a full bucket.
  bool take(std::string_view name, std::int64_t per_s, time_ms now) {
    const std::lock_guard lock{mutex_};
    auto found = buckets_.find(name);
    if (found == buckets_.end()) {
      forget_full(now);
      found = buckets_.emplace(name, limit{per_s}).first;
    } else if (found->second.per_s != per_s) {
      found->second = limit{per_s};
    }
    return found->second.bucket.take(now);
  }

  /// Names that are held.
  std::size_t size() const {
    const std::lock_guard lock{mutex_};
    return buckets_.size();
  }

private:
  static constexpr double burst_s = 2;

  struct limit {
    explicit limit(std::int64_t rate)
        : per_s(rate), burst(burst_s * static_cast<double>(rate)),
          bucket(burst, static_cast<double>(ms_per_second) / static_cast<double>(rate)) {}

    std::int64_t per_s;
    double burst;
    token_bucket bucket;
  };

  /// A full bucket says nothing: it is what an unknown name gets. Looked for when the names have doubled.
  void forget_full(time_ms now) {
    if (buckets_.size() < look_at_)
      return;
    std::erase_if(buckets_, [now](const auto& each) {
      auto bucket = each.second.bucket;
      return bucket.tokens(now) >= each.second.burst;
    });
    look_at_ = std::max(names_kept, 2 * buckets_.size());
  }

  mutable std::mutex mutex_;
  name_map<limit> buckets_;
  std::size_t look_at_ = names_kept;
};

} // namespace wakala::runtime
