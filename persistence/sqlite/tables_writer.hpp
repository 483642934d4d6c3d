/// \file
/// Folding journal rows into tables. The live store and the rebuild use the same code, or comparing them would mean
/// little.
#pragma once

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/key_start.hpp"
#include "persistence/sqlite/table_sql.hpp"

#include <array>
#include <span>
#include <unordered_map>
#include <unordered_set>

namespace wakala::persistence::sqlite {

/// Rows of one shard that continue what is folded.
struct fold_slice {
  shard_id shard = 0;
  std::span<const row_ptr> rows; ///< at least one
};

class tables_writer {
public:
  static result<tables_writer> prepare(const connection& db);

  result<std::uint64_t> folded(shard_id shard);

  /// Applies the slices, in order, together with the new positions, in one transaction of its own. Of
  /// several records with the same table, tenant and key only the last is written. What the statements cost is mostly
  /// the pages that they touch: a large transaction touches each only once.
  result<void> apply(std::span<const fold_slice> slices);

  /// The number that the tables know the tenant by, given to it if it has none. For a caller with a transaction.
  result<std::int64_t> tenant_number(const tenant_id& tenant);
  /// Gives the tenant that number, which must be free.
  result<void> set_tenant_number(std::string_view tenant, std::int64_t number);

private:
  /// One record, with what it is sorted by close at hand: the key itself lies elsewhere and cold.
  struct change {
    key_start start;
    std::int64_t tenant = 0;
    const record* what = nullptr;
    std::uint32_t order = 0; ///< in the journal
    shard_id shard = 0;
  };
  struct keyed_row {
    event_key key;
    shard_id shard = 0;
    time_ms at = 0;
  };
  /// The keys of a table that is nearly always empty: most of its rows are written and erased within one fold, and
  /// what is not there need not be looked for. Unknown while there are too many, or after a failure.
  struct known_keys {
    bool known = false;
    std::uint32_t passed_over = 0; ///< changes written without knowing
    std::unordered_set<bytes> all;
  };
  static constexpr std::size_t known_keys_max = 4096;
  static constexpr std::uint32_t look_again = 100'000; ///< changes, after there were too many

  result<void> collect(std::span<const fold_slice> slices);
  result<void> write_changes();
  result<void> write(const change& c);
  result<void> write_event_keys();
  result<void> learn_keys(table where);
  /// False when the row cannot be there.
  bool note(const change& c);
  void forget() noexcept;
  /// Of what was collected, and of the room for it.
  void let_go() noexcept;

  std::array<statement, std::size(all_table_sql)> put_;
  std::array<statement, std::size(all_table_sql)> erase_;
  std::array<statement, std::size(all_table_sql)> list_; ///< of those with `known_keys` only
  statement put_key_;
  statement get_folded_;
  statement set_folded_;
  statement get_number_;
  statement add_number_;
  statement set_number_;
  transaction_statements transactions_;

  std::unordered_map<tenant_id, std::int64_t> numbers_; ///< as committed, or about to be
  std::array<known_keys, std::size(all_table_sql)> present_;

  // Room used again by every fold.
  std::array<std::vector<change>, std::size(all_table_sql)> changes_; ///< by table
  std::vector<keyed_row> keyed_;
  bytes address_;
};

} // namespace wakala::persistence::sqlite
