/// \file
/// Looking for harm in a file, by a program of the operator's.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::http {

enum class scan_verdict : std::uint8_t { clean, infected, unknown };

struct scan_options {
  std::vector<std::string> command; ///< program and arguments; empty: everything is clean
  std::chrono::milliseconds timeout{30'000};
};

/// The words between blanks.
std::vector<std::string> split_words(std::string_view text);

/// Gives the content to the command's standard input: nothing of it touches the disk. Ends with 0: clean, with 1:
/// infected; anything else, a program that cannot be started, or no end in time: unknown. `stop` ends it soon.
/// Blocks; any thread.
scan_verdict scan(const scan_options& options, std::string_view content, const std::atomic<bool>& stop);

} // namespace wakala::http
