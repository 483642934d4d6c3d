#include "whatsapp/json_tape.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace wakala::whatsapp {

namespace {

constexpr std::uint64_t each_byte(std::uint64_t value) noexcept { return value * 0x0101'0101'0101'0101U; }
constexpr std::uint64_t high_bits = each_byte(0x80);

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
constexpr bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

std::uint64_t load_word(const char* at) noexcept {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// The high bit of the first byte of `word` that is zero; the bits after it say nothing.
constexpr std::uint64_t first_zero(std::uint64_t word) noexcept { return (word - each_byte(1)) & ~word & high_bits; }

/// Goes to the first byte that does not simply belong to a string: quote, backslash, control character. `seen`
/// gathers the bits of all bytes passed, and perhaps of some behind.
const char* skip_plain(const char* at, const char* end, std::uint64_t& seen) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    for (; end - at >= 8; at += 8) {
      const auto word = load_word(at);
      seen |= word;
      const auto stop = first_zero(word ^ each_byte('"')) | first_zero(word ^ each_byte('\\')) |
                        ((word - each_byte(0x20)) & ~word & high_bits);
      if (stop != 0)
        return at + std::countr_zero(stop) / 8;
    }
  }
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    seen |= byte;
    if (byte < 0x20 || byte == '"' || byte == '\\')
      return at;
  }
  return at;
}

} // namespace

json_node& json_document::add() {
  if (size_ == capacity_)
    grow();
  return nodes_[size_++];
}

void json_document::grow() {
  const auto wanted = capacity_ * 2;
  auto bigger = std::make_unique_for_overwrite<json_node[]>(wanted);
  std::copy_n(nodes_, size_, bigger.get());
  more_ = std::move(bigger);
  nodes_ = more_.get();
  capacity_ = wanted;
}

/// The grammar. While a container is open, its node's `count` is the index of the container around it.
class json_reader {
public:
  json_reader(json_document& into, std::string_view text, int depth_max)
      : doc_(into), begin_(text.data()), at_(begin_), end_(begin_ + text.size()), depth_max_(depth_max) {}

  json_document::outcome run() {
    const bool good = read();
    if (too_deep_)
      return json_document::outcome::too_deep;
    return good ? json_document::outcome::fine : json_document::outcome::not_json;
  }

private:
  bool read() {
    if (std::string_view(at_, end_).starts_with("\xEF\xBB\xBF")) // a byte order mark is no text
      at_ += 3;
    if (!value())
      return false;
    while (depth_ > 0) {
      skip_blanks();
      if (closes()) {
        close();
        continue;
      }
      if (!std::exchange(is_fresh_, false) && !take(','))
        return false;
      if (in_object() && !(key() && take(':')))
        return false;
      if (!value())
        return false;
    }
    skip_blanks();
    return at_ == end_;
  }

  void skip_blanks() noexcept {
    while (at_ != end_ && is_blank(*at_)) {
      constexpr auto blanks = each_byte(' ');
      ++at_;
      while (end_ - at_ >= 8 && load_word(at_) == blanks)
        at_ += 8;
    }
  }

  bool take(char wanted) noexcept {
    skip_blanks();
    if (at_ == end_ || *at_ != wanted)
      return false;
    ++at_;
    return true;
  }

  json_node& add(json_type type, const char* from, const char* to, bool escaped = false) {
    auto& node = doc_.add();
    node = {static_cast<std::uint32_t>(from - begin_), static_cast<std::uint32_t>(to - from), 1, type, escaped};
    return node;
  }

  bool in_object() const noexcept { return doc_.nodes_[open_].type == json_type::object; }

  /// True at the bracket that ends the container. Not after a comma: `is_fresh_` or a value came before.
  bool closes() const noexcept { return at_ != end_ && *at_ == (in_object() ? '}' : ']'); }

  void close() noexcept {
    ++at_;
    auto& node = doc_.nodes_[open_];
    node.size = static_cast<std::uint32_t>(at_ - begin_) - node.begin;
    const auto around = node.count;
    node.count = static_cast<std::uint32_t>(doc_.size_ - open_);
    open_ = around;
    --depth_;
    is_fresh_ = false;
  }

  bool open(json_type type) {
    if (++depth_ > depth_max_) {
      too_deep_ = true;
      return false;
    }
    auto& node = add(type, at_, at_);
    node.count = open_;
    open_ = static_cast<std::uint32_t>(doc_.size_ - 1);
    ++at_;
    is_fresh_ = true;
    return true;
  }

  bool key() {
    skip_blanks();
    return at_ != end_ && *at_ == '"' && string();
  }

  bool value() {
    skip_blanks();
    if (at_ == end_)
      return false;
    switch (*at_) {
    case '"':
      return string();
    case '{':
      return open(json_type::object);
    case '[':
      return open(json_type::array);
    case 't':
      return word("true", json_type::boolean);
    case 'f':
      return word("false", json_type::boolean);
    case 'n':
      return word("null", json_type::null);
    default:
      return number();
    }
  }

  bool word(std::string_view wanted, json_type type) {
    if (!std::string_view(at_, end_).starts_with(wanted))
      return false;
    add(type, at_, at_ + wanted.size());
    at_ += wanted.size();
    return true;
  }

  /// False when there is not one digit.
  bool digits() noexcept {
    const char* const from = at_;
    while (at_ != end_ && is_digit(*at_))
      ++at_;
    return at_ != from;
  }

  bool number() {
    const char* const from = at_;
    if (*at_ == '-')
      ++at_;
    const char* const whole = at_;
    if (!digits() || (*whole == '0' && at_ - whole > 1))
      return false;
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (!digits())
        return false;
    }
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      ++at_;
      if (at_ != end_ && (*at_ == '+' || *at_ == '-'))
        ++at_;
      if (!digits())
        return false;
    }
    add(json_type::number, from, at_);
    return true;
  }

  bool string() {
    const char* const from = ++at_;
    std::uint64_t seen = 0;
    bool escaped = false;
    for (;;) {
      at_ = skip_plain(at_, end_, seen);
      if (at_ == end_)
        return false;
      if (*at_ == '"')
        break;
      if (*at_ != '\\' || !escape())
        return false;
      escaped = true;
    }
    if ((seen & high_bits) != 0 && !is_utf8({from, at_}))
      return false;
    add(json_type::string, from, at_, escaped);
    ++at_;
    return true;
  }

  bool escape() noexcept {
    if (end_ - at_ < 2)
      return false;
    const char kind = at_[1];
    at_ += 2;
    if (kind != 'u')
      return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
    if (end_ - at_ < 4 || !std::all_of(at_, at_ + 4, is_hex))
      return false;
    at_ += 4;
    return true;
  }

  json_document& doc_;
  const char* begin_;
  const char* at_;
  const char* end_;
  int depth_max_;
  int depth_ = 0;
  std::uint32_t open_ = 0; ///< index of the innermost open container
  bool is_fresh_ = false;  ///< it was opened just now: no comma is due
  bool too_deep_ = false;
};

json_document::outcome json_document::read(std::string_view text, int depth_max) {
  if (text.size() > std::numeric_limits<std::uint32_t>::max())
    return outcome::not_json;
  text_ = text.data();
  return json_reader(*this, text, depth_max).run();
}

std::optional<std::string> canonical_json(std::string_view text, int depth_max) {
  json_document document;
  if (document.read(text, depth_max) != json_document::outcome::fine)
    return std::nullopt;
  return document.root().canonical();
}

} // namespace wakala::whatsapp
