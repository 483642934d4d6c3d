/// \file
/// The event loops behind `io_runtime`, for the parts of http/core.
#pragma once

#include "http/core/asio_types.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace wakala::http {

/// Something to be done on an I/O thread, once. Handing it over takes no memory.
class io_errand {
public:
  io_errand() = default;
  io_errand(const io_errand&) = delete;
  io_errand& operator=(const io_errand&) = delete;
  virtual ~io_errand() = default;

  virtual void run() = 0;

private:
  friend class io_core;
  std::shared_ptr<io_errand> self_; ///< while it is in an inbox
  io_errand* next_ = nullptr;
};

class io_core : public std::enable_shared_from_this<io_core> {
public:
  explicit io_core(std::size_t threads);
  ~io_core();
  io_core(const io_core&) = delete;
  io_core& operator=(const io_core&) = delete;

  void start();
  void stop();

  std::size_t size() const noexcept { return loops_.size(); }
  asio::io_context& loop(std::size_t index) noexcept { return loops_[index]->context; }
  /// The loops in turn.
  std::size_t next() noexcept { return turn_.fetch_add(1, std::memory_order_relaxed) % loops_.size(); }

  /// Has `what` run on that loop's thread. Any thread. What comes while the loop is busy shares one wake-up. Dropped,
  /// not run, when the loop ends before.
  void hand(std::size_t loop, std::shared_ptr<io_errand> what);

  /// Waits until `done` holds, which reads atomics only. Without threads it runs the loops itself. Not from a loop.
  void settle(const std::function<bool()>& done);
  /// Something that a `settle` may wait for has changed.
  void changed();

private:
  struct event_loop {
    ~event_loop();

    // Only its own thread takes work from a loop, which the hint says; posting stays safe from any thread.
    asio::io_context context{1};
    asio::executor_work_guard<executor> guard{context.get_executor()};
    std::atomic<io_errand*> inbox{nullptr}; ///< the newest first
    std::thread thread;
  };

  void run(event_loop& loop);
  static void run_errands(event_loop& loop);

  std::vector<std::unique_ptr<event_loop>> loops_;
  std::atomic<std::size_t> turn_{0};
  std::atomic<bool> running_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
};

} // namespace wakala::http
