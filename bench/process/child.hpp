/// \file
/// A program that this one starts and ends.
#pragma once

#include "runtime/core/result.hpp"

#include <chrono>
#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace wakala::bench {

struct child_options {
  std::string program; ///< path
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment; ///< added to this program's own
  std::string output_file;                        ///< standard output and error are appended there
};

/// One child process. Its end is this object's, and the starting thread's: the kernel kills it when that thread ends,
/// so start it on a thread that lives longer. Not thread-safe.
class child {
public:
  /// Error: `unavailable` naming the program.
  static result<child> start(const child_options& options);

  child(child&& other) noexcept;
  child& operator=(child&& other) noexcept;
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child(); ///< kills it, if it still runs

  pid_t pid() const noexcept { return pid_; }
  bool is_running();
  /// SIGTERM, and SIGKILL after the patience. The exit status; 128 + the signal when one ended it.
  int stop(std::chrono::milliseconds patience = std::chrono::seconds{20});
  void signal(int number);
  /// What it has written so far.
  std::string output() const;

private:
  child(pid_t pid, child_options options) : pid_(pid), options_(std::move(options)) {}
  bool reap(bool wait);

  pid_t pid_ = -1;
  int status_ = 0;
  bool ended_ = false;
  child_options options_;
};

/// Waits until a line of the child's output begins with the prefix; the rest of the line. Error: `unavailable` with
/// the last lines of what it said, when it ends or the time is over.
result<std::string> wait_for_line(child& of, const std::string& prefix, std::chrono::milliseconds patience);

} // namespace wakala::bench
