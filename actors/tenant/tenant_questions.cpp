#include "actors/conversation/conversation.hpp"
#include "actors/conversation/sender.hpp"
#include "actors/records/conversation_records.hpp"
#include "actors/records/identity_records.hpp"
#include "actors/records/letters.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

namespace {

/// A conversation on another shard is asked so often, before the question fails.
constexpr unsigned tries_there = 10;
constexpr std::chrono::milliseconds pause_there{200};

} // namespace

using persistence::table;
using whatsapp::event;
using whatsapp::event_kind;

void tenant::deliver(const caf::response_promise& promise, result<std::string> r) const {
  auto p = promise;
  p.deliver(text_answer::from(std::move(r)));
}

void tenant::with_contact(const std::string& contact, std::function<void(result<conversation_id>)> then) {
  const auto& keys = *context_->entry->keys;
  const auto phone = identity_row_key(keys, identity_kind::phone, contact);
  const auto user = identity_row_key(keys, identity_kind::user_id, contact);
  runtime::get_request request{context_->entry->config.id, {{table::identity, user}, {table::identity, phone}}};
  self_->request(context_->supervisor, ask_timeout, request)
      .then(
          [this, request, then](const runtime::get_answer& answer) {
            if (!answer.value)
              return then(answer.why);
            const auto& entry = *context_->entry;
            for (std::size_t i = 0; i < answer.value->size(); ++i) {
              const auto& sealed = (*answer.value)[i];
              if (!sealed)
                continue;
              const auto text = entry.keys->data.open(
                  associated_data(entry.config.id, table::identity, request.addresses[i].second), *sealed);
              if (const auto row = text ? identity_row_from(*text) : result<identity_row>(text.error()))
                return then(row->conversation);
            }
            then(make_error(errc::not_found, "no such conversation"));
          },
          [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

tenant::answered_function tenant::to(const caf::response_promise& promise) {
  return [promise](text_answer answer) {
    auto p = promise;
    p.deliver(std::move(answer));
  };
}

template <class Query>
void tenant::put_question(const conversation_id& id, const Query& q, answered_function then) {
  const auto unavailable = [](const char* why) {
    return text_answer{std::nullopt, make_error(errc::unavailable, why)};
  };
  if (is_between_generations())
    return then(unavailable("the tenant's conversations are just being spread anew"));
  if (is_elsewhere(id))
    return ask_there(id, q, std::move(then));
  auto& s = awake(id);
  if (s.leaving)
    return hold(s, [this, id, q, then] { put_question(id, q, then); });
  ++s.questions;
  const auto done = [this, id] {
    if (const auto it = slots_.find(id); it != slots_.end() && it->second->questions > 0)
      --it->second->questions;
  };
  self_->request(s.actor, ask_timeout, q)
      .then(
          [then, done](text_answer& answer) {
            done();
            then(std::move(answer));
          },
          [then, done, unavailable](const caf::error&) {
            done();
            then(unavailable("the conversation did not answer"));
          });
}

template <class Query>
void tenant::ask_there(const conversation_id& id, Query q, answered_function then, unsigned tries) {
  // A place that is asked for one of another's has not heard of the change yet; the home may name it itself.
  if (std::exchange(q.conversation, id) && tries == 0 && !context_->is_home)
    return then(text_answer{std::nullopt, make_error(errc::unavailable, "the conversation has just moved")});
  const auto table = context_->node->shards->get();
  const auto answered = [this, id, q, then, tries](text_answer answer) {
    if (answer.value || answer.why.code != errc::unavailable || tries == tries_there)
      then(std::move(answer));
    else // its shard is on its way, or has not heard yet that the conversation is there
      after(pause_there, [this, id, q, then, tries] { ask_there(id, q, then, tries + 1); });
  };
  self_->request((*table)[place_of(id)], ask_timeout, for_tenant<Query>{context_->entry->config.id, q})
      .then([answered](text_answer& answer) { answered(std::move(answer)); },
            [answered](const caf::error&) {
              answered(text_answer{std::nullopt, make_error(errc::unavailable, "the shard did not answer")});
            });
}

template <class Query>
caf::response_promise tenant::ask_conversation(const Query& q) {
  auto promise = self_->make_response_promise();
  if (q.conversation) { // the home has looked
    put_question(*q.conversation, q, to(promise));
    return promise;
  }
  with_contact(q.contact, [this, q, promise](result<conversation_id> id) {
    if (!id)
      return deliver(promise, id.error());
    put_question(*id, q, to(promise));
  });
  return promise;
}

caf::response_promise tenant::act_on_actor(const actor_action& q) {
  auto promise = self_->make_response_promise();
  if (!q.conversation) {
    deliver(promise, make_error(errc::invalid_argument, "is needed", "conversation"));
    return promise;
  }
  const auto& id = *q.conversation;
  const bool is_live = slots_.contains(id);
  if (!is_elsewhere(id) && !is_live && q.action != "pause")
    deliver(promise, std::string(R"({"result":"not_live"})"));
  else
    put_question(id, q, to(promise));
  return promise;
}

template caf::response_promise tenant::ask_conversation(const conversation_query& q);
template caf::response_promise tenant::ask_conversation(const messages_query& q);
template caf::response_promise tenant::ask_conversation(const shopper_block& q);
template caf::response_promise tenant::ask_conversation(const human_turn& q);
template void tenant::put_question(const conversation_id& id, const message_post& q, answered_function then);
template void tenant::put_question(const conversation_id& id, const shopper_block& q, answered_function then);

caf::response_promise tenant::list_conversations(const conversations_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::conversation;
  query.limit = q.limit;
  if (!q.after.empty()) {
    const auto after = parse_conversation_id(q.after);
    if (!after) {
      deliver(promise, make_error(errc::invalid_argument, "is not a cursor", "after"));
      return promise;
    }
    query.after = conversation_row_key(*after);
  }
  settle_places([this, promise, query] { list_stored(query, promise); });
  return promise;
}

void tenant::list_stored(const persistence::range_query& query, const caf::response_promise& promise) {
  const auto unavailable = [this, promise](const caf::error&) {
    deliver(promise, make_error(errc::unavailable, "the store did not answer"));
  };
  self_->request(context_->supervisor, ask_timeout, query)
      .then(
          [this, promise, unavailable, limit = query.limit](const runtime::range_answer& answer) {
            if (!answer.value)
              return deliver(promise, answer.why);
            auto rows = *answer.value;
            runtime::key_request request{context_->entry->config.id, {}};
            for (const auto& row : rows) {
              conversation_id id;
              std::copy_n(row.key.begin(), std::min<std::size_t>(row.key.size(), 16), id.bytes.begin());
              request.conversations.push_back(id);
            }
            self_->request(context_->supervisor, ask_timeout, request)
                .then(
                    [this, promise, rows, request, limit](const runtime::key_answer& keys) {
                      if (!keys.value)
                        return deliver(promise, keys.why);
                      auto list = nlohmann::json::array();
                      for (std::size_t i = 0; i < rows.size(); ++i)
                        if (const auto& wrapped = (*keys.value)[i])
                          if (auto view =
                                  conversation_summary(*context_, request.conversations[i], rows[i].value, *wrapped))
                            list.push_back(nlohmann::json::parse(*view));
                      nlohmann::json next = nullptr;
                      if (rows.size() == limit && !rows.empty())
                        next = to_string(request.conversations.back());
                      deliver(promise, nlohmann::json{{"conversations", std::move(list)}, {"next", next}}.dump());
                    },
                    unavailable);
          },
          unavailable);
}

caf::response_promise tenant::list_letters(const letters_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = q.where;
  query.limit = q.limit;
  query.after = from_hex(q.after).value_or("");
  self_->request(context_->supervisor, ask_timeout, query)
      .then(
          [this, promise, q](const runtime::range_answer& answer) {
            if (!answer.value)
              return deliver(promise, answer.why);
            const auto& entry = *context_->entry;
            auto items = nlohmann::json::array();
            nlohmann::json next = nullptr;
            for (const auto& row : *answer.value) {
              const auto text = entry.keys->data.open(associated_data(entry.config.id, q.where, row.key), row.value);
              const auto l = text ? letter_from(*text) : result<letter>(text.error());
              if (!l)
                continue;
              items.push_back(q.packed ? nlohmann::json(pack_event(l->event)) : describe(*l));
              next = to_hex(as_span(row.key));
            }
            if (answer.value->size() < q.limit)
              next = nullptr;
            deliver(promise, nlohmann::json{{"items", std::move(items)}, {"next", next}}.dump());
          },
          [this, promise](const caf::error&) {
            deliver(promise, make_error(errc::unavailable, "the store did not answer"));
          });
  return promise;
}

caf::response_promise tenant::act_on_letter(const letter_action& action) {
  auto promise = self_->make_response_promise();
  const auto row_key = from_hex(action.id).value_or("");
  if (row_key.size() != 16) {
    deliver(promise, make_error(errc::not_found, "no such event"));
    return promise;
  }
  const auto unavailable = [this, promise](const caf::error&) {
    deliver(promise, make_error(errc::unavailable, "the store did not answer"));
  };
  const auto drop = [this, promise, unavailable, row_key, where = action.where](const char* outcome) {
    commit_request request;
    request.tenant = context_->entry->config.id;
    commit_draft draft;
    draft.business.push_back(erased_record(where, row_key));
    request.drafts.push_back(std::move(draft));
    self_->request(context_->supervisor, ask_timeout, std::move(request))
        .then(
            [this, promise, outcome](const commit_answer& answer) {
              if (answer.committed)
                deliver(promise, nlohmann::json{{"outcome", outcome}}.dump());
              else
                deliver(promise, answer.why);
            },
            unavailable);
  };
  runtime::get_request request{context_->entry->config.id, {{action.where, row_key}}};
  self_->request(context_->supervisor, ask_timeout, request)
      .then(
          [this, promise, unavailable, drop, action, row_key](const runtime::get_answer& answer) {
            if (!answer.value)
              return deliver(promise, answer.why);
            if (!answer.value->at(0))
              return deliver(promise, make_error(errc::not_found, "no such event"));
            if (!action.replay)
              return drop("dropped");
            const auto& entry = *context_->entry;
            const auto text =
                entry.keys->data.open(associated_data(entry.config.id, action.where, row_key), *answer.value->at(0));
            auto l = text ? letter_from(*text) : result<letter>(text.error());
            if (!l)
              return deliver(promise, l.error());
            const auto now = context_->node->clock->now();
            l->event.replay = true;
            l->event.index = 0;
            const auto settle = [this, promise, drop](event_outcome outcome) {
              switch (outcome) {
              case event_outcome::committed:
              case event_outcome::set_aside:
                return drop("applied");
              case event_outcome::repeated:
                return drop("applied_before");
              case event_outcome::dead_lettered:
              case event_outcome::handler_failed:
                return deliver(promise, make_error(errc::handler_failed, "the handler failed again"));
              case event_outcome::retry:
              case event_outcome::unmatched:
                break;
              }
              deliver(promise, make_error(errc::unavailable, "the event could not be processed now"));
            };
            // The outcome comes on whatever thread has it: it is handled here.
            auto to = std::make_shared<posted>(
                1, nullptr, // counted when it first came
                [me = caf::actor_cast<caf::actor>(self_), settle](const std::vector<event_outcome>& outcomes) {
                  caf::anon_send(me, deferred{[settle, outcome = outcomes.at(0)] { settle(outcome); }});
                });
            shard_batch batch{{}, {0}, std::move(to), now, now + context_->node->limits.webhook_deadline.count()};
            batch.events.push_back(std::move(l->event));
            self_->send(context_->supervisor, std::move(batch));
          },
          unavailable);
  return promise;
}

} // namespace wakala::actors
