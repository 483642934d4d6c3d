#include "whatsapp/message_id.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>

namespace wakala::whatsapp {

std::string phone_in_message_id(std::string_view message_id) {
  constexpr std::string_view prefix = "wamid.";
  constexpr std::size_t shortest = 7; // E.164 allows less, but then anything could be one
  constexpr std::size_t longest = 15; // E.164
  if (!message_id.starts_with(prefix))
    return {};
  const auto raw = from_base64(message_id.substr(prefix.size()));
  if (!raw)
    return {};
  // The first text in the record, behind its length.
  for (std::size_t at = 0; at + 1 < raw->size(); ++at) {
    const auto size = static_cast<std::uint8_t>((*raw)[at]);
    if (size < shortest || size > longest || at + 1 + size > raw->size())
      continue;
    const auto text = raw->substr(at + 1, size);
    if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return text;
  }
  return {};
}

} // namespace wakala::whatsapp
