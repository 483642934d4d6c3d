/// \file
/// What a benchmark is doing while it runs, on standard error.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>

namespace wakala::bench {

/// On a terminal one line that is written over; elsewhere plain lines, for the same step no more often than every ten
/// seconds. Thread-safe.
class progress {
public:
  using clock = std::chrono::steady_clock;

  /// `now` is asked for the time; tests give their own.
  progress(std::ostream& out, bool terminal, std::function<clock::time_point()> now = clock::now);

  /// Something new begins: `repeat 2 of 5: filling 1,000,000 conversations`.
  void step(std::string_view what);
  /// How far it is: `412,000 of 1,000,000`.
  void update(std::string_view how_far);
  /// Ends the line, so that something else can be printed.
  void end();

private:
  void write(std::string_view line);

  std::mutex mutex_;
  std::ostream& out_;
  bool terminal_;
  std::function<clock::time_point()> now_;
  std::string step_;
  clock::time_point last_;
  bool open_ = false; ///< a terminal line waits for its end
};

/// The one on standard error.
progress& console_progress();

} // namespace wakala::bench
