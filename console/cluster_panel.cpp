// The cluster's figures in two columns, each with its last minutes as a sparkline.
#include "console/cluster_views.hpp"
#include "console/figures.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace wakala::console {

namespace {

struct gauge {
  std::string label;
  std::string value;
  std::vector<double> values;
  look how = look::accent;
};

void put(line& to, const gauge& what, std::size_t width, bool has_sparkline) {
  constexpr std::size_t label_width = 11;
  constexpr std::size_t value_width = 9;
  to.spans.push_back({fit(what.label, label_width), look::dim});
  to.spans.push_back({fit(what.value, value_width, alignment::right), look::strong});
  const auto rest = width - std::min(width, label_width + value_width + 3);
  const auto wide = std::min<std::size_t>(rest, 60);
  to.spans.push_back({" " + (has_sparkline ? sparkline(what.values, wide) : std::string(wide, ' ')), what.how});
  const auto used = label_width + value_width + 1 + wide;
  to.spans.push_back({std::string(width - std::min(width, used), ' ')});
}

double sum_of(const overview& all, std::string_view figure) {
  double sum = 0;
  for (const auto& node : all.nodes)
    sum += find_number(node.figures, figure).value_or(0);
  return sum;
}

line summary(const surroundings& around) {
  const auto& all = around.past.latest();
  const auto count = [&](auto matches) { return std::count_if(all.nodes.begin(), all.nodes.end(), matches); };
  const auto serving = count([](const auto& node) { return node.state == "serving"; });
  const auto open =
      std::count_if(all.shards.begin(), all.shards.end(), [](const auto& shard) { return shard.state == "open"; });
  line out;
  const auto part = [&](auto have, std::size_t of, std::string_view what) {
    const bool is_whole = static_cast<std::size_t>(have) == of;
    out.spans.push_back({fmt::format(" {}/{}", have, of), is_whole ? look::good : look::bad});
    out.spans.push_back({fmt::format(" {}  ", what), look::dim});
  };
  part(serving, all.nodes.size(), "nodes serving");
  part(open, all.shards.size(), "shards open");
  out.spans.push_back({count_text(sum_of(all, "conversations")), look::strong});
  out.spans.push_back({" conversations live", look::dim});
  if (!all.unreachable.empty()) {
    std::string names;
    for (const auto& each : all.unreachable)
      names += " " + each;
    out.spans.push_back({"  not reached:" + names, look::bad});
  }
  return out;
}

line troubles(const surroundings& around) {
  line out{{{" "}}, "", false, {}};
  struct trouble {
    std::string_view counter;
    std::string_view label;
  };
  static constexpr std::array<trouble, 6> list{{{"events_refused", "refused"},
                                                {"events_dead_lettered", "dead letters"},
                                                {"events_set_aside", "set aside"},
                                                {"sends_failed", "failed sends"},
                                                {"sends_retried", "retried"},
                                                {"sends_ambiguous", "ambiguous"}}};
  for (const auto& each : list) {
    const auto total = around.past.total(each.counter);
    const bool grows = find_number(around.past.cluster().per_second, each.counter).value_or(0) > 0;
    out.spans.push_back({std::string(each.label) + " ", look::dim});
    out.spans.push_back({count_text(total), grows ? look::bad : total > 0 ? look::warning : look::plain});
    out.spans.push_back({"  "});
  }
  return out;
}

} // namespace

std::vector<line> cluster_panel(const surroundings& around, std::size_t width) {
  const auto& past = around.past;
  const auto rate = [&](std::string label, std::string_view counter) {
    return gauge{std::move(label), rate_text(find_number(past.cluster().per_second, counter)), past.rates(counter)};
  };
  const auto level = [&](std::string label, std::string_view name) {
    const auto value = find_number(past.cluster().gauges, name);
    return gauge{std::move(label), value ? count_text(*value) : std::string(nothing), past.gauges(name),
                 look::warning};
  };
  const bool is_flight_known = find_number(past.cluster().gauges, "in_flight").has_value();
  const auto state_bytes = find_number(past.cluster().gauges, "state_bytes");
  const gauge memory{"state", state_bytes ? bytes_text(*state_bytes) : std::string(nothing),
                     past.gauges("state_bytes"), look::warning};
  const std::array<std::array<gauge, 2>, 4> gauges{{
      {rate("events/s", "events_committed"), gauge{"p50", micros_text(past.cluster().p50_us), past.p50s()}},
      {rate("sends/s", "sends_accepted"), gauge{"p99", micros_text(past.cluster().p99_us), past.p99s()}},
      {rate("commits/s", "journal_batches"), level("queue", "mailbox")},
      {is_flight_known ? level("in flight", "in_flight") : memory, level("unfolded", "unfolded_rows")},
  }};
  std::vector<line> lines{summary(around)};
  for (const auto& [left, right] : gauges) {
    line out{{{" "}}, "", false, {}};
    put(out, left, width / 2, !past.is_short());
    put(out, right, width - width / 2 - 1, !past.is_short());
    lines.push_back(std::move(out));
  }
  lines.push_back(troubles(around));
  lines.push_back({});
  return lines;
}

} // namespace wakala::console
