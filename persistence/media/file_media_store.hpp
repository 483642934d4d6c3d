/// \file
/// Media as sealed files in one directory.
#pragma once

#include "persistence/media/media_store.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/random.hpp"

#include <memory>
#include <string>

namespace wakala::persistence {

struct file_media_options {
  std::string directory;
  std::uint64_t bytes_max = std::uint64_t{10} * 1024 * 1024 * 1024; ///< of all files; the oldest make room
  time_ms kept = 90 * ms_per_day;                                   ///< since they were put
  std::shared_ptr<clock_source> clock;
  std::shared_ptr<random_source> random;
};

/// Makes the directory when it is missing, removes what a crash left half-written, and sweeps. A file's age is its
/// time of modification. Errors: `conflict` when another process has the directory, `invalid_argument` when it cannot
/// be used.
result<std::unique_ptr<media_store>> open_file_media_store(file_media_options options);

} // namespace wakala::persistence
