// What the values of a document say: as text, and as canonical JSON.
#include "whatsapp/event.hpp"
#include "whatsapp/json_number.hpp"
#include "whatsapp/json_tape.hpp"

#include <algorithm>
#include <charconv>
#include <forward_list>
#include <utility>
#include <vector>

namespace wakala::whatsapp {

namespace {

constexpr bool is_high(unsigned unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low(unsigned unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

void append_utf8(std::string& out, unsigned point) {
  const auto put = [&out](unsigned byte) { out += static_cast<char>(byte); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0U | (point >> 6U));
    put(0x80U | (point & 0x3FU));
  } else if (point < 0x10000) {
    put(0xE0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  } else {
    put(0xF0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3FU));
    put(0x80U | ((point >> 6U) & 0x3FU));
    put(0x80U | (point & 0x3FU));
  }
}

/// The code unit of the escape `\uXXXX` at the front of `text`; nothing when there is another.
std::optional<unsigned> escaped_unit(std::string_view text) noexcept {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u')
    return std::nullopt;
  unsigned unit = 0;
  std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  return unit;
}

/// Appends what the escape at the front of `text` means. Returns its length; a pair of surrogates is one.
std::size_t append_escape(std::string& out, std::string_view text) {
  constexpr unsigned replacement = 0xFFFD;
  if (const auto unit = escaped_unit(text)) {
    if (is_high(*unit)) {
      const auto next = escaped_unit(text.substr(6));
      if (next && is_low(*next)) {
        append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10U) + (*next - 0xDC00));
        return 12;
      }
    }
    append_utf8(out, is_high(*unit) || is_low(*unit) ? replacement : *unit);
    return 6;
  }
  constexpr std::string_view kinds = "bfnrt";
  constexpr std::string_view meant = "\b\f\n\r\t";
  const auto kind = kinds.find(text[1]);
  out += kind == std::string_view::npos ? text[1] : meant[kind];
  return 2;
}

/// The text of a string with escapes, all of them well-formed.
std::string unescape(std::string_view source) {
  std::string out;
  out.reserve(source.size());
  while (!source.empty()) {
    const auto plain = std::min(source.find('\\'), source.size());
    out += source.substr(0, plain);
    source.remove_prefix(plain);
    if (!source.empty())
      source.remove_prefix(append_escape(out, source));
  }
  return out;
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  constexpr std::string_view special = "\"\\\b\f\n\r\t";
  constexpr std::string_view written = "\"\\bfnrt";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') {
      out += c;
    } else if (const auto at = special.find(c); at != std::string_view::npos) {
      out += '\\';
      out += written[at];
    } else {
      out += "\\u00";
      out += hex[byte >> 4U];
      out += hex[byte & 0xFU];
    }
  }
  out += '"';
}

} // namespace

/// Writes values with sorted keys; of equal keys the last counts.
class canonical_writer {
public:
  explicit canonical_writer(std::string& out) : out_(out) {}

  void write(const json_value& value) {
    switch (value.node_->type) {
    case json_type::null:
    case json_type::boolean:
      out_ += value.source();
      return;
    case json_type::number:
      return write_number(value.source());
    case json_type::string:
      return write_string(value);
    case json_type::array:
      return write_array(value);
    case json_type::object:
      return write_object(value);
    }
  }

private:
  struct member {
    std::string_view name;
    json_value value;
  };

  void write_number(std::string_view source) {
    if (loses_digits(source))
      append_quoted(out_, source);
    else
      out_ += number_text(source);
  }

  void write_string(const json_value& value) {
    if (value.node_->escaped)
      return append_quoted(out_, unescape(value.source()));
    out_ += '"';
    out_ += value.source();
    out_ += '"';
  }

  void write_array(const json_value& value) {
    out_ += '[';
    bool is_first = true;
    for (const auto item : value) {
      if (!std::exchange(is_first, false))
        out_ += ',';
      write(item);
    }
    out_ += ']';
  }

  void write_object(const json_value& value) {
    const auto from = members_.size(); // those of the objects around this one stand before
    for (auto it = value.begin(); it != value.end(); ++it) {
      const auto name = *it;
      ++it;
      members_.push_back({name_of(name), *it});
    }
    // Values stand in the text's order, so that of equal names the last is the last here too.
    std::sort(members_.begin() + static_cast<std::ptrdiff_t>(from), members_.end(),
              [](const member& a, const member& b) {
                const auto order = a.name.compare(b.name);
                return order != 0 ? order < 0 : a.value.node_ < b.value.node_;
              });
    out_ += '{';
    bool is_first = true;
    const auto to = members_.size();
    for (auto i = from; i < to; ++i) {
      const auto one = members_[i]; // a copy: deeper objects may move the list
      if (i + 1 < to && members_[i + 1].name == one.name)
        continue;
      if (!std::exchange(is_first, false))
        out_ += ',';
      append_quoted(out_, one.name);
      out_ += ':';
      write(one.value);
    }
    members_.resize(from);
    out_ += '}';
  }

  std::string_view name_of(const json_value& key) {
    if (!key.node_->escaped)
      return key.source();
    return unescaped_.emplace_front(unescape(key.source()));
  }

  std::string& out_;
  std::vector<member> members_;
  std::forward_list<std::string> unescaped_; // a list: the views into it stay good
};

std::optional<std::string> json_value::text() const {
  if (is_number())
    return number_text(source());
  if (!is_string())
    return std::nullopt;
  return node_->escaped ? unescape(source()) : std::string(source());
}

bool json_value::is_text(std::string_view expected) const {
  if (is_string() && !node_->escaped)
    return source() == expected;
  return (is_string() || is_number()) && text() == expected;
}

raw_json raw_json::as_it_came(std::string_view source) {
  raw_json raw{std::string(source)};
  raw.as_it_came_ = true;
  return raw;
}

std::string raw_json::text() const {
  // What was read once is read again.
  return as_it_came_ ? canonical_json(text_, nesting_max).value_or(text_) : text_;
}

std::string json_value::canonical() const {
  std::string out;
  out.reserve(source().size());
  canonical_writer(out).write(*this);
  return out;
}

} // namespace wakala::whatsapp
