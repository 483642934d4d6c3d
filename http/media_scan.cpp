#include "http/media_scan.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace wakala::http {

namespace {

using steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds stop_looked_at{200};

class descriptor {
public:
  explicit descriptor(int fd = -1) noexcept : fd_(fd) {}
  ~descriptor() { close(); }
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const noexcept { return fd_; }
  void close() noexcept {
    if (fd_ >= 0)
      ::close(std::exchange(fd_, -1));
  }

private:
  int fd_;
};

/// A write to a program that reads no more is an error code on this thread, not a signal.
class no_pipe_signal {
public:
  no_pipe_signal() {
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before_);
  }
  ~no_pipe_signal() {
    if (sigismember(&before_, SIGPIPE) == 0) {
      sigset_t pipe;
      sigemptyset(&pipe);
      sigaddset(&pipe, SIGPIPE);
      const timespec at_once{};
      sigtimedwait(&pipe, nullptr, &at_once);
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  no_pipe_signal(const no_pipe_signal&) = delete;
  no_pipe_signal& operator=(const no_pipe_signal&) = delete;

private:
  sigset_t before_{};
};

/// The program, with `input` as its standard input and nothing else of ours; 0 when it cannot be started.
pid_t start(const std::vector<std::string>& command, int input) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  sigset_t none;
  sigemptyset(&none);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigmask(&how, &none); // the daemon blocks and ignores some
  posix_spawnattr_setsigdefault(&how, &all);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> words;
  for (const auto& word : command)
    words.push_back(const_cast<char*>(word.c_str())); // posix_spawn does not write to them
  words.push_back(nullptr);
  std::vector<std::string> kept; // secrets may stand in the rest of the environment
  for (const char* name : {"PATH", "HOME", "LANG", "TMPDIR"})
    if (const char* value = std::getenv(name))
      kept.push_back(std::string(name) + "=" + value);
  std::vector<char*> environment;
  for (auto& each : kept)
    environment.push_back(each.data());
  environment.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, words.front(), &files, &how, words.data(), environment.data());
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return failed == 0 ? child : 0;
}

/// Milliseconds to wait for one poll; 0 when the time is over.
int next_wait(steady::time_point deadline, const std::atomic<bool>& stop) {
  if (stop)
    return 0;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady::now());
  return static_cast<int>(std::clamp(left, std::chrono::milliseconds{0}, stop_looked_at).count());
}

/// False when the time is over. A program that closes its input early has seen enough.
bool feed(int output, std::string_view content, steady::time_point deadline, const std::atomic<bool>& stop) {
  const no_pipe_signal quiet;
  while (!content.empty()) {
    pollfd ready{output, POLLOUT, 0};
    const int wait = next_wait(deadline, stop);
    if (wait == 0)
      return false;
    if (::poll(&ready, 1, wait) <= 0)
      continue;
    const auto written = ::write(output, content.data(), content.size());
    if (written > 0)
      content.remove_prefix(static_cast<std::size_t>(written));
    else if (errno != EAGAIN && errno != EINTR)
      return true;
  }
  return true;
}

bool ends(pid_t child, steady::time_point deadline, const std::atomic<bool>& stop) {
  const descriptor process{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))}; // glibc declares it for C only
  if (process.get() < 0)
    return false;
  for (int wait = next_wait(deadline, stop); wait > 0; wait = next_wait(deadline, stop)) {
    pollfd over{process.get(), POLLIN, 0};
    if (::poll(&over, 1, wait) > 0)
      return true;
  }
  return false;
}

} // namespace

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  constexpr std::string_view blanks = " \t\r\n";
  while (true) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos)
      return words;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(blanks), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

scan_verdict scan(const scan_options& options, std::string_view content, const std::atomic<bool>& stop) {
  if (options.command.empty())
    return scan_verdict::clean;
  std::array<int, 2> ends_of_pipe{};
  if (::pipe2(ends_of_pipe.data(), O_CLOEXEC) != 0)
    return scan_verdict::unknown;
  descriptor theirs{ends_of_pipe[0]};
  descriptor ours{ends_of_pipe[1]};
  ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
  const auto deadline = steady::now() + options.timeout;
  const auto child = start(options.command, theirs.get());
  theirs.close();
  if (child == 0)
    return scan_verdict::unknown;
  const bool fed = feed(ours.get(), content, deadline, stop);
  ours.close();
  const bool ended = fed && ends(child, deadline, stop);
  if (!ended)
    ::kill(-child, SIGKILL); // its own group: what it started goes with it
  int status = 0;
  pid_t reaped = 0;
  do
    reaped = ::waitpid(child, &status, 0);
  while (reaped < 0 && errno == EINTR);
  if (!ended || reaped != child || !WIFEXITED(status)) // somebody else may have collected it
    return scan_verdict::unknown;
  if (WEXITSTATUS(status) == 0)
    return scan_verdict::clean;
  return WEXITSTATUS(status) == 1 ? scan_verdict::infected : scan_verdict::unknown;
}

} // namespace wakala::http
