#include "persistence/sqlite/checkpointer.hpp"

#include "persistence/sqlite/paced_work.hpp"
#include "persistence/sqlite/paced_writes.hpp"
#include "persistence/sqlite/setup.hpp"

#include <sqlite3.h>

#include <chrono>
#include <optional>
#include <sys/resource.h>
#include <unistd.h>

namespace wakala::persistence::sqlite {

namespace {

constexpr int start_pages = 4096; ///< 16 MiB: start moving
/// 128 MiB: the writer is faster than a mover who leaves pauses. One fold of rows all over large tables may write
/// 100 MiB.
constexpr int hurry_pages = 8 * start_pages;
constexpr int too_large_pages = 10 * start_pages;   ///< 160 MiB: the writer outruns the mover, and is made to wait
constexpr int hold_pages = 12 * start_pages;        ///< 192 MiB: and before the next commit, too
constexpr int truncate_pages = hold_pages;          ///< readers held it up for long; give the space back
constexpr std::chrono::milliseconds hold_time{100}; ///< at the most, a commit
constexpr int small_remainder_pages = 64;           ///< what a writer may be made to wait for
constexpr int rounds_max = 6;                       ///< to get there while the writer goes on
/// A third of the share of others: it can wait a little, but a log that grows for ever cannot.
constexpr int niceness = 5;

} // namespace

checkpointer::checkpointer(std::vector<watched_log*> logs) : logs_(std::move(logs)) {
  for (watched_log* log : logs_)
    log->start_at = start_pages;
  thread_ = std::thread([this] { run(); });
}

checkpointer::~checkpointer() {
  stopping_.store(true);
  wakes_.fetch_add(1);
  wakes_.notify_one();
  thread_.join();
}

void checkpointer::look() {
  for (const watched_log* log : logs_) {
    const int pages = log->pages.load(std::memory_order_relaxed);
    if (pages < start_pages)
      continue;
    if (!asked_.exchange(true)) {
      wakes_.fetch_add(1);
      wakes_.notify_one();
    }
    if (pages >= hold_pages)
      await_room(*log);
  }
}

void checkpointer::await_room(const watched_log& log) {
  std::unique_lock lock(room_mutex_);
  made_room_.wait_for(lock, hold_time, [&] { return log.pages.load() < hold_pages || log.is_held.load(); });
}

void checkpointer::run() {
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness)); // of this thread only
  std::uint32_t seen = 0;
  while (!stopping_.load()) {
    wakes_.wait(seen);
    seen = wakes_.load();
    asked_.store(false);
    for (watched_log* log : logs_)
      if (!stopping_.load() && log->pages.load(std::memory_order_relaxed) >= log->start_at)
        checkpoint(*log);
  }
}

void checkpointer::checkpoint(watched_log& log) {
  if (log.db.handle() == nullptr) {
    auto opened = connection::open(log.path, access::read_write, setup_checkpoint);
    if (!opened)
      return; // asked again after the next commit
    log.db = std::move(*opened);
  }
  sqlite3* const db = log.db.handle();
  // First without holding up anybody, until only what was written meanwhile is left.
  int total = 0;
  int moved = 0;
  int code = SQLITE_OK;
  for (int round = 0; round < rounds_max; ++round) {
    std::optional<paced_writes> paced;
    std::optional<paced_work> unhurried;
    if (log.pages.load(std::memory_order_relaxed) < hurry_pages) {
      paced.emplace();
      unhurried.emplace();
    }
    code = sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_PASSIVE, &total, &moved);
    // Not `total`: a round knows what was there when it began, the writer what there is now.
    const int there = log.pages.load(std::memory_order_relaxed);
    if (code != SQLITE_OK || there - moved <= small_remainder_pages || there >= too_large_pages)
      break;
  }
  // Then the rest, with the writer waiting for a moment, so that the log starts over.
  if (code == SQLITE_OK) {
    const std::lock_guard lock(*log.writer);
    const int mode = total > truncate_pages ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART;
    code = sqlite3_wal_checkpoint_v2(db, "main", mode, &total, &moved);
    if (code == SQLITE_OK)
      log.pages.store(0, std::memory_order_relaxed);
  }
  // A long reader, such as a backup, keeps the log from starting over: come back after it has grown by as much again.
  {
    const std::lock_guard lock(room_mutex_);
    log.is_held.store(code != SQLITE_OK);
  }
  made_room_.notify_all();
  log.start_at = code == SQLITE_OK ? start_pages : log.pages.load(std::memory_order_relaxed) + start_pages;
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
    log.db = connection();
}

} // namespace wakala::persistence::sqlite
