/// \file
/// How many files may be on their way through a node at a time, and how many of them one tenant's.
#pragma once

#include "runtime/core/ids.hpp"

#include <cstddef>
#include <memory>

namespace wakala::http {

/// Thread-safe. Each file may take a hundred megabytes of memory, so there are few places.
class transfer_places {
public:
  /// One tenant may have all but one of them, so that none shuts out the others.
  explicit transfer_places(std::size_t most);

  /// A place, given back when its last copy goes; null when there is none.
  std::shared_ptr<void> take(const tenant_id& tenant);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace wakala::http
