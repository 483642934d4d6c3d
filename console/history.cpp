#include "console/history.hpp"

#include "console/rates.hpp"

#include <algorithm>

namespace wakala::console {

namespace {

constexpr std::size_t moments_kept = 120;
constexpr std::size_t latency_window = 10; ///< answers that the quantiles look back over

void add_to(numbers& sums, const numbers& what) {
  for (const auto& [name, value] : what)
    sums[name] += value;
}

} // namespace

void history::add(overview what, std::int64_t at_ms) {
  const auto seconds = static_cast<double>(at_ms - at_ms_) / 1000;
  moment all;
  latency_counts all_latency;
  for (const auto& node : what.nodes) {
    moment now;
    now.gauges = node.gauges;
    const auto before = std::find_if(latest_.nodes.begin(), latest_.nodes.end(),
                                     [&](const auto& each) { return each.name == node.name; });
    if (before != latest_.nodes.end())
      for (const auto& [name, value] : node.counters)
        if (const auto rate = rate_of(find_number(before->counters, name), value, seconds))
          now.per_second[name] = *rate;
    if (!node.latency.count.empty()) {
      auto& window = latencies_[node.name];
      // Begun anew: what came before says nothing any more.
      if (!window.empty() && difference(window.back(), node.latency).count.empty())
        window.clear();
      window.push_back(node.latency);
      if (window.size() > latency_window + 1)
        window.pop_front();
      const auto between = difference(window.front(), window.back());
      now.p50_us = quantile_us(between, 0.5);
      now.p99_us = quantile_us(between, 0.99);
      console::add(all_latency, between);
    }
    add_to(all.per_second, now.per_second);
    add_to(all.gauges, now.gauges);
    remember(node.name, std::move(now));
  }
  all.p50_us = quantile_us(all_latency, 0.5);
  all.p99_us = quantile_us(all_latency, 0.99);
  remember("", std::move(all));
  const auto is_gone = [&](const auto& each) {
    return !each.first.empty() && std::none_of(what.nodes.begin(), what.nodes.end(),
                                               [&](const auto& node) { return node.name == each.first; });
  };
  std::erase_if(moments_, is_gone);
  std::erase_if(latencies_, is_gone);

  numbers rates;
  numbers before;
  for (const auto& shard : latest_.shards)
    if (const auto messages = find_number(shard.figures, "messages"))
      before[shard.id] = *messages;
  for (const auto& shard : what.shards)
    if (const auto rate = rate_of(find_number(before, shard.id), find_number(shard.figures, "messages"), seconds))
      rates[shard.id] = *rate;
  shard_rates_ = std::move(rates);
  latest_ = std::move(what);
  at_ms_ = at_ms;
  ++count_;
}

void history::remember(const std::string& node, moment what) {
  auto& of_node = moments_[node];
  of_node.push_back(std::move(what));
  if (of_node.size() > moments_kept)
    of_node.pop_front();
}

const moment& history::of(const std::string& node) const {
  static const moment none;
  const auto found = moments_.find(node);
  return found == moments_.end() || found->second.empty() ? none : found->second.back();
}

std::optional<double> history::shard_rate(const std::string& shard_id) const {
  return find_number(shard_rates_, shard_id);
}

std::vector<double> history::series(const std::string& node, const std::function<double(const moment&)>& pick) const {
  std::vector<double> values;
  const auto found = moments_.find(node);
  if (found != moments_.end())
    for (const auto& each : found->second)
      values.push_back(pick(each));
  return values;
}

std::vector<double> history::rates(std::string_view counter, const std::string& node) const {
  return series(node, [&](const moment& m) { return find_number(m.per_second, counter).value_or(0); });
}

std::vector<double> history::gauges(std::string_view gauge, const std::string& node) const {
  return series(node, [&](const moment& m) { return find_number(m.gauges, gauge).value_or(0); });
}

std::vector<double> history::p50s(const std::string& node) const {
  return series(node, [](const moment& m) { return m.p50_us.value_or(0); });
}

std::vector<double> history::p99s(const std::string& node) const {
  return series(node, [](const moment& m) { return m.p99_us.value_or(0); });
}

double history::total(std::string_view counter) const {
  double sum = 0;
  for (const auto& node : latest_.nodes)
    sum += find_number(node.counters, counter).value_or(0);
  return sum;
}

} // namespace wakala::console
