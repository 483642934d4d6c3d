/// \file
/// The small languages inside configuration values: numbers with units, addresses, `${ENV}`. The `what` of
/// an error (`invalid_argument`) continues "key …", such as "must be …", and never repeats the value.
#pragma once

#include "runtime/config/environment.hpp"
#include "runtime/core/node_config.hpp"
#include "runtime/core/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace wakala {

/// Digits only, between `min` and `max`.
result<std::uint64_t> parse_number(std::string_view text, std::uint64_t min, std::uint64_t max);

/// A whole number of milliseconds, or one with a unit: `2500ms`, `10s`, `5m`, `24h`, `7d`. At least 1 ms, at most 10
/// years.
result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// A whole number of bytes, or one with a unit: `64KiB`, `4MiB`, `1GiB`. At least 1, at most 1 TiB.
result<std::uint64_t> parse_size(std::string_view text);

/// `host:port` or `[v6]:port`; ports 0 to 65535.
result<listen_address> parse_listen_address(std::string_view text);

/// Replaces `${NAME}` by the variable's value and `$${` by `${`. A missing variable is an error that names it.
result<std::string> expand_variables(std::string_view text, const environment& env);

/// As a person would write it: `24h`, `2500ms`; `4MiB`, `16KiB`, `1000`.
std::string duration_text(std::chrono::milliseconds value);
std::string size_text(std::uint64_t bytes);

} // namespace wakala
