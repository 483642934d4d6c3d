// What shoppers are told of their orders: each news once, in order, however often somebody dies over it.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "persistence/digest.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

constexpr std::chrono::seconds told_again{2};
constexpr std::size_t number_size = 8;

/// Of one order: its news come one after the other.
std::string_view order_of(const bytes& key) { return std::string_view(key).substr(0, key.size() - number_size); }

} // namespace

void tenant::load_news() {
  load_rows(
      table::tenant_entity, news_prefix,
      [this](const bytes& key, const result<std::string>& text) {
        const auto read = json::parse(text ? *text : std::string{}, nullptr, false);
        const auto whose = read.is_object() ? parse_conversation_id(read.value("conversation", "")) : std::nullopt;
        if (whose)
          news_[key] = {*whose, read.value("at", time_ms{0}), read.value("news", ""), false};
        else // the order itself is right; its shopper will see when asking
          log::error("tenant.news_unreadable", {{"tenant", context_->entry->config.id}});
        return true;
      },
      [this] { tell_news(); });
}

bytes tenant::news_key(const commerce::placed_order& order) {
  auto key = news_prefix + order_key(order); // a cart whose order is over may become another of the same id
  append_u64(key, order.told);
  return key;
}

tenant::news_item tenant::news_at(const commerce::placed_order& order, time_ms at,
                                  const std::optional<commerce::payment_news>& payment) {
  auto news = commerce::news_of(order);
  news.payment = payment;
  return {order.conversation, at, commerce::to_text(news), false};
}

persistence::record tenant::news_record(const bytes& key, const news_item& item) const {
  const auto& entry = *context_->entry;
  return sealed_record(
      entry.keys->data, entry.config.id, table::tenant_entity, key,
      json{{"conversation", to_string(item.conversation)}, {"at", item.at}, {"news", item.text}}.dump(),
      *context_->node->random);
}

void tenant::tell_news() {
  std::string_view before;
  for (auto& [key, item] : news_) {
    const bool is_first = order_of(key) != before;
    before = order_of(key);
    if (!is_first || item.is_on_its_way)
      continue;
    item.is_on_its_way = true;
    routed_event e;
    e.update.kind = whatsapp::event_kind::order;
    e.update.value = item.text;
    e.update.callback_data = to_string(item.conversation);
    e.update.at = item.at;
    e.tenant = context_->entry->config.id;
    e.key = event_key{bucket_at(item.at), persistence::keyed_hash(context_->entry->keys->lookup, {"news", key})};
    item.event = e.key.hash;
    const auto now = context_->node->clock->now();
    shard_batch batch;
    batch.received_at = now;
    batch.deadline = now + context_->node->limits.webhook_deadline.count();
    batch.events.push_back(std::move(e));
    batch.places.push_back(0);
    batch.to = std::make_shared<posted>(
        1, nullptr,
        [this, key = key, me = caf::actor_cast<caf::actor>(self_)](const std::vector<event_outcome>& all) {
          caf::anon_send(me, deferred{[this, key, outcome = all.front()] { news_told(key, outcome); }});
        });
    self_->send(context_->supervisor, std::move(batch));
  }
}

void tenant::news_told(const bytes& key, event_outcome outcome) {
  const auto again = [this, key] {
    const auto waiting = news_.find(key);
    const std::chrono::milliseconds wait{waiting == news_.end() ? 0 : std::exchange(waiting->second.wait, 0)};
    after(std::max<std::chrono::milliseconds>(told_again, wait), [this, key] {
      if (const auto at = news_.find(key); at != news_.end())
        at->second.is_on_its_way = false;
      tell_news();
    });
  };
  if (!is_settled(outcome))
    return again();
  commit_request request;
  request.tenant = context_->entry->config.id;
  request.drafts.emplace_back().business.push_back(erased_record(table::tenant_entity, key));
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, key, again](const commit_answer& answer) {
            if (!answer.committed)
              return again(); // told twice is known by its key
            news_.erase(key);
            tell_news();
          },
          [again](const caf::error&) { again(); });
}

} // namespace wakala::actors
