// Messages that somebody outside wants sent: the home finds the receiver and counts, the conversation sends.
#include "actors/records/conversation_records.hpp"
#include "actors/records/identity_records.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

constexpr std::size_t rows_at_once = 100; ///< old ones of one commit
constexpr std::size_t templates_shown = 20;

text_answer limited(const char* limit, time_ms wait) {
  return {json{{"outcome", "limited"}, {"limit", limit}, {"retry_after_ms", wait}}.dump(), {}};
}

json refusal(const char* reason, const char* path, int code, std::string details) {
  return {
      {"outcome", "refused"}, {"reason", reason}, {"path", path}, {"code", code}, {"details", std::move(details)}};
}

} // namespace

struct tenant::posting {
  message_post post;
  answered_function then;
  conversation_id conversation;
  std::vector<std::pair<bytes, bytes>> to_map; ///< identities of somebody new (row key, user's row key)
  posting_windows::counted counted;
};

void tenant::set_posting_limits() {
  const auto& config = context_->entry->config;
  posted_.set_limits(config);
  replies_->set_unlimited(config.has_endless_hours());
}

void tenant::load_windows() {
  load_rows(table::tenant_entity, posts_prefix,
            [this, now = context_->node->clock->now()](const bytes& key, const result<std::string>& text) {
              posted_.load(key, text ? std::string_view(*text) : std::string_view{}, now);
              return true;
            });
}

caf::response_promise tenant::post_message(message_post post) {
  auto promise = self_->make_response_promise();
  if (post.conversation) { // the home has looked
    put_question(*post.conversation, post, to(promise));
    return promise;
  }
  auto p = std::make_shared<posting>();
  p->post = std::move(post);
  p->then = to(promise);
  look_at_standing(p->post);
  find_receiver(p);
  return promise;
}

void tenant::look_at_standing(message_post& post) const {
  const auto now = context_->node->clock->now();
  if (const auto hold = whatsapp::hold_of(account_, now); hold.holds(post.is_template(), now))
    post.refusal = refusal("account_restricted", "/type", hold.code, hold.why).dump();
  if (!post.is_template())
    return;
  const auto key = whatsapp::key_of_template(post.template_name, post.template_language);
  if (auto why = whatsapp::refusal_of(account_, key); why && post.refusal.empty())
    post.refusal = refusal("template_not_approved", "/template/name", why->code, std::move(why->details)).dump();
  post.category = whatsapp::category_of(account_, key);
  if (post.category == "MARKETING")
    post.priority = send_priority::broadcast; // nobody waits for it
}

void tenant::find_receiver(const posting_ptr& p) {
  const auto& keys = *context_->entry->keys;
  const auto& post = p->post;
  const auto phone = post.phone.empty() ? bytes{} : identity_row_key(keys, identity_kind::phone, post.phone);
  const auto user = post.user_id.empty() ? bytes{} : identity_row_key(keys, identity_kind::user_id, post.user_id);
  const auto found = [this, p](const conversation_id& id) {
    p->conversation = id;
    count_posting(p);
  };
  const auto known = [this, phone, user]() -> std::optional<conversation_id> {
    for (const auto& key : {phone, user})
      if (const auto mapping = key.empty() ? std::nullopt : identities_.find(key))
        return mapping->conversation;
    return std::nullopt;
  };
  if (const auto id = known())
    return found(*id);
  const auto create = [this, p, phone, user, found, known] {
    if (const auto id = known()) // who wrote meanwhile
      return found(*id);
    if (!p->post.refusal.empty())
      return p->then(text_answer{p->post.refusal, {}}); // nothing was taken before
    if (!p->post.is_template())
      return posting_answered(p, {json{{"outcome", "window_closed"}, {"closed_at", nullptr}}.dump(), {}});
    const auto fresh = context_->node->random->next_conversation_id();
    for (const auto& key : {user, phone})
      if (!key.empty()) {
        learn(key, fresh, user);
        p->to_map.emplace_back(key, user);
      }
    mapping_[fresh].push_back(nullptr); // updates that have to go to another shard wait for the names to be written
    found(fresh);
  };
  // By whichever name there is; both, before anybody is taken for new.
  const auto look_up = [this, p, found](const std::string& contact, std::function<void()> otherwise) {
    with_contact(contact, [p, found, otherwise](const result<conversation_id>& stored) {
      if (stored)
        found(*stored);
      else if (stored.error().code == errc::not_found)
        otherwise();
      else
        p->then(text_answer{std::nullopt, stored.error()});
    });
  };
  if (post.phone.empty() || post.user_id.empty())
    return look_up(post.phone + post.user_id, create);
  look_up(post.phone, [look_up, create, user_id = post.user_id] { look_up(user_id, create); });
}

void tenant::put_posting_rows(commit_draft& draft, const std::vector<posting_windows::row>& fresh) {
  const auto& entry = *context_->entry;
  const auto put = [&](const posting_windows::row& row) {
    draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::tenant_entity, row.first,
                                           row.second, *context_->node->random));
  };
  const auto gone = posted_.forget(context_->node->clock->now(), rows_at_once);
  std::for_each(fresh.begin(), fresh.end(), put);
  for (const auto& row : posted_.changed(rows_at_once))
    put(row);
  for (const auto& key : gone)
    draft.business.push_back(erased_record(table::tenant_entity, key));
}

