/// \file
/// SQLite handles tied to objects: a connection, its prepared statements, a transaction. One thread at a time.
#pragma once

#include "runtime/core/encoding.hpp"
#include "runtime/core/result.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace wakala::persistence::sqlite {

/// What a result code means for a caller: `unavailable` when the medium refuses, `corrupt` when the file is damaged.
error to_error(int code, sqlite3* db, std::string_view doing);

/// `path` as an SQLite URI, whatever characters are in it.
std::string to_uri(const std::string& path, bool read_only);

enum class access : std::uint8_t { read_only, read_write };

class connection {
public:
  connection() = default;
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;
  connection(connection&& other) noexcept;
  connection& operator=(connection&& other) noexcept;

  /// Opens (never creates) a database file and runs `setup`, a list of PRAGMAs.
  static result<connection> open(const std::string& path, access mode, const char* setup);
  /// A private temporary database, which spills into an unnamed file when it grows.
  static result<connection> open_temporary(const char* setup);

  sqlite3* handle() const noexcept { return db_; }
  result<void> run(const char* sql);
  /// ATTACHes `path` for reading under the name `commits`, `keys` or `source`.
  result<void> attach_read_only(const std::string& path, const char* attach_sql);
  /// From now on `pages` holds the length of the write-ahead log after each commit.
  void watch_wal(std::atomic<int>& pages);

private:
  sqlite3* db_ = nullptr;
};

/// A prepared statement. Bound text and bytes are not copied: they must live until `reset`, `run`, or the last row.
class statement {
public:
  statement() = default;
  ~statement();
  statement(const statement&) = delete;
  statement& operator=(const statement&) = delete;
  statement(statement&& other) noexcept;
  statement& operator=(statement&& other) noexcept;

  static result<statement> prepare(const connection& db, const char* sql);
  explicit operator bool() const noexcept { return stmt_ != nullptr; }

  statement& bind(int index, std::int64_t value) noexcept;
  statement& bind_u64(int index, std::uint64_t value) noexcept;
  statement& bind_text(int index, std::string_view value) noexcept;
  statement& bind_bytes(int index, std::string_view value) noexcept;
  statement& bind_null(int index) noexcept;

  /// True: a row is there; false: no more rows, and the statement is reset. An error resets it, too.
  result<bool> next();
  /// Runs to the end and resets.
  result<void> run();
  void reset() noexcept;

  std::int64_t number(int column) const noexcept;
  std::uint64_t unsigned_number(int column) const noexcept;
  std::string_view text(int column) const noexcept; ///< of text or bytes; valid until the next step
  bool is_null(int column) const noexcept;

private:
  sqlite3_stmt* stmt_ = nullptr;
  int bind_code_ = 0;
};

/// Resets a statement at the end of a scope that reads rows of it, so that no read transaction stays open.
class reset_guard {
public:
  explicit reset_guard(statement& s) noexcept : s_(s) {}
  ~reset_guard() { s_.reset(); }
  reset_guard(const reset_guard&) = delete;
  reset_guard& operator=(const reset_guard&) = delete;

private:
  statement& s_;
};

/// BEGIN IMMEDIATE … COMMIT with statements prepared once. Rolls back unless committed.
struct transaction_statements {
  statement begin;
  statement begin_read;
  statement commit;
  statement rollback;

  static result<transaction_statements> prepare(const connection& db);
};

class transaction {
public:
  static result<transaction> begin(transaction_statements& with);
  ~transaction();
  transaction(transaction&& other) noexcept : with_(other.with_) { other.with_ = nullptr; }
  transaction& operator=(transaction&&) = delete;
  transaction(const transaction&) = delete;
  transaction& operator=(const transaction&) = delete;

  result<void> commit();

private:
  explicit transaction(transaction_statements& with) : with_(&with) {}
  transaction_statements* with_;
};

} // namespace wakala::persistence::sqlite
