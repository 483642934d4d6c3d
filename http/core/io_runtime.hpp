/// \file
/// The threads that sockets run on. One runtime serves several servers and clients.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace wakala::http {

class io_core;

/// A fixed number of I/O threads, each with its own event loop; a connection stays on the thread it was given to, so
/// its state needs no locks. Create servers and clients before or after `start`, destroy them before the runtime.
class io_runtime {
public:
  explicit io_runtime(std::size_t threads = 1);
  ~io_runtime(); ///< stops
  io_runtime(const io_runtime&) = delete;
  io_runtime& operator=(const io_runtime&) = delete;

  /// Starts the threads. Call once.
  void start();
  /// Ends the threads and waits for them; connections stay as they are. Not from an I/O thread. Repeating is
  /// harmless.
  void stop();

  /// Runs a function on an I/O thread, at once or after a delay. Any thread. Dropped, not run, if the runtime stops.
  void post(std::function<void()> work);
  void post_after(std::chrono::milliseconds delay, std::function<void()> work);

  /// For the parts of http/core.
  const std::shared_ptr<io_core>& core() const noexcept { return core_; }

private:
  std::shared_ptr<io_core> core_;
};

} // namespace wakala::http
