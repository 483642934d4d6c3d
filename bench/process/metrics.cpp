#include "bench/process/metrics.hpp"

#include <algorithm>
#include <cstdlib>

namespace wakala::bench {

metric_samples parse_metrics(std::string_view text) {
  metric_samples all;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto space = line.rfind(' ');
    if (line.empty() || line.front() == '#' || space == std::string_view::npos)
      continue;
    const std::string value(line.substr(space + 1));
    char* stopped = nullptr;
    const double number = std::strtod(value.c_str(), &stopped);
    if (stopped != value.c_str() && *stopped == '\0')
      all.insert_or_assign(std::string(line.substr(0, space)), number);
  }
  return all;
}

double sample(const metric_samples& all, std::string_view name) {
  const auto it = all.find(name);
  return it == all.end() ? 0 : it->second;
}

double family_sum(const metric_samples& all, std::string_view name) {
  double sum = sample(all, name);
  const auto labelled = std::string(name) + "{";
  for (auto it = all.lower_bound(labelled); it != all.end() && it->first.starts_with(labelled); ++it)
    sum += it->second;
  return sum;
}

node_counts counts_of(const metric_samples& all) {
  node_counts n;
  n.committed = sample(all, R"(wakala_events_total{outcome="committed"})");
  n.repeated = sample(all, R"(wakala_events_total{outcome="repeated"})");
  n.refused_events = sample(all, R"(wakala_events_total{outcome="refused"})");
  n.unfolded_rows = family_sum(all, "wakala_shard_unfolded_rows");
  n.journal_rows = sample(all, "wakala_journal_rows_total");
  n.journal_batches = sample(all, "wakala_journal_batches_total");
  n.sends_accepted = sample(all, "wakala_sends_accepted_total");
  n.statuses_unmatched = sample(all, "wakala_statuses_unmatched_total");
  n.live_conversations = sample(all, "wakala_conversations_live");
  return n;
}

} // namespace wakala::bench
