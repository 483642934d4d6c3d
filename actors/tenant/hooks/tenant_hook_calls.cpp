// What the merchant asks of the events for its own system: a list, another try, none at all, and a test.
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/hooks/hook_desk.hpp"
#include "actors/tenant/row_list.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

constexpr std::chrono::milliseconds while_rows_are_read{20};
constexpr unsigned waits_max = 250;        ///< for that
constexpr std::size_t retried_max = 1'000; ///< over what is known usually

json shown(const hook_row& row) {
  const auto key = hook_key_of(row.id);
  const auto created = key ? hook_time(*key) : row.since;
  const bool has_failed = row.failed_at != 0;
  const auto text = [](const std::string& value) { return value.empty() ? json(nullptr) : json(value); };
  return {{"id", row.id},
          {"type", row.type},
          {"order", text(row.order)},
          {"order_code", text(row.order_code)},
          {"state", has_failed ? "failed" : "pending"},
          {"created_at", to_rfc3339(created)},
          {"tries", row.tries},
          {"next_at", has_failed ? json(nullptr) : json(to_rfc3339(std::max(row.next_at, created)))},
          {"failed_at", has_failed ? json(to_rfc3339(row.failed_at)) : json(nullptr)},
          {"last_status", row.status == 0 ? json(nullptr) : json(row.status)},
          {"why", text(row.why)}};
}

std::string outcome(const char* what) { return json{{"outcome", what}}.dump(); }

/// What both prefixes begin with.
const bytes any_hook_prefix = "hook";

} // namespace

caf::response_promise tenant::list_hooks(const hooks_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = q.state.empty() ? any_hook_prefix : q.state == "failed" ? failed_hook_prefix : hook_prefix;
  query.limit = q.limit;
  if (const auto after = from_hex(q.after); after && !after->empty())
    query.after = query.prefix + *after;
  list_rows(
      std::move(query),
      [](json& deliveries, std::string_view text) -> result<void> {
        const auto row = hook_row_from(text);
        if (!row)
          return row.error();
        deliveries.push_back(shown(*row));
        return {};
      },
      [this, promise](result<row_list> found) {
        if (!found)
          return deliver(promise, found.error());
        const auto stopped_at = hooks_ ? hooks_->stopped_at : 0;
        deliver(promise, json{{"deliveries", std::move(found->rows)},
                              {"next", std::move(found->next)},
                              {"stopped_at", stopped_at == 0 ? json(nullptr) : json(to_rfc3339(stopped_at))}}
                             .dump());
      });
  return promise;
}

caf::response_promise tenant::act_on_hook(const hook_action& q) {
  auto promise = self_->make_response_promise();
  const auto key = hook_key_of(q.id);
  if (!hooks_)
    deliver(promise, make_error(errc::unavailable, "the tenant's home is elsewhere"));
  else if (q.action == "test")
    test_hook(promise);
  else if (!key || (q.action != "retry" && q.action != "drop"))
    deliver(promise, make_error(errc::not_found, "there is no such delivery"));
  else
    retry_or_drop_hook(q, *key, promise);
  return promise;
}

void tenant::test_hook(const caf::response_promise& promise) {
  auto& desk = *hooks_;
  const auto& config = context_->entry->config;
  if (!config.webhook.is_on())
    return deliver(promise, make_error(errc::conflict, "the tenant has no webhook"));
  if (!context_->node->hooks)
    return deliver(promise, make_error(errc::unavailable, "this node sends no events"));
  if (std::exchange(desk.is_testing, true))
    return deliver(promise, make_error(errc::conflict, "a test is under way"));
  const auto sent_at = context_->node->clock->now();
  const auto id = hook_id(next_hook_key(desk.last_key, sent_at, *context_->node->random));
  auto call = hook_call_of(id, hook_test_body(id, config.id, sent_at));
  context_->node->hooks->post(
      std::move(call), [this, promise, id, sent_at, of = desk.of, run = here()](hook_answer answer) {
        run([this, promise, id, sent_at, of, answer = std::move(answer)] {
          hooks_->is_testing = false;
          const bool is_answered = answer.what == hook_answer::kind::answered;
          const auto took = std::max<time_ms>(context_->node->clock->now() - sent_at, 0);
          deliver(promise, json{{"id", id},
                                {"ok", answer.is_good()},
                                {"status", is_answered ? json(answer.status) : json(nullptr)},
                                {"milliseconds", took},
                                {"why", answer.why.empty() ? json(nullptr) : json(answer.why)}}
                               .dump());
          if (answer.is_good() && hooks_->stopped_at != 0 && hooks_->of == of)
            resume_hooks(); // it is there again
        });
      });
}

