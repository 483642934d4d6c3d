/// \file
/// One repeat of `wakala-bench store`: a fresh store that is given a recording in several ways.
#pragma once

#include "bench/report/report.hpp"
#include "bench/store/backend.hpp"
#include "bench/store/recording.hpp"
#include "runtime/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace wakala::bench {

struct store_plan {
  std::string directory;           ///< of the store: made, and removed at the end
  std::uint64_t conversations = 0; ///< that are there before
  std::size_t batch_rows = 64;     ///< of one append
  std::size_t slice_rows = 500;    ///< of one fold
  bool verify = true;              ///< read the store back
};

/// Adds one value to each figure of the report, and to `void_because` what is wrong with the store afterwards. `say`
/// gets a line before each part. Errors: what the store answered.
result<void> measure_store(const backend& what, const store_plan& plan, const recording& rows,
                           const std::function<void(const std::string&)>& say, report& into);

} // namespace wakala::bench
