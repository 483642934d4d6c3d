#include "actors/inspect/tracer.hpp"

#include "actors/inspect/actor_ids.hpp"
#include "actors/inspect/hop_view.hpp"
#include "actors/protocol/routing.hpp"
#include "actors/protocol/spread.hpp"
#include "actors/records/conversation_records.hpp"
#include "actors/records/conversation_view.hpp"
#include "actors/records/identity_records.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/time_text.hpp"
#include "runtime/shard_map.hpp"
#include "whatsapp/message_id.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

/// Rows that are looked through behind the moment at which a commit must have been made.
constexpr std::size_t rows_looked_at = 8'192;
/// A message may come to us long after it was written: then its commit stands that much further behind.
constexpr std::size_t pages_looked_at = 16;
constexpr std::size_t entries_at_once = 500;
constexpr time_ms keys_kept = 9 * ms_per_day; ///< event keys
constexpr time_ms clocks_differ = 2 * ms_per_second;

error not_found() { return make_error(errc::not_found, "nobody has seen this message, or not in the last 8 days"); }

} // namespace

tracer::tracer(std::shared_ptr<persistence::store> store, node_context_ptr node)
    : store_(std::move(store)), node_(std::move(node)) {}

std::vector<event_hash> tracer::hashes_of(const tenant_entry& tenant, const std::string& message_id) {
  std::vector<event_hash> out;
  for (const auto& number : tenant.config.phone_numbers) {
    routed_event e;
    e.update.kind = whatsapp::event_kind::message;
    e.update.id = message_id;
    e.update.phone_number_id = number.id;
    assign_key(e, *tenant.keys, 0);
    out.push_back(e.key.hash);
  }
  return out;
}

result<traced_commit> tracer::remembered(const tenant_entry_ptr& tenant, const recent_hop& where) const {
  auto rows = store_->journal(where.shard, where.seq - 1, 1);
  if (!rows)
    return rows.error();
  if (rows->empty() || !rows->front().key || rows->front().key->hash != where.event ||
      rows->front().tenant != tenant->config.id)
    return not_found();
  return traced_commit{tenant, std::move(rows->front()), 0};
}

result<persistence::sealing_key> tracer::key_of(const tenant_entry& tenant,
                                                const conversation_id& conversation) const {
  const auto wrapped = store_->conversation_key(tenant.config.id, conversation);
  if (!wrapped)
    return wrapped.error();
  if (!*wrapped)
    return make_error(errc::not_found, "the conversation was forgotten");
  return node_->keys->unwrap_conversation(*tenant.keys, tenant.config.id, conversation, **wrapped);
}

result<std::optional<std::string>> tracer::unsealed(const tenant_entry& tenant, const persistence::sealing_key& key,
                                                    table where, const bytes& row_key) const {
  const auto sealed = store_->get(tenant.config.id, where, row_key);
  if (!sealed)
    return sealed.error();
  if (!*sealed)
    return std::optional<std::string>{};
  auto text = key.open(associated_data(tenant.config.id, where, row_key), **sealed);
  if (!text)
    return text.error();
  return std::optional<std::string>{std::move(*text)};
}

result<std::optional<conversation_id>> tracer::conversation_of(const tenant_entry& tenant,
                                                               const std::string& contact) const {
  for (const auto kind : {identity_kind::user_id, identity_kind::phone}) {
    const auto text =
        unsealed(tenant, tenant.keys->data, table::identity, identity_row_key(*tenant.keys, kind, contact));
    if (!text)
      return text.error();
    if (*text)
      if (const auto row = identity_row_from(**text))
        return std::optional<conversation_id>{row->conversation};
  }
  return std::optional<conversation_id>{};
}

result<std::vector<shard_id>> tracer::places_of(const tenant_entry& tenant) const {
  const auto text = unsealed(tenant, tenant.keys->data, table::tenant_entity, spread_key);
  if (!text)
    return text.error();
  std::uint32_t widest = 1;
  if (*text)
    if (const auto s = spread_from(**text))
      widest = std::max(s->widest, s->width);
  std::vector<shard_id> out;
  for (std::uint32_t n = 0; n < std::min(widest, node_->shard_count); ++n)
    out.push_back((tenant.shard + n) % node_->shard_count);
  return out;
}

