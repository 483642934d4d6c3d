/// \file
/// What the kernel counts for a process.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <sys/types.h>

namespace wakala::bench {

struct process_figures {
  double cpu_seconds = 0; ///< user and system, all its threads, ended ones included
  std::uint64_t rss_bytes = 0;
  std::uint64_t written_bytes = 0; ///< caused to be sent to the disk (`write_bytes` minus `cancelled_write_bytes`)
  unsigned threads = 0;
};

/// Nothing when there is no such process. `written_bytes` is 0 when the kernel does not let us see it.
std::optional<process_figures> read_process(pid_t pid);

/// Bytes of memory that could be had without swapping; 0 when the kernel does not say.
std::uint64_t available_memory();

/// Bytes of memory that are the process's share (PSS): slow, as the kernel walks its page tables.
std::optional<std::uint64_t> read_pss(pid_t pid);

/// All processors of the machine together, since it started.
struct machine_time {
  double busy_s = 0;   ///< all processes, the kernel included
  double stolen_s = 0; ///< wanted, and given to others by whoever hosts the machine
};
machine_time read_machine_time();
/// Of the text of /proc/stat, in clock ticks instead of seconds; nothing when it is another text.
std::optional<machine_time> machine_ticks_of(std::string_view stat);

/// Of the text of /proc/PID/stat: user and system time in clock ticks. The program's name in it may hold anything.
std::optional<std::uint64_t> cpu_ticks_of(std::string_view stat);
/// The number after `name:` in a file of lines like `VmRSS:   123 kB`, without its unit.
std::optional<std::uint64_t> value_of(std::string_view text, std::string_view name);

} // namespace wakala::bench
