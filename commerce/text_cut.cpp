#include "commerce/text_cut.hpp"

#include "runtime/core/encoding.hpp"

#include <cstdint>
#include <utility>

namespace wakala::commerce {

namespace {

/// One code point of valid UTF-8 and the bytes it takes.
struct code_point {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
};

code_point first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0U;
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80U)
    return {lead, 1};
  if (lead < 0xE0U)
    return {((lead & 0x1FU) << 6U) | (byte(1) & 0x3FU), 2};
  if (lead < 0xF0U)
    return {((lead & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU), 3};
  return {((lead & 0x07U) << 18U) | ((byte(1) & 0x3FU) << 12U) | ((byte(2) & 0x3FU) << 6U) | (byte(3) & 0x3FU), 4};
}

constexpr std::uint32_t zero_width_joiner = 0x200D;

/// Belongs to the character before it: combining marks, variation selectors, skin tones, tags, the joiner.
bool extends(std::uint32_t c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
         (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xFE20 && c <= 0xFE2F) ||
         (c >= 0x1F3FB && c <= 0x1F3FF) || (c >= 0xE0020 && c <= 0xE007F) || c == zero_width_joiner;
}

bool is_flag_letter(std::uint32_t c) { return c >= 0x1F1E6 && c <= 0x1F1FF; }

bool is_blank(std::uint32_t c) {
  return c <= 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0x2028 || c == 0x2029 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x202F || c == 0x3000;
}

/// Marks that steer direction or join nothing: invisible, and in the way when comparing.
bool is_invisible(std::uint32_t c) {
  return c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) ||
         c == 0xFEFF;
}

/// One character as people see it.
struct cluster {
  std::size_t bytes = 0;
  std::size_t points = 0;
};

cluster first_cluster(std::string_view text) {
  const auto lead = first_of(text);
  cluster found{lead.bytes, 1};
  bool joined = false;
  bool may_pair = is_flag_letter(lead.value);
  while (found.bytes < text.size()) {
    const auto next = first_of(text.substr(found.bytes));
    const bool pairs = may_pair && is_flag_letter(next.value);
    if (!extends(next.value) && !joined && !pairs)
      break;
    joined = next.value == zero_width_joiner;
    may_pair = false;
    found.bytes += next.bytes;
    ++found.points;
  }
  return found;
}

/// Nothing that `one_line` would change: valid, with single blanks, none at the ends.
bool is_plain_line(std::string_view text) noexcept {
  bool after_blank = true;
  bool is_valid = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80U) {
      if (byte < 0x20U || byte == 0x7FU || (byte == ' ' && after_blank))
        return false;
      after_blank = byte == ' ';
      ++at;
      continue;
    }
    if (!is_valid && !is_utf8(text))
      return false;
    is_valid = true;
    const auto c = first_of(text.substr(at));
    if (is_blank(c.value))
      return false;
    after_blank = false;
    at += c.bytes;
  }
  return text.empty() || !after_blank;
}

/// The first `max` code points, whole or not.
std::string_view first_points(std::string_view text, std::size_t max) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < max && bytes < text.size(); ++i)
    bytes += first_of(text.substr(bytes)).bytes;
  return text.substr(0, bytes);
}

/// `cut` for valid text that is too long.
std::string shortened(std::string_view valid, std::size_t max) {
  if (max == 0)
    return {};
  std::size_t bytes = 0;
  for (std::size_t points = 0; bytes < valid.size();) {
    const auto next = first_cluster(valid.substr(bytes));
    if (points + next.points > max - 1)
      break;
    bytes += next.bytes;
    points += next.points;
  }
  std::string out(bytes > 0 ? valid.substr(0, bytes) : first_points(valid, max - 1));
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out + "\xE2\x80\xA6";
}

} // namespace

std::string one_line(std::string_view text) {
  if (is_plain_line(text))
    return std::string(text);
  const std::string valid = to_valid_utf8(text);
  std::string out;
  out.reserve(valid.size());
  bool gap = false;
  for (std::size_t at = 0; at < valid.size();) {
    const auto c = first_of(std::string_view(valid).substr(at));
    if (is_blank(c.value)) {
      gap = !out.empty();
    } else {
      if (gap)
        out += ' ';
      gap = false;
      out.append(valid, at, c.bytes);
    }
    at += c.bytes;
  }
  return out;
}

std::string cut(std::string text, std::size_t max) {
  if (!is_utf8(text))
    text = to_valid_utf8(text);
  if (text.size() <= max || code_points(text) <= max)
    return text;
  return shortened(text, max);
}

std::string cut_line(std::string text, std::size_t max) {
  return cut(is_plain_line(text) ? std::move(text) : one_line(text), max);
}

std::string fold(std::string_view text) {
  const std::string line = one_line(text);
  std::string out;
  out.reserve(line.size());
  for (std::size_t at = 0; at < line.size();) {
    const auto c = first_of(std::string_view(line).substr(at));
    if (c.value >= 'A' && c.value <= 'Z')
      out += static_cast<char>(c.value - 'A' + 'a');
    else if (!is_invisible(c.value))
      out.append(line, at, c.bytes);
    at += c.bytes;
  }
  constexpr std::string_view ignored = " .,;:!?'\"*_~`-";
  const auto first = out.find_first_not_of(ignored);
  if (first == std::string::npos)
    return out == "?" ? out : std::string{};
  const auto last = out.find_last_not_of(ignored);
  return out.substr(first, last - first + 1);
}

} // namespace wakala::commerce
