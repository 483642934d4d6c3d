/// \file
/// A few threads for work that blocks: files, digests, programs.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace wakala::http {

/// Thread-safe. What waits is bounded by whoever posts.
class work_pool {
public:
  /// `chore` runs on one of the threads now and then.
  work_pool(std::size_t threads, std::chrono::milliseconds every, std::function<void()> chore);
  ~work_pool(); ///< stops
  work_pool(const work_pool&) = delete;
  work_pool& operator=(const work_pool&) = delete;

  /// False once the pool stops: the work will not run. It must not throw.
  bool post(std::function<void()> work);
  /// Runs what waits, then ends the threads. Not from one of them.
  void stop();

private:
  void run();

  const std::chrono::milliseconds every_;
  const std::function<void()> chore_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::function<void()>> waiting_;
  std::chrono::steady_clock::time_point chore_at_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace wakala::http
