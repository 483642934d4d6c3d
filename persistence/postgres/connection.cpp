#include "persistence/postgres/connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <libpq-fe.h>
#include <poll.h>
#include <utility>

namespace wakala::persistence::postgres {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds connect_timeout{3'000};
constexpr std::string_view not_in_time = "the database did not answer in time";

errc meaning_of(std::string_view state) noexcept {
  const auto is_class = [&](std::string_view prefix) { return state.starts_with(prefix); };
  if (is_class("23"))
    return errc::conflict; // a key that is there already
  if (is_class("42") || is_class("22") || is_class("XX001") || is_class("XX002") || is_class("3F") ||
      is_class("25001"))
    return state == "42501" ? errc::unavailable : errc::corrupt; // a right can be given; a missing table is damage
  return errc::unavailable; // 08 connection, 25P03 idle, 28 login, 40 rollback, 53 resources, 55P03 lock, 57
                            // shutdown, …
}

error refused(const PGresult* result) {
  const auto field = [&](int which) {
    const char* const text = result == nullptr ? nullptr : PQresultErrorField(result, which);
    return std::string(text == nullptr ? "" : text);
  };
  const auto state = field(PG_DIAG_SQLSTATE);
  // The primary text names tables and limits; only the detail, which is not asked for, holds values.
  auto text = field(PG_DIAG_MESSAGE_PRIMARY);
  if (text.empty())
    text = "the database gave no reason";
  if (!state.empty())
    text += " (" + state + ")";
  return make_error(meaning_of(state), "database: " + text);
}

std::string first_line(const char* text) {
  std::string out(text == nullptr ? "" : text);
  out.resize(std::min(out.size(), out.find('\n')));
  return out;
}

std::string settings(const session& how) {
  return "SET statement_timeout = " + std::to_string(how.statement_timeout.count()) +
         "; SET idle_in_transaction_session_timeout = " + std::to_string(how.transaction_idle_max.count()) +
         "; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3"
         "; SET default_transaction_isolation = 'read committed'; SET synchronous_commit = on; SET "
         "client_min_messages = warning; SET bytea_output = hex";
}

} // namespace

void answer::clear::operator()(pg_result* r) const noexcept { PQclear(r); }

int answer::rows() const noexcept { return PQntuples(result_.get()); }

std::int64_t answer::number(int row, int column) const noexcept {
  const auto raw = text(row, column);
  if (raw.size() == 8)
    return static_cast<std::int64_t>(read_u64(raw));
  return raw.size() == 4 ? static_cast<std::int32_t>(read_u32(raw)) : 0;
}

std::string_view answer::text(int row, int column) const noexcept {
  const auto size = PQgetlength(result_.get(), row, column);
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(size)};
}

std::uint64_t answer::changed() const noexcept { return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10); }

result<void> check_url(const std::string& url) {
  char* why = nullptr;
  auto* const options = PQconninfoParse(url.c_str(), &why);
  PQfreemem(why);
  if (options == nullptr || url.empty())
    return make_error(errc::invalid_argument, "is not an address of PostgreSQL (postgresql://…)", "store.url");
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> freed(options, &PQconninfoFree);
  // A password with an unescaped `@` or `/` ends up in one of these, and from there in texts that people read.
  for (const auto* each = options; each->keyword != nullptr; ++each) {
    const std::string_view keyword = each->keyword;
    const std::string_view value = each->val == nullptr ? "" : each->val;
    if ((keyword == "host" || keyword == "dbname") && value.find('@') != value.npos)
      return make_error(errc::invalid_argument,
                        "has an @ in its host or database: is one of the password not escaped?", "store.url");
    if (keyword == "port" && value.find_first_not_of("0123456789,") != value.npos)
      return make_error(errc::invalid_argument, "has a port that is no number", "store.url");
  }
  return {};
}

result<connection> connection::open(const std::string& url, const session& how) {
  // What stands before `dbname` may be said otherwise by the address. Of several servers the one that takes writes.
  const std::array keys{"target_session_attrs", "dbname", "application_name", "client_encoding",
                        static_cast<const char*>(nullptr)};
  const std::array values{"read-write", url.c_str(), how.application_name.c_str(), "UTF8",
                          static_cast<const char*>(nullptr)};
  connection out(PQconnectStartParams(keys.data(), values.data(), 1), how.answer_timeout);
  if (out.handle_ == nullptr)
    return make_error(errc::unavailable, "database: no memory for a connection");
  PQsetNoticeProcessor(
      out.handle_, [](void*, const char*) {}, nullptr);
  const auto until = clock::now() + connect_timeout;
  for (auto next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK; next = PQconnectPoll(out.handle_)) {
    if (PQstatus(out.handle_) == CONNECTION_BAD)
      return make_error(errc::unavailable, "database: " + first_line(PQerrorMessage(out.handle_)));
    if (!out.wait(next == PGRES_POLLING_WRITING, until))
      return make_error(errc::unavailable, "database: no connection in time");
  }
  if (PQsetnonblocking(out.handle_, 1) != 0)
    return make_error(errc::unavailable, "database: " + first_line(PQerrorMessage(out.handle_)));
  auto done = out.run_script(settings(how));
  if (!done)
    return done.error();
  return out;
}

