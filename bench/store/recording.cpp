#include "bench/store/recording.hpp"

#include "bench/actors/feed.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>
#include <tuple>

namespace wakala::bench {

namespace {

constexpr std::size_t window = 32;
constexpr std::uint32_t status_distance = 2'048;
constexpr std::chrono::seconds settle_patience{120};

std::size_t size_of(const persistence::record& r) { return r.key.size() + r.value.size(); }

/// Rows of all shards in the order of their commits.
result<std::vector<persistence::journal_row>> all_rows(persistence::store& from) {
  std::vector<persistence::journal_row> rows;
  for (shard_id shard = 0; shard < from.shard_count(); ++shard) {
    auto some = from.journal(shard, 0, std::numeric_limits<std::size_t>::max());
    if (!some)
      return some.error();
    time_ms latest = 0; // of a shard's rows, sequence numbers are the order, whatever its clock said
    for (auto& row : *some) {
      row.at = latest = std::max(latest, row.at);
      rows.push_back(std::move(row));
    }
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return std::tie(a.at, a.shard, a.seq) < std::tie(b.at, b.shard, b.seq);
  });
  return rows;
}

} // namespace

double recording::bytes_per_row() const {
  std::size_t sum = 0;
  for (const auto& row : rows)
    for (const auto* part : {&row.personal, &row.business})
      for (const auto& r : *part)
        sum += size_of(r);
  return rows.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(rows.size());
}

double recording::records_per_row() const {
  std::size_t sum = 0;
  for (const auto& row : rows)
    sum += row.personal.size() + row.business.size();
  return rows.empty() ? 0 : static_cast<double>(sum) / static_cast<double>(rows.size());
}

double recording::rows_per_update() const {
  return updates == 0 ? 0 : static_cast<double>(rows.size()) / static_cast<double>(updates);
}

result<recording> record(const recording_options& options) {
  const population who(options.who);
  auto node = local_node::start({options.workers, options.shards}, who);
  if (!node)
    return node.error();
  update_source source(who, status_distance);
  const auto fed = feed_at_once(**node, source.make(**node, options.updates), window);
  if (fed.refused > 0)
    return make_error(errc::unavailable, std::to_string(fed.refused) + " updates were refused while recording");
  auto settled = (*node)->settle(settle_patience);
  if (!settled)
    return settled.error();
  auto rows = all_rows((*node)->store());
  if (!rows)
    return rows.error();
  recording made;
  made.rows = std::move(*rows);
  made.updates = options.updates;
  made.shards = options.shards;
  std::set<std::pair<tenant_id, conversation_id>> known;
  for (std::size_t i = 0; i < made.rows.size(); ++i) {
    const auto& row = made.rows[i];
    if (row.conversation.is_nil() || !known.emplace(row.tenant, row.conversation).second)
      continue;
    auto wrapped = (*node)->store().conversation_key(row.tenant, row.conversation);
    if (!wrapped)
      return wrapped.error();
    if (*wrapped)
      made.keys.push_back({i, {row.tenant, row.conversation, std::move(**wrapped)}});
  }
  return made;
}

} // namespace wakala::bench
