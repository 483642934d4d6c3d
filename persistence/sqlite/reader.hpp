/// \file
/// Everything that only reads, on connections of its own.
#pragma once

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/files.hpp"
#include "persistence/sqlite/table_sql.hpp"

#include <array>
#include <condition_variable>
#include <mutex>

namespace wakala::persistence::sqlite {

/// Where the rows of each shard that were not folded when the store was opened stand in the journal. Found by one
/// pass, so that opening n shards does not read the tail n times.
struct tail_index {
  std::vector<std::vector<std::int64_t>> ids; ///< by shard
  std::int64_t next_id = 0;                   ///< where the pass ended
};

/// One thread at a time.
class reader {
public:
  static result<std::unique_ptr<reader>> open(const file_layout& files);

  result<std::optional<bytes>> get(const tenant_id& tenant, table where, const bytes& key);
  result<std::vector<stored_value>> range(const range_query& query);
  result<std::vector<stored_value>> due(shard_id shard, table where, time_ms until, std::size_t limit);
  result<bool> has_event_key(shard_id shard, const event_key& key);
  result<std::vector<event_key>> event_keys(shard_id shard, std::size_t limit);
  result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit);
  result<std::optional<bytes>> conversation_key(const tenant_id& tenant, const conversation_id& conversation);
  result<std::vector<tenant_row>> tenants();
  result<std::optional<bytes>> get_meta(std::string_view name);

  result<std::vector<std::uint64_t>> folded_positions(std::uint32_t shard_count);
  result<tail_index> index_tail(const std::vector<std::uint64_t>& folded);
  /// The rows of `shard` with these ids, then those from `next_id` on.
  result<std::vector<journal_row>> tail(shard_id shard, std::uint64_t after_seq, const tail_index& index);

private:
  struct table_statements {
    statement get;
    statement due;
    std::array<statement, 4> range;
  };

  result<statement*> use(statement& where, const char* sql);
  result<void> journal_from(std::int64_t id, shard_id shard, std::uint64_t after_seq, std::size_t limit,
                            std::vector<journal_row>& out);

  connection db_;
  std::array<table_statements, std::size(all_table_sql)> tables_;
  statement has_event_key_;
  statement event_keys_;
  statement marks_;
  statement journal_;
  statement journal_row_;
  statement journal_places_;
  statement folded_;
  statement key_;
  statement tenants_;
  statement meta_;
};

/// Lends readers to threads; opens them when first needed, and again after an error.
class reader_pool {
public:
  reader_pool(file_layout files, std::size_t size) : files_(std::move(files)), free_(size == 0 ? 1 : size) {}

  template <class Read>
  auto run(Read read) -> decltype(read(std::declval<reader&>())) {
    std::unique_ptr<reader> mine = take();
    if (!mine) {
      auto opened = reader::open(files_);
      if (!opened) {
        give_back(nullptr);
        return opened.error();
      }
      mine = std::move(*opened);
    }
    auto out = read(*mine);
    if (!out)
      mine.reset();
    give_back(std::move(mine));
    return out;
  }

private:
  std::unique_ptr<reader> take();
  void give_back(std::unique_ptr<reader> r);

  file_layout files_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<reader>> free_; ///< empty pointers are readers not opened yet
};

} // namespace wakala::persistence::sqlite
