/// \file
/// A file descriptor that is closed when it goes, and whole reads and writes. Internal to persistence/media.
#pragma once

#include "runtime/core/encoding.hpp"
#include "runtime/core/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace wakala::persistence {

class open_file {
public:
  /// `flags` and `mode` as of open(2); closed in programs that are started. Check `good`.
  open_file(const std::string& path, int flags, unsigned mode = 0);
  ~open_file();
  open_file(const open_file&) = delete;
  open_file& operator=(const open_file&) = delete;
  open_file(open_file&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

  bool good() const noexcept { return fd_ >= 0; }
  int fd() const noexcept { return fd_; }

  /// Errors: `unavailable`.
  result<void> write(std::string_view data) const;
  /// Up to `size` bytes; fewer only at the end.
  result<bytes> read(std::size_t size) const;
  result<void> sync() const;

private:
  int fd_;
};

/// `unavailable`, with what the system says about the last call.
error system_failure(const char* what);

} // namespace wakala::persistence
