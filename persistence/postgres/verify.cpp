// Reads a whole store in PostgreSQL as it is at one moment, and compares its tables with its journal.
#include "persistence/postgres/connection.hpp"
#include "persistence/postgres/postgres_store.hpp"
#include "persistence/postgres/reader.hpp"
#include "persistence/postgres/tables.hpp"
#include "persistence/postgres/values.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <queue>
#include <tuple>

namespace wakala::persistence {

namespace {

using postgres::connection;
using postgres::parameters;

constexpr const char* begin_sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
constexpr const char* positions_sql = "SELECT shard, seq FROM folded ORDER BY shard";
constexpr std::size_t at_once = 4'096;
constexpr std::size_t journal_rows_at_once = 512; ///< of each shard
constexpr std::size_t told_at_most = 20;

struct row_name {
  table where = table::conversation;
  tenant_id tenant;
  bytes key;

  auto operator<=>(const row_name&) const = default;
};
struct expected_row {
  time_ms due = 0;
  bytes value;

  bool operator==(const expected_row&) const = default;
};

class examination {
public:
  explicit examination(connection& on) : on_(on) {}

  result<void> run() {
    if (auto begun = on_.run_script(begin_sql); !begun)
      return begun;
    const auto positions = on_.run(positions_sql);
    if (!positions)
      return positions.error();
    for (int row = 0; row < positions->rows(); ++row) {
      auto& journal = journals_.emplace_back();
      journal.shard = static_cast<shard_id>(positions->number(row, 0));
      journal.folded = postgres::unsigned_at(*positions, row, 1);
    }
    if (auto read = read_journals(); !read)
      return read;
    for (const table where : all_tables)
      if (auto read = read_table(where); !read)
        return read;
    for (const auto& [name, row] : expected_)
      differ(name, "is missing");
    return {};
  }

  std::uint64_t journal_rows = 0;
  std::uint64_t table_rows = 0;
  std::vector<std::string> problems;    ///< of the journal
  std::vector<std::string> differences; ///< of the tables from it

private:
  /// One shard's journal, read as far as `next`.
  struct journal_cursor {
    shard_id shard = 0;
    std::uint64_t folded = 0;
    std::uint64_t last = 0; ///< what was looked at
    std::uint64_t epoch = 0;
    time_ms at = 0; ///< of the row at `next`, or of one before it, should a clock have gone back
    std::deque<journal_row> next;
    bool is_read = false;    ///< there is no more
    bool is_damaged = false; ///< or nothing that can be read
  };

  void problem(const journal_cursor& journal, const std::string& what) {
    if (problems.size() < told_at_most)
      problems.push_back("shard " + std::to_string(journal.shard) + ": " + what);
  }

  /// In the order of time over all shards: a conversation of a spread tenant may have gone from one to another.
  result<void> read_journals() {
    for (journal_cursor& journal : journals_)
      if (auto read = read_on(journal); !read)
        return read;
    const auto later = [](const journal_cursor* a, const journal_cursor* b) {
      return std::tuple(a->at, a->shard) > std::tuple(b->at, b->shard);
    };
    std::priority_queue<journal_cursor*, std::vector<journal_cursor*>, decltype(later)> order(later);
    for (journal_cursor& journal : journals_)
      if (!journal.next.empty())
        order.push(&journal);
    while (!order.empty()) {
      auto& journal = *order.top();
      order.pop();
      look_at(journal, journal.next.front());
      journal.next.pop_front();
      if (auto read = read_on(journal); !read)
        return read;
      if (!journal.next.empty())
        order.push(&journal);
    }
    for (const journal_cursor& journal : journals_)
      if (journal.folded > journal.last && !journal.is_damaged)
        problem(journal, "the tables hold more than the journal");
    return {};
  }

