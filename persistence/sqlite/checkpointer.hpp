/// \file
/// Moves the write-ahead logs into their files, on a thread and connections of its own, so that no commit does.
#pragma once

#include "persistence/sqlite/connection.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace wakala::persistence::sqlite {

/// One file's log.
struct watched_log {
  watched_log(std::string file, std::mutex& writer_mutex) : path(std::move(file)), writer(&writer_mutex) {}

  std::string path;
  std::mutex* writer; ///< what the file's writer holds while it writes
  std::atomic<int> pages{0};
  std::atomic<bool> is_held{false}; ///< somebody who reads for long keeps it from starting over

  // The checkpoint thread's own.
  connection db;
  int start_at = 0;
};

/// Starts its thread in the constructor, ends it in the destructor. The logs must outlive it.
class checkpointer {
public:
  explicit checkpointer(std::vector<watched_log*> logs);
  ~checkpointer();
  checkpointer(const checkpointer&) = delete;
  checkpointer& operator=(const checkpointer&) = delete;

  /// Cheap: called after every commit, without a lock. Wakes the thread when a log has grown enough, and makes its
  /// writer wait a little when it has grown far too much: on a machine that has no time for the thread, a log would
  /// grow until the disk is full.
  void look();

private:
  void run();
  void checkpoint(watched_log& log);
  void await_room(const watched_log& log);

  std::vector<watched_log*> logs_;
  std::atomic<std::uint32_t> wakes_{0};
  std::atomic<bool> asked_{false};
  std::atomic<bool> stopping_{false};
  std::mutex room_mutex_;
  std::condition_variable made_room_;
  std::thread thread_;
};

} // namespace wakala::persistence::sqlite
