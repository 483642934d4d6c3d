#include "console/line_editor.hpp"

#include "console/text.hpp"

#include <algorithm>

namespace wakala::console {

namespace {

void append_utf8(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::string utf8(std::u32string_view text) {
  std::string out;
  for (const auto c : text)
    append_utf8(out, c);
  return out;
}

std::u32string utf32(std::string_view text) {
  std::u32string out;
  for (const auto& each : glyphs_of(text)) {
    const auto* byte = reinterpret_cast<const unsigned char*>(each.text.c_str());
    while (*byte != 0) {
      const std::size_t length = *byte < 0x80 ? 1 : *byte < 0xE0 ? 2 : *byte < 0xF0 ? 3 : 4;
      char32_t value = length == 1 ? *byte : *byte & (0xFFU >> (length + 1));
      for (std::size_t i = 1; i < length; ++i)
        value = (value << 6) | (byte[i] & 0x3FU);
      out += value;
      byte += length;
    }
  }
  return out;
}

} // namespace

line_editor::line_editor(std::string text, std::size_t most_characters) : text_(utf32(text)), most_(most_characters) {
  cursor_ = text_.size();
}

bool line_editor::on_key(const key& what) {
  switch (what.kind) {
  case key_kind::character:
    if (text_.size() < most_ && what.character >= 0x20)
      text_.insert(cursor_++, 1, what.character);
    return true;
  case key_kind::backspace:
    if (cursor_ > 0)
      text_.erase(--cursor_, 1);
    return true;
  case key_kind::remove:
    if (cursor_ < text_.size())
      text_.erase(cursor_, 1);
    return true;
  case key_kind::left:
    cursor_ -= cursor_ > 0 ? 1 : 0;
    return true;
  case key_kind::right:
    cursor_ += cursor_ < text_.size() ? 1 : 0;
    return true;
  case key_kind::home:
    cursor_ = 0;
    return true;
  case key_kind::end:
    cursor_ = text_.size();
    return true;
  case key_kind::control:
    if (what.character == U'u') {
      text_.erase(0, cursor_);
      cursor_ = 0;
    } else if (what.character == U'w') {
      auto from = cursor_;
      while (from > 0 && text_[from - 1] == U' ')
        --from;
      while (from > 0 && text_[from - 1] != U' ')
        --from;
      text_.erase(from, cursor_ - from);
      cursor_ = from;
    } else if (what.character == U'k') {
      text_.erase(cursor_);
    } else if (what.character == U'a') {
      cursor_ = 0;
    } else if (what.character == U'e') {
      cursor_ = text_.size();
    } else {
      return false;
    }
    return true;
  default:
    return false;
  }
}

std::string line_editor::text() const { return utf8(text_); }

std::string line_editor::visible(std::size_t columns, std::size_t& cursor_column) const {
  std::size_t from = 0;
  const std::u32string_view all = text_;
  const auto width = [&](std::size_t begin, std::size_t end) {
    return columns_of(utf8(all.substr(begin, end - begin)));
  };
  while (from < cursor_ && width(from, cursor_) >= std::max<std::size_t>(columns, 1))
    ++from;
  cursor_column = width(from, cursor_);
  auto to = text_.size();
  while (to > cursor_ && width(from, to) > columns)
    --to;
  return utf8(all.substr(from, to - from));
}

} // namespace wakala::console
