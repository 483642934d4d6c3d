#include "bench/peer/peer.hpp"

#include "bench/process/http_line.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

namespace wakala::bench {

namespace {

using namespace std::chrono_literals;

// The distribution's: its packages are invisible to any other Python.
constexpr const char* python = "/usr/bin/python3";
constexpr const char* runner_script = WAKALA_PEER_DIR "/run.py";
constexpr int status_of_missing_packages = 3; ///< of run.py

child_options runner_options(const peer_options& options, std::vector<std::string> more) {
  child_options runner;
  runner.program = python;
  runner.arguments = {"-B", runner_script, "--secret", options.secret};
  runner.arguments.insert(runner.arguments.end(), more.begin(), more.end());
  runner.output_file = options.directory + "/peer.log";
  return runner;
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

void add_tree(pid_t root, std::vector<pid_t>& to) {
  to.push_back(root);
  std::error_code gone;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(root) + "/task", gone)) {
    std::ifstream children(thread.path() / "children");
    for (pid_t each = 0; children >> each;)
      add_tree(each, to);
  }
}

result<void> make_directory(const std::string& path) {
  std::error_code failed;
  std::filesystem::create_directories(path, failed);
  if (failed)
    return make_error(errc::unavailable, "cannot make " + path + ": " + failed.message());
  std::filesystem::remove(path + "/peer.log",
                          failed); // the address of an earlier peer must not be taken for this one's
  return {};
}

} // namespace

std::string_view to_string(appendfsync mode) noexcept {
  switch (mode) {
  case appendfsync::always:
    return "always";
  case appendfsync::everysec:
    return "everysec";
  }
  return "always";
}

result<void> check_peer_packages(const std::string& directory) {
  peer_options options;
  options.directory = directory;
  auto made = make_directory(directory);
  if (!made)
    return made;
  auto runner = child::start(runner_options(options, {"--check"}));
  if (!runner)
    return make_error(errc::not_found, runner.error().what);
  while (runner->is_running())
    std::this_thread::sleep_for(5ms);
  const int status = runner->stop();
  if (status == 0)
    return {};
  return make_error(status == status_of_missing_packages ? errc::not_found : errc::unavailable,
                    last_line(runner->output()));
}

result<peer_process> peer_process::start(const peer_options& options, std::chrono::milliseconds patience) {
  auto there = check_peer_packages(options.directory);
  if (!there)
    return there.error();
  std::vector<std::string> arguments{"--appendfsync", std::string(to_string(options.sync)), "--directory",
                                     options.directory};
  if (options.web_workers > 0)
    arguments.insert(arguments.end(), {"--web-workers", std::to_string(options.web_workers)});
  auto runner = child::start(runner_options(options, std::move(arguments)));
  if (!runner)
    return runner.error();
  peer_process peer(std::move(*runner), options);
  auto url = wait_for_line(peer.runner_, "public: ", patience);
  if (!url)
    return make_error(url.error().code, "the peer " + url.error().what);
  peer.url_ = std::move(*url);
  return peer;
}

std::string peer_process::name() const { return "peer (appendfsync " + std::string(to_string(options_.sync)) + ")"; }

result<peer_stats> peer_process::stats() const {
  const auto port = static_cast<std::uint16_t>(std::stoul(url_.substr(url_.rfind(':') + 1)));
  const auto answer = http_line("127.0.0.1", port).call("GET", "/stats");
  if (!answer)
    return answer.error();
  const auto body = nlohmann::json::parse(answer->body, nullptr, false);
  if (answer->status != 200 || !body.is_object())
    return make_error(errc::unavailable, "the peer's /stats answered " + std::to_string(answer->status));
  return peer_stats{body.value("accepted", std::uint64_t{0}), body.value("waiting", std::uint64_t{0})};
}

result<void> peer_process::drain(std::chrono::milliseconds patience) const {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto now = stats();
    if (!now)
      return now.error();
    if (now->waiting == 0)
      return {};
    if (std::chrono::steady_clock::now() > deadline)
      return make_error(errc::unavailable, "the peer's worker is " + std::to_string(now->waiting) + " events behind");
    std::this_thread::sleep_for(20ms);
  }
}

std::vector<pid_t> peer_process::pids() const {
  std::vector<pid_t> all;
  add_tree(runner_.pid(), all);
  return all;
}

} // namespace wakala::bench
