#include "actors/identity_records.hpp"

#include <charconv>

namespace wakala::actors {

namespace {

bytes row_key(const persistence::tenant_keys& keys, std::string_view kind, std::string_view value) {
  const auto hash = persistence::keyed_hash(keys.lookup, {kind, value});
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// Both rows are `<32 hex digits> <rest>`.
result<std::pair<conversation_id, std::string>> split(std::string_view text) {
  if (text.size() < 33 || text[32] != ' ')
    return make_error(errc::corrupt, "a stored identity cannot be read");
  const auto id = parse_conversation_id(text.substr(0, 32));
  if (!id)
    return make_error(errc::corrupt, "a stored identity cannot be read");
  return std::pair{*id, std::string(text.substr(33))};
}

} // namespace

bytes identity_row_key(const persistence::tenant_keys& keys, identity_kind kind, std::string_view value) {
  return row_key(keys, kind == identity_kind::phone ? "phone" : "user", value);
}

bytes message_row_key(const persistence::tenant_keys& keys, std::string_view message_id) {
  return row_key(keys, "message", message_id);
}

std::string to_text(const identity_row& row) { return to_string(row.conversation) + " " + row.user; }

result<identity_row> identity_row_from(std::string_view text) {
  auto parts = split(text);
  if (!parts)
    return parts.error();
  return identity_row{parts->first, std::move(parts->second)};
}

std::string to_text(const message_row& row) { return to_string(row.conversation) + " " + std::to_string(row.ordinal); }

result<message_row> message_row_from(std::string_view text) {
  auto parts = split(text);
  if (!parts)
    return parts.error();
  message_row row{parts->first, 0};
  const auto& digits = parts->second;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), row.ordinal).ec != std::errc{})
    return make_error(errc::corrupt, "a stored message reference cannot be read");
  return row;
}

} // namespace wakala::actors
