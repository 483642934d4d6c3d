/// \file
/// Everything that only reads, on connections of its own.
#pragma once

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/files.hpp"
#include "persistence/sqlite/table_sql.hpp"

#include <array>
#include <condition_variable>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace wakala::persistence::sqlite {

/// The rows of each shard that are not folded, read in one pass, so that opening n shards does not read the tail n
/// times. Damage is told to whoever opens the shard that it is in.
using unfolded_rows = std::vector<result<std::vector<row_ptr>>>;

/// One thread at a time.
class reader {
public:
  static result<std::unique_ptr<reader>> open(const file_layout& files);

  result<std::optional<bytes>> get(const tenant_id& tenant, table where, const bytes& key);
  result<std::vector<stored_value>> range(const range_query& query);
  result<std::vector<stored_value>> due(shard_id shard, table where, time_ms until, std::size_t limit);
  result<bool> has_event_key(shard_id shard, const event_key& key);
  result<std::optional<time_ms>> event_time(shard_id shard, const event_key& key);
  result<std::vector<event_key>> event_keys(shard_id shard, std::uint32_t newest_bucket, std::size_t limit);
  result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit);
  result<std::vector<journal_row>> journal_since(shard_id shard, time_ms from, std::size_t limit);
  result<std::optional<bytes>> conversation_key(const tenant_id& tenant, const conversation_id& conversation);
  result<std::vector<tenant_row>> tenants();
  result<std::optional<bytes>> get_meta(std::string_view name);

  result<std::vector<std::uint64_t>> folded_positions(std::uint32_t shard_count);
  /// By shard: rows behind the positions given.
  result<unfolded_rows> unfolded(const std::vector<std::uint64_t>& folded);

private:
  struct table_statements {
    statement get;
    statement due;
    std::array<statement, 4> range;
  };

  result<statement*> use(statement& where, const char* sql);
  /// The value of the journal before which `passed` says of no shard that something is missing.
  template <class Passed>
  result<std::int64_t> mark_before(Passed passed);
  /// Calls `each` for every row from that value on, until it says false.
  template <class Each>
  result<void> for_journal(std::int64_t id, Each each);
  /// Rows of the shard from that value of the journal on that `wanted` says yes to, and that are not before `from`.
  template <class Wanted>
  result<std::vector<journal_row>> rows_of(shard_id shard, std::int64_t id, std::size_t limit, Wanted wanted,
                                           time_ms from = 0);
  /// When the first row of the first value from `id` on was written, and that value's id; nothing at the end.
  result<std::optional<std::pair<std::int64_t, time_ms>>> journal_time(std::int64_t id);
  /// The number of a tenant that the tables know; 0 for others.
  result<std::int64_t> tenant_number(const tenant_id& tenant);

  connection db_;
  std::array<table_statements, std::size(all_table_sql)> tables_;
  statement has_event_key_;
  statement event_time_;
  statement journal_one_;
  statement journal_ends_;
  statement event_keys_;
  statement marks_;
  statement journal_;
  statement folded_;
  statement number_;
  statement key_;
  statement tenants_;
  statement meta_;
  std::unordered_map<tenant_id, std::int64_t> numbers_; ///< numbers stay
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
