#include "bench/report/progress.hpp"

#include "bench/report/numbers.hpp"

#include <iostream>
#include <unistd.h>

namespace wakala::bench {
namespace {

constexpr std::size_t line_width = 99;
constexpr std::chrono::seconds plain_pause{10};

} // namespace

progress::progress(std::ostream& out, bool terminal, std::function<clock::time_point()> now)
    : out_(out), terminal_(terminal), now_(std::move(now)) {}

void progress::step(std::string_view what) {
  const std::lock_guard lock(mutex_);
  step_ = what;
  last_ = now_();
  write(step_);
}

void progress::update(std::string_view how_far) {
  const std::lock_guard lock(mutex_);
  const auto now = now_();
  if (!terminal_ && now - last_ < plain_pause)
    return;
  last_ = now;
  write(step_ + ": " + std::string(how_far));
}

void progress::end() {
  const std::lock_guard lock(mutex_);
  if (open_)
    out_ << '\n' << std::flush;
  open_ = false;
}

void progress::write(std::string_view line) {
  if (terminal_)
    out_ << "\r\033[K" << wrap(line, line_width).front();
  else
    out_ << "wakala-bench: " << line << '\n';
  open_ = terminal_;
  out_ << std::flush;
}

progress& console_progress() {
  static progress instance{std::cerr, ::isatty(STDERR_FILENO) == 1};
  return instance;
}

} // namespace wakala::bench
