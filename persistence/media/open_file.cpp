#include "persistence/media/open_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace wakala::persistence {

error system_failure(const char* what) {
  return make_error(errc::unavailable, std::string(what) + ": " + std::generic_category().message(errno));
}

open_file::open_file(const std::string& path, int flags, unsigned mode)
    : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}

open_file::~open_file() {
  if (fd_ >= 0)
    ::close(fd_);
}

result<void> open_file::write(std::string_view data) const {
  while (!data.empty()) {
    const auto written = ::write(fd_, data.data(), data.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return system_failure("a file cannot be written");
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

result<bytes> open_file::read(std::size_t size) const {
  bytes out(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const auto got = ::read(fd_, out.data() + filled, size - filled);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return system_failure("a file cannot be read");
    if (got == 0)
      break;
    filled += static_cast<std::size_t>(got);
  }
  out.resize(filled);
  return out;
}

result<void> open_file::sync() const {
  if (::fsync(fd_) != 0)
    return system_failure("a file cannot be made durable");
  return {};
}

} // namespace wakala::persistence
