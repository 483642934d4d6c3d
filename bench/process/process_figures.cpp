#include "bench/process/process_figures.hpp"

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>
#include <unistd.h>

namespace wakala::bench {

namespace {

std::optional<std::string> read_file(pid_t pid, const char* name) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + name);
  if (!in)
    return std::nullopt;
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

} // namespace

std::optional<std::uint64_t> cpu_ticks_of(std::string_view stat) {
  const auto name_end = stat.rfind(')');
  if (name_end == std::string_view::npos)
    return std::nullopt;
  std::istringstream fields{std::string(stat.substr(name_end + 1))};
  std::string skipped;
  for (int i = 3; i < 14; ++i) // fields are counted from 1: state is the third, user time the 14th
    fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  if (!(fields >> user >> system))
    return std::nullopt;
  return user + system;
}

std::optional<std::uint64_t> value_of(std::string_view text, std::string_view name) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':')
      continue;
    line.remove_prefix(name.size() + 1);
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t'))
      line.remove_prefix(1);
    std::uint64_t value = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), value).ec == std::errc{})
      return value;
  }
  return std::nullopt;
}

std::optional<process_figures> read_process(pid_t pid) {
  const auto stat = read_file(pid, "stat");
  const auto ticks = stat ? cpu_ticks_of(*stat) : std::nullopt;
  const auto status = read_file(pid, "status");
  if (!ticks || !status)
    return std::nullopt;
  process_figures f;
  f.cpu_seconds = static_cast<double>(*ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
  f.rss_bytes = value_of(*status, "VmRSS").value_or(0) * 1024;
  f.threads = static_cast<unsigned>(value_of(*status, "Threads").value_or(0));
  if (const auto io = read_file(pid, "io")) {
    const auto written = value_of(*io, "write_bytes").value_or(0);
    const auto cancelled = value_of(*io, "cancelled_write_bytes").value_or(0);
    f.written_bytes = written > cancelled ? written - cancelled : 0;
  }
  return f;
}

std::optional<machine_time> machine_ticks_of(std::string_view stat) {
  std::istringstream fields{std::string(stat.substr(0, stat.find('\n')))};
  std::string name;
  double user = 0;
  double nice = 0;
  double system = 0;
  double idle = 0;
  double waiting = 0;
  double interrupts = 0;
  double soft_interrupts = 0;
  double stolen = 0;
  if (!(fields >> name >> user >> nice >> system >> idle >> waiting >> interrupts >> soft_interrupts >> stolen) ||
      name != "cpu")
    return std::nullopt;
  return machine_time{user + nice + system + interrupts + soft_interrupts, stolen};
}

machine_time read_machine_time() {
  std::ifstream in("/proc/stat");
  std::string line;
  std::getline(in, line);
  auto time = machine_ticks_of(line).value_or(machine_time{});
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  time.busy_s /= ticks;
  time.stolen_s /= ticks;
  return time;
}

std::uint64_t available_memory() {
  std::ifstream in("/proc/meminfo");
  std::stringstream text;
  text << in.rdbuf();
  return value_of(text.str(), "MemAvailable").value_or(0) * 1024;
}

std::optional<std::uint64_t> read_pss(pid_t pid) {
  const auto rollup = read_file(pid, "smaps_rollup");
  if (!rollup)
    return std::nullopt;
  const auto kilobytes = value_of(*rollup, "Pss");
  return kilobytes ? std::optional(*kilobytes * 1024) : std::nullopt;
}

} // namespace wakala::bench
