#include "bench/scratch.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace wakala::bench {
namespace {

int interrupt_pipe = -1; ///< written to by the handler: all that it may safely do

void on_interrupt(int signal) {
  const auto byte = static_cast<char>(signal);
  [[maybe_unused]] const auto written = ::write(interrupt_pipe, &byte, 1);
}

/// Programs that still run may make files while theirs are removed.
void remove_completely(const std::string& path) {
  std::error_code failed;
  for (int attempt = 0; attempt < 50; ++attempt) {
    std::filesystem::remove_all(path, failed);
    if (!failed)
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

/// A store can have gigabytes: Ctrl-C must not leave it behind. A thread of its own, so that nothing else is asked to
/// look; the programs that were started end with this one.
void remove_on_interrupt(const std::string& path) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
  interrupt_pipe = ends[1];
  std::thread([path, from = ends[0]] {
    char signal = 0;
    if (::read(from, &signal, 1) != 1)
      return;
    remove_completely(path);
    ::_exit(128 + signal);
  }).detach();
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP})
    ::sigaction(signal, &action, nullptr);
}

} // namespace

scratch_directory::scratch_directory() {
  const char* above = std::getenv("TMPDIR"); // NOLINT(concurrency-mt-unsafe): no thread exists yet
  path_ = std::string(above != nullptr && *above != 0 ? above : "/tmp") + "/wakala-bench-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr)
    throw std::system_error(errno, std::generic_category(), "cannot make " + path_);
  remove_on_interrupt(path_);
}

scratch_directory::~scratch_directory() { remove_completely(path_); }

} // namespace wakala::bench
