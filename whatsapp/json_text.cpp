#include "whatsapp/json_text.hpp"

#include "whatsapp/json_number.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace wakala::whatsapp {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// The code unit of an escape `\uXXXX` at the front of `text`; nothing when there is none.
std::optional<unsigned> escaped_unit(std::string_view text) noexcept {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u')
    return std::nullopt;
  unsigned unit = 0;
  const auto [end, failure] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (failure != std::errc{} || end != text.data() + 6)
    return std::nullopt;
  return unit;
}

bool is_high(unsigned unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(unsigned unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

/// One pass over the text: measures nesting and copies the text only when something in it has to be replaced.
class scanner {
public:
  scanner(std::string_view text, int depth_max) : text_(text), depth_max_(depth_max) {}

  enum class outcome : std::uint8_t { fine, too_deep, not_json };

  outcome run() {
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (c == '-' || is_digit(c)) {
        skip_number();
      } else {
        if (c == '\0')
          return outcome::not_json; // to the library a NUL between tokens is the end, whatever follows
        if ((c == '{' || c == '[') && ++depth > depth_max_)
          return outcome::too_deep;
        if (c == '}' || c == ']')
          --depth;
        ++at_;
      }
    }
    if (copied_ > 0)
      repaired_ += text_.substr(copied_);
    return outcome::fine;
  }

  /// The text to parse.
  std::string_view text() const noexcept { return copied_ > 0 ? std::string_view(repaired_) : text_; }

private:
  void replace(std::size_t length, std::string_view by) {
    repaired_ += text_.substr(copied_, at_ - copied_);
    repaired_ += by;
    at_ += length;
    copied_ = at_;
  }

  void skip_string() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] != '\\') {
        ++at_;
        continue;
      }
      const auto unit = escaped_unit(text_.substr(at_));
      if (!unit)
        at_ += 2;
      else if (!is_high(*unit) && !is_low(*unit))
        at_ += 6;
      else if (const auto next = escaped_unit(text_.substr(std::min(at_ + 6, text_.size())));
               is_high(*unit) && next && is_low(*next))
        at_ += 12;
      else
        replace(6, "\\ufffd");
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  void skip_number() {
    const auto stop = text_.find_first_not_of("0123456789+-.eE", at_);
    const auto token = text_.substr(at_, stop == std::string_view::npos ? stop : stop - at_);
    const auto next = text_.find_first_not_of(" \t\r\n", at_ + token.size());
    const bool is_key = next != std::string_view::npos && text_[next] == ':'; // no key may be a number: let it fail
    if (!loses_digits(token) || is_key) {
      at_ += token.size();
      return;
    }
    std::string quoted;
    quoted.reserve(token.size() + 2);
    quoted.append(1, '"').append(token).append(1, '"');
    replace(token.size(), quoted);
  }

  std::string_view text_;
  int depth_max_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0; // everything before it is in repaired_; 0 as long as nothing was replaced
  std::string repaired_;
};

} // namespace

result<nlohmann::json> parse_json(std::string_view text, int depth_max) {
  scanner scan(text, depth_max);
  const auto scanned = scan.run();
  if (scanned == scanner::outcome::too_deep)
    return make_error(errc::invalid_argument,
                      "the JSON is nested deeper than " + std::to_string(depth_max) + " levels");
  nlohmann::json parsed(nlohmann::json::value_t::discarded);
  if (const auto clean = scan.text(); scanned == scanner::outcome::fine)
    parsed = nlohmann::json::parse(clean.data(), clean.data() + clean.size(), nullptr, false);
  if (parsed.is_discarded())
    return make_error(errc::invalid_argument, "the text is not JSON");
  // JSON converts to nearly everything, so which side of the result is meant has to be said.
  return {boost::system::in_place_value, std::move(parsed)};
}

} // namespace wakala::whatsapp
