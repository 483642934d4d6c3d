#include "bench/process/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace wakala::bench {

using namespace std::chrono_literals;

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (auto& text : texts)
    list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& more) {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view entry(*each);
    if (!more.contains(std::string(entry.substr(0, entry.find('=')))))
      all.emplace_back(entry);
  }
  for (const auto& [name, value] : more)
    all.push_back(name + "=" + value);
  return all;
}

} // namespace

result<child> child::start(const child_options& options) {
  // All memory is taken before the fork: between it and exec only async-signal-safe calls are allowed.
  std::vector<std::string> words{options.program};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  auto variables = environment_with(options.environment);
  const auto argv = pointers(words);
  const auto envp = pointers(variables);
  const auto* file = options.output_file.empty() ? "/dev/null" : options.output_file.c_str();
  const int output = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (output < 0)
    return make_error(errc::unavailable, std::string("cannot write ") + file + ": " + std::strerror(errno));
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) {
    close(output);
    return make_error(errc::unavailable, std::string("pipe: ") + std::strerror(errno));
  }
  const auto parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(127);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE})
      std::signal(signal, SIG_DFL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execve(options.program.c_str(), argv.data(), envp.data());
    const int why = errno;
    [[maybe_unused]] const auto told = write(report[1], &why, sizeof why);
    _exit(127);
  }
  close(output);
  close(report[1]);
  int why = pid < 0 ? errno : 0;
  if (pid > 0) {
    const auto got = read(report[0], &why, sizeof why); // nothing: exec closed the pipe
    if (got == sizeof why)
      waitpid(pid, nullptr, 0);
    else
      why = 0;
  }
  close(report[0]);
  if (why != 0)
    return make_error(errc::unavailable, "cannot start " + options.program + ": " + std::strerror(why));
  return child(pid, options);
}

child::child(child&& other) noexcept { *this = std::move(other); }

child& child::operator=(child&& other) noexcept {
  if (this != &other) {
    std::swap(pid_, other.pid_);
    std::swap(status_, other.status_);
    std::swap(ended_, other.ended_);
    std::swap(options_, other.options_);
  }
  return *this;
}

child::~child() {
  if (!is_running())
    return;
  ::kill(pid_, SIGKILL);
  ::kill(pid_, SIGCONT);
  reap(true);
}

bool child::reap(bool wait) {
  if (pid_ <= 0 || ended_)
    return true;
  int status = 0;
  pid_t got = -1;
  do
    got = waitpid(pid_, &status, wait ? 0 : WNOHANG);
  while (got < 0 && errno == EINTR);
  if (got == 0)
    return false;
  ended_ = true;
  status_ = got < 0 ? 127 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

bool child::is_running() { return pid_ > 0 && !reap(false); }

int child::stop(std::chrono::milliseconds patience) {
  if (is_running())
    ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (is_running() && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(5ms);
  if (is_running()) {
    ::kill(pid_, SIGKILL);
    reap(true);
  }
  return status_;
}

void child::signal(int number) {
  if (is_running())
    ::kill(pid_, number);
}

std::string child::output() const {
  std::ifstream in(options_.output_file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

result<std::string> wait_for_line(child& of, const std::string& prefix, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const bool runs = of.is_running();
    const auto said = of.output();
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(prefix) && !lines.eof())
        return line.substr(prefix.size());
    if (!runs || std::chrono::steady_clock::now() > deadline) {
      constexpr std::size_t shown = 500;
      return make_error(errc::unavailable, std::string(runs ? "did not say" : "ended before it said") + " \"" +
                                               prefix +
                                               "\": " + said.substr(said.size() > shown ? said.size() - shown : 0));
    }
    std::this_thread::sleep_for(5ms);
  }
}

} // namespace wakala::bench
