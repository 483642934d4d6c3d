#include "persistence/sqlite/sqlite_store.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/sqlite/append_log.hpp"
#include "persistence/sqlite/checkpointer.hpp"
#include "persistence/sqlite/create.hpp"
#include "persistence/sqlite/files.hpp"
#include "persistence/sqlite/paced_work.hpp"
#include "persistence/sqlite/paced_writes.hpp"
#include "persistence/sqlite/reader.hpp"
#include "persistence/sqlite/table_file.hpp"

#include <atomic>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

namespace wakala::persistence {

namespace {

using sqlite::file_layout;
using sqlite::reader;

class sqlite_store final : public store {
public:
  sqlite_store(sqlite::serving_lock lock, file_layout files, std::uint32_t shard_count, std::size_t readers)
      : lock_(std::move(lock)), files_(std::move(files)), shard_count_(shard_count),
        journal_wal_(files_.journal, journal_mutex_), tables_wal_(files_.tables, tables_mutex()),
        keys_wal_(files_.keys, journal_mutex_), log_(files_, shard_count, journal_wal_.pages, keys_wal_.pages),
        tables_(files_.tables, files_.one_file() ? journal_wal_.pages : tables_wal_.pages), readers_(files_, readers),
        epochs_(shard_count), checkpointer_(watched()) {}

  /// Reads where journal and tables stand.
  result<void> start() {
    {
      const std::lock_guard lock(journal_mutex_);
      const auto leases = log_.leases();
      if (!leases)
        return leases.error();
      for (shard_id shard = 0; shard < shard_count_; ++shard)
        epochs_[shard].store((*leases)[shard].epoch);
      auto keys = log_.keys().ensure_open();
      if (!keys)
        return keys.error();
    }
    const auto folded = readers_.run([&](reader& r) { return r.folded_positions(shard_count_); });
    if (!folded)
      return folded.error();
    auto unfolded = readers_.run([&](reader& r) { return r.unfolded(*folded); });
    if (!unfolded)
      return unfolded.error();
    unfolded_ = std::move(*unfolded);
    return {};
  }

  std::uint32_t shard_count() const noexcept override { return shard_count_; }

  using store::open_shard;
  result<opened_shard> open_shard(shard_id shard, std::optional<std::uint64_t> /*seen*/) override {
    opened_shard out;
    {
      const std::lock_guard lock(journal_mutex_); // waits for the append in flight, and so settles it
      const auto lease = log_.take(shard);
      if (!lease)
        return lease.error();
      epochs_[shard].store(lease->epoch);
      out.epoch = lease->epoch;
      out.last_seq = lease->last_seq;
    }
    {
      const std::lock_guard lock(tables_mutex()); // waits for the fold in flight; a later one meets the new epoch
      const auto folded = tables_.folded(shard);
      if (!folded)
        return folded.error();
      out.folded_seq = *folded;
    }
    if (out.folded_seq > out.last_seq)
      return make_error(errc::corrupt, "shard " + std::to_string(shard) + ": the tables hold more than the journal");
    auto tail = read_tail(shard, out.folded_seq);
    if (!tail)
      return tail.error();
    std::uint64_t expected = out.folded_seq;
    for (const row_ptr& row : *tail)
      if (row->seq != ++expected)
        return make_error(errc::corrupt, "shard " + std::to_string(shard) + ": the journal has a gap before " +
                                             std::to_string(row->seq));
    if (expected != out.last_seq)
      return make_error(errc::corrupt, "shard " + std::to_string(shard) + ": the journal ends too early");
    if (!tail->empty())
      out.last_at = tail->back()->at;
    out.tail = std::move(*tail);
    checkpointer_.look();
    return out;
  }

  using store::append;
  using store::fold;

  result<std::vector<shard_outcome>> append(const std::vector<row_ptr>& batch,
                                            const std::vector<wrapped_key>& new_keys) override {
    auto out = [&] {
      const std::lock_guard lock(journal_mutex_);
      return log_.append(batch, new_keys);
    }();
    checkpointer_.look();
    return out;
  }

