#include "persistence/sqlite/connection.hpp"
#include "persistence/sqlite/files.hpp"
#include "persistence/sqlite/schema.hpp"
#include "persistence/sqlite/setup.hpp"
#include "persistence/sqlite/sqlite_store.hpp"

#include <sqlite3.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <unistd.h>

namespace wakala::persistence {

namespace {

using namespace sqlite;

// A copy in the making is nobody's store yet: no journal, no syncs; it is synced as a whole at the end.
constexpr const char* setup_copy =
    "PRAGMA busy_timeout = 1000; PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF;";

// All in one transaction, and so from one moment of the source's journal.
constexpr const char* copy_journal_sql = R"sql(
INSERT INTO main.journal SELECT * FROM source.journal ORDER BY id;
INSERT INTO main.journal_marks SELECT * FROM source.journal_marks ORDER BY id;
INSERT INTO main.shard_leases SELECT * FROM source.shard_leases;
INSERT INTO main.journal_facts SELECT * FROM source.journal_facts;
)sql";

/// Copies a database page by page from one moment; its writer goes on.
result<void> copy_pages(const std::string& from, const std::string& to) {
  auto source = connection::open(from, access::read_only, setup_reader);
  if (!source)
    return source.error();
  auto target = connection::open(to, access::read_write, setup_copy);
  if (!target)
    return target.error();
  sqlite3_backup* const copy = sqlite3_backup_init(target->handle(), "main", source->handle(), "main");
  if (copy == nullptr)
    return to_error(sqlite3_errcode(target->handle()), target->handle(), "copying " + from);
  int code = SQLITE_OK;
  do
    code = sqlite3_backup_step(copy, -1); // the whole file under one read transaction
  while (code == SQLITE_OK);
  const int end = sqlite3_backup_finish(copy);
  if (code != SQLITE_DONE)
    return to_error(code, nullptr, "copying " + from);
  if (end != SQLITE_OK)
    return to_error(end, nullptr, "copying " + from);
  return {};
}

/// The copied header says write-ahead log; afterwards the file stands alone.
result<void> settle(const std::string& path) {
  auto db = connection::open(path, access::read_write, setup_copy);
  if (!db)
    return db.error();
  return {};
}

result<void> add_journal(const std::string& from, const std::string& to) {
  auto db = connection::open(to, access::read_write, setup_copy);
  if (!db)
    return db.error();
  auto done = db->attach_read_only(from, attach_source_sql);
  if (done)
    done = db->run("BEGIN");
  for (const migration& step : migrations())
    if (done)
      done = db->run(step.journal);
  if (done)
    done = db->run(copy_journal_sql);
  if (done)
    done = db->run("COMMIT");
  return done;
}

/// Removes what a failed backup leaves.
class partial_file {
public:
  explicit partial_file(std::string target) : target_(std::move(target)), path_(target_ + ".partial") {
    remove_all(); // of a backup that was killed: the name is ours
  }
  ~partial_file() { remove_all(); }
  partial_file(const partial_file&) = delete;
  partial_file& operator=(const partial_file&) = delete;

  const std::string& path() const noexcept { return path_; }

  /// Gives the finished file its name.
  result<void> finish() {
    if (std::rename(path_.c_str(), target_.c_str()) != 0)
      return make_error(errc::unavailable, target_ + ": " + std::strerror(errno));
    return {};
  }

private:
  void remove_all() const {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"})
      ::unlink((path_ + suffix).c_str());
  }

  std::string target_;
  std::string path_;
};

} // namespace

result<void> backup_sqlite_store(const std::string& from, const std::string& to) {
  const auto files = find_files(from);
  if (!files)
    return files.error();
  const std::string to_keys = to + ".keys";
  for (const std::string& taken : {to, to_keys})
    if (file_exists(taken))
      return make_error(errc::conflict, taken + " exists already: a backup overwrites nothing");
  partial_file tables(to);
  partial_file keys(to_keys);
  auto done = create_file(tables.path());
  if (done)
    done = create_file(keys.path());
  // Tables before the journal, so that the journal reaches at least as far as what is folded; keys last, since a key
  // is stored before the first row that needs it.
  if (done)
    done = copy_pages(files->tables, tables.path());
  if (done)
    done = settle(tables.path());
  if (done && !files->one_file())
    done = add_journal(files->journal, tables.path());
  if (done)
    done = copy_pages(files->keys, keys.path());
  if (done)
    done = settle(keys.path());
  if (done)
    done = sync_file(tables.path());
  if (done)
    done = sync_file(keys.path());
  // The tables' file last: without it there is no backup to be mistaken for one.
  if (done)
    done = keys.finish();
  if (done)
    done = tables.finish();
  if (done)
    done = sync_directory_of(to);
  return done;
}

} // namespace wakala::persistence
