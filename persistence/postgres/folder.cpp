#include "persistence/postgres/folder.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/postgres/tables.hpp"
#include "persistence/postgres/values.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace wakala::persistence::postgres {

namespace {

// Under the lock, which the folded positions are read after, by a statement of its own.
constexpr const char* lock_sql =
    "SELECT l.shard FROM shard_leases AS l JOIN unnest($1::int4[], $2::int8[]) AS w (shard, epoch)"
    " ON w.shard = l.shard AND w.epoch = l.epoch FOR SHARE OF l SKIP LOCKED";
// Locked, in order: a fold that came too late and its repetition are of the same epoch, and one must wait for the
// other.
constexpr const char* positions_sql =
    "SELECT shard, seq FROM folded WHERE shard = ANY ($1::int4[]) ORDER BY shard FOR UPDATE";
constexpr const char* put_keys_sql = "INSERT INTO event_keys (shard, bucket, hash, at)"
                                     " SELECT * FROM unnest($1::int4[], $2::int8[], $3::bytea[], $4::int8[])"
                                     " ON CONFLICT (shard, bucket, hash) DO UPDATE SET at = excluded.at";
constexpr const char* set_positions_sql =
    "UPDATE folded AS f SET seq = n.seq"
    " FROM unnest($1::int4[], $2::int8[]) AS n (shard, seq) WHERE f.shard = n.shard";

/// What becomes of one row of a table.
struct change {
  shard_id shard = 0;
  const record* what = nullptr;
};
using row_address = std::pair<std::string_view, std::string_view>; ///< tenant, key

class gathered_changes {
public:
  void add(const journal_row& row) {
    for (const auto* records : {&row.personal, &row.business})
      for (const record& r : *records)
        tables_.at(static_cast<std::size_t>(r.where))[{row.tenant, r.key}] = {row.shard,
                                                                              &r}; // a later one takes its place
    if (row.key)
      keys_[{row.shard, *row.key}] = row.at;
  }

  result<void> write(connection& on) const {
    for (const table where : all_tables)
      if (auto done = write_table(on, where); !done)
        return done;
    return write_keys(on);
  }

private:
  result<void> write_table(connection& on, table where) const {
    array tenants(sql_type::text);
    array keys(sql_type::bytea);
    array dues(sql_type::int8);
    array shards(sql_type::int4);
    array values(sql_type::bytea);
    array erased_tenants(sql_type::text);
    array erased_keys(sql_type::bytea);
    for (const auto& [address, c] : tables_.at(static_cast<std::size_t>(where))) {
      (c.what->erase ? erased_tenants : tenants).add(address.first);
      (c.what->erase ? erased_keys : keys).add(address.second);
      if (c.what->erase)
        continue;
      dues.add_int8(c.what->due);
      shards.add_int4(to_int4(c.shard));
      values.add(c.what->value);
    }
    const auto& sql = sql_of(where);
    if (tenants.size() > 0) {
      const auto done =
          on.run(sql.put.c_str(), parameters{}.list(tenants).list(keys).list(dues).list(shards).list(values));
      if (!done)
        return done.error();
    }
    if (erased_tenants.size() > 0) {
      const auto done = on.run(sql.erase.c_str(), parameters{}.list(erased_tenants).list(erased_keys));
      if (!done)
        return done.error();
    }
    return {};
  }

  result<void> write_keys(connection& on) const {
    if (keys_.empty())
      return {};
    array shards(sql_type::int4);
    array buckets(sql_type::int8);
    array hashes(sql_type::bytea);
    array times(sql_type::int8);
    for (const auto& [place, at] : keys_) {
      shards.add_int4(to_int4(place.first));
      buckets.add_int8(place.second.bucket);
      hashes.add(view_of(place.second.hash));
      times.add_int8(at);
    }
    const auto done = on.run(put_keys_sql, parameters{}.list(shards).list(buckets).list(hashes).list(times));
    if (!done)
      return done.error();
    return {};
  }

