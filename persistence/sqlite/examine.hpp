/// \file
/// Reading a whole store from one moment, folding its journal again, and comparing. For `verify` and `rebuild`.
#pragma once

#include "persistence/row_codec.hpp"
#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/files.hpp"
#include "persistence/sqlite/tables_writer.hpp"

#include <functional>

namespace wakala::persistence::sqlite {

using report_line = std::function<void(std::string)>;

class examiner {
public:
  /// Fixes the moment: first of the tables, then of the journal.
  static result<examiner> open(const std::string& path);

  /// SQLite's own check of all files.
  result<void> check_integrity(const report_line& problem);
  /// Checksums of tenants, meta and wrapped keys.
  result<void> check_sums(const report_line& problem);
  /// Reads the journal from its start, checks that it is whole, and folds it up to where the stored tables are.
  result<void> fold_again(const report_line& problem);
  /// Compares what `fold_again` made with what is stored.
  result<void> compare(const report_line& difference);

  std::uint64_t journal_rows() const noexcept { return journal_rows_; }
  std::uint64_t table_rows() const noexcept { return table_rows_; }

private:
  /// What going through the journal has seen so far, by shard.
  struct journal_walk {
    std::vector<std::uint64_t> last;
    std::vector<std::uint64_t> last_epoch;
    std::size_t waiting = 0; ///< rows to be folded
  };

  void check_row(const encoded_row& stored, journal_walk& so_far, const report_line& problem);
  result<void> read_positions();
  /// Numbers are given in the order in which tenants are met, which folding again need not repeat.
  result<void> copy_tenant_numbers();
  result<void> flush();
  result<void> compare_table(const table_sql& sql, const report_line& difference);
  result<void> compare_event_keys(const report_line& difference);
  result<std::int64_t> fact(const char* name);

  connection db_;
  connection fresh_;
  tables_writer writer_;
  std::uint32_t shard_count_ = 0;
  std::vector<std::uint64_t> folded_;
  std::vector<std::uint64_t> epochs_;
  std::vector<std::uint64_t> floors_; ///< the last sequence number at the time of the lease
  std::vector<row_ptr> pending_;      ///< to be folded, in the order of arrival
  std::uint64_t journal_rows_ = 0;
  std::uint64_t table_rows_ = 0;
};

} // namespace wakala::persistence::sqlite