result<traced_commit> tracer::look_up(const tenant_entry_ptr& tenant, const std::string& message_id,
                                      const std::string& contact) const {
  // One of ours, by the id that Meta has given it?
  const auto ref =
      unsealed(*tenant, tenant->keys->data, table::message_ref, message_row_key(*tenant->keys, message_id));
  if (!ref)
    return ref.error();
  if (*ref)
    if (const auto row = message_row_from(**ref))
      return outbound(tenant, row->conversation, row->ordinal);
  if (const auto ours = parse_outbox_id(message_id))
    return outbound(tenant, ours->first, ours->second);
  const auto who = contact.empty() ? whatsapp::phone_in_message_id(message_id) : contact;
  if (who.empty())
    return not_found();
  const auto conversation = conversation_of(*tenant, who);
  if (!conversation)
    return conversation.error();
  return *conversation ? inbound(tenant, **conversation, message_id) : result<traced_commit>(not_found());
}

result<traced_commit> tracer::inbound(const tenant_entry_ptr& tenant, const conversation_id& conversation,
                                      const std::string& message_id) const {
  const auto key = key_of(*tenant, conversation);
  if (!key)
    return key.error();
  const auto hashes = hashes_of(*tenant, message_id);
  const auto is_it = [&](const persistence::journal_row& row) {
    return row.key && std::find(hashes.begin(), hashes.end(), row.key->hash) != hashes.end();
  };
  const auto places = places_of(*tenant);
  if (!places)
    return places.error();
  const auto find_from = [&](shard_id shard, time_ms from) -> result<std::optional<traced_commit>> {
    auto rows = store_->journal_since(shard, from, rows_looked_at);
    for (std::size_t page = 1;; ++page) {
      if (!rows)
        return rows.error();
      const auto at = std::find_if(rows->begin(), rows->end(), is_it);
      if (at != rows->end())
        return std::optional<traced_commit>{traced_commit{tenant, std::move(*at), 0}};
      if (rows->size() < rows_looked_at || page == pages_looked_at)
        return std::optional<traced_commit>{};
      rows = store_->journal(shard, rows->back().seq, rows_looked_at);
    }
  };
  // The transcript knows the second of the message, and by it the message's key is found.
  persistence::range_query query;
  query.tenant = tenant->config.id;
  query.where = table::transcript;
  query.prefix = conversation_row_key(conversation);
  query.limit = entries_at_once;
  query.backwards = true;
  const auto oldest = node_->clock->now() - keys_kept;
  for (;;) {
    const auto rows = store_->range(query);
    if (!rows)
      return rows.error();
    for (const auto& row : *rows) {
      const auto text = key->open(associated_data(tenant->config.id, table::transcript, row.key), row.value);
      const auto entry = text ? transcript_entry_from(*text) : result<transcript_entry>(text.error());
      if (!entry)
        continue;
      if (entry->at < oldest)
        return not_found();
      if (!entry->inbound || entry->id != message_id)
        continue;
      for (const auto shard : *places)
        for (const auto& hash : hashes)
          for (const auto bucket : {bucket_at(entry->at), 0U}) {
            const auto at = store_->event_time(shard, event_key{bucket, hash});
            if (!at)
              return at.error();
            if (!*at)
              continue;
            auto found = find_from(shard, **at);
            if (!found)
              return found.error();
            if (*found)
              return std::move(**found);
          }
    }
    if (rows->size() < query.limit)
      break;
    query.after = rows->back().key;
  }
  // Perhaps the tables do not hold it yet.
  for (const auto shard : *places) {
    auto found = find_from(shard, node_->clock->now() - 5 * clocks_differ);
    if (!found)
      return found.error();
    if (*found)
      return std::move(**found);
  }
  return not_found();
}

