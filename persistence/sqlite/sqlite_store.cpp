#include "persistence/sqlite/sqlite_store.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/sqlite/append_log.hpp"
#include "persistence/sqlite/checkpointer.hpp"
#include "persistence/sqlite/create.hpp"
#include "persistence/sqlite/files.hpp"
#include "persistence/sqlite/reader.hpp"
#include "persistence/sqlite/table_file.hpp"

#include <atomic>
#include <limits>
#include <mutex>

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
    auto index = readers_.run([&](reader& r) { return r.index_tail(*folded); });
    if (!index)
      return index.error();
    tail_ = std::move(*index);
    return {};
  }

  std::uint32_t shard_count() const noexcept override { return shard_count_; }

  result<opened_shard> open_shard(shard_id shard) override {
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
    for (const journal_row& row : *tail)
      if (row.seq != ++expected)
        return make_error(errc::corrupt, "shard " + std::to_string(shard) + ": the journal has a gap before " +
                                             std::to_string(row.seq));
    if (expected != out.last_seq)
      return make_error(errc::corrupt, "shard " + std::to_string(shard) + ": the journal ends too early");
    out.tail = std::move(*tail);
    checkpointer_.look();
    return out;
  }

  result<std::vector<shard_outcome>> append(const std::vector<journal_row>& batch,
                                            const std::vector<wrapped_key>& new_keys) override {
    auto out = [&] {
      const std::lock_guard lock(journal_mutex_);
      return log_.append(batch, new_keys);
    }();
    checkpointer_.look();
    return out;
  }

  result<std::uint64_t> fold(shard_id shard, std::uint64_t epoch, const std::vector<journal_row>& rows) override {
    if (shard >= shard_count_)
      return no_such_shard(shard);
    std::size_t done = 0;
    std::uint64_t reached = 0;
    do {
      {
        // Slices, so that the append of a one-file store never waits long.
        const std::lock_guard lock(tables_mutex());
        if (epoch == 0 || epochs_[shard].load() != epoch)
          return fold_fenced(shard);
        auto slice = tables_.fold(shard, rows, files_.one_file() ? 64 : 2048);
        if (!slice)
          return slice.error();
        done = slice->rows_done;
        reached = slice->folded_seq;
      }
      checkpointer_.look();
    } while (done < rows.size());
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
  result<std::vector<event_key>> event_keys(shard_id shard, std::size_t limit) override {
    return readers_.run([&](reader& r) { return r.event_keys(shard, limit); });
  }
  result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) override {
    if (shard >= shard_count_)
      return no_such_shard(shard);
    return readers_.run([&](reader& r) { return r.journal(shard, after_seq, limit); });
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

  result<std::vector<journal_row>> read_tail(shard_id shard, std::uint64_t after_seq) {
    sqlite::tail_index mine;
    {
      const std::lock_guard lock(tail_mutex_);
      if (!tail_.ids.empty() && !tail_given_[shard]) {
        mine.ids.resize(shard_count_);
        mine.ids[shard].swap(tail_.ids[shard]);
        mine.next_id = tail_.next_id;
        tail_given_[shard] = true;
      }
    }
    if (!mine.ids.empty())
      return readers_.run([&](reader& r) { return r.tail(shard, after_seq, mine); });
    return readers_.run(
        [&](reader& r) { return r.journal(shard, after_seq, std::numeric_limits<std::size_t>::max()); });
  }

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
  sqlite::tail_index tail_;
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
