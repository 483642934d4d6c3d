#include "sandbox/ids.hpp"

#include "runtime/core/encoding.hpp"
#include "sandbox/chaos.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wakala::sandbox {

std::uint64_t id_source::next() noexcept { return mix64(origin_ + ++count_); }

std::string id_source::message_id(std::string_view counterpart, bool outbound) {
  // A Thrift-like record: field 1 the counterpart, field 2 flags, field 3 the id proper in upper-case hexadecimal.
  const auto who = counterpart.substr(0, std::min<std::size_t>(counterpart.size(), 120));
  std::string raw{"\x1c\x18", 2};
  raw += static_cast<char>(who.size());
  raw += who;
  const auto unique = next(); // mix64 is a bijection: 16 digits that never repeat within one origin
  std::string id = outbound ? fmt::format("{:016X}{:02X}", unique, mix64(unique) & 0xff)
                            : fmt::format("3A{:016X}{:02X}", unique, mix64(unique) & 0xff);
  raw += std::string_view{"\x15\x02\x00", 3};
  raw += outbound ? '\x11' : '\x12';
  raw += '\x18';
  raw += static_cast<char>(id.size());
  raw += id;
  raw += '\0';
  return "wamid." + to_base64(as_span(raw));
}

std::string id_source::media_id() {
  return fmt::format("{}", 1'000'000'000'000'000ULL + next() % 9'000'000'000'000'000ULL);
}

std::string id_source::conversation_id() {
  const auto high = next();
  return fmt::format("{:016x}{:016x}", high, next());
}

std::string id_source::trace_id() {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::string text = "A";
  for (auto half = 0; half < 2; ++half) {
    auto bits = next();
    for (auto i = 0; i < (half == 0 ? 10 : 12); ++i, bits >>= 5)
      text += letters[bits & 63];
  }
  return text;
}

} // namespace wakala::sandbox
