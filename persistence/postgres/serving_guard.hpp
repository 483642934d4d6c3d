/// \file
/// Keeps a daemon that serves all shards, and others that serve some, from taking them away from each other.
#pragma once

#include "persistence/postgres/pool.hpp"

namespace wakala::persistence::postgres {

/// A lock of the database that lasts as long as its connection. It is for the operator's sake: what a daemon may
/// write is decided by epochs, lock or no lock, also when the connection is lost.
class serving_guard {
public:
  /// `conflict` when somebody else has it; `shared`: unless they share it too. Waits a moment for a predecessor whose
  /// end the server has not noticed yet.
  static result<serving_guard> take(connector& from, bool shared);

private:
  explicit serving_guard(connection on) : on_(std::move(on)) {}

  connection on_;
};

} // namespace wakala::persistence::postgres
