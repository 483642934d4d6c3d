#include "runtime/core/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cctype>
#include <memory>

namespace wakala::log {

namespace {

std::shared_ptr<spdlog::logger> make_logger(const std::string& name) {
  auto logger = std::make_shared<spdlog::logger>(name, std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %n %v");
  return logger;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = [] {
    auto made = make_logger("wakala");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return instance;
}

spdlog::level::level_enum to_spdlog(level l) noexcept {
  switch (l) {
  case level::debug:
    return spdlog::level::debug;
  case level::info:
    return spdlog::level::info;
  case level::warn:
    return spdlog::level::warn;
  case level::error:
    return spdlog::level::err;
  }
  return spdlog::level::info;
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

void append_value(std::string& out, std::string_view value) {
  bool plain = !value.empty();
  for (const char c : value)
    plain = plain && static_cast<unsigned char>(c) > 0x20 && c != '"' && c != '\\' && c != '=' && c != 0x7f;
  if (plain) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  out += '"';
}

} // namespace

std::string redact(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i, 6) == "wamid.") {
      out += "wamid.***";
      i += 6;
      while (i < text.size() && (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '+' ||
                                 text[i] == '/' || text[i] == '=' || text[i] == '_' || text[i] == '-'))
        ++i;
      continue;
    }
    // A run of digits inside a word (an id in hexadecimal) is not a phone number.
    const bool starts = is_digit(text[i]) && (i == 0 || std::isalnum(static_cast<unsigned char>(text[i - 1])) == 0);
    std::size_t end = i;
    while (starts && end < text.size() && is_digit(text[end]))
      ++end;
    const bool whole = end == text.size() || std::isalnum(static_cast<unsigned char>(text[end])) == 0;
    if (starts && whole && end - i >= 7 && end - i <= 15) {
      out += "***";
      out += text.substr(end - 2, 2);
      i = end;
    } else {
      out += text[i++];
    }
  }
  return out;
}

void init(level least, const std::string& program) {
  auto made = make_logger(program);
  made->set_level(to_spdlog(least));
  made->flush_on(spdlog::level::debug);
  logger() = std::move(made);
}

bool enabled(level l) noexcept { return logger()->should_log(to_spdlog(l)); }

void write(level l, std::string_view event, std::initializer_list<field> fields) {
  if (!enabled(l))
    return;
  std::string line{event};
  for (const auto& f : fields) {
    line += ' ';
    line += f.key;
    line += '=';
    append_value(line, f.is_number ? f.value : redact(f.value));
  }
  logger()->log(to_spdlog(l), line);
}

} // namespace wakala::log
