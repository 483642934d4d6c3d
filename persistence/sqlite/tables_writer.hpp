/// \file
/// Folding journal rows into tables. The live store and the rebuild use the same code, or comparing them would mean
/// little.
#pragma once

#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/table_sql.hpp"

#include <array>
#include <span>

namespace wakala::persistence::sqlite {

class tables_writer {
public:
  static result<tables_writer> prepare(const connection& db);

  result<std::uint64_t> folded(shard_id shard);

  /// Applies rows that continue what is folded, together with the new position, in one transaction of its own. Of
  /// several records with the same table, tenant and key only the last is written.
  result<void> apply(shard_id shard, std::span<const journal_row> rows);

private:
  struct change {
    const record* what;
    const tenant_id* tenant;
  };

  std::array<statement, std::size(all_table_sql)> put_;
  std::array<statement, std::size(all_table_sql)> erase_;
  statement put_key_;
  statement get_folded_;
  statement set_folded_;
  transaction_statements transactions_;
  std::vector<change> changes_;
  std::vector<const journal_row*> keyed_;
};

} // namespace wakala::persistence::sqlite
