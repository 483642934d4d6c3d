/// \file
/// Updates made ready before they are needed, and the two ways of handing them to a node.
#pragma once

#include "bench/actors/local_node.hpp"
#include "bench/load/traffic.hpp"
#include "bench/stats/histogram.hpp"

#include <cstdint>
#include <vector>

namespace wakala::bench {

/// Decoded and routed, each a POST of its own.
using routed_updates = std::vector<std::vector<actors::routed_event>>;

/// The traffic of a population as routed updates. Not thread-safe.
class update_source {
public:
  /// `distance`: a reply's statuses come at least so many updates after the message that it answers, by when a node
  /// that works on far fewer at a time has made it.
  update_source(const population& who, std::uint32_t distance);

  routed_updates make(const local_node& node, std::size_t count);

private:
  const population& who_;
  traffic what_;
  std::uint64_t run_;
  std::int64_t epoch_;
  std::uint64_t step_ns_;
  std::uint64_t made_ = 0;
};

struct feed_result {
  double seconds = 0;        ///< from the first update to the last answer
  double cpu_seconds = 0;    ///< of this process
  histogram latency;         ///< ns: from the hand-over, or from the time it was meant for, to the answer
  std::uint64_t late = 0;    ///< handed over more than 1 ms after its time
  std::uint64_t refused = 0; ///< answers that Meta would have seen as 503
};

/// Hands over as fast as answers come, with at most `window` updates without one.
feed_result feed_at_once(local_node& node, routed_updates updates, std::size_t window);
/// Hands over at a fixed rate, whatever the node does; latency counts from the intended time.
feed_result feed_at_rate(local_node& node, routed_updates updates, double per_second);

} // namespace wakala::bench
