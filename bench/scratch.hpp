/// \file
/// A place for the stores of a run, gone when the run is.
#pragma once

#include <string>

namespace wakala::bench {

/// A fresh directory under $TMPDIR (else /tmp), removed with everything in it at the end, also when the program is
/// interrupted. One at a time.
class scratch_directory {
public:
  /// Throws std::system_error when none can be made.
  scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  ~scratch_directory();

  const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

} // namespace wakala::bench
