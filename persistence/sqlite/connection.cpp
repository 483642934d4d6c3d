#include "persistence/sqlite/connection.hpp"

#include "persistence/sqlite/paced_writes.hpp"

#include <sqlite3.h>

#include <utility>

namespace wakala::persistence::sqlite {

error to_error(int code, sqlite3* db, std::string_view doing) {
  errc meaning = errc::unavailable;
  switch (code & 0xff) {
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_CONSTRAINT: // only unique keys are declared, and their owners never repeat one
  case SQLITE_ERROR:      // for example a missing table
  case SQLITE_MISMATCH:
  case SQLITE_FORMAT:
    meaning = errc::corrupt;
    break;
  case SQLITE_TOOBIG:
    meaning = errc::invalid_argument;
    break;
  default: // FULL, READONLY, IOERR, CANTOPEN, BUSY, LOCKED, NOMEM, PERM, PROTOCOL, …
    break;
  }
  std::string what(doing);
  what += ": ";
  what += sqlite3_errstr(code);
  // errmsg names files, tables and columns, never values.
  if (db != nullptr && sqlite3_extended_errcode(db) == code) {
    what += " (";
    what += sqlite3_errmsg(db);
    what += ')';
  }
  return make_error(meaning, std::move(what));
}

std::string to_uri(const std::string& path, bool read_only) {
  constexpr std::string_view plain = "/-_.~";
  std::string out = "file:";
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto code = static_cast<std::uint8_t>(c);
      out += '%';
      out += to_hex({&code, 1});
    }
  }
  out += read_only ? "?mode=ro" : "?mode=rw";
  return out;
}

connection::~connection() {
  if (db_ != nullptr)
    sqlite3_close_v2(db_);
}

connection::connection(connection&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}

connection& connection::operator=(connection&& other) noexcept {
  if (this != &other) {
    if (db_ != nullptr)
      sqlite3_close_v2(db_);
    db_ = std::exchange(other.db_, nullptr);
  }
  return *this;
}