void tenant::count_posting(const posting_ptr& p) {
  if (!p->post.refusal.empty())
    return hand_over_posting(p); // it may be a repeat of one that was taken
  const auto now = context_->node->clock->now();
  const auto& entry = *context_->entry;
  auto over = posted_.over(p->post, now);
  if (over) { // answers were counted that have not left
    posted_.return_replies(replies_->take_back());
    over = posted_.over(p->post, now);
  }
  if (over) {
    const auto why = make_error(errc::overloaded, "over the tenant's limit");
    if (!p->to_map.empty())
      mapped(p->conversation, &why);
    for (const auto& [key, user] : p->to_map)
      identities_.forget(key);
    return p->then(limited(over->limit, over->wait));
  }
  p->post.may_reach_out =
      !p->post.is_template() || posted_.may_reach_out(p->conversation, account_.messaging_limit, now);
  p->counted = posted_.count(p->post, p->conversation, now, *context_->node->random);
  // On disk before it is sent: what was sent is counted whatever happens here. The supervisor answers everything,
  // also what takes long: an answer of our own in its place would be a guess.
  commit_request request;
  request.tenant = entry.config.id;
  auto& draft = request.drafts.emplace_back();
  const auto put = [&](table where, const bytes& key, const std::string& text) {
    draft.business.push_back(
        sealed_record(entry.keys->data, entry.config.id, where, key, text, *context_->node->random));
  };
  put_posting_rows(draft, p->counted.rows);
  for (const auto& [key, user] : p->to_map)
    put(table::identity, key, to_text(identity_row{p->conversation, to_hex(as_span(user))}));
  const auto failed = [this, p](const error& why) {
    if (!p->to_map.empty())
      mapped(p->conversation, &why);
    for (const auto& [key, user] : p->to_map)
      identities_.forget(key); // whatever the store holds of them is the truth
    posted_.take_back(p->counted);
    p->then(text_answer{std::nullopt, why});
  };
  self_->request(context_->supervisor, caf::infinite, std::move(request))
      .then(
          [this, p, failed](const commit_answer& answer) {
            if (!answer.committed)
              return failed(answer.why);
            if (!p->to_map.empty())
              mapped(p->conversation, nullptr);
            hand_over_posting(p);
          },
          [failed](const caf::error&) { failed(make_error(errc::unavailable, "the store did not answer")); });
}

void tenant::hand_over_posting(const posting_ptr& p) {
  put_question(p->conversation, p->post, [this, p](text_answer answer) { posting_answered(p, std::move(answer)); });
}

void tenant::posting_answered(const posting_ptr& p, text_answer answer) {
  if (!answer.value)
    return p->then(std::move(answer)); // it may have been sent: it counts
  auto outcome = json::parse(*answer.value);
  const auto what = outcome.at("outcome").get<std::string>();
  const bool is_counted = p->counted.at > 0;
  if (what == "accepted" && !outcome.at("repeated"))
    posted_.settle(p->counted, outcome.at("outside_window"));
  else if (is_counted) // not sent, or not again: not counted
    posted_.take_back(p->counted);
  if (what == "window_closed")
    outcome["templates"] = whatsapp::fitting_templates(account_, templates_shown);
  else if (what == "limited" && outcome.at("limit") == "messaging_limit")
    outcome["retry_after_ms"] = posted_.wait_to_reach_out(context_->node->clock->now());
  p->then(text_answer{outcome.dump(), {}});
}

std::uint32_t tenant::count_replies(const replies_wanted& wanted, std::function<void(bool)> then) {
  const auto now = context_->node->clock->now();
  const auto& entry = *context_->entry;
  posted_.return_replies(wanted.returned);
  const auto reserved = posted_.reserve_replies(wanted.count, now, *context_->node->random);
  if (reserved.count == 0) {
    if (!std::exchange(said_that_replies_wait_, true))
      log::warn("tenant.replies_wait", {{"tenant", entry.config.id}, {"limit", "messages_per_hour"}});
    then(false);
    return 0;
  }
  said_that_replies_wait_ = false;
  commit_request request;
  request.tenant = entry.config.id;
  put_posting_rows(request.drafts.emplace_back(), {reserved.fresh});
  const auto done = [this, then, count = reserved.count](bool is_committed) {
    if (!is_committed)
      posted_.return_replies(count);
    then(is_committed);
  };
  self_->request(context_->supervisor, caf::infinite, std::move(request))
      .then([done](const commit_answer& answer) { done(answer.committed); },
            [done](const caf::error&) { done(false); });
  return reserved.count;
}

caf::response_promise tenant::post_read(const read_post& post) {
  auto promise = self_->make_response_promise();
  const auto now = context_->node->clock->now();
  const auto gate = context_->gates->at(post.number_id);
  auto permit = gate->enter(now, false, message_class::service);
  if (!permit) {
    auto p = promise;
    p.deliver(limited("throughput", gate->wait(now)));
    return promise;
  }
  const auto answered = [this, promise, permit, gate](const send_outcome& outcome) {
    gate->returned(outcome, context_->node->clock->now());
    if (outcome.what == send_outcome::kind::accepted)
      deliver(promise, std::string(R"({"outcome":"accepted"})"));
    else if (outcome.what == send_outcome::kind::refused)
      deliver(promise,
              json{{"outcome", "refused"}, {"code", outcome.failure.code}, {"details", outcome.failure.details}}.dump(
                  -1, ' ', false, json::error_handler_t::replace));
    else
      deliver(promise, make_error(errc::unavailable, "the Graph API did not answer"));
  };
  // The outcome comes on whatever thread has it: it is handled here.
  context_->node->graph->send(send_call{post.number_id, context_->entry->config.access_token, post.request},
                              [answered, me = caf::actor_cast<caf::actor>(self_)](send_outcome outcome) {
                                caf::anon_send(me, deferred{[answered, outcome] { answered(outcome); }});
                              });
  return promise;
}

} // namespace wakala::actors
