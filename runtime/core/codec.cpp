#include "runtime/core/codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace wakala {

namespace {

constexpr std::size_t digits_max = 18;
constexpr std::uint64_t numeral_end = 1'000'000'000'000'000'000U; // leaves room for the flag

/// The number that `text` is the decimal form of, if it is one below `numeral_end`.
bool is_numeral(std::string_view text, std::uint64_t& value) noexcept {
  if (text.empty() || text.size() > digits_max || (text.front() == '0' && text.size() > 1))
    return false;
  value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9')
      return false;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return true;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_hex(std::string_view text) noexcept {
  return text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), [](char c) { return hex_digit(c) >= 0; });
}

} // namespace

void encoder::text(std::string_view value) {
  if (is_utf8(value))
    blob(value);
  else
    blob(to_valid_utf8(value));
}

// An odd number is twice the numeral and one; an even one twice the length of the text that follows.
void encoder::numeral(std::string_view value) {
  if (std::uint64_t value_of = 0; is_numeral(value, value_of)) {
    number((value_of << 1U) | 1U);
    return;
  }
  plain(value);
}

// An odd number is twice the number of bytes and one, an even one twice the length of the text that follows.
void encoder::hex(std::string_view value) {
  if (value.empty() || !is_hex(value))
    return plain(value);
  number(std::uint64_t{value.size()} | 1U);
  for (std::size_t at = 0; at < value.size(); at += 2)
    byte(static_cast<std::uint8_t>(hex_digit(value[at]) * 16 + hex_digit(value[at + 1])));
}

void encoder::plain(std::string_view value) {
  const auto valid = is_utf8(value) ? std::string{} : to_valid_utf8(value);
  const auto shown = valid.empty() ? value : std::string_view(valid);
  number(std::uint64_t{shown.size()} << 1U);
  raw(shown);
}

// Zero, and then the text; or the place in the list, from one.
void encoder::word(std::string_view value, std::span<const std::string_view> known) {
  const auto at = std::find(known.begin(), known.end(), value);
  number(at == known.end() ? 0U : static_cast<std::uint64_t>(at - known.begin()) + 1U);
  if (at == known.end())
    text(value);
}

std::uint64_t decoder::number() noexcept {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint64_t next = byte();
    if (!good_)
      return 0;
    value |= (next & 0x7FU) << shift;
    if (next < 0x80U) {
      // The last of ten bytes has room for one bit, and a longer form than needed is not ours.
      expect((shift < 63 || next <= 1U) && (next != 0U || shift == 0));
      return good_ ? value : 0;
    }
  }
  fail();
  return 0;
}

std::string_view decoder::raw(std::size_t size) noexcept {
  if (!expect(size <= rest_.size()))
    return {};
  const auto value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

std::string_view decoder::text() noexcept {
  const auto value = blob();
  return expect(is_utf8(value)) ? value : std::string_view{};
}

std::string decoder::numeral() {
  const auto head = number();
  if ((head & 1U) == 0)
    return plain(head >> 1U);
  if (!expect((head >> 1U) < numeral_end))
    return {};
  std::array<char, digits_max> digits{};
  const char* const end = std::to_chars(digits.begin(), digits.end(), head >> 1U).ptr;
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

std::string decoder::hex() {
  const auto head = number();
  if ((head & 1U) == 0)
    return plain(head >> 1U);
  return expect((head >> 1U) <= rest_.size()) ? to_hex(as_span(raw(static_cast<std::size_t>(head >> 1U))))
                                              : std::string{};
}

std::string decoder::plain(std::uint64_t size) {
  const auto value = expect(size <= rest_.size()) ? raw(static_cast<std::size_t>(size)) : std::string_view{};
  return expect(is_utf8(value)) ? std::string(value) : std::string{};
}

std::string decoder::word(std::span<const std::string_view> known) {
  const auto place = number<std::size_t>(known.size());
  if (place > 0)
    return std::string(known[place - 1]);
  return std::string(text());
}

} // namespace wakala
