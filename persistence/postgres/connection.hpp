/// \file
/// A connection to PostgreSQL that never waits longer than it was told to.
#pragma once

#include "persistence/postgres/parameters.hpp"
#include "runtime/core/result.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

struct pg_conn;
struct pg_result;

namespace wakala::persistence::postgres {

/// Rows of an answer, in binary. Reading a column as another type than the statement gives is a fault of ours.
class answer {
public:
  explicit answer(pg_result* from) : result_(from) {}

  int rows() const noexcept;
  std::int64_t number(int row, int column) const noexcept;   ///< int4 or int8
  std::string_view text(int row, int column) const noexcept; ///< text or bytea; as long-lived as the answer
  /// Rows that a statement without an answer has changed.
  std::uint64_t changed() const noexcept;

private:
  struct clear {
    void operator()(pg_result* r) const noexcept;
  };
  std::unique_ptr<pg_result, clear> result_;
};

/// What the server is told about every statement of a connection.
struct session {
  std::chrono::milliseconds statement_timeout{1'000};    ///< the server gives up, and lets go of its locks
  std::chrono::milliseconds transaction_idle_max{1'000}; ///< so does it with one that we do not go on with
  /// Beyond the former: then the connection counts as lost, and what it did as unknown.
  std::chrono::milliseconds answer_timeout{2'000};
  std::string application_name = "wakala";
};

/// `invalid_argument` when libpq cannot read the address. Never repeats any of it: there may be a password in it.
result<void> check_url(const std::string& url);

/// Not thread-safe. Errors: `unavailable` (server away, too busy, in recovery, statement timed out: of a change the
/// outcome is unknown), `corrupt` (a table is missing, stored data is damaged), `conflict` (a key is there
/// already). Texts never hold values or secrets.
class connection {
public:
  /// `url` as libpq reads it, environment and password file included.
  static result<connection> open(const std::string& url, const session& how);
  ~connection();
  connection(connection&& other) noexcept;
  connection& operator=(connection&& other) noexcept;

  /// Runs a statement, prepared once for each connection and text. The text is known by its address: a constant.
  result<answer> run(const char* sql, const parameters& values = {});
  /// Several statements without values, in the server's simple form. For schema and transactions.
  result<void> run_script(const std::string& sql);

  /// False after an error that leaves nothing to be said on it.
  bool is_usable() const noexcept;
  /// In a transaction that was begun and not ended.
  bool in_transaction() const noexcept;

private:
  connection(pg_conn* handle, std::chrono::milliseconds answer_timeout)
      : handle_(handle), answer_timeout_(answer_timeout) {}

  using deadline = std::chrono::steady_clock::time_point;
  result<std::string> prepared(const char* sql, deadline until);
  result<answer> finish(deadline until);
  bool wait(bool for_writing, deadline until) const;
  bool flush(deadline until);
  error lost(std::string_view doing);

  pg_conn* handle_ = nullptr;
  std::chrono::milliseconds answer_timeout_;
  std::map<const void*, std::string> prepared_; ///< by the address of the text
};

/// A transaction: rolled back unless committed.
class transaction {
public:
  static result<transaction> begin(connection& on);
  ~transaction();
  transaction(transaction&& other) noexcept : on_(std::exchange(other.on_, nullptr)) {}
  transaction& operator=(transaction&&) = delete;

  result<void> commit();

private:
  explicit transaction(connection& on) : on_(&on) {}

  connection* on_;
};

} // namespace wakala::persistence::postgres
