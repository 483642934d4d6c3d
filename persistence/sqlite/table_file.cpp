#include "persistence/sqlite/table_file.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/sqlite/setup.hpp"
#include "persistence/sqlite/stored_rows.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace wakala::persistence::sqlite {

namespace {

constexpr const char* note_dropped_sql = "INSERT INTO facts (name, value) VALUES (?1, ?2)"
                                         " ON CONFLICT DO UPDATE SET value = max(value, excluded.value)";
constexpr const char* drop_keys_sql = "DELETE FROM event_keys WHERE shard = ?1 AND bucket > 0 AND bucket < ?2";
constexpr const char* drop_old_keys_sql = "DELETE FROM event_keys WHERE shard = ?1 AND bucket = 0 AND at < ?2";
constexpr const char* put_tenant_sql = "INSERT OR REPLACE INTO tenants (id, shard, wrapped_key, config, version, "
                                       "digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr const char* erase_tenant_sql = "DELETE FROM tenants WHERE id = ?1";
constexpr const char* put_meta_sql = "INSERT OR REPLACE INTO meta (name, value, digest) VALUES (?1, ?2, ?3)";

} // namespace

result<void> table_file::ensure_open() {
  if (open_)
    return {};
  auto db = connection::open(path_, access::read_write, setup_tables);
  if (!db)
    return db.error();
  auto made = std::make_unique<open_file>();
  made->db = std::move(*db);
  made->db.watch_wal(*wal_pages_);
  auto writer = tables_writer::prepare(made->db);
  if (!writer)
    return writer.error();
  made->writer = std::move(*writer);
  const std::pair<statement*, const char*> all[] = {
      {&made->note_dropped, note_dropped_sql},   {&made->drop_keys, drop_keys_sql},
      {&made->drop_old_keys, drop_old_keys_sql}, {&made->put_tenant, put_tenant_sql},
      {&made->erase_tenant, erase_tenant_sql},   {&made->put_meta, put_meta_sql}};
  for (const auto& [where, sql] : all) {
    auto prepared = statement::prepare(made->db, sql);
    if (!prepared)
      return prepared.error();
    *where = std::move(*prepared);
  }
  open_ = std::move(made);
  return {};
}

template <class Work>
auto table_file::guarded(Work work) -> decltype(work()) {
  auto ready = ensure_open();
  if (!ready)
    return ready.error();
  auto out = work();
  if (!out && out.error().code != errc::invalid_argument)
    open_.reset();
  return out;
}

result<void> table_file::durable(statement& run) {
  auto done = open_->db.run(setup_durable);
  if (!done)
    return done;
  done = run.run();
  // Back in any case. After an error the connection goes anyway, so its own failure adds nothing.
  auto back = open_->db.run(setup_not_durable);
  return done ? back : done;
}

result<std::uint64_t> table_file::folded(shard_id shard) {
  return guarded([&] { return open_->writer.folded(shard); });
}

result<void> table_file::fold(std::span<part_in_work* const> parts, std::size_t most) {
  return guarded([&]() -> result<void> {
    std::vector<fold_slice> slices;
    for (part_in_work* work : parts) {
      const auto& rows = work->part->rows;
      const auto before = open_->writer.folded(work->part->shard);
      if (!before)
        return before.error();
      const auto skip = rows_already_folded(work->part->shard, *before, rows);
      if (!skip) {
        work->reached = skip.error();
        continue;
      }
      work->begun = true;
      work->reached = *before;
      work->rows_done = *skip;
      const std::size_t count = std::min(most, rows.size() - *skip);
      most -= count;
      if (count > 0)
        slices.push_back({work->part->shard, {rows.data() + *skip, count}});
    }
    auto done = open_->writer.apply(slices);
    if (!done)
      return done;
    auto slice = slices.begin();
    for (part_in_work* work : parts)
      if (slice != slices.end() && work->part->shard == slice->shard) {
        work->reached = slice->rows.back()->seq;
        work->rows_done += slice->rows.size();
        ++slice;
      }
    return {};
  });
}

result<void> table_file::note_dropped_keys(std::uint32_t bucket_before, time_ms committed_before) {
  return guarded([&]() -> result<void> {
    auto done = open_->note_dropped.bind_text(1, dropped_bucket_fact).bind(2, std::int64_t{bucket_before}).run();
    if (done)
      done = open_->note_dropped.bind_text(1, dropped_time_fact).bind(2, committed_before).run();
    return done;
  });
}

result<std::uint64_t> table_file::drop_event_keys(shard_id shard, std::uint32_t bucket_before,
                                                  time_ms committed_before) {
  return guarded([&]() -> result<std::uint64_t> {
    auto done = open_->drop_keys.bind(1, std::int64_t{shard}).bind(2, std::int64_t{bucket_before}).run();
    if (!done)
      return done.error();
    std::uint64_t dropped = static_cast<std::uint64_t>(sqlite3_changes64(open_->db.handle()));
    done = open_->drop_old_keys.bind(1, std::int64_t{shard}).bind(2, committed_before).run();
    if (!done)
      return done.error();
    return dropped + static_cast<std::uint64_t>(sqlite3_changes64(open_->db.handle()));
  });
}

result<void> table_file::put_tenant(const tenant_row& row) {
  return guarded([&] {
    open_->put_tenant.bind_text(1, row.id)
        .bind(2, std::int64_t{row.shard})
        .bind_bytes(3, row.wrapped_key)
        .bind_bytes(4, row.config)
        .bind_u64(5, row.version)
        .bind(6, std::int64_t{tenant_digest(row)});
    return durable(open_->put_tenant);
  });
}

result<void> table_file::erase_tenant(const tenant_id& id) {
  return guarded([&]() -> result<void> {
    open_->erase_tenant.bind_text(1, id);
    auto done = durable(open_->erase_tenant);
    if (!done)
      return done;
    // The wrapped key is in older pages of the log until it is cut. A reader in the way leaves that to the next
    // checkpoint.
    static_cast<void>(
        sqlite3_wal_checkpoint_v2(open_->db.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr));
    return {};
  });
}

result<void> table_file::put_meta(std::string_view name, std::string_view value) {
  return guarded([&] {
    open_->put_meta.bind_text(1, name).bind_bytes(2, value).bind(3, std::int64_t{meta_digest(name, value)});
    return durable(open_->put_meta);
  });
}

} // namespace wakala::persistence::sqlite
