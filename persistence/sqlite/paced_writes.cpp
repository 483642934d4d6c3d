#include "persistence/sqlite/paced_writes.hpp"

#include "persistence/sqlite/paced_work.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <fcntl.h>
#include <sys/types.h>
#include <thread>
#include <unistd.h>

namespace wakala::persistence::sqlite {

namespace {

/// A commit's own sync waits behind what the disk has at the moment: 64 pages all over a file.
constexpr off_t piece = off_t{256} << 10U;
constexpr std::chrono::microseconds pause{500};

/// What a thread has written to one file and not sent on its way yet.
struct unsent {
  int paced = 0; ///< objects alive on this thread
  int file = -1;
  off_t written = 0;
  off_t first = 0;
  off_t end = 0;
  std::uint64_t total = 0;
};
thread_local unsent mine;

void send() noexcept {
  if (mine.file < 0 || mine.written == 0)
    return;
  // Only starts it: waiting for it here would also take note of write errors, which are the sync's to report.
  static_cast<void>(sync_file_range(mine.file, mine.first, mine.end - mine.first, SYNC_FILE_RANGE_WRITE));
  mine.written = 0;
}

using write_call = ssize_t (*)(int, const void*, std::size_t, off_t);
write_call original = nullptr;

ssize_t write_at(int file, const void* data, std::size_t size, off_t at) noexcept {
  const auto written = original(file, data, size, at);
  if (mine.paced == 0 || written <= 0)
    return written;
  if (file != mine.file) {
    send();
    mine.file = file;
  }
  mine.first = mine.written == 0 ? at : std::min(mine.first, at);
  mine.end = mine.written == 0 ? at + written : std::max(mine.end, at + written);
  mine.written += written;
  mine.total += static_cast<std::uint64_t>(written);
  paced_work::breathe();
  if (mine.written >= piece) {
    send();
    std::this_thread::sleep_for(pause);
  }
  return written;
}

/// SQLite lets its calls of the system be replaced. It was built with one of these two.
bool install() noexcept {
  auto* const vfs = sqlite3_vfs_find("unix");
  if (vfs == nullptr || vfs->iVersion < 3)
    return false;
  for (const char* name : {"pwrite64", "pwrite"})
    if (auto* const call = vfs->xGetSystemCall(vfs, name)) {
      original = reinterpret_cast<write_call>(call);
      vfs->xSetSystemCall(vfs, name, reinterpret_cast<sqlite3_syscall_ptr>(&write_at));
      return true;
    }
  return false;
}

} // namespace

void hook_writes() noexcept {
  static const bool installed = install();
  static_cast<void>(installed); // without it nothing is paced, and nothing is wrong
}

paced_writes::paced_writes() noexcept : at_first_(mine.total) { ++mine.paced; }

std::uint64_t paced_writes::written() const noexcept { return mine.total - at_first_; }

paced_writes::~paced_writes() {
  if (--mine.paced > 0)
    return;
  send();
  mine.file = -1;
}

} // namespace wakala::persistence::sqlite
