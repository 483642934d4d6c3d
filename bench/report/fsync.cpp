#include "bench/report/report.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace wakala::bench {
namespace {

constexpr std::size_t record_size = 1024; ///< about one journal row
constexpr std::size_t most_records = 300;
constexpr std::chrono::seconds most_time{3};

/// A file without a name in a directory; it is gone when it is closed.
class scratch_file {
public:
  explicit scratch_file(const std::string& directory) {
    std::string name = directory + "/fsync-XXXXXX";
    fd_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (fd_ < 0)
      throw std::system_error(errno, std::generic_category(), "cannot write in " + directory);
    ::unlink(name.c_str());
  }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  ~scratch_file() { ::close(fd_); }
  int get() const noexcept { return fd_; }

private:
  int fd_ = -1;
};

double percentile(const std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

} // namespace

durability_facts measure_fsync(const std::string& directory, std::string mode) {
  using clock = std::chrono::steady_clock;
  const scratch_file file{directory};
  const std::string record(record_size, 'w');
  std::vector<double> took_ms;
  const auto started = clock::now();
  while (took_ms.size() < most_records && clock::now() - started < most_time) {
    if (::write(file.get(), record.data(), record.size()) != static_cast<ssize_t>(record.size()))
      throw std::system_error(errno, std::generic_category(), "cannot write in " + directory);
    const auto before = clock::now();
    if (::fdatasync(file.get()) != 0)
      throw std::system_error(errno, std::generic_category(), "fdatasync in " + directory);
    took_ms.push_back(std::chrono::duration<double, std::milli>(clock::now() - before).count());
  }
  std::sort(took_ms.begin(), took_ms.end());
  return {std::move(mode), percentile(took_ms, 0.5), percentile(took_ms, 0.99)};
}

} // namespace wakala::bench
