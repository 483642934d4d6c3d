#include "bench/report/numbers.hpp"

#include "runtime/core/encoding.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace wakala::bench {
namespace {

std::string with_thousands(std::string digits) {
  const std::size_t first = !digits.empty() && digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;)
    digits.insert(at -= 3, ",");
  return digits;
}

/// Bytes of the code point that begins here.
std::size_t code_point_size(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}

/// Takes the first `width` code points off `text`.
std::string take(std::string_view& text, std::size_t width) {
  std::size_t end = 0;
  while (width-- > 0 && end < text.size())
    end += code_point_size(text[end]);
  std::string taken{text.substr(0, end)};
  text.remove_prefix(taken.size());
  return taken;
}

} // namespace

std::string show(double value) {
  if (!std::isfinite(value))
    return "–";
  const double size = std::abs(value);
  if (size >= 1000 || value == std::round(value))
    return with_thousands(fmt::format("{:.0f}", value));
  if (size < 1e-6)
    return fmt::format("{:.2g}", value);
  const int decimals = size >= 10 ? 1 : size >= 1 ? 2 : 2 - static_cast<int>(std::floor(std::log10(size)));
  std::string text = fmt::format("{:.{}f}", value, decimals);
  while (text.ends_with('0'))
    text.pop_back();
  if (text.ends_with('.'))
    text.pop_back();
  return text;
}

std::string show(double value, std::string_view unit) {
  if (unit.empty() || unit == "ratio" || unit == "count")
    return show(value);
  if (unit == "1/s")
    return show(value) + "/s";
  if (unit == "percent")
    return show(value) + " %";
  return show(value) + " " + std::string(unit);
}

std::string show_share(double share) {
  return share != 0 && std::abs(share) < 0.001 ? show(share * 100, "percent") : fmt::format("{:.1f} %", share * 100);
}

std::size_t columns(std::string_view text) { return code_points(text); }

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::string clean = to_valid_utf8(text);
  for (char& c : clean)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  std::vector<std::string> lines;
  std::string line;
  std::string_view rest = clean;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty())
      continue;
    if (!line.empty() && columns(line) + 1 + columns(word) > width)
      lines.push_back(std::exchange(line, {}));
    while (columns(word) > width)
      lines.push_back(take(word, width));
    line += (line.empty() ? "" : " ") + std::string(word);
  }
  if (!line.empty() || lines.empty())
    lines.push_back(line);
  return lines;
}

} // namespace wakala::bench
