#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace wakala {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// The value of each character that is a digit of base 64.
constexpr auto base64_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < base64_digits.size(); ++i)
    values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

/// How many bytes at the front are ASCII, looked at eight at a time: nearly all texts are nothing else.
std::size_t ascii_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080ULL) != 0)
      break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
    ++at;
  return at;
}

/// How many bytes at the front a JSON string holds as they are.
std::size_t json_plain_prefix(std::string_view text) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr std::uint64_t high = 0x8080808080808080ULL;
  const auto holds_less = [](std::uint64_t word, std::uint64_t than) { return (word - ones * than) & ~word & high; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((holds_less(word, 0x20) | holds_less(word ^ (ones * '"'), 1) | holds_less(word ^ (ones * '\\'), 1)) != 0)
      break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x20 && text[at] != '"' && text[at] != '\\')
    ++at;
  return at;
}

/// Length of the well-formed sequence at the front of `text`; 0 when there is none.
std::size_t utf8_sequence(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80)
    return 1;
  std::size_t length = 0;
  unsigned value = 0;
  if ((lead & 0xE0U) == 0xC0)
    length = 2, value = lead & 0x1FU;
  else if ((lead & 0xF0U) == 0xE0)
    length = 3, value = lead & 0x0FU;
  else if ((lead & 0xF8U) == 0xF0)
    length = 4, value = lead & 0x07U;
  else
    return 0;
  if (text.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80)
      return 0;
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<unsigned, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[length] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF))
    return 0;
  return length;
}

} // namespace

std::string to_hex(std::span<const std::uint8_t> raw) {
  std::string out(raw.size() * 2, '\0');
  for (std::size_t i = 0; i < raw.size(); ++i) {
    out[2 * i] = hex_digits[raw[i] >> 4U];
    out[2 * i + 1] = hex_digits[raw[i] & 0x0FU];
  }
  return out;
}

std::optional<bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0)
    return std::nullopt;
  bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string to_base64(std::span<const std::uint8_t> raw) {
  std::string out((raw.size() + 2) / 3 * 4, '=');
  auto* to = out.data();
  for (std::size_t i = 0; i < raw.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, raw.size() - i);
    std::uint32_t group = static_cast<std::uint32_t>(raw[i]) << 16U;
    if (left > 1)
      group |= static_cast<std::uint32_t>(raw[i + 1]) << 8U;
    if (left > 2)
      group |= raw[i + 2];
    for (std::size_t k = 0; k <= left; ++k)
      to[k] = base64_digits[(group >> (18U - 6U * k)) & 0x3FU];
    to += 4;
  }
  return out;
}

std::optional<bytes> from_base64(std::string_view text) {
  while (!text.empty() && text.back() == '=')
    text.remove_suffix(1);
  bytes out(text.size() / 4 * 3 + (text.size() % 4) * 6 / 8, '\0');
  auto* to = out.data();
  std::uint32_t group = 0;
  int faults = 0; // negative once a character was no digit
  std::size_t at = 0;
  const auto take = [&] {
    const int digit = base64_values[static_cast<unsigned char>(text[at++])];
    faults |= digit;
    group = (group << 6U) | (static_cast<std::uint32_t>(digit) & 0x3FU);
  };
  while (at + 4 <= text.size()) {
    take(), take(), take(), take();
    *to++ = static_cast<char>((group >> 16U) & 0xFFU);
    *to++ = static_cast<char>((group >> 8U) & 0xFFU);
    *to++ = static_cast<char>(group & 0xFFU);
  }
  const auto rest = static_cast<unsigned>(text.size() - at);
  while (at < text.size())
    take();
  for (unsigned bits = rest * 6; bits >= 8; bits -= 8)
    *to++ = static_cast<char>((group >> (bits - 8)) & 0xFFU);
  if (faults < 0)
    return std::nullopt;
  return out;
}

std::string to_string(const conversation_id& id) { return to_hex(id.bytes); }

std::optional<conversation_id> parse_conversation_id(std::string_view text) {
  const auto raw = from_hex(text);
  if (!raw || raw->size() != 16)
    return std::nullopt;
  conversation_id id;
  std::copy(raw->begin(), raw->end(), id.bytes.begin());
  return id;
}

void append_u32(bytes& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU);
}

void append_u64(bytes& out, std::uint64_t value) {
  append_u32(out, static_cast<std::uint32_t>(value >> 32U));
  append_u32(out, static_cast<std::uint32_t>(value));
}

std::uint32_t read_u32(std::string_view at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = (value << 8U) | static_cast<unsigned char>(at[i]);
  return value;
}

std::uint64_t read_u64(std::string_view at) {
  return (static_cast<std::uint64_t>(read_u32(at)) << 32U) | read_u32(at.substr(4));
}

bool is_utf8(std::string_view text) noexcept {
  for (;;) {
    text.remove_prefix(ascii_prefix(text));
    if (text.empty())
      return true;
    const auto length = utf8_sequence(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
}

std::string to_valid_utf8(std::string_view text) {
  if (is_utf8(text))
    return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  std::string mended;
  if (!is_utf8(text))
    text = mended = to_valid_utf8(text);
  out += '"';
  for (;;) {
    const auto plain = json_plain_prefix(text);
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty())
      break;
    const auto c = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    constexpr std::string_view named = "\b\t\n\f\r";
    if (c >= 0x20) {
      out += '\\';
      out += static_cast<char>(c);
    } else if (const auto name = named.find(static_cast<char>(c)); name != std::string_view::npos) {
      out += '\\';
      out += "btnfr"[name];
    } else {
      out += "\\u00";
      out += hex_digits[c >> 4U];
      out += hex_digits[c & 0x0FU];
    }
  }
  out += '"';
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::optional<std::string> url_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size())
        return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0)
        return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      const auto b = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[b >> 4U];
      out += "0123456789ABCDEF"[b & 0x0FU];
    }
  }
  return out;
}

} // namespace wakala