connection::~connection() { PQfinish(handle_); }

connection::connection(connection&& other) noexcept
    : handle_(std::exchange(other.handle_, nullptr)), answer_timeout_(other.answer_timeout_),
      prepared_(std::move(other.prepared_)) {}

connection& connection::operator=(connection&& other) noexcept {
  if (this != &other) {
    PQfinish(handle_);
    handle_ = std::exchange(other.handle_, nullptr);
    answer_timeout_ = other.answer_timeout_;
    prepared_ = std::move(other.prepared_);
  }
  return *this;
}

bool connection::is_usable() const noexcept { return handle_ != nullptr && PQstatus(handle_) == CONNECTION_OK; }

bool connection::in_transaction() const noexcept {
  return handle_ != nullptr && PQtransactionStatus(handle_) != PQTRANS_IDLE;
}

bool connection::wait(bool for_writing, deadline until) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
    if (left <= 0)
      return false;
    pollfd socket{PQsocket(handle_), static_cast<short>(for_writing ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(left));
    if (ready > 0)
      return true;
    if (ready < 0 && errno != EINTR)
      return false;
  }
}

bool connection::flush(deadline until) {
  for (;;) {
    const int left = PQflush(handle_);
    if (left <= 0)
      return left == 0;
    // While we wait to write, the server may wait for us to read.
    if (!wait(true, until) || PQconsumeInput(handle_) == 0)
      return false;
  }
}

error connection::lost(std::string_view doing) {
  // Not ended politely: whoever is on the other side may be frozen.
  PQfinish(std::exchange(handle_, nullptr));
  prepared_.clear();
  return make_error(errc::unavailable, "database: " + std::string(doing));
}

result<answer> connection::finish(deadline until) {
  if (!flush(until))
    return lost(not_in_time);
  PGresult* kept = nullptr;
  for (;;) {
    while (PQisBusy(handle_) != 0)
      if (!wait(false, until) || PQconsumeInput(handle_) == 0) {
        PQclear(kept);
        return lost(PQstatus(handle_) == CONNECTION_BAD ? "the connection was lost" : not_in_time);
      }
    PGresult* const next = PQgetResult(handle_);
    if (next == nullptr)
      break;
    const bool is_first_failure = kept != nullptr && PQresultStatus(kept) == PGRES_FATAL_ERROR;
    if (is_first_failure) {
      PQclear(next);
      continue;
    }
    PQclear(kept);
    kept = next;
  }
  answer out(kept);
  if (PQstatus(handle_) == CONNECTION_BAD)
    return lost("the connection was lost");
  const auto status = PQresultStatus(kept);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
    return refused(kept);
  return out;
}

result<std::string> connection::prepared(const char* sql, deadline until) {
  if (const auto known = prepared_.find(sql); known != prepared_.end())
    return known->second;
  std::string name = "s" + std::to_string(prepared_.size());
  if (PQsendPrepare(handle_, name.c_str(), sql, 0, nullptr) == 0)
    return lost("the connection was lost");
  const auto done = finish(until);
  if (!done)
    return done.error();
  prepared_.emplace(sql, name);
  return name;
}

result<answer> connection::run(const char* sql, const parameters& values) {
  if (!is_usable())
    return make_error(errc::unavailable, "database: not connected");
  const auto until = clock::now() + answer_timeout_;
  const auto name = prepared(sql, until);
  if (!name)
    return name.error();
  std::vector<const char*> at;
  std::vector<int> sizes;
  for (const bytes& value : values.values()) {
    at.push_back(value.data());
    sizes.push_back(static_cast<int>(value.size()));
  }
  const std::vector<int> binary(values.size(), 1);
  if (PQsendQueryPrepared(handle_, name->c_str(), static_cast<int>(values.size()), at.data(), sizes.data(),
                          binary.data(), 1) == 0)
    return lost("the connection was lost");
  return finish(until);
}

result<void> connection::run_script(const std::string& sql) {
  if (!is_usable())
    return make_error(errc::unavailable, "database: not connected");
  if (PQsendQuery(handle_, sql.c_str()) == 0)
    return lost("the connection was lost");
  const auto done = finish(clock::now() + answer_timeout_);
  if (!done)
    return done.error();
  return {};
}

result<transaction> transaction::begin(connection& on) {
  const auto done = on.run_script("BEGIN");
  if (!done)
    return done.error();
  return transaction(on);
}

transaction::~transaction() {
  if (on_ != nullptr && on_->in_transaction())
    static_cast<void>(on_->run_script("ROLLBACK")); // should it fail, the server does it when the connection goes
}

result<void> transaction::commit() {
  // A COMMIT of a failed transaction is answered like any other; a failed statement never comes this far.
  auto done = std::exchange(on_, nullptr)->run_script("COMMIT");
  return done;
}

} // namespace wakala::persistence::postgres