result<connection> connection::open(const std::string& path, access mode, const char* setup) {
  hook_writes();
  connection out;
  const int flags = (mode == access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_URI |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const std::string uri = to_uri(path, mode == access::read_only);
  const int code = sqlite3_open_v2(uri.c_str(), &out.db_, flags, nullptr);
  if (code != SQLITE_OK)
    return to_error(code, out.db_, "opening " + path);
  auto done = out.run(setup);
  if (!done) {
    auto failure = done.error();
    failure.what = path + ": " + failure.what;
    return failure;
  }
  return out;
}

result<connection> connection::open_temporary(const char* setup) {
  hook_writes();
  connection out;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2("", &out.db_, flags, nullptr);
  if (code != SQLITE_OK)
    return to_error(code, out.db_, "opening a temporary database");
  auto done = out.run(setup);
  if (!done)
    return done.error();
  return out;
}

result<void> connection::run(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    return to_error(code, db_, "store");
  return {};
}

result<void> connection::attach_read_only(const std::string& path, const char* attach_sql) {
  auto attach = statement::prepare(*this, attach_sql);
  if (!attach)
    return attach.error();
  const std::string uri = to_uri(path, true);
  auto done = attach->bind_text(1, uri).run();
  if (!done) {
    auto failure = done.error();
    failure.what = path + ": " + failure.what;
    return failure;
  }
  return {};
}

void connection::watch_wal(std::atomic<int>& pages) {
  sqlite3_wal_hook(
      db_,
      [](void* where, sqlite3*, const char*, int length) {
        static_cast<std::atomic<int>*>(where)->store(length, std::memory_order_relaxed);
        return SQLITE_OK;
      },
      &pages);
}

statement::~statement() { sqlite3_finalize(stmt_); }

statement::statement(statement&& other) noexcept
    : stmt_(std::exchange(other.stmt_, nullptr)), bind_code_(other.bind_code_) {}

statement& statement::operator=(statement&& other) noexcept {
  if (this != &other) {
    sqlite3_finalize(stmt_);
    stmt_ = std::exchange(other.stmt_, nullptr);
    bind_code_ = other.bind_code_;
  }
  return *this;
}

result<statement> statement::prepare(const connection& db, const char* sql) {
  statement out;
  const int code = sqlite3_prepare_v3(db.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &out.stmt_, nullptr);
  if (code != SQLITE_OK)
    return to_error(code, db.handle(), "preparing a statement");
  return out;
}

namespace {
void keep_first(int& kept, int code) noexcept {
  if (kept == SQLITE_OK)
    kept = code;
}
} // namespace

statement& statement::bind(int index, std::int64_t value) noexcept {
  keep_first(bind_code_, sqlite3_bind_int64(stmt_, index, value));
  return *this;
}

statement& statement::bind_u64(int index, std::uint64_t value) noexcept {
  return bind(index, static_cast<std::int64_t>(value));
}

statement& statement::bind_text(int index, std::string_view value) noexcept {
  const char* const at = value.data() == nullptr ? "" : value.data();
  keep_first(bind_code_, sqlite3_bind_text64(stmt_, index, at, value.size(), nullptr, SQLITE_UTF8));
  return *this;
}

statement& statement::bind_bytes(int index, std::string_view value) noexcept {
  const char* const at = value.data() == nullptr ? "" : value.data(); // a null pointer would bind NULL
  keep_first(bind_code_, sqlite3_bind_blob64(stmt_, index, at, value.size(), nullptr));
  return *this;
}

statement& statement::bind_null(int index) noexcept {
  keep_first(bind_code_, sqlite3_bind_null(stmt_, index));
  return *this;
}

result<bool> statement::next() {
  sqlite3* const db = sqlite3_db_handle(stmt_);
  int code = std::exchange(bind_code_, SQLITE_OK);
  if (code == SQLITE_OK) {
    code = sqlite3_step(stmt_);
    if (code == SQLITE_ROW)
      return true;
  }
  if (code == SQLITE_DONE) {
    sqlite3_reset(stmt_);
    return false;
  }
  auto failure = to_error(code, db, "store");
  sqlite3_reset(stmt_);
  return failure;
}

result<void> statement::run() {
  for (;;) {
    auto more = next();
    if (!more)
      return more.error();
    if (!*more)
      return {};
  }
}

void statement::reset() noexcept {
  sqlite3_reset(stmt_);
  bind_code_ = SQLITE_OK;
}

std::int64_t statement::number(int column) const noexcept { return sqlite3_column_int64(stmt_, column); }

std::uint64_t statement::unsigned_number(int column) const noexcept {
  return static_cast<std::uint64_t>(number(column));
}

std::string_view statement::text(int column) const noexcept {
  const void* const at = sqlite3_column_blob(stmt_, column);
  if (at == nullptr)
    return {};
  return {static_cast<const char*>(at), static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

bool statement::is_null(int column) const noexcept { return sqlite3_column_type(stmt_, column) == SQLITE_NULL; }

result<transaction_statements> transaction_statements::prepare(const connection& db) {
  transaction_statements out;
  const std::pair<statement*, const char*> all[] = {{&out.begin, "BEGIN IMMEDIATE"},
                                                    {&out.begin_read, "BEGIN"},
                                                    {&out.commit, "COMMIT"},
                                                    {&out.rollback, "ROLLBACK"}};
  for (const auto& [where, sql] : all) {
    auto made = statement::prepare(db, sql);
    if (!made)
      return made.error();
    *where = std::move(*made);
  }
  return out;
}

result<transaction> transaction::begin(transaction_statements& with) {
  auto done = with.begin.run();
  if (!done)
    return done.error();
  return transaction(with);
}

transaction::~transaction() {
  if (with_ != nullptr)
    // After some errors SQLite has rolled back by itself; then this fails, and that is fine. A connection that fails
    // to roll back is thrown away by its owner, as after every error.
    static_cast<void>(with_->rollback.run());
}

result<void> transaction::commit() {
  auto done = with_->commit.run();
  if (!done)
    return done.error(); // the destructor rolls back
  with_ = nullptr;
  return {};
}

} // namespace wakala::persistence::sqlite
