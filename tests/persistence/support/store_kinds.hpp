/// \file
/// The kinds of store that share one contract.
#pragma once

#include "persistence/memory/memory_store.hpp"
#include "persistence/sqlite/sqlite_store.hpp"
#include "tests/persistence/support/samples.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace wakala::persistence::testing {

enum class store_kind : std::uint8_t {
  memory,
  sqlite,
  sqlite_one_file, ///< restored from a backup: tables and journal in the same file
  postgres,
};

/// The kinds that this program holds to the contract: those that need no server, or the one that does.
std::vector<store_kind> kinds_under_contract();

/// An empty database and how to open the store in it. Set by the program that has a server.
inline std::function<std::function<std::unique_ptr<store>(std::uint32_t shards)>()> new_postgres_place;

inline std::string name_of(store_kind kind) {
  switch (kind) {
  case store_kind::memory:
    return "memory";
  case store_kind::sqlite:
    return "sqlite";
  case store_kind::sqlite_one_file:
    return "sqlite_one_file";
  case store_kind::postgres:
    return "postgres";
  }
  return "unknown";
}

/// A new store of a kind, which can be closed and opened again. A memory store stays what it is.
class store_under_test {
public:
  static constexpr std::uint32_t shards = 4;

  explicit store_under_test(store_kind kind) : kind_(kind), path_(directory_.file("store.db")) {
    if (kind_ == store_kind::memory) {
      store_ = make_memory_store(shards);
      return;
    }
    if (kind_ == store_kind::postgres)
      open_in_postgres_ = new_postgres_place();
    if (kind_ == store_kind::sqlite_one_file) {
      const std::string origin = directory_.file("origin.db");
      open_sqlite_store({origin, shards, 1}).value();
      backup_sqlite_store(origin, path_).value();
    }
    reopen();
  }

  store& operator*() { return *store_; }
  store* operator->() { return store_.get(); }

  void close() {
    if (kind_ != store_kind::memory)
      store_.reset();
  }
  void reopen() {
    close();
    if (kind_ != store_kind::memory)
      store_ = open_in_postgres_ ? open_in_postgres_(shards) : open_sqlite_store({path_, shards, 2}).value();
  }
  const std::string& path() const { return path_; }

private:
  store_kind kind_;
  temporary_directory directory_;
  std::string path_;
  std::function<std::unique_ptr<store>(std::uint32_t)> open_in_postgres_;
  std::unique_ptr<store> store_;
};

} // namespace wakala::persistence::testing
