/// \file
/// What a `range_query` asks for, as one half-open interval of keys.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence {

struct key_interval {
  bytes from;                ///< inclusive
  std::optional<bytes> upto; ///< exclusive; absent: no end
};

key_interval interval_of(const range_query& query);

} // namespace wakala::persistence