  std::vector<result<std::uint64_t>> fold(const std::vector<fold_part>& parts) override {
    std::vector<sqlite::part_in_work> works(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      works[i].part = &parts[i];
      if (parts[i].shard >= shard_count_)
        works[i].reached = no_such_shard(parts[i].shard);
    }
    const sqlite::paced_writes paced;
    std::optional<sqlite::paced_work> unhurried;
    if (may_take_its_time(parts))
      unhurried.emplace();
    while (fold_slice(works)) // slices, so that the append of a one-file store never waits long
      checkpointer_.look();
    std::vector<result<std::uint64_t>> reached;
    reached.reserve(works.size());
    for (auto& work : works)
      reached.push_back(std::move(work.reached));
    return reached;
  }

  result<std::optional<bytes>> get(const tenant_id& tenant, table where, const bytes& key) override {
    return readers_.run([&](reader& r) { return r.get(tenant, where, key); });
  }
  result<std::vector<stored_value>> range(const range_query& query) override {
    return readers_.run([&](reader& r) { return r.range(query); });
  }
  result<std::vector<stored_value>> due(shard_id shard, table where, time_ms until, std::size_t limit) override {
    return readers_.run([&](reader& r) { return r.due(shard, where, until, limit); });
  }
  result<bool> has_event_key(shard_id shard, const event_key& key) override {
    return readers_.run([&](reader& r) { return r.has_event_key(shard, key); });
  }
  result<std::optional<time_ms>> event_time(shard_id shard, const event_key& key) override {
    return readers_.run([&](reader& r) { return r.event_time(shard, key); });
  }
  result<std::vector<event_key>> event_keys(shard_id shard, std::uint32_t newest_bucket, std::size_t limit) override {
    return readers_.run([&](reader& r) { return r.event_keys(shard, newest_bucket, limit); });
  }
  result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) override {
    if (shard >= shard_count_)
      return no_such_shard(shard);
    return readers_.run([&](reader& r) { return r.journal(shard, after_seq, limit); });
  }
  result<std::vector<journal_row>> journal_since(shard_id shard, time_ms from, std::size_t limit) override {
    if (shard >= shard_count_)
      return no_such_shard(shard);
    return readers_.run([&](reader& r) { return r.journal_since(shard, from, limit); });
  }
  result<std::optional<bytes>> conversation_key(const tenant_id& tenant,
                                                const conversation_id& conversation) override {
    return readers_.run([&](reader& r) { return r.conversation_key(tenant, conversation); });
  }
  result<std::vector<tenant_row>> tenants() override {
    return readers_.run([](reader& r) { return r.tenants(); });
  }
  result<std::optional<bytes>> get_meta(std::string_view name) override {
    return readers_.run([&](reader& r) { return r.get_meta(name); });
  }

  result<std::uint64_t> drop_event_keys(std::uint32_t bucket_before, time_ms committed_before) override {
    std::uint64_t dropped = 0;
    {
      const std::lock_guard lock(tables_mutex());
      auto noted = tables_.note_dropped_keys(bucket_before, committed_before);
      if (!noted)
        return noted.error();
    }
    for (shard_id shard = 0; shard < shard_count_; ++shard) {
      {
        const std::lock_guard lock(tables_mutex()); // one shard at a time: folds go on between
        auto some = tables_.drop_event_keys(shard, bucket_before, committed_before);
        if (!some)
          return some.error();
        dropped += *some;
      }
      checkpointer_.look();
    }
    return dropped;
  }

  result<void> put_tenant(const tenant_row& row) override {
    const std::lock_guard lock(tables_mutex());
    return tables_.put_tenant(row);
  }

  result<void> erase_tenant(const tenant_id& id) override {
    {
      const std::lock_guard lock(tables_mutex());
      auto done = tables_.erase_tenant(id);
      if (!done)
        return done;
    }
    const std::lock_guard lock(journal_mutex_);
    return log_.keys().erase(id);
  }

  result<void> put_meta(std::string_view name, const bytes& value) override {
    const std::lock_guard lock(tables_mutex());
    return tables_.put_meta(name, value);
  }

private:
  std::mutex& tables_mutex() noexcept { return files_.one_file() ? journal_mutex_ : own_tables_mutex_; }

