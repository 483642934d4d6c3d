/// \file
/// Work in a forked process: to kill it, or to give it a file system or limits of its own.
#pragma once

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace wakala::persistence::testing {

/// The child runs `work` with a descriptor to write to, and never returns from the constructor.
class child_process {
public:
  explicit child_process(const std::function<void(int)>& work) {
    int ends[2];
    if (::pipe(ends) != 0)
      throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      try {
        work(ends[1]);
      } catch (const std::exception& e) {
        const std::string what = std::string{"exception: "} + e.what();
        static_cast<void>(!::write(ends[1], what.data(), what.size()));
      }
      ::_exit(0); // no destructors, no test report of the parent's
    }
    ::close(ends[1]);
    from_ = ends[0];
  }
  ~child_process() {
    kill();
    ::close(from_);
  }
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// One number, as the child wrote it; 0 when it is gone.
  std::uint64_t read_number() {
    std::uint64_t value = 0;
    auto* at = reinterpret_cast<char*>(&value);
    std::size_t have = 0;
    while (have < sizeof value) {
      const ssize_t got = ::read(from_, at + have, sizeof value - have);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return 0;
      have += static_cast<std::size_t>(got);
    }
    return value;
  }
  /// Everything until the child's end.
  std::string read_all() {
    std::string out;
    char part[4096];
    for (;;) {
      const ssize_t got = ::read(from_, part, sizeof part);
      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        return out;
      out.append(part, static_cast<std::size_t>(got));
    }
  }
  void kill() {
    if (pid_ <= 0)
      return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  static void write_number(int to, std::uint64_t value) { static_cast<void>(!::write(to, &value, sizeof value)); }

private:
  pid_t pid_ = 0;
  int from_ = -1;
};

} // namespace wakala::persistence::testing
