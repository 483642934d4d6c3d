#include "bench/failover/failover_figures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

namespace wakala::bench {

namespace {

double in_ms(bench_clock::duration d) { return std::chrono::duration<double, std::milli>(d).count(); }

std::optional<double> next_commit_ms(const std::vector<said_message>& said, const failure& f) {
  for (const auto& message : said)
    if (message.is_acked() && message.acked > f.at && (message.sent >= f.at || message.refusals > 0))
      return in_ms(message.acked - f.at);
  return std::nullopt;
}

std::optional<double> longest_ms(const std::vector<said_message>& said, const failure& f) {
  std::optional<double> longest;
  for (const auto& message : said)
    if (message.is_acked() && message.acked >= f.at && message.sent <= f.over)
      longest = std::max(longest.value_or(0), in_ms(message.acked - message.sent));
  return longest;
}

} // namespace

std::vector<double> waits_ms(const said_messages& said, const std::vector<failure>& failures, failure_kind what) {
  std::vector<double> waits;
  for (const auto& f : failures) {
    if (f.what != what)
      continue;
    for (const auto conversation : f.conversations) {
      const auto& mine = said.at(conversation);
      const auto wait = what == failure_kind::move ? longest_ms(mine, f) : next_commit_ms(mine, f);
      if (wait)
        waits.push_back(*wait);
    }
  }
  return waits;
}

double percentile(std::vector<double> values, double percent) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  const auto rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  return values[std::min(values.size(), std::max<std::size_t>(static_cast<std::size_t>(rank), 1)) - 1];
}

found_faults compare(std::uint32_t conversation, const std::vector<said_message>& said,
                     const std::vector<std::string>& inbound_ids) {
  std::map<std::string, std::size_t> places;
  for (std::size_t place = 0; place < said.size(); ++place)
    places[failover_message_id(conversation, place)] = place;
  found_faults faults;
  std::set<std::size_t> seen;
  std::optional<std::size_t> last;
  for (const auto& id : inbound_ids) {
    const auto known = places.find(id);
    if (known == places.end())
      continue;
    if (!seen.insert(known->second).second)
      ++faults.doubled;
    else if (last && known->second < *last)
      ++faults.reordered;
    last = std::max(last.value_or(0), known->second);
  }
  for (std::size_t place = 0; place < said.size(); ++place)
    if (said[place].is_acked() && !seen.contains(place))
      ++faults.lost;
  return faults;
}

} // namespace wakala::bench
