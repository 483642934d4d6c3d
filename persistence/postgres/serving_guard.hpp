/// \file
/// Keeps a second daemon that serves all shards from taking them away from the first.
#pragma once

#include "persistence/postgres/pool.hpp"

namespace wakala::persistence::postgres {

/// A lock of the database that lasts as long as its connection. It is for the operator's sake: what a daemon may
/// write is decided by epochs, lock or no lock, also when the connection is lost.
class serving_guard {
public:
  /// `conflict` when somebody else has it. Waits a moment for a predecessor whose end the server has not noticed yet.
  static result<serving_guard> take(connector& from);

private:
  explicit serving_guard(connection on) : on_(std::move(on)) {}

  connection on_;
};

} // namespace wakala::persistence::postgres
