/// \file
/// The last overviews and what follows from them: rates of the cluster, of each node and of each shard, second by
/// second.
#pragma once

#include "console/models.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::console {

/// What could be said of a node, or of all together, at one moment.
struct moment {
  numbers per_second; ///< by the counter's name
  numbers gauges;
  std::optional<double> p50_us;
  std::optional<double> p99_us;
};

class history {
public:
  /// `at_ms`: when the answer came, on a clock that never goes back.
  void add(overview what, std::int64_t at_ms);

  bool is_empty() const noexcept { return count_ == 0; }
  /// Too short for a sparkline to say anything.
  bool is_short() const noexcept { return count_ < 3; }
  const overview& latest() const noexcept { return latest_; }

  const moment& cluster() const { return of(""); }
  const moment& of(const std::string& node) const;
  /// A shard's messages a second; nothing when it is not known yet.
  std::optional<double> shard_rate(const std::string& shard_id) const;

  /// The last values, oldest first; a gap counts as 0. `node` empty: of all together.
  std::vector<double> rates(std::string_view counter, const std::string& node = {}) const;
  std::vector<double> gauges(std::string_view gauge, const std::string& node = {}) const;
  std::vector<double> p50s(const std::string& node = {}) const;
  std::vector<double> p99s(const std::string& node = {}) const;

  /// Sum over the nodes of a counter since they began.
  double total(std::string_view counter) const;

private:
  std::vector<double> series(const std::string& node, const std::function<double(const moment&)>& pick) const;
  void remember(const std::string& node, moment what);

  overview latest_;
  std::int64_t at_ms_ = 0;
  std::size_t count_ = 0;
  numbers shard_rates_;
  std::map<std::string, std::deque<moment>, std::less<>> moments_; ///< by node; "": of all
  std::map<std::string, std::deque<latency_counts>, std::less<>> latencies_;
};

} // namespace wakala::console
