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

} // namespace

void encoder::text(std::string_view value) {
  if (is_utf8(value))
    blob(value);
  else
    blob(to_valid_utf8(value));
}

// An odd number is twice the numeral and one; an even one twice the length of the text that follows.
void encoder::numeral(std::string_view value) {
  if (std::uint64_t plain = 0; is_numeral(value, plain)) {
    number((plain << 1U) | 1U);
    return;
  }
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
  if ((head & 1U) == 0) {
    const auto value = raw(expect((head >> 1U) <= rest_.size()) ? static_cast<std::size_t>(head >> 1U) : 0U);
    return expect(is_utf8(value)) ? std::string(value) : std::string{};
  }
  if (!expect((head >> 1U) < numeral_end))
    return {};
  std::array<char, digits_max> digits{};
  const char* const end = std::to_chars(digits.begin(), digits.end(), head >> 1U).ptr;
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

std::string decoder::word(std::span<const std::string_view> known) {
  const auto place = number<std::size_t>(known.size());
  if (place > 0)
    return std::string(known[place - 1]);
  return std::string(text());
}

} // namespace wakala
