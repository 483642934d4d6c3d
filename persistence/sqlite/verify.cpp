#include "persistence/sqlite/examine.hpp"
#include "persistence/sqlite/sqlite_store.hpp"

namespace wakala::persistence {

namespace {

constexpr std::size_t most_lines = 20;

sqlite::report_line into(std::vector<std::string>& lines) {
  return [&lines](std::string line) {
    if (lines.size() < most_lines)
      lines.push_back(std::move(line));
  };
}

} // namespace

result<verify_report> verify_sqlite_store(const std::string& path) {
  verify_report out;
  const auto problem = into(out.problems);
  // Damage is what is looked for, so it is a finding; an error is when the search itself cannot go on.
  const auto finding = [&](const result<void>& done) -> result<void> {
    if (done || done.error().code != errc::corrupt)
      return done;
    problem(done.error().what);
    return {};
  };
  auto store = sqlite::examiner::open(path);
  if (!store) {
    auto opened = finding(store.error());
    if (!opened)
      return opened.error();
    return out;
  }
  auto done = finding(store->check_integrity(problem));
  if (done)
    done = finding(store->check_sums(problem));
  if (done)
    done = finding(store->fold_again(problem));
  if (done)
    done = finding(store->compare(problem));
  if (!done)
    return done.error();
  out.journal_rows = store->journal_rows();
  out.table_rows = store->table_rows();
  out.good = out.problems.empty();
  return out;
}

result<rebuild_report> rebuild_sqlite_store(const std::string& path) {
  auto store = sqlite::examiner::open(path);
  if (!store)
    return store.error();
  std::vector<std::string> damage;
  auto done = store->fold_again(into(damage));
  if (!done)
    return done.error();
  if (!damage.empty())
    return make_error(errc::corrupt, "the journal cannot be folded: " + damage.front());
  rebuild_report out;
  done = store->compare(into(out.differences));
  if (!done)
    return done.error();
  out.journal_rows = store->journal_rows();
  out.table_rows = store->table_rows();
  out.identical = out.differences.empty();
  return out;
}

} // namespace wakala::persistence
