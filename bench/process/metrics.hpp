/// \file
/// The daemon's `/metrics`, as far as a load run looks at it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace wakala::bench {

/// Samples by name and labels as they are printed: `wakala_events_total{outcome="committed"}`.
using metric_samples = std::map<std::string, double, std::less<>>;

/// Reads the text format; lines that are none of it are left out.
metric_samples parse_metrics(std::string_view text);

double sample(const metric_samples& all, std::string_view name);
/// The sum over all labels of a family.
double family_sum(const metric_samples& all, std::string_view name);

struct node_counts {
  double committed = 0;
  double repeated = 0;
  double unfolded_rows = 0; ///< commits that the tables do not hold yet
  double journal_rows = 0;
  double journal_batches = 0;
  double sends_accepted = 0; ///< replies
  double statuses_unmatched = 0;
  double live_conversations = 0;
  double refused_events = 0;
};
node_counts counts_of(const metric_samples& all);

} // namespace wakala::bench
