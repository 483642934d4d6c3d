/// \file
/// Looks at a server now and then while it is under load.
#pragma once

#include "bench/process/admin_client.hpp"
#include "bench/process/process_figures.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace wakala::bench {

struct server_sample {
  double second = 0;                 ///< since `begin`
  std::optional<node_counts> counts; ///< nothing when the node did not answer in time, or there is no admin address
  process_figures process;           ///< summed over all processes
  std::uint64_t acknowledged = 0;    ///< messages of shoppers, by the load generator
  std::uint64_t wal_bytes = 0;       ///< the largest write-ahead log below the watched directory
};

/// The sum over the processes that still exist.
process_figures read_processes(const std::vector<pid_t>& pids);

/// The size of the largest file whose name ends with `-wal`; 0 for an empty name or no such file.
std::uint64_t largest_wal(const std::string& directory);

struct monitored {
  std::optional<admin_access> node;
  std::vector<pid_t> pids;
  std::string directory;                       ///< of the store; may be empty
  std::function<std::uint64_t()> acknowledged; ///< called on the monitor's thread; may be empty
};

/// A thread of its own that takes a sample each second. `begin`, `end` and `samples` are for one other thread.
class monitor {
public:
  explicit monitor(monitored what) : what_(std::move(what)) {}
  ~monitor();
  monitor(const monitor&) = delete;
  monitor& operator=(const monitor&) = delete;

  void begin();
  std::vector<server_sample> end(); ///< what was seen since `begin`

private:
  void watch(std::chrono::steady_clock::time_point start);

  monitored what_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;
  std::vector<server_sample> samples_;
  std::thread thread_;
};

} // namespace wakala::bench
