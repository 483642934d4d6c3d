/// \file
/// A hand in the store's files, for planting what a store would never write.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

namespace wakala::persistence::testing {

inline void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK) << path;
  char* message = nullptr;
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message), SQLITE_OK) << message;
  sqlite3_free(message);
  sqlite3_close(db);
}

/// All rows as text, `|` between columns, a line each.
inline std::string query_sql(const std::string& path, const std::string& sql) {
  sqlite3* db = nullptr;
  EXPECT_EQ(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK) << path;
  std::string out;
  char* message = nullptr;
  const auto collect = [](void* to, int columns, char** values, char**) {
    auto& text = *static_cast<std::string*>(to);
    for (int i = 0; i < columns; ++i)
      text += std::string(i == 0 ? "" : "|") + (values[i] == nullptr ? "NULL" : values[i]);
    text += '\n';
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(db, sql.c_str(), collect, &out, &message), SQLITE_OK) << message;
  sqlite3_free(message);
  sqlite3_close(db);
  return out;
}

} // namespace wakala::persistence::testing