  std::vector<sqlite::watched_log*> watched() {
    if (files_.one_file())
      return {&journal_wal_, &keys_wal_};
    return {&journal_wal_, &tables_wal_, &keys_wal_};
  }

  /// Not when whoever appends waits for it, nor when so much has come together that it is late already.
  bool may_take_its_time(const std::vector<fold_part>& parts) const {
    std::size_t rows = 0;
    for (const auto& part : parts)
      rows += part.rows.size();
    return !files_.one_file() && rows <= fold_rows_max;
  }

  /// One transaction. False when there was nothing to do.
  bool fold_slice(std::vector<sqlite::part_in_work>& works) {
    const std::lock_guard lock(tables_mutex());
    std::vector<sqlite::part_in_work*> chosen;
    std::vector<bool> taken(shard_count_); // a second part of a shard waits for the next transaction
    for (auto& work : works) {
      if (!work.open() || taken[work.part->shard])
        continue;
      const auto epoch = work.part->epoch;
      if (epoch == 0 || epochs_[work.part->shard].load() != epoch) {
        work.reached = fold_fenced(work.part->shard);
        continue;
      }
      taken[work.part->shard] = true;
      chosen.push_back(&work);
    }
    if (chosen.empty())
      return false;
    auto done = tables_.fold(chosen, files_.one_file() ? 64 : fold_rows_max);
    if (!done)
      for (auto* work : chosen)
        work->reached = done.error();
    return true;
  }

  result<std::vector<row_ptr>> read_tail(shard_id shard, std::uint64_t after_seq) {
    {
      const std::lock_guard lock(tail_mutex_);
      if (!tail_given_[shard]) { // nobody can have appended or folded since it was read
        tail_given_[shard] = true;
        return std::exchange(unfolded_[shard], std::vector<row_ptr>{});
      }
    }
    auto rows =
        readers_.run([&](reader& r) { return r.journal(shard, after_seq, std::numeric_limits<std::size_t>::max()); });
    if (!rows)
      return rows.error();
    return share(std::move(*rows));
  }

  /// Of one transaction: larger ones would save little, and hold up administration.
  static constexpr std::size_t fold_rows_max = 131'072;

  sqlite::serving_lock lock_;
  const file_layout files_;
  const std::uint32_t shard_count_;
  std::mutex journal_mutex_;
  std::mutex own_tables_mutex_;
  sqlite::watched_log journal_wal_;
  sqlite::watched_log tables_wal_;
  sqlite::watched_log keys_wal_;
  sqlite::append_log log_;    ///< under journal_mutex_
  sqlite::table_file tables_; ///< under tables_mutex()
  sqlite::reader_pool readers_;
  std::vector<std::atomic<std::uint64_t>> epochs_; ///< what the journal's file says, for folds
  std::mutex tail_mutex_;
  sqlite::unfolded_rows unfolded_; ///< when the store was opened
  std::vector<bool> tail_given_ = std::vector<bool>(shard_count_);
  sqlite::checkpointer checkpointer_; ///< last: its thread ends before what it uses
};

} // namespace

result<std::unique_ptr<store>> open_sqlite_store(const sqlite_options& options) {
  constexpr std::uint32_t most_shards = 65'536;
  if (options.path.empty())
    return make_error(errc::invalid_argument, "the store needs a path", "store.url");
  if (options.shard_count == 0 || options.shard_count > most_shards)
    return make_error(errc::invalid_argument, "a store has 1 to 65536 shards", "cluster.shard_count");
  auto lock = sqlite::serving_lock::take(options.path);
  if (!lock)
    return lock.error();
  auto files = sqlite::open_or_create_files(options.path, options.shard_count);
  if (!files)
    return files.error();
  auto out =
      std::make_unique<sqlite_store>(std::move(*lock), std::move(*files), options.shard_count, options.readers);
  auto started = out->start();
  if (!started)
    return started.error();
  return std::unique_ptr<store>(std::move(out));
}

} // namespace wakala::persistence
