/// \file
/// A hand in the journal's file, row by row.
#pragma once

#include "persistence/row_codec.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::persistence::testing {

/// Writes every value of the journal anew as `change` makes it; one that becomes empty goes.
inline void change_values(const std::string& path, const std::function<bytes(std::string_view)>& change) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK) << path;
  std::vector<std::pair<sqlite3_int64, bytes>> values;
  sqlite3_stmt* all = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(db, "SELECT id, rows FROM journal ORDER BY id", -1, &all, nullptr), SQLITE_OK);
  while (sqlite3_step(all) == SQLITE_ROW)
    values.emplace_back(sqlite3_column_int64(all, 0),
                        change({static_cast<const char*>(sqlite3_column_blob(all, 1)),
                                static_cast<std::size_t>(sqlite3_column_bytes(all, 1))}));
  sqlite3_finalize(all);
  for (const auto& [id, rows] : values) {
    sqlite3_stmt* put = nullptr;
    const char* const sql =
        rows.empty() ? "DELETE FROM journal WHERE id = ?1" : "UPDATE journal SET rows = ?2 WHERE id = ?1";
    ASSERT_EQ(sqlite3_prepare_v2(db, sql, -1, &put, nullptr), SQLITE_OK);
    sqlite3_bind_int64(put, 1, id);
    if (!rows.empty())
      sqlite3_bind_blob64(put, 2, rows.data(), rows.size(), nullptr);
    EXPECT_EQ(sqlite3_step(put), SQLITE_DONE);
    sqlite3_finalize(put);
  }
  sqlite3_close(db);
}

/// Takes rows out, leaving everything around them whole.
inline void drop_rows(const std::string& path, const std::function<bool(const row_place&)>& dropped) {
  change_values(path, [&](std::string_view rest) {
    bytes kept;
    while (!rest.empty()) {
      const std::string_view before = rest;
      const auto row = take_row(rest).value();
      if (!dropped(row.place))
        kept += before.substr(0, before.size() - rest.size());
    }
    return kept;
  });
}

/// Flips a bit near the end of a row's body.
inline void damage_row(const std::string& path, std::uint64_t seq) {
  change_values(path, [&](std::string_view rest) {
    bytes out(rest);
    while (!rest.empty()) {
      const std::size_t start = out.size() - rest.size();
      const auto row = take_row(rest).value();
      if (row.place.seq == seq) {
        char& hit = out[start + 4 + row.body.size() - 1];
        hit = static_cast<char>(hit ^ 4);
      }
    }
    return out;
  });
}

} // namespace wakala::persistence::testing