void tenant::retry_or_drop_hook(const hook_action& q, const bytes& key, const caf::response_promise& promise,
                                unsigned tries) {
  if (hooks_->is_at_rows && tries < waits_max)
    return after(while_rows_are_read,
                 [this, q, key, promise, tries] { retry_or_drop_hook(q, key, promise, tries + 1); });
  if (hooks_->is_at_rows)
    return deliver(promise, make_error(errc::unavailable, "the store is slow"));
  hooks_->begin_rows();
  runtime::get_request request{
      context_->entry->config.id,
      {{table::tenant_entity, hook_prefix + key}, {table::tenant_entity, failed_hook_prefix + key}}};
  const auto refuse = [this, promise](const error& why) {
    hooks_->end_rows(hooks_->is_more);
    deliver(promise, why);
  };
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, q, key, promise, refuse](const runtime::get_answer& rows) {
            if (!rows.value)
              return refuse(rows.why);
            if (!rows.value->at(0) && !rows.value->at(1))
              return refuse(make_error(errc::not_found, "there is no such delivery"));
            if (q.action == "drop")
              drop_hook(key, promise);
            else
              retry_hook(key, rows, promise);
          },
          [refuse](const caf::error&) { refuse(make_error(errc::unavailable, "the store did not answer")); });
}

void tenant::drop_hook(const bytes& key, const caf::response_promise& promise) {
  hooks_->window.erase(key); // when it is on its way, nobody waits for its answer any more
  commit_hooks({erased_record(table::tenant_entity, hook_prefix + key),
                erased_record(table::tenant_entity, failed_hook_prefix + key)},
               [this, promise](const result<void>& done) {
                 hooks_->end_rows(hooks_->is_more);
                 if (!done)
                   hooks_->read_all_again();
                 deliver(promise, done ? result<std::string>(outcome("dropped")) : done.error());
                 deliver_hooks();
               });
}

void tenant::retry_hook(const bytes& key, const runtime::get_answer& rows, const caf::response_promise& promise) {
  auto& desk = *hooks_;
  const auto done = [this, promise](result<std::string> what) {
    hooks_->end_rows(hooks_->is_more);
    deliver(promise, std::move(what));
    deliver_hooks();
  };
  const bool is_pending = rows.value->at(0).has_value();
  const bool is_in_window = desk.window.contains(key);
  if (desk.window.is_on_its_way(key))
    return done(outcome("retrying"));
  if (is_in_window && !desk.window.hold(key))
    return done(make_error(errc::conflict, "an event of the same order is on its way: try again"));
  if (!is_in_window && desk.window.size() >= hooks_known_max + retried_max)
    return done(make_error(errc::overloaded, "too many events are waiting"));
  const auto row_key = (is_pending ? hook_prefix : failed_hook_prefix) + key;
  auto row = open_hook(row_key, is_pending ? *rows.value->at(0) : *rows.value->at(1));
  const auto now = context_->node->clock->now();
  if (!row) {
    desk.window.put_back(key, now, false);
    return done(row.error());
  }
  row->since = now; // it is given as much time as a new one
  row->next_at = 0;
  row->failed_at = 0;
  std::vector<persistence::record> changed{hook_record(hook_prefix + key, *row)};
  if (!is_pending)
    changed.push_back(erased_record(table::tenant_entity, failed_hook_prefix + key));
  commit_hooks(std::move(changed), [this, key, now, order = row->order, done](const result<void>& written) {
    auto& now_desk = *hooks_;
    now_desk.window.put_back(key, now, false);
    if (written && (key <= now_desk.read_to || !now_desk.is_more))
      now_desk.window.add(key, {order, now, now, false});
    done(written ? result<std::string>(outcome("retrying")) : written.error());
  });
}

} // namespace wakala::actors
