/// \file
/// Numbers, durations and times as people read them, and sparklines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::console {

/// `–`: there is no figure.
inline constexpr std::string_view nothing = "–";

std::string count_text(double value);                    ///< 0, 9999, 12.3k, 4.56M
std::string rate_text(std::optional<double> per_second); ///< 0, 0.3, 12.4, 812, 12.3k
std::string bytes_text(double bytes);                    ///< 812 B, 1.5 kB, 23 MB (powers of 1000)
std::string micros_text(std::optional<double> us);       ///< 820 µs, 1.84 ms, 2.5 s
std::string span_text(std::optional<double> seconds);    ///< 12 s, 4 min, 2 h 5 min, 3 d 4 h
std::string percent_text(double part, double whole);     ///< 42 %

/// Milliseconds since 1970 of an RFC 3339 time in UTC; nothing when it is none.
std::optional<std::int64_t> parse_time(std::string_view rfc3339);
/// The time of day, `14:03:22`; with milliseconds `14:03:22.120`.
std::string time_of_day(std::int64_t ms_since_1970, bool with_ms = false);
/// How long ago it was, as `span_text`; empty when `at` is no time.
std::string ago_text(std::string_view at, std::int64_t now_ms);

/// The last `columns` values as bars of eight heights, from 0 to `top` (the largest shown when 0); what is missing in
/// the beginning is blank. A value that is there and above 0 is never invisible.
std::string sparkline(const std::vector<double>& values, std::size_t columns, double top = 0);

} // namespace wakala::console
