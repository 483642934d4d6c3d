// Keys of rows, ids that are made of them, and the seal around a row.
#include "actors/records/conversation_records.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace wakala::actors {

using persistence::record;
using persistence::table;

namespace {

constexpr std::size_t outbox_id_head = 34; // `o`, 32 digits, a point

} // namespace

bytes conversation_row_key(const conversation_id& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

bytes ordinal_row_key(const conversation_id& id, std::uint64_t ordinal) {
  auto key = conversation_row_key(id);
  append_u64(key, ordinal);
  return key;
}

std::optional<std::pair<conversation_id, std::uint64_t>> parse_ordinal_row_key(std::string_view key) {
  if (key.size() != 24)
    return std::nullopt;
  conversation_id id;
  std::copy_n(key.begin(), 16, id.bytes.begin());
  return std::pair{id, read_u64(key.substr(16))};
}

bytes timer_row_key(const conversation_id& id, std::string_view name) {
  auto key = conversation_row_key(id);
  key += name;
  return key;
}

std::optional<std::pair<conversation_id, std::string>> parse_timer_row_key(std::string_view key) {
  if (key.size() <= 16)
    return std::nullopt;
  conversation_id id;
  std::copy_n(key.begin(), 16, id.bytes.begin());
  return std::pair{id, std::string(key.substr(16))};
}

std::string outbox_id(const conversation_id& id, std::uint64_t ordinal) {
  std::array<char, 20> digits{};
  const char* const end = std::to_chars(digits.begin(), digits.end(), ordinal).ptr;
  std::string text;
  text.reserve(outbox_id_head + digits.size());
  text += 'o';
  text += to_string(id);
  text += '.';
  text.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  return text;
}

std::optional<std::pair<conversation_id, std::uint64_t>> parse_outbox_id(std::string_view text) {
  if (text.size() < 35 || text[0] != 'o' || text[33] != '.')
    return std::nullopt;
  const auto id = parse_conversation_id(text.substr(1, 32));
  std::uint64_t ordinal = 0;
  const auto digits = text.substr(34);
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
  if (!id || failed != std::errc{} || end != digits.data() + digits.size() || ordinal == 0)
    return std::nullopt;
  return std::pair{*id, ordinal};
}

std::string associated_data(const tenant_id& tenant, table where, const bytes& key) {
  std::string text;
  text.reserve(tenant.size() + 2 + key.size());
  text += tenant;
  text += '\0';
  text += static_cast<char>(where);
  text += key;
  return text;
}

record sealed_record(const persistence::sealing_key& key, const tenant_id& tenant, table where, bytes row_key,
                     std::string_view text, random_source& random, time_ms due) {
  record r;
  r.where = where;
  r.due = due;
  r.value = key.seal(associated_data(tenant, where, row_key), text, random);
  r.key = std::move(row_key);
  return r;
}

record erased_record(table where, bytes row_key) {
  record r;
  r.where = where;
  r.erase = true;
  r.key = std::move(row_key);
  return r;
}

} // namespace wakala::actors
