/// \file
/// Journal rows as the actors write them, to be written again by a store that is measured.
#pragma once

#include "bench/load/population.hpp"
#include "persistence/store.hpp"
#include "runtime/core/result.hpp"

#include <cstddef>
#include <vector>

namespace wakala::bench {

/// What a node journalled, in the order of its commits.
struct recording {
  std::vector<persistence::journal_row> rows;
  /// Keys that were made, with the row that first needs them; in the order of these rows.
  struct fresh_key {
    std::size_t row = 0;
    persistence::wrapped_key key;
  };
  std::vector<fresh_key> keys;
  std::size_t updates = 0; ///< of webhooks, that caused all this
  std::uint32_t shards = 0;

  double bytes_per_row() const; ///< of keys and values, without what a store adds
  double records_per_row() const;
  double rows_per_update() const;
};

struct recording_options {
  population_options who;
  std::size_t updates = 150'000;
  std::uint32_t shards = 32;
  unsigned workers = 2;
};

/// Runs the actors over the traffic of that population and takes what they journalled: messages, their replies with
/// attempt and result, statuses, some repeats. Error: `unavailable`.
result<recording> record(const recording_options& options);

} // namespace wakala::bench
