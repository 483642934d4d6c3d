/// \file
/// The writer of the tables' file: folds, event keys, tenants, meta. One thread at a time: its owner holds a mutex.
#pragma once

#include "persistence/sqlite/tables_writer.hpp"

#include <atomic>

namespace wakala::persistence::sqlite {

/// What has become of a part so far.
struct part_in_work {
  const fold_part* part = nullptr;
  std::size_t rows_done = 0;         ///< from the front, including those folded before
  bool begun = false;                ///< `reached` says something
  result<std::uint64_t> reached = 0; ///< an error ends the work on this part

  bool open() const noexcept { return reached.has_value() && !(begun && rows_done == part->rows.size()); }
};

class table_file {
public:
  table_file(std::string path, std::atomic<int>& wal_pages) : path_(std::move(path)), wal_pages_(&wal_pages) {}

  result<std::uint64_t> folded(shard_id shard);
  /// Folds at most `most` rows, of parts with different shards, in one transaction, and notes how far each part has
  /// come. The caller checked their epochs.
  result<void> fold(std::span<part_in_work* const> parts, std::size_t most);

  /// Writes down what is about to be dropped, so that a rebuild knows which keys need not be there.
  result<void> note_dropped_keys(std::uint32_t bucket_before, time_ms committed_before);
  result<std::uint64_t> drop_event_keys(shard_id shard, std::uint32_t bucket_before, time_ms committed_before);

  result<void> put_tenant(const tenant_row& row);
  result<void> erase_tenant(const tenant_id& id);
  result<void> put_meta(std::string_view name, std::string_view value);

private:
  struct open_file {
    connection db;
    tables_writer writer;
    statement note_dropped;
    statement drop_keys;
    statement drop_old_keys;
    statement put_tenant;
    statement erase_tenant;
    statement put_meta;
  };

  result<void> ensure_open();
  /// Runs `work` on the open file; after an error the next call opens it anew.
  template <class Work>
  auto guarded(Work work) -> decltype(work());
  /// Runs one statement durably.
  result<void> durable(statement& run);

  std::string path_;
  std::atomic<int>* wal_pages_;
  std::unique_ptr<open_file> open_;
};

/// The names under which `note_dropped_keys` writes.
inline constexpr const char* dropped_bucket_fact = "event_keys.bucket_before";
inline constexpr const char* dropped_time_fact = "event_keys.committed_before";

} // namespace wakala::persistence::sqlite
