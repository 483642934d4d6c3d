#include "actors/inspect/finder.hpp"

#include "actors/inspect/actor_ids.hpp"
#include "actors/protocol/messages.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds tenant_patience{2'000};
constexpr std::size_t tenants_searched_max = 1'000;
constexpr std::size_t tenants_asked_max = 32; ///< which wakes those that sleep

void add_found(json& found, const char* by, const std::string& tenant, const conversation_id& id,
               const std::string& text) {
  const auto actor = conversation_actor_id(tenant, id);
  for (const auto& each : found)
    if (each.at("actor") == actor)
      return;
  found.push_back({{"by", by},
                   {"tenant", tenant},
                   {"actor", actor},
                   {"wamid", by == std::string_view("wamid") ? json(text) : json(nullptr)}});
}

} // namespace

std::vector<tenant_entry_ptr> tenants_of(const node_context& node, const json& q) {
  const auto all = node.tenants->get();
  std::vector<tenant_entry_ptr> out;
  if (q.contains("tenants") && q.at("tenants").is_array()) {
    for (const auto& id : q.at("tenants").get<std::vector<std::string>>())
      if (auto entry = all->find(id); entry && id != system_tenant)
        out.push_back(std::move(entry));
    return out;
  }
  for (const auto& [id, entry] : all->all())
    if (id != system_tenant && out.size() < tenants_searched_max)
      out.push_back(entry);
  return out;
}

finder::finder(caf::event_based_actor* self, std::shared_ptr<persistence::store> store, node_context_ptr node)
    : self_(self), store_(std::move(store)), node_(std::move(node)), tracer_(store_, node_) {}

void finder::find(const json& q, const answer_function& then) {
  const auto text = q.value("q", "");
  const auto contact = q.value("contact", text);
  const auto tenants = tenants_of(*node_, q);
  auto found = json::array();
  for (const auto& tenant : tenants) {
    const auto by_contact = tracer_.conversation_of(*tenant, contact);
    if (!by_contact)
      return then(by_contact.error());
    if (*by_contact)
      add_found(found, "contact", tenant->config.id, **by_contact, text);
    if (text.starts_with("wamid.") || text.starts_with("o"))
      if (const auto commit = tracer_.look_up(tenant, text, {}); commit && !commit->row.conversation.is_nil())
        add_found(found, "wamid", tenant->config.id, commit->row.conversation, text);
    if (const auto id = parse_conversation_id(text))
      if (const auto there = store_->conversation_key(tenant->config.id, *id); there && *there)
        add_found(found, "conversation", tenant->config.id, *id, text);
  }
  if (!found.empty() || tenants.size() > tenants_asked_max)
    return then(json{{"found", std::move(found)}});
  ask_tenants_for(contact, tenants, then);
}

void finder::ask_tenants_for(const std::string& contact, const std::vector<tenant_entry_ptr>& tenants,
                             const answer_function& then) {
  struct asked {
    std::size_t open = 1;
    json found = json::array();
  };
  const auto work = std::make_shared<asked>();
  const auto finish = [work, then] {
    if (--work->open == 0)
      then(json{{"found", std::move(work->found)}});
  };
  const auto table = node_->shards->get();
  for (const auto& tenant : tenants) {
    ++work->open;
    self_
        ->request((*table)[tenant->shard], tenant_patience,
                  for_tenant<conversation_query>{tenant->config.id, conversation_query{contact}})
        .then(
            [work, finish, id = tenant->config.id](const text_answer& answer) {
              const auto view = answer.value ? json::parse(*answer.value, nullptr, false) : json();
              if (view.is_object())
                if (const auto whose = parse_conversation_id(view.value("conversation_id", "")))
                  add_found(work->found, "contact", id, *whose, {});
              finish();
            },
            [finish](const caf::error&) { finish(); });
  }
  finish();
}

} // namespace wakala::actors
