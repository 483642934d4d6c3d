// Messages that somebody outside wants sent: the home finds the receiver and counts, the conversation sends.
#include "actors/conversation_records.hpp"
#include "actors/identity_records.hpp"
#include "actors/tenant.hpp"
#include "actors/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

constexpr std::size_t posts_at_once = 1'000;   ///< of a page when the home is loaded
constexpr std::size_t forgotten_at_once = 100; ///< of one commit
const bytes posts_prefix = "post/";
constexpr char template_mark = 't';
constexpr char message_mark = 'm';

bytes post_key(time_ms at, bool is_template, std::uint64_t random) {
  bytes key = posts_prefix;
  append_u64(key, static_cast<std::uint64_t>(at));
  key += is_template ? template_mark : message_mark;
  append_u64(key, random);
  return key;
}

/// When, and whether it was a template.
std::optional<std::pair<time_ms, bool>> parse_post_key(const bytes& key) {
  const auto mark_at = posts_prefix.size() + sizeof(std::uint64_t);
  if (key.size() != mark_at + 1 + sizeof(std::uint64_t) || !key.starts_with(posts_prefix))
    return std::nullopt;
  return std::pair{static_cast<time_ms>(read_u64(std::string_view(key).substr(posts_prefix.size()))),
                   key[mark_at] == template_mark};
}

text_answer limited(const char* limit, time_ms wait) {
  return {json{{"outcome", "limited"}, {"limit", limit}, {"retry_after_ms", wait}}.dump(), {}};
}

} // namespace

struct tenant::posting {
  message_post post;
  answered_function then;
  conversation_id conversation;
  std::vector<std::pair<bytes, bytes>> to_map; ///< identities of somebody new (row key, user's row key)
  time_ms at = 0;                              ///< when it was counted
  bytes row;                                   ///< that says so
};

void tenant::set_window_limits() {
  hourly_.set_limit(context_->entry->config.messages_per_hour());
  daily_templates_.set_limit(context_->entry->config.templates_per_day());
}

void tenant::load_windows(const bytes& after) {
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = posts_prefix;
  query.after = after;
  query.limit = posts_at_once;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .await(
          [this](const runtime::range_answer& answer) {
            if (!answer.value)
              return self_->quit(caf::sec::runtime_error); // restarted with back-off by the supervisor
            const auto now = context_->node->clock->now();
            for (const auto& row : *answer.value) {
              const auto what = parse_post_key(row.key);
              if (!what)
                continue;
              if (what->first + (what->second ? daily_templates_ : hourly_).span() <= now) {
                posts_to_forget_.push_back(row.key);
                continue;
              }
              posts_of(what->second).emplace_back(what->first, row.key);
              hourly_.add(what->first);
              if (what->second)
                daily_templates_.add(what->first);
            }
            if (answer.value->size() == posts_at_once)
              load_windows(answer.value->back().key);
          },
          [this](const caf::error&) { self_->quit(caf::sec::runtime_error); });
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
  find_receiver(p);
  return promise;
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
    if (!p->post.is_template())
      return p->then(text_answer{json{{"outcome", "window_closed"}, {"closed_at", nullptr}}.dump(), {}});
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

void tenant::count_posting(const posting_ptr& p) {
  const auto now = context_->node->clock->now();
  const auto hour = hourly_.wait(now);
  const auto day = p->post.is_template() ? daily_templates_.wait(now) : 0;
  const auto& entry = *context_->entry;
  if (hour > 0 || day > 0) {
    const auto why = make_error(errc::overloaded, "over the tenant's limit");
    if (!p->to_map.empty())
      mapped(p->conversation, &why);
    for (const auto& [key, user] : p->to_map)
      identities_.forget(key);
    return p->then(day > hour ? limited("templates_per_day", day) : limited("messages_per_hour", hour));
  }
  p->at = now;
  p->row = post_key(now, p->post.is_template(), context_->node->random->next_u64());
  hourly_.add(now);
  if (p->post.is_template())
    daily_templates_.add(now);
  posts_of(p->post.is_template()).emplace_back(now, p->row);
  for (auto* rows : {&posts_, &template_posts_}) {
    const auto span = rows == &posts_ ? hourly_.span() : daily_templates_.span();
    for (; !rows->empty() && rows->front().first + span <= now; rows->pop_front())
      posts_to_forget_.push_back(std::move(rows->front().second));
  }
  // On disk before it is sent: what was sent is counted whatever happens here. The supervisor answers everything,
  // also what takes long: an answer of our own in its place would be a guess.
  commit_request request;
  request.tenant = entry.config.id;
  auto& draft = request.drafts.emplace_back();
  const auto put = [&](table where, const bytes& key, const std::string& text) {
    draft.business.push_back(
        sealed_record(entry.keys->data, entry.config.id, where, key, text, *context_->node->random));
  };
  put(table::tenant_entity, p->row, {});
  for (const auto& [key, user] : p->to_map)
    put(table::identity, key, to_text(identity_row{p->conversation, to_hex(as_span(user))}));
  const auto forgotten = std::min(posts_to_forget_.size(), forgotten_at_once);
  for (std::size_t i = 0; i < forgotten; ++i)
    draft.business.push_back(erased_record(table::tenant_entity, posts_to_forget_[i]));
  posts_to_forget_.erase(posts_to_forget_.begin(), posts_to_forget_.begin() + static_cast<std::ptrdiff_t>(forgotten));
  const auto failed = [this, p](const error& why) {
    if (!p->to_map.empty())
      mapped(p->conversation, &why);
    for (const auto& [key, user] : p->to_map)
      identities_.forget(key); // whatever the store holds of them is the truth
    take_back_posting(p);
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
  put_question(p->conversation, p->post, [this, p](text_answer answer) {
    // Not sent, or not again: not counted. After an error it may have been sent.
    if (answer.value) {
      const auto outcome = json::parse(*answer.value);
      if (outcome.at("outcome") != "accepted" || outcome.at("repeated"))
        take_back_posting(p);
    }
    p->then(std::move(answer));
  });
}

void tenant::take_back_posting(const posting_ptr& p) {
  hourly_.remove(p->at);
  if (p->post.is_template())
    daily_templates_.remove(p->at);
  auto& rows = posts_of(p->post.is_template());
  const auto newest =
      std::find_if(rows.rbegin(), rows.rend(), [&](const auto& each) { return each.second == p->row; });
  if (newest != rows.rend())
    rows.erase(std::next(newest).base());
  posts_to_forget_.push_back(p->row); // with the next one
}

caf::response_promise tenant::post_read(const read_post& post) {
  auto promise = self_->make_response_promise();
  const auto now = context_->node->clock->now();
  const auto gate = context_->gates->at(post.number_id);
  auto permit = gate->enter(now, false);
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
