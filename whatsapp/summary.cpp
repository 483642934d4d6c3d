// What people read about a message: its type and its text.
#include "whatsapp/outbound_kinds.hpp"

#include <algorithm>
#include <cstdio>

namespace wakala::whatsapp {

namespace {

/// The first that says something.
std::string first_of(std::initializer_list<std::string_view> texts) {
  const auto* const found = std::find_if(texts.begin(), texts.end(), [](auto text) { return !text.empty(); });
  return found == texts.end() ? std::string{} : std::string(*found);
}

void append(std::string& list, std::string_view text) {
  if (!list.empty() && !text.empty())
    list += ", ";
  list += text;
}

std::string degrees(const decimal_or_text& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return *text;
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.6g", std::get<double>(value)); // a few metres are enough to read
  return digits.data();
}

template <class Message>
concept has_body = requires(const Message& m) {
  m.body;
};
template <class Message>
concept has_caption = requires(const Message& m) {
  m.caption;
};

std::string shown(const mark_as_read&) { return {}; }

std::string shown(const has_body auto& m) { return m.body; }

std::string shown(const product_message& m) { return first_of({m.body, m.product_retailer_id}); }

std::string shown(const has_caption auto& m) { return first_of({m.caption, m.link, m.id}); }

std::string shown(const document_message& m) { return first_of({m.caption, m.filename, m.link, m.id}); }

std::string shown(const audio_message& m) { return first_of({m.link, m.id}); }

std::string shown(const sticker_message& m) { return first_of({m.link, m.id}); }

std::string shown(const location_message& m) {
  std::string out = m.name;
  append(out, m.address);
  if (out.empty())
    out = degrees(m.latitude) + ", " + degrees(m.longitude);
  return out;
}

std::string shown(const contacts_message& m) {
  std::string out;
  for (const auto& contact : m.contacts)
    append(out, contact.name.formatted_name);
  return out;
}

std::string shown(const reaction_message& m) { return m.emoji; }

std::string shown(const template_message& m) { return m.name; }

} // namespace

std::string_view type_name(const outbound_content& content) noexcept { return outbound_kinds[content.index()].type; }

std::string summary_text(const outbound_content& content) {
  return std::visit([](const auto& message) { return shown(message); }, content);
}

} // namespace wakala::whatsapp
