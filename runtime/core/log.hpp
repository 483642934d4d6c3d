/// \file
/// Logs are events with key=value pairs. Values are redacted: personal data and secrets are never passed in clear.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace wakala::log {

enum class level : std::uint8_t { debug, info, warn, error };

/// One `key=value` of an event. Text with blanks, quotes or control characters is quoted and escaped.
struct field {
  template <class T>
  requires std::is_arithmetic_v<T> field(std::string_view k, T v)
      : key(k), value(std::to_string(v)), is_number(true) {}
  field(std::string_view k, bool v) : key(k), value(v ? "true" : "false") {}
  field(std::string_view k, std::string_view v) : key(k), value(v) {}
  field(std::string_view k, const char* v) : key(k), value(v) {}
  field(std::string_view k, const std::string& v) : key(k), value(v) {}

  std::string_view key;
  std::string value;
  bool is_number = false;
};

/// Where events go and how much of them. Call once in main; before that only warnings and errors go to stderr.
void init(level least, const std::string& program);

bool enabled(level l) noexcept;

/// Writes `event key=value …`. As a second line of defence, digit runs of 7 to 15 (phone numbers) and message ids in
/// text values are masked; numbers passed as numbers are left alone.
void write(level l, std::string_view event, std::initializer_list<field> fields = {});

inline void debug(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<field> fields = {}) {
  write(level::error, event, fields);
}

/// The masking that `write` applies to text values; public for its test.
std::string redact(std::string_view text);

} // namespace wakala::log