result<traced_commit> tracer::outbound(const tenant_entry_ptr& tenant, const conversation_id& conversation,
                                       std::uint64_t ordinal) const {
  const auto key = key_of(*tenant, conversation);
  if (!key)
    return key.error();
  const auto row_key = ordinal_row_key(conversation, ordinal);
  const auto text = unsealed(*tenant, *key, table::transcript, row_key);
  if (!text)
    return text.error();
  const auto entry = *text ? transcript_entry_from(**text) : result<transcript_entry>(not_found());
  const auto places = places_of(*tenant);
  if (!entry || !places)
    return entry ? places.error() : entry.error();
  for (const auto shard : *places) {
    auto rows = store_->journal_since(shard, entry->at - clocks_differ, rows_looked_at);
    if (!rows)
      return rows.error();
    for (auto& row : *rows)
      if (row.conversation == conversation &&
          std::any_of(row.personal.begin(), row.personal.end(),
                      [&](const auto& r) { return r.where == table::transcript && r.key == row_key; }))
        return traced_commit{tenant, std::move(row), ordinal};
  }
  return not_found();
}

told tracer::decided(const traced_commit& found) const {
  const auto& tenant = *found.tenant;
  const auto& row = found.row;
  json out{{"kind", row.key ? "update" : "own"}, {"type", nullptr}, {"text", nullptr}, {"changes", json::array()}};
  auto sends = json::array();
  std::vector<std::string> changes;
  for (const auto* records : {&row.personal, &row.business})
    for (const auto& r : *records)
      if (const auto name = std::string(persistence::table_name(r.where));
          std::find(changes.begin(), changes.end(), name) == changes.end())
        changes.push_back(name);
  out["changes"] = changes;
  const auto key =
      row.conversation.is_nil() ? result<persistence::sealing_key>(not_found()) : key_of(tenant, row.conversation);
  if (!key)
    return json{{"decided", std::move(out)}, {"sends", std::move(sends)}};
  const auto now = node_->clock->now();
  for (const auto& r : row.personal) {
    const auto at = r.where == table::transcript && !r.erase ? parse_ordinal_row_key(r.key) : std::nullopt;
    if (!at)
      continue;
    const auto text = key->open(associated_data(tenant.config.id, table::transcript, r.key), r.value);
    const auto entry = text ? transcript_entry_from(*text) : result<transcript_entry>(text.error());
    if (!entry)
      continue;
    if (entry->inbound) {
      out["kind"] = "message";
      out["type"] = entry->type;
      out["text"] = entry->text;
      out["answered"] = entry->answered;
      continue;
    }
    std::optional<delivery_record> delivery;
    if (const auto d = unsealed(tenant, *key, table::delivery, r.key); d && *d)
      if (auto read = delivery_record_from(**d))
        delivery = std::move(*read);
    std::optional<outbox_item> waiting;
    if (const auto o = unsealed(tenant, *key, table::outbox, r.key); o && *o)
      if (auto read = outbox_item_from(**o))
        waiting = std::move(*read);
    auto shown = message_json(row.conversation, at->second, *entry, delivery ? &*delivery : nullptr,
                              waiting ? &*waiting : nullptr, now);
    shown["traceparent"] = traceparent_of(row.conversation, at->second);
    sends.push_back(std::move(shown));
  }
  return json{{"decided", std::move(out)}, {"sends", std::move(sends)}};
}

told tracer::tell(const traced_commit& found, const std::function<std::string(std::uint32_t)>& node_of,
                  const std::optional<recent_hop>& at_edge, const std::optional<recent_hop>& at_owner) const {
  auto parts = decided(found);
  if (!parts)
    return parts.error();
  const auto& row = found.row;
  const auto& tenant = found.tenant->config.id;
  json out{{"tenant", tenant},
           {"conversation",
            row.conversation.is_nil() ? json(nullptr) : json(conversation_actor_id(tenant, row.conversation))},
           {"shard", runtime::shard_name(row.shard)},
           {"epoch", row.epoch},
           {"seq", row.seq},
           {"committed_at", to_rfc3339(row.at)}};
  out.update(hops_json(row, tenant, hop_stamps_from(row.hops), node_of, at_edge, at_owner));
  out.update(*parts);
  return out;
}

} // namespace wakala::actors
