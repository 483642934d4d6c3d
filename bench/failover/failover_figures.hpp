/// \file
/// What became of the messages of a cluster whose nodes failed. Pure.
#pragma once

#include "bench/failover/shoppers.hpp"

#include <set>
#include <string>
#include <vector>

namespace wakala::bench {

enum class failure_kind : std::uint8_t {
  kill,  ///< of the process
  pause, ///< longer than a lease
  move,  ///< planned, of one shard
};

struct failure {
  failure_kind what = failure_kind::kill;
  bench_clock::time_point at;
  bench_clock::time_point over;          ///< of a move: when the new owner had it
  std::set<std::uint32_t> conversations; ///< whose shard was there
};

/// For each conversation that a failure of that kind has hit, in milliseconds. After a kill or a pause: from the
/// failure to its next commit, counted by the 200 of a message that was sent, or sent again, after it. Around a move:
/// the longest that a message of it took.
std::vector<double> waits_ms(const said_messages& said, const std::vector<failure>& failures, failure_kind what);

/// The smallest value that so many percent are not above; 0 for none.
double percentile(std::vector<double> values, double percent);

/// A transcript's inbound ids, in its order, against what was said.
struct found_faults {
  std::uint64_t lost = 0;      ///< answered 200, and not there
  std::uint64_t doubled = 0;   ///< there more than once
  std::uint64_t reordered = 0; ///< before one that was said earlier
};
found_faults compare(std::uint32_t conversation, const std::vector<said_message>& said,
                     const std::vector<std::string>& inbound_ids);

} // namespace wakala::bench
