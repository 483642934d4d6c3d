#include "console/cluster_tables.hpp"

#include "console/figures.hpp"

#include <cmath>

namespace wakala::console {

namespace {

table_cell sparkline_cell(const std::vector<double>& values) { return {sparkline(values, 16), look::accent}; }

table_cell text_cell(std::string text, look how = look::plain) { return {std::move(text), how}; }

} // namespace

look look_of_state(std::string_view state) {
  if (state == "serving" || state == "open" || state == "live" || state == "up" || state == "self")
    return look::good;
  if (state == "draining" || state == "opening" || state == "leaving" || state == "paused" || state == "passivated")
    return look::warning;
  return look::bad;
}

table_cell count_cell(std::optional<double> value) {
  return value ? table_cell{count_text(*value), look::plain, value} : table_cell{std::string(nothing), look::dim};
}

table_cell bytes_cell(std::optional<double> value) {
  return value ? table_cell{bytes_text(*value), look::plain, value} : table_cell{std::string(nothing), look::dim};
}

table_cell micros_cell(std::optional<double> value) {
  return {micros_text(value), value ? look::plain : look::dim, value};
}

table_cell rate_cell(std::optional<double> value) {
  return {rate_text(value), value ? look::plain : look::dim, value};
}

std::string after_colon(std::string_view id) {
  const auto colon = id.find(':');
  return std::string(colon == std::string_view::npos ? id : id.substr(colon + 1));
}

std::vector<column> node_columns() {
  return {
      {"node", "NODE", alignment::left, 4, 9},
      {"state", "STATE", alignment::left, 0, 9},
      {"link", "LINK", alignment::left, 0, 6},
      {"uptime", "UP", alignment::right, 0, 5},
      {"shards", "SHARDS", alignment::right, 0, 7},
      {"conversations", "CONVS", alignment::right, 0, 7},
      {"events", "EVENTS/S", alignment::right, 0, 9},
      {"recent", "RECENT", alignment::left, 0, 3},
      {"sends", "SENDS/S", alignment::right, 0, 8},
      {"p50", "P50", alignment::right, 0, 5},
      {"p99", "P99", alignment::right, 0, 8},
      {"queue", "QUEUE", alignment::right, 0, 8},
      {"in_flight", "FLIGHT", alignment::right, 0, 4},
      {"unfolded", "UNFOLDED", alignment::right, 0, 4},
      {"state_bytes", "STATE B", alignment::right, 0, 3},
      {"rss", "RSS", alignment::right, 0, 6},
      {"version", "VERSION", alignment::left, 0, 2},
  };
}

table nodes_table(const surroundings& around) {
  table found{node_columns(), {}};
  for (const auto& node : around.past.latest().nodes) {
    const auto& now = around.past.of(node.name);
    const auto figure = [&](const numbers& of, std::string_view name) { return find_number(of, name); };
    found.rows.push_back({"node:" + node.name,
                          {text_cell(node.name + (node.is_self ? "*" : ""), look::strong),
                           text_cell(node.state, look_of_state(node.state)),
                           text_cell(node.link.empty() ? std::string(nothing) : node.link,
                                     node.link.empty() ? look::dim : look_of_state(node.link)),
                           {span_text(figure(node.gauges, "uptime_s")), look::plain, figure(node.gauges, "uptime_s")},
                           count_cell(figure(node.figures, "shards")),
                           count_cell(figure(node.figures, "conversations")),
                           rate_cell(figure(now.per_second, "events_committed")),
                           sparkline_cell(around.past.rates("events_committed", node.name)),
                           rate_cell(figure(now.per_second, "sends_accepted")),
                           micros_cell(now.p50_us),
                           micros_cell(now.p99_us),
                           count_cell(figure(node.gauges, "mailbox")),
                           count_cell(figure(node.gauges, "in_flight")),
                           count_cell(figure(node.gauges, "unfolded_rows")),
                           bytes_cell(figure(node.gauges, "state_bytes")),
                           bytes_cell(figure(node.gauges, "rss_bytes")),
                           text_cell(node.version, look::dim)}});
  }
  if (around.past.is_short())
    drop_column(found, "recent");
  drop_empty_columns(found);
  return found;
}

std::vector<column> shard_columns() {
  return {
      {"shard", "SHARD", alignment::left, 0, 9},
      {"node", "NODE", alignment::left, 0, 9},
      {"state", "STATE", alignment::left, 0, 9},
      {"epoch", "EPOCH", alignment::right, 0, 6},
      {"messages", "MSG/S", alignment::right, 0, 8},
      {"queue", "QUEUE", alignment::right, 0, 8},
      {"waiting", "WAIT/MSG", alignment::right, 0, 6},
      {"handling", "WORK/MSG", alignment::right, 0, 6},
      {"unfolded", "UNFOLDED", alignment::right, 0, 7},
      {"tenants", "TENANTS", alignment::right, 0, 5},
      {"conversations", "CONVS", alignment::right, 0, 7},
      {"bytes", "BYTES", alignment::right, 0, 4},
      {"seq", "SEQ", alignment::right, 0, 3},
      {"pinned", "PINNED", alignment::left, 0, 3},
  };
}

table shards_table(const surroundings& around) {
  table found{shard_columns(), {}};
  for (const auto& shard : around.past.latest().shards) {
    const auto figure = [&](std::string_view name) { return find_number(shard.figures, name); };
    const auto messages = figure("messages").value_or(0);
    const auto each = [&](std::string_view name) -> std::optional<double> {
      const auto sum = figure(name);
      return sum && messages > 0 ? std::optional(*sum / messages) : std::nullopt;
    };
    const auto number = after_colon(shard.id);
    // By number, not by text: 2 comes before 10.
    char* end = nullptr;
    const auto order = std::strtod(number.c_str(), &end);
    found.rows.push_back(
        {shard.id,
         {{shard.id, look::strong, end != nullptr && *end == 0 ? std::optional(order) : std::nullopt},
          text_cell(shard.node.empty() ? "nobody" : shard.node, shard.node.empty() ? look::bad : look::plain),
          text_cell(shard.state, look_of_state(shard.state)),
          count_cell(figure("epoch")),
          rate_cell(around.past.shard_rate(shard.id)),
          count_cell(figure("mailbox")),
          micros_cell(each("waiting_us")),
          micros_cell(each("handling_us")),
          count_cell(figure("unfolded_rows")),
          count_cell(figure("tenants")),
          count_cell(figure("conversations")),
          bytes_cell(figure("bytes")),
          count_cell(figure("seq")),
          text_cell(shard.pinned_to)}});
  }
  drop_empty_columns(found);
  return found;
}

} // namespace wakala::console
