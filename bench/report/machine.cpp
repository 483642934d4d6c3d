#include "bench/report/machine_files.hpp"
#include "bench/report/report.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/utsname.h>
#include <thread>
#include <vector>

namespace wakala::bench {
namespace {

std::string read_text(const char* file) {
  const std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

/// What follows the colon of the first line that begins with `name`, without blanks around it.
std::string_view field(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::size_t colon = line.find(':');
    if (!line.starts_with(name) || colon == std::string_view::npos)
      continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string_view::npos ? std::string_view{} : line.substr(begin);
  }
  return {};
}

std::vector<std::string_view> words(std::string_view line) {
  std::vector<std::string_view> found;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0)
      found.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return found;
}

/// mountinfo writes blanks and backslashes as `\040`.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    if (text[at] == '\\' && at + 3 < text.size() &&
        std::from_chars(&text[at + 1], &text[at + 1] + 3, value, 8).ptr == &text[at + 1] + 3) {
      plain += static_cast<char>(value);
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

bool holds(std::string_view mount_point, std::string_view path) {
  if (mount_point == "/")
    return path.starts_with('/');
  return path == mount_point || (path.starts_with(mount_point) && path[mount_point.size()] == '/');
}

} // namespace

std::string cpu_model(std::string_view cpuinfo) {
  const std::string_view model = field(cpuinfo, "model name");
  return model.empty() ? "unknown" : std::string(model);
}

std::uint64_t memory_total(std::string_view meminfo) {
  const std::string_view text = field(meminfo, "MemTotal");
  std::uint64_t kib = 0;
  std::from_chars(text.data(), text.data() + text.size(), kib);
  return kib * 1024;
}

std::string file_system_of(std::string_view mountinfo, std::string_view path) {
  std::string found = "unknown";
  std::size_t longest = 0;
  while (!mountinfo.empty()) {
    const auto parts = words(next_line(mountinfo)); // id parent device root mount-point options… - type source …
    std::size_t dash = 6;
    while (dash < parts.size() && parts[dash] != "-")
      ++dash;
    if (dash + 2 >= parts.size())
      continue;
    const std::string mount_point = unescape(parts[4]);
    if (!holds(mount_point, path) || mount_point.size() < longest) // of two on one place, the later hides the earlier
      continue;
    longest = mount_point.size();
    found = std::string(parts[dash + 1]) + " on " + unescape(parts[dash + 2]);
  }
  return found;
}

machine_facts read_machine(const std::string& directory) {
  machine_facts facts;
  facts.cpu = cpu_model(read_text("/proc/cpuinfo"));
  facts.cores = std::thread::hardware_concurrency();
  facts.memory_bytes = memory_total(read_text("/proc/meminfo"));
  utsname name{};
  if (uname(&name) == 0)
    facts.kernel = std::string(name.sysname) + ' ' + name.release + ' ' + name.machine;
  std::error_code failed;
  const auto path = std::filesystem::canonical(directory.empty() ? "." : directory, failed);
  facts.file_system = failed ? "unknown" : file_system_of(read_text("/proc/self/mountinfo"), path.string());
  return facts;
}

} // namespace wakala::bench
