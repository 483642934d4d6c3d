#include "bench/load/monitor.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace wakala::bench {

namespace {

constexpr std::chrono::seconds pause{1};

} // namespace

process_figures read_processes(const std::vector<pid_t>& pids) {
  process_figures sum;
  for (const auto pid : pids)
    if (const auto one = read_process(pid)) {
      sum.cpu_seconds += one->cpu_seconds;
      sum.rss_bytes += one->rss_bytes;
      sum.written_bytes += one->written_bytes;
      sum.threads += one->threads;
    }
  return sum;
}

std::uint64_t largest_wal(const std::string& directory) {
  std::uint64_t largest = 0;
  std::error_code failed;
  if (directory.empty())
    return 0;
  for (const auto& file : std::filesystem::directory_iterator(directory, failed))
    if (file.path().native().ends_with("-wal"))
      if (const auto size = file.file_size(failed); !failed)
        largest = std::max<std::uint64_t>(largest, size);
  return largest;
}

monitor::~monitor() { end(); }

void monitor::begin() {
  end();
  stop_ = false;
  samples_.clear();
  thread_ = std::thread([this, start = std::chrono::steady_clock::now()] { watch(start); });
}

std::vector<server_sample> monitor::end() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
  return std::move(samples_);
}

void monitor::watch(std::chrono::steady_clock::time_point start) {
  std::optional<admin_client> node;
  if (what_.node)
    if (auto client = admin_client::connect_to(*what_.node))
      node.emplace(std::move(*client));
  auto next = start;
  std::unique_lock lock(mutex_);
  while (!stop_) {
    lock.unlock();
    server_sample s;
    if (node)
      if (const auto counts = node->counts())
        s.counts = *counts;
    s.process = read_processes(what_.pids);
    s.wal_bytes = largest_wal(what_.directory);
    if (what_.acknowledged)
      s.acknowledged = what_.acknowledged();
    s.second = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    lock.lock();
    samples_.push_back(s);
    next = std::max(next + pause, std::chrono::steady_clock::now());
    changed_.wait_until(lock, next, [&] { return stop_; });
  }
}

} // namespace wakala::bench
