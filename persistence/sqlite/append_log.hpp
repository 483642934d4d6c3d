/// \file
/// The journal's writer: epochs, sequence numbers, group append. One thread at a time: its owner holds a mutex.
#pragma once

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/files.hpp"
#include "persistence/store.hpp"

#include <atomic>

namespace wakala::persistence::sqlite {

/// The table of wrapped conversation keys.
class key_table {
public:
  key_table(std::string path, std::atomic<int>& wal_pages) : path_(std::move(path)), wal_pages_(&wal_pages) {}

  /// Inserts or replaces, durably.
  result<void> put(const std::vector<const wrapped_key*>& keys);
  /// Erases all keys of a tenant, durably and from the log, too.
  result<void> erase(const tenant_id& tenant);
  result<void> ensure_open();

private:
  struct open_file {
    connection db;
    transaction_statements transactions;
    statement put;
    statement erase;
  };
  result<void> try_put(const std::vector<const wrapped_key*>& keys);
  result<void> try_erase(const tenant_id& tenant);

  std::string path_;
  std::atomic<int>* wal_pages_;
  std::unique_ptr<open_file> open_;
};

struct lease {
  std::uint64_t epoch = 0;
  std::uint64_t last_seq = 0;
};

class append_log {
public:
  append_log(const file_layout& files, std::uint32_t shard_count, std::atomic<int>& wal_pages,
             std::atomic<int>& key_wal_pages);

  /// Raises the shard's epoch, durably.
  result<lease> take(shard_id shard);
  result<std::vector<shard_outcome>> append(const std::vector<row_ptr>& batch,
                                            const std::vector<wrapped_key>& new_keys);
  result<std::vector<lease>> leases();
  key_table& keys() noexcept { return keys_; }

private:
  struct open_file {
    connection db;
    transaction_statements transactions;
    statement insert_rows;
    statement insert_mark;
    statement last_mark;
    statement rows_from;
    statement read_leases;
    statement put_lease;
  };
  /// What a batch holds of one shard.
  struct share {
    shard_id shard = 0;
    std::uint64_t last_seq = 0;
    bool fenced = false;
  };

  result<void> ensure_open();
  /// Reads leases and positions again, unless nobody else has changed the file since the last commit here.
  result<void> refresh();
  result<void> load();
  unsigned data_version() const;
  result<lease> try_take(shard_id shard);
  result<std::vector<shard_outcome>> try_append(const std::vector<row_ptr>& batch,
                                                const std::vector<wrapped_key>& new_keys);
  result<void> split(const std::vector<row_ptr>& batch);
  bool fenced(const journal_row& row) const { return shares_[share_of_[row.shard] - 1].fenced; }
  result<void> put_keys(const std::vector<row_ptr>& batch, const std::vector<wrapped_key>& new_keys);
  result<void> put_mark();
  result<void> put_rows(const std::vector<row_ptr>& batch);
  result<void> flush_rows();

  std::string path_;
  std::uint32_t shard_count_;
  std::atomic<int>* wal_pages_;
  key_table keys_;
  std::unique_ptr<open_file> open_;

  // What the file holds, kept in memory; valid while `loaded_` and the data version stands.
  bool loaded_ = false;
  unsigned seen_version_ = 0;
  std::vector<lease> leases_;
  std::int64_t next_id_ = 1;
  std::size_t unmarked_rows_ = 0; ///< since the last mark

  // Room used again by every batch.
  std::vector<share> shares_;
  std::vector<std::uint32_t> share_of_; ///< by shard: index in `shares_` plus one, 0: none
  std::vector<const wrapped_key*> fresh_keys_;
  bytes encoded_;
};

} // namespace wakala::persistence::sqlite
