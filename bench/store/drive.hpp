/// \file
/// Writing a recording to a store: appends alone, folds alone, both beside each other.
#pragma once

#include "bench/stats/histogram.hpp"
#include "bench/store/recording.hpp"
#include "persistence/store.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace wakala::bench {

/// Rows cut into what a store is given at a time. Epochs and sequence numbers come from `store_driver::adopt`.
struct script {
  struct batch {
    std::vector<persistence::journal_row> rows;
    std::vector<persistence::wrapped_key> keys;
  };
  struct slice {
    shard_id shard = 0;
    std::vector<persistence::journal_row> rows;
    std::size_t after = 0; ///< may be folded once so many batches are appended
  };
  std::vector<batch> batches;
  std::vector<slice> slices; ///< by `after`
  std::size_t rows = 0;
};

/// Of the recording's rows `first` … `first + count - 1`, as far as there are so many. Preconditions: the sizes are
/// above 0.
script make_script(const recording& from, std::size_t first, std::size_t count, std::size_t batch_rows,
                   std::size_t slice_rows);

struct work_figures {
  std::size_t rows = 0;
  double seconds = 0;
  double cpu_seconds = 0;          ///< of this process
  std::uint64_t written_bytes = 0; ///< that this process caused to be sent to the disk
  histogram call_ns;               ///< of one append or fold

  double rows_per_s() const noexcept { return seconds > 0 ? static_cast<double>(rows) / seconds : 0; }
  double cpu_us_per_row() const noexcept { return rows > 0 ? 1e6 * cpu_seconds / static_cast<double>(rows) : 0; }
  double bytes_per_row() const noexcept {
    return rows > 0 ? static_cast<double>(written_bytes) / static_cast<double>(rows) : 0;
  }
};

struct beside_figures {
  work_figures appends;
  work_figures folds;              ///< what was folded while the appends went on
  std::uint64_t written_bytes = 0; ///< until everything was folded
  double caught_up_s = 0;          ///< from the last append until then
};

/// Owns all shards of a store. Not thread-safe.
class store_driver {
public:
  /// Takes the shards.
  static result<store_driver> take(persistence::store& where);

  /// Makes the rows continue the shards. Scripts are to be written in the order in which they are adopted.
  void adopt(script& next);

  /// Every batch, one after the other.
  result<work_figures> append_all(const script& what);
  /// Every slice, one after the other; all must be appended.
  result<work_figures> fold_all(const script& what);
  /// Appends on one thread, folds on another as soon as they may.
  result<beside_figures> append_and_fold(const script& what);
  /// Does the store hold and have folded all that was adopted? The last question: it takes the shards anew.
  result<bool> is_complete();

private:
  struct owned_shard {
    std::uint64_t epoch = 0;
    std::uint64_t last_seq = 0;
  };
  store_driver(persistence::store& where, std::vector<owned_shard> shards)
      : where_(&where), shards_(std::move(shards)) {}
  result<void> append(const script::batch& one, histogram& times);
  result<void> fold(const script::slice& one, histogram& times);

  persistence::store* where_;
  std::vector<owned_shard> shards_;
};

} // namespace wakala::bench