  std::array<std::map<row_address, change>, std::size(all_tables) + 1> tables_;
  std::map<std::pair<shard_id, event_key>, time_ms> keys_;
};

void end(part_in_work& work, result<std::uint64_t> reached) {
  work.reached = std::move(reached);
  work.is_done = true;
}

/// A second part of a shard waits for the first.
std::vector<part_in_work*> next_of_each_shard(std::vector<part_in_work>& works) {
  std::vector<part_in_work*> chosen;
  std::set<shard_id> shards;
  for (part_in_work& work : works)
    if (!work.is_done && shards.insert(work.part->shard).second)
      chosen.push_back(&work);
  return chosen;
}

/// Ends the parts of shards that have another owner; gives where the others' tables stand.
result<std::map<shard_id, std::uint64_t>> lock(connection& on, const std::vector<part_in_work*>& works) {
  array shards(sql_type::int4);
  array epochs(sql_type::int8);
  for (const part_in_work* work : works) {
    shards.add_int4(to_int4(work->part->shard));
    epochs.add_int8(to_int8(work->part->epoch));
  }
  const auto locked = on.run(lock_sql, parameters{}.list(shards).list(epochs));
  if (!locked)
    return locked.error();
  std::set<shard_id> owned;
  for (int row = 0; row < locked->rows(); ++row)
    owned.insert(static_cast<shard_id>(locked->number(row, 0)));
  for (part_in_work* work : works)
    if (work->part->epoch == 0 || !owned.contains(work->part->shard))
      end(*work, fold_fenced(work->part->shard));
  const auto positions = on.run(positions_sql, parameters{}.list(shards));
  if (!positions)
    return positions.error();
  if (static_cast<std::uint32_t>(positions->rows()) != shards.size())
    return make_error(errc::corrupt, "the database does not know how far some shards are folded");
  std::map<shard_id, std::uint64_t> out;
  for (int row = 0; row < positions->rows(); ++row)
    out[static_cast<shard_id>(positions->number(row, 0))] = unsigned_at(*positions, row, 1);
  return out;
}

} // namespace

result<void> fold_some(connection& on, std::vector<part_in_work>& works, std::size_t rows_max) {
  const auto chosen = next_of_each_shard(works);
  auto all = transaction::begin(on);
  if (!all)
    return all.error();
  const auto positions = lock(on, chosen);
  if (!positions)
    return positions.error();
  gathered_changes changes;
  array shards(sql_type::int4);
  array seqs(sql_type::int8);
  struct step {
    part_in_work* work;
    std::size_t next;
    std::uint64_t reached;
  };
  std::vector<step> steps;
  std::size_t taken = 0;
  for (part_in_work* work : chosen) {
    if (work->is_done)
      continue;
    const auto& rows = work->part->rows;
    const auto present = positions->at(work->part->shard);
    const auto already = rows_already_folded(work->part->shard, present, rows);
    if (!already) {
      end(*work, already.error());
      continue;
    }
    const auto first = std::max(*already, work->next);
    const auto last = std::min(rows.size(), first + (rows_max - taken));
    for (std::size_t at = first; at < last; ++at)
      changes.add(*rows[at]);
    taken += last - first;
    const auto reached = last > first ? rows[last - 1]->seq : present;
    if (last > first) {
      shards.add_int4(to_int4(work->part->shard));
      seqs.add_int8(to_int8(reached));
    }
    steps.push_back({work, last, reached});
  }
  if (shards.size() > 0) {
    if (auto done = changes.write(on); !done)
      return done;
    if (const auto set = on.run(set_positions_sql, parameters{}.list(shards).list(seqs)); !set)
      return set.error();
  }
  if (auto done = all->commit(); !done)
    return done;
  for (const step& s : steps) {
    s.work->next = s.next;
    s.work->reached = s.reached;
    s.work->is_done = s.next == s.work->part->rows.size();
  }
  return {};
}

} // namespace wakala::persistence::postgres
