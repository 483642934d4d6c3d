#include "actors/conversation_records.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace wakala::actors {

using nlohmann::json;
using persistence::record;
using persistence::table;

namespace {

error damaged(const char* what) {
  return make_error(errc::corrupt, std::string("a stored ") + what + " cannot be read");
}

/// Our own texts hold only what we wrote; any surprise is damage.
template <class T, class Read>
result<T> read(std::string_view text, const char* what, Read&& fill) {
  try {
    const auto j = json::parse(text);
    T value;
    fill(j, value);
    return value;
  } catch (const json::exception&) {
    return damaged(what);
  }
}

std::string dump(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace

std::string to_text(const conversation_record& r) {
  return dump(json{{"shop", commerce::to_text(r.shop)}, {"next", r.next_ordinal}, {"mapped", r.mapped}});
}

result<conversation_record> conversation_record_from(std::string_view text) {
  std::string shop;
  auto value = read<conversation_record>(text, "conversation", [&](const json& j, conversation_record& r) {
    shop = j.at("shop").get<std::string>();
    r.next_ordinal = j.at("next").get<std::uint64_t>();
    r.mapped = j.at("mapped").get<std::map<std::string, std::string>>();
  });
  if (!value)
    return value;
  auto state = commerce::from_text(shop);
  if (!state)
    return state.error();
  value->shop = std::move(*state);
  return value;
}

std::string to_text(const transcript_entry& e) {
  return dump(json{{"id", e.id},
                   {"in", e.inbound},
                   {"type", e.type},
                   {"text", e.text},
                   {"number", e.number_id},
                   {"at", e.at},
                   {"ctx", e.context_id},
                   {"answered", e.answered},
                   {"echo", e.echo}});
}

result<transcript_entry> transcript_entry_from(std::string_view text) {
  return read<transcript_entry>(text, "message", [](const json& j, transcript_entry& e) {
    j.at("id").get_to(e.id);
    j.at("in").get_to(e.inbound);
    j.at("type").get_to(e.type);
    j.at("text").get_to(e.text);
    j.at("number").get_to(e.number_id);
    j.at("ctx").get_to(e.context_id);
    j.at("at").get_to(e.at);
    j.at("answered").get_to(e.answered);
    j.at("echo").get_to(e.echo);
  });
}

std::string to_text(const delivery_record& d) {
  return dump(json{{"status", to_string(d.status)},
                   {"wamid", d.message_id},
                   {"at", d.at},
                   {"code", d.error_code},
                   {"why", d.error_text},
                   {"attempts", d.attempts},
                   {"ambiguous", d.ambiguous}});
}

result<delivery_record> delivery_record_from(std::string_view text) {
  std::string status;
  auto value = read<delivery_record>(text, "delivery status", [&](const json& j, delivery_record& d) {
    j.at("status").get_to(status);
    j.at("wamid").get_to(d.message_id);
    j.at("at").get_to(d.at);
    j.at("code").get_to(d.error_code);
    j.at("why").get_to(d.error_text);
    j.at("attempts").get_to(d.attempts);
    j.at("ambiguous").get_to(d.ambiguous);
  });
  if (!value)
    return value;
  const auto known = whatsapp::parse_delivery_status(status);
  if (!known)
    return damaged("delivery status");
  value->status = *known;
  return value;
}

std::string to_text(const outbox_item& i) {
  return dump(json{{"ordinal", i.ordinal},
                   {"number", i.number_id},
                   {"request", i.request},
                   {"read_mark", i.read_mark},
                   {"attempting", i.attempting},
                   {"tries", i.tries},
                   {"ambiguous", i.ambiguous},
                   {"created_at", i.created_at},
                   {"next_at", i.next_at},
                   {"attempt_at", i.attempt_at}});
}

result<outbox_item> outbox_item_from(std::string_view text) {
  return read<outbox_item>(text, "outbox row", [](const json& j, outbox_item& i) {
    j.at("ordinal").get_to(i.ordinal);
    j.at("number").get_to(i.number_id);
    j.at("request").get_to(i.request);
    j.at("read_mark").get_to(i.read_mark);
    j.at("attempting").get_to(i.attempting);
    j.at("tries").get_to(i.tries);
    j.at("ambiguous").get_to(i.ambiguous);
    j.at("created_at").get_to(i.created_at);
    j.at("next_at").get_to(i.next_at);
    j.at("attempt_at").get_to(i.attempt_at);
  });
}

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
  return "o" + to_string(id) + "." + std::to_string(ordinal);
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
  std::string text = tenant;
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
