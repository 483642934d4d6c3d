#include "console/cluster_views.hpp"

#include "console/cluster_tables.hpp"

#include <algorithm>

namespace wakala::console {

page overview_view::show(const surroundings& around, std::size_t width) const {
  page out;
  out.panel = cluster_panel(around, width);
  auto nodes = nodes_table(around);
  filter_rows(nodes, filter);
  out.body = lay_out(nodes, width);
  // Where the shards begin there is a second heading, which scrolls away.
  auto shards = shards_table(around);
  filter_rows(shards, filter);
  sort_rows(shards, sorted);
  out.body.push_back({});
  auto lines = lay_out(shards, width, sorted);
  std::move(lines.begin(), lines.end(), std::back_inserter(out.body));
  return out;
}

std::string overview_view::open(const std::string& key) const { return "actors " + key; }

std::vector<action> overview_view::actions(const surroundings& around, const std::string& key) const {
  const auto& all = around.past.latest();
  const bool is_alone = !all.is_cluster;
  if (key.starts_with("node:"))
    return actions_for_node(around.who, after_colon(key), is_alone);
  const auto shard =
      std::find_if(all.shards.begin(), all.shards.end(), [&](const auto& each) { return each.id == key; });
  return shard == all.shards.end() ? std::vector<action>{} : actions_for_shard(around.who, shard->shard, is_alone);
}

std::vector<column> overview_view::sort_columns() const { return shard_columns(); }

page nodes_view::show(const surroundings& around, std::size_t width) const {
  page out;
  out.body = table_lines(nodes_table(around), width);
  out.note = note_of(out.body.size() - 1, around.past.latest().nodes.size(), {});
  return out;
}

std::vector<column> nodes_view::sort_columns() const { return node_columns(); }

page shards_view::show(const surroundings& around, std::size_t width) const {
  page out;
  out.body = table_lines(shards_table(around), width);
  out.note = note_of(out.body.size() - 1, around.past.latest().shards.size(), {});
  return out;
}

std::vector<column> shards_view::sort_columns() const { return shard_columns(); }

} // namespace wakala::console
