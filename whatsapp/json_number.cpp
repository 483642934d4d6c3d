#include "whatsapp/json_number.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cstdint>

namespace wakala::whatsapp {

namespace {

std::size_t digits_at(std::string_view text, std::size_t at) noexcept {
  std::size_t count = 0;
  while (at + count < text.size() && text[at + count] >= '0' && text[at + count] <= '9')
    ++count;
  return count;
}

} // namespace

bool loses_digits(std::string_view token) noexcept {
  constexpr std::size_t digits_a_double_keeps = 15;
  constexpr std::size_t digits_an_integer_keeps = 18;
  std::size_t at = token.front() == '-' ? 1 : 0;
  const auto whole = digits_at(token, at);
  if (whole == 0 || (whole > 1 && token[at] == '0'))
    return false; // no number: the parser says so
  at += whole;
  if (at == token.size()) {
    if (whole <= digits_an_integer_keeps)
      return false;
    const char* const last = token.data() + token.size();
    if (token.front() == '-') {
      std::int64_t value = 0;
      return std::from_chars(token.data(), last, value).ec != std::errc{};
    }
    std::uint64_t value = 0;
    return std::from_chars(token.data(), last, value).ec != std::errc{};
  }
  std::size_t fraction = 0;
  if (token[at] == '.') {
    fraction = digits_at(token, ++at);
    if (fraction == 0)
      return false;
    at += fraction;
  }
  if (at == token.size())
    return whole + fraction > digits_a_double_keeps;
  if (token[at] != 'e' && token[at] != 'E')
    return false;
  ++at;
  if (at < token.size() && (token[at] == '+' || token[at] == '-'))
    ++at;
  const auto exponent = digits_at(token, at);
  return exponent > 0 && at + exponent == token.size();
}

std::string number_text(std::string_view token) {
  if (token == "-0")
    return "0";
  if (token.find('.') == std::string_view::npos || loses_digits(token))
    return std::string(token);
  double value = 0;
  std::from_chars(token.data(), token.data() + token.size(), value);
  return nlohmann::json(value).dump();
}

} // namespace wakala::whatsapp
