#include "actors/conversation/conversation.hpp"
#include "actors/conversation/sender.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include <algorithm>

namespace wakala::actors {

tenant::slot& tenant::awake(const conversation_id& id) {
  auto it = slots_.find(id);
  if (it == slots_.end()) {
    make_room();
    it = slots_.emplace(id, std::make_unique<slot>(id)).first;
    order_.push_back(*it->second);
  }
  auto& s = *it->second;
  if (!s.actor) {
    s.actor = spawn_conversation(self_, context_, id);
    context_->node->count->conversations_live.fetch_add(1, std::memory_order_relaxed);
    context_->node->count->conversations_activated.fetch_add(1, std::memory_order_relaxed);
  }
  touch(s);
  return s;
}

void tenant::touch(slot& s) {
  s.last_used = context_->node->clock->now();
  order_.splice(order_.end(), order_, order_.iterator_to(s));
}

void tenant::hold(slot& s, std::function<void()> run_later) {
  if (!s.held)
    s.held = std::make_unique<std::vector<std::function<void()>>>();
  s.held->push_back(std::move(run_later));
}

void tenant::run_held(slot& s) {
  if (const auto held = std::move(s.held))
    for (const auto& run_now : *held)
      run_now();
}

void tenant::ended(const conversation_id& id) {
  const auto it = slots_.find(id);
  if (it == slots_.end())
    return;
  auto& s = *it->second;
  if (s.leaving)
    context_->node->count->conversations_passivated.fetch_add(1, std::memory_order_relaxed);
  context_->node->count->conversations_live.fetch_sub(1, std::memory_order_relaxed);
  self_->send(context_->supervisor, conversation_gone{id}); // before a successor can ask to be loaded
  std::vector<chain_ptr> orphans;
  while (auto todo = take_chain(s))
    orphans.push_back(std::move(todo));
  const auto held = std::move(s.held);
  order_.erase(order_.iterator_to(s));
  slots_.erase(it);
  for (auto& todo : orphans)
    bounced(std::move(todo));
  if (held)
    for (const auto& run_now : *held)
      run_now();
}

void tenant::down(const caf::down_msg& message) {
  for (const auto& [number, sender] : senders_)
    if (sender.address() == message.source) {
      log::error("sender.down", {{"tenant", context_->entry->config.id}});
      senders_.erase(number); // conversations ask again
      return;
    }
}

void tenant::let_go(const conversation_id& id) {
  auto& s = *slots_.at(id);
  s.leaving = true;
  self_->send(s.actor, passivate{});
}

void tenant::make_room() {
  const auto live = context_->node->count->conversations_live.load(std::memory_order_relaxed);
  if (live < static_cast<std::int64_t>(context_->node->limits.live_conversations))
    return;
  std::size_t looked_at = 0;
  for (const auto& s : order_) {
    if (!s.is_busy()) {
      let_go(s.id);
      return;
    }
    if (++looked_at == 16)
      return; // busy ones at the front; the next newcomer looks again
  }
}

void tenant::idle_sweep() {
  const auto now = context_->node->clock->now();
  const auto before = now - context_->node->limits.conversation_idle.count();
  if (identities_swept_at_ <= before) {
    identities_swept_at_ = now;
    identities_.sweep([this](const conversation_id& id) { return keeps_names_of(id); });
  }
  if (auto& until = meta_catalog_.not_shown_until; until != 0 && now >= until) {
    until = 0; // Meta may have been asked to connect it
    show_meta_goods();
  }
  std::vector<conversation_id> idle;
  for (const auto& s : order_) {
    if (s.last_used > before || idle.size() >= 1'000)
      break;
    if (!s.is_busy())
      idle.push_back(s.id);
  }
  for (const auto& id : idle)
    let_go(id);
}

caf::actor tenant::sender_for(const std::string& number_id) {
  auto& sender = senders_[number_id];
  if (!sender) {
    sender = spawn_sender(self_, context_->node, context_->gates->at(number_id));
    self_->monitor(sender);
  }
  return sender;
}

void tenant::change_context(const std::shared_ptr<tenant_context>& next) {
  const bool is_new_shelf = next->shelf != context_->shelf;
  // Stock and prices change often, words seldom.
  if (!next->finder || next->entry->config.shop.synonyms != context_->entry->config.shop.synonyms ||
      (is_new_shelf && !commerce::has_same_words(*next->shelf, *context_->shelf)))
    next->finder = std::make_shared<const commerce::search_index>(
        *next->shelf, commerce::synonyms(next->entry->config.shop.synonyms));
  context_ = next;
  if (is_new_shelf)
    sync_catalog_soon();
  for (const auto& [id, s] : slots_)
    if (s->actor)
      self_->send(s->actor, context_change{context_});
}

void tenant::reconfigure_with(tenant_entry_ptr entry) {
  const bool is_new_token = entry->config.access_token != context_->entry->config.access_token;
  auto next = std::make_shared<tenant_context>(*context_);
  next->entry = std::move(entry);
  next->pay = offer_of(*next->node, next->entry->config);
  change_context(next);
  show_meta_goods(); // perhaps there is another catalog, or none
  set_posting_limits();
  context_->gates->resume_all(); // perhaps with a new token
  if (is_new_token && context_->is_home && whatsapp::forget_trouble(account_))
    account_changed();
  look_whose_account();
  apply_account();          // to new numbers, too
  meta_catalog_.due_at = 0; // perhaps with a new token, or for another catalog
  sync_catalog_soon();
  hooks_reconfigured();
  look_at_spread();
}

} // namespace wakala::actors