  /// Unless a row is waiting already.
  result<void> read_on(journal_cursor& journal) {
    if (journal.next.empty() && !journal.is_read) {
      auto rows = postgres::journal(on_, journal.shard, journal.last, journal_rows_at_once);
      if (!rows && rows.error().code != errc::corrupt)
        return rows.error();
      journal.is_read = !rows || rows->size() < journal_rows_at_once;
      if (rows)
        journal.next.assign(std::move_iterator(rows->begin()), std::move_iterator(rows->end()));
      else
        problem(journal, rows.error().what);
      journal.is_damaged = !rows;
    }
    if (!journal.next.empty())
      journal.at = std::max(journal.at, journal.next.front().at);
    return {};
  }

  void look_at(journal_cursor& journal, const journal_row& row) {
    if (row.seq != journal.last + 1)
      problem(journal, "the journal has a gap before " + std::to_string(row.seq));
    if (row.epoch < journal.epoch)
      problem(journal, "row " + std::to_string(row.seq) + " was written under an epoch that was over");
    journal.last = row.seq;
    journal.epoch = row.epoch;
    ++journal_rows;
    if (row.seq <= journal.folded)
      fold(row);
  }

  void fold(const journal_row& row) {
    for (const auto* records : {&row.personal, &row.business})
      for (const record& r : *records) {
        if (r.erase)
          expected_.erase(row_name{r.where, row.tenant, r.key});
        else
          expected_[row_name{r.where, row.tenant, r.key}] = {r.due, r.value};
      }
  }

  result<void> read_table(table where) {
    tenant_id tenant;
    bytes key;
    for (bool is_first = true;; is_first = false) {
      const auto rows =
          on_.run(is_first ? postgres::sql_of(where).first_rows.c_str() : postgres::sql_of(where).next_rows.c_str(),
                  is_first ? parameters{}.int8(std::int64_t{at_once})
                           : parameters{}.int8(std::int64_t{at_once}).text(tenant).blob(key));
      if (!rows)
        return rows.error();
      for (int row = 0; row < rows->rows(); ++row) {
        tenant = rows->text(row, 0);
        key = rows->text(row, 1);
        compare({where, tenant, key}, {rows->number(row, 2), bytes(rows->text(row, 3))});
      }
      if (static_cast<std::size_t>(rows->rows()) < at_once)
        return {};
    }
  }

  void compare(row_name name, const expected_row& found) {
    ++table_rows;
    const auto wanted = expected_.find(name);
    if (wanted == expected_.end())
      return differ(name, "should not be there");
    if (wanted->second != found)
      differ(name, "differs");
    expected_.erase(wanted);
  }

  void differ(const row_name& name, const std::string& how) {
    if (differences.size() < told_at_most)
      differences.push_back(std::string(table_name(name.where)) + " " + to_hex(as_span(name.key)) + " " + how);
  }

  connection& on_;
  std::vector<journal_cursor> journals_;
  std::map<row_name, expected_row> expected_;
};

result<examination> examine(const std::string& url, std::optional<connection>& on) {
  postgres::session patient;
  patient.statement_timeout = std::chrono::minutes{5};
  patient.transaction_idle_max = std::chrono::minutes{5};
  patient.answer_timeout = std::chrono::minutes{6};
  patient.application_name = "wakalad verify";
  if (auto good = postgres::check_url(url); !good)
    return good.error();
  auto opened = connection::open(url, patient);
  if (!opened)
    return opened.error();
  on.emplace(std::move(*opened));
  examination all(*on);
  if (auto done = all.run(); !done)
    return done.error();
  return all;
}

} // namespace

result<verify_report> verify_postgres_store(const std::string& url) {
  std::optional<connection> on;
  auto found = examine(url, on);
  if (!found)
    return found.error();
  verify_report out{false, found->journal_rows, found->table_rows, std::move(found->problems)};
  out.problems.insert(out.problems.end(), found->differences.begin(), found->differences.end());
  out.good = out.problems.empty();
  return out;
}

result<rebuild_report> rebuild_postgres_store(const std::string& url) {
  std::optional<connection> on;
  auto found = examine(url, on);
  if (!found)
    return found.error();
  if (!found->problems.empty())
    return make_error(errc::corrupt, found->problems.front());
  return rebuild_report{found->differences.empty(), found->journal_rows, found->table_rows,
                        std::move(found->differences)};
}

} // namespace wakala::persistence
