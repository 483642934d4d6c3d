// What the merchant's own system is told of orders and payments: rows that are written with the change itself, and
// erased when the system has taken them. Sent again until then, so that it may hear of something twice, and never of
// nothing.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/book_plan.hpp"
#include "actors/tenant/hooks/hook_desk.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "persistence/crypto/keyring.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t at_once = 8; ///< events of one tenant on their way
constexpr std::size_t rows_at_once = 100;
constexpr milliseconds soon{2'000};        ///< our own store did not answer
constexpr time_ms held_pause = 1'000;      ///< this node would not send
constexpr milliseconds look_again{60'000}; ///< at the latest, as clocks may be set
constexpr time_ms forget_pause = 3'600'000;
/// So many tries in a row without an answer are an outage; when it ends, nothing waits for the end of its pause.
constexpr unsigned outage_begins_at = 8;
constexpr int gone = 410;

bool is_unreachable(const hook_answer& a) {
  return a.what != hook_answer::kind::answered || (a.status >= 502 && a.status <= 504);
}

} // namespace

// -- rows ------------------------------------------------------------

persistence::record tenant::hook_record(const bytes& row_key, const hook_row& row) const {
  const auto& entry = *context_->entry;
  return sealed_record(entry.keys->data, entry.config.id, table::tenant_entity, row_key, to_text(row),
                       *context_->node->random);
}

result<hook_row> tenant::open_hook(const bytes& row_key, const bytes& sealed) const {
  const auto& entry = *context_->entry;
  const auto text = entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, row_key), sealed);
  return text ? hook_row_from(*text) : result<hook_row>(text.error());
}

void tenant::commit_hooks(std::vector<persistence::record> rows, std::function<void(result<void>)> then) {
  commit_request request;
  request.tenant = context_->entry->config.id;
  request.drafts.emplace_back().business = std::move(rows);
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then([then](const commit_answer& answer) { then(answer.committed ? result<void>{} : answer.why); },
            [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

void tenant::add_hook_rows(book_plan& plan, std::vector<persistence::record>& rows) {
  const auto& config = context_->entry->config;
  std::erase_if(plan.hooks, [&config](const hook_note& note) { return !config.webhook.wants(note.type); });
  const auto now = context_->node->clock->now();
  for (auto& note : plan.hooks) {
    note.key = hooks_->last_key = next_hook_key(hooks_->last_key, now, *context_->node->random);
    hook_row row;
    row.id = hook_id(note.key);
    row.type = note.type;
    row.order = note.order.id.empty() ? "" : to_hex(as_span(order_key(note.order)));
    row.order_code = note.order.code;
    row.body = hook_body(row.id, config.id, note, now);
    row.since = now;
    rows.push_back(hook_record(hook_prefix + note.key, row));
  }
}

void tenant::hooks_written(const book_plan& plan) {
  if (plan.hooks.empty())
    return;
  auto& desk = *hooks_;
  for (const auto& note : plan.hooks) {
    if (note.key <= desk.read_to)
      continue;
    if (desk.is_at_rows)
      desk.has_new = true; // perhaps it is read, and perhaps it came too late for that
    else if (desk.is_more || desk.window.size() >= hooks_known_max)
      desk.is_more = true;
    else {
      desk.window.add(note.key, {note.order.id.empty() ? "" : to_hex(as_span(order_key(note.order))),
                                 context_->node->clock->now(), 0, false});
      desk.read_to = note.key;
    }
  }
  deliver_hooks();
}

void tenant::load_hooks() {
  hooks_ = std::make_shared<hook_desk>();
  hooks_->of = hooks_fingerprint();
  persistence::range_query newest;
  newest.tenant = context_->entry->config.id;
  newest.where = table::tenant_entity;
  newest.prefix = hook_prefix;
  newest.backwards = true;
  newest.limit = 1;
  const auto fail = [this](const caf::error&) { self_->quit(caf::sec::runtime_error); };
  self_->request(context_->supervisor, ask_timeout, std::move(newest))
      .await(
          [this, fail](const runtime::range_answer& answer) {
            if (!answer.value)
              return self_->quit(caf::sec::runtime_error);
            if (!answer.value->empty())
              hooks_->last_key = answer.value->back().key.substr(hook_prefix.size());
            runtime::get_request stopped{context_->entry->config.id, {{table::tenant_entity, hooks_stopped_key}}};
            self_->request(context_->supervisor, ask_timeout, std::move(stopped))
                .await(
                    [this](const runtime::get_answer& how) {
                      if (!how.value)
                        return self_->quit(caf::sec::runtime_error);
                      read_hooks_stopped(how.value->at(0));
                      hooks_->is_known = true;
                      deliver_hooks();
                    },
                    fail);
          },
          fail);
}

void tenant::read_hooks() {
  auto& desk = *hooks_;
  if (desk.is_at_rows || !desk.is_more || desk.window.size() > hooks_known_max / 2)
    return;
  desk.begin_rows();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = hook_prefix;
  if (!desk.read_to.empty())
    query.after = hook_prefix + desk.read_to;
  query.limit = rows_at_once;
  const auto later = [this] {
    hooks_->end_rows(true);
    after(soon, [this] { deliver_hooks(); });
  };
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, later](const runtime::range_answer& answer) {
            if (!answer.value)
              return later();
            auto& now_desk = *hooks_;
            for (const auto& stored : *answer.value) {
              const auto key = stored.key.substr(hook_prefix.size());
              now_desk.read_to = std::max(now_desk.read_to, key);
              if (const auto row = open_hook(stored.key, stored.value))
                now_desk.window.add(key, {row->order, row->since, row->next_at, row->tries > 0 && row->status == 0});
              else // the others are told all the same
                log::error(
                    "hook.unreadable",
                    {{"tenant", context_->entry->config.id}, {"event", hook_id(key)}, {"why", row.error().what}});
            }
            now_desk.end_rows(answer.value->size() >= rows_at_once);
            deliver_hooks();
          },
          [later](const caf::error&) { later(); });
}

// -- delivery ------------------------------------------------------------

void tenant::deliver_hooks() {
  if (!hooks_ || !hooks_->is_known)
    return;
  auto& desk = *hooks_;
  read_hooks();
  forget_failed_hooks();
  if (!context_->entry->config.webhook.is_on() || desk.stopped_at != 0 || !context_->node->hooks)
    return set_aside_old_hooks();
  const auto now = context_->node->clock->now();
  while (desk.window.on_their_way() < at_once) {
    const auto key = desk.window.take(now);
    if (!key)
      break;
    send_hook(*key);
  }
  if (const auto due = desk.window.next_due(); due && desk.window.on_their_way() < at_once)
    deliver_hooks_at(*due);
}

void tenant::deliver_hooks_at(time_ms due) {
  auto& desk = *hooks_;
  const auto now = context_->node->clock->now();
  if (desk.timer_at > now && desk.timer_at <= due)
    return;
  const auto pause = std::min(milliseconds{std::max<time_ms>(due - now, 0)}, look_again);
  desk.timer_at = now + pause.count();
  constexpr milliseconds more{20}; // that timer comes too late rather than too early
  after(pause + more, [this] { deliver_hooks(); });
}

hook_call tenant::hook_call_of(std::string id, std::string body) const {
  const auto& webhook = context_->entry->config.webhook;
  hook_call call;
  call.url = webhook.url;
  call.secrets.push_back(webhook.secret);
  if (!webhook.secret_before.empty())
    call.secrets.push_back(webhook.secret_before);
  call.event_id = std::move(id);
  call.body = std::move(body);
  call.at = context_->node->clock->now();
  return call;
}

void tenant::open_held_hook(const bytes& key, std::function<void(hook_row)> then) {
  const auto row_key = hook_prefix + key;
  const auto later = [this, key] {
    hooks_->window.put_back(key, context_->node->clock->now() + soon.count(), false);
    deliver_hooks();
  };
  self_
      ->request(context_->supervisor, ask_timeout,
                runtime::get_request{context_->entry->config.id, {{table::tenant_entity, row_key}}})
      .then(
          [this, key, row_key, then, later](const runtime::get_answer& answer) {
            if (!answer.value)
              return later();
            if (!hooks_->window.is_on_its_way(key)) // dropped meanwhile
              return deliver_hooks();
            const auto& sealed = answer.value->at(0);
            auto row = sealed ? open_hook(row_key, *sealed)
                              : result<hook_row>(make_error(errc::not_found, "its row is gone"));
            if (row)
              return then(std::move(*row));
            log::error("hook.unreadable",
                       {{"tenant", context_->entry->config.id}, {"event", hook_id(key)}, {"why", row.error().what}});
            hooks_->window.erase(key);
            deliver_hooks();
          },
          [later](const caf::error&) { later(); });
}

void tenant::send_hook(const bytes& key) {
  open_held_hook(key, [this, key](hook_row row) {
    auto call = hook_call_of(row.id, row.body);
    context_->node->hooks->post(std::move(call), [this, key, row = std::move(row), run = here()](hook_answer answer) {
      run([this, key, row, answer = std::move(answer)] { hook_answered(key, row, answer); });
    });
  });
}

void tenant::hook_answered(const bytes& key, const hook_row& row, const hook_answer& answer) {
  auto& desk = *hooks_;
  const auto now = context_->node->clock->now();
  if (!desk.window.is_on_its_way(key)) // dropped meanwhile
    return deliver_hooks();
  if (answer.what == hook_answer::kind::held) {
    desk.window.put_back(key, now + held_pause, false);
    return deliver_hooks();
  }
  if (is_unreachable(answer)) {
    if (++desk.unreachable == outage_begins_at)
      log::warn("hook.outage", {{"tenant", context_->entry->config.id}, {"status", answer.status}});
  } else if (std::exchange(desk.unreachable, 0) >= outage_begins_at) {
    log::info("hook.outage_over", {{"tenant", context_->entry->config.id}});
    desk.window.bring_forward(hook_window::which::unreachable, now);
  }
  if (!answer.is_good())
    return hook_refused(key, row, answer);
  commit_hooks({erased_record(table::tenant_entity, hook_prefix + key)}, [this, key](const result<void>& done) {
    if (done) {
      context_->node->count->hooks_delivered.fetch_add(1, std::memory_order_relaxed);
      hooks_->window.erase(key);
    } else { // it is told once more, by the same id
      hooks_->window.put_back(key, context_->node->clock->now() + soon.count(), false);
    }
    deliver_hooks();
  });
}

void tenant::hook_refused(const bytes& key, hook_row row, const hook_answer& answer) {
  const auto now = context_->node->clock->now();
  ++row.tries;
  row.status = answer.what == hook_answer::kind::answered ? answer.status : 0;
  row.why =
      answer.what == hook_answer::kind::answered ? "the answer was " + std::to_string(answer.status) : answer.why;
  if (now - row.since >= hook_tried_for)
    return set_hook_aside(key, std::move(row), {});
  row.next_at = now + hook_backoff.wait(row.tries, *context_->node->random).count();
  std::vector<persistence::record> rows{hook_record(hook_prefix + key, row)};
  if (row.status == gone && hooks_->stopped_at == 0) {
    hooks_->stopped_at = now;
    const auto& entry = *context_->entry;
    rows.push_back(sealed_record(entry.keys->data, entry.config.id, table::tenant_entity, hooks_stopped_key,
                                 json{{"at", now}, {"of", to_hex(as_span(hooks_fingerprint()))}}.dump(),
                                 *context_->node->random));
    log::warn("hook.stopped", {{"tenant", entry.config.id}, {"why", "it says that it is gone (410)"}});
  }
  context_->node->count->hooks_retried.fetch_add(1, std::memory_order_relaxed);
  // Should it not be written, only the pause is forgotten by who comes after us.
  commit_hooks(std::move(rows),
               [this, key, next_at = row.next_at, was_unreachable = is_unreachable(answer)](const result<void>&) {
                 hooks_->window.put_back(key, next_at, was_unreachable);
                 deliver_hooks();
               });
}

void tenant::set_hook_aside(const bytes& key, hook_row row, std::string why) {
  row.failed_at = context_->node->clock->now();
  if (!why.empty())
    row.why = std::move(why);
  const auto id = row.id;
  commit_hooks(
      {erased_record(table::tenant_entity, hook_prefix + key), hook_record(failed_hook_prefix + key, row)},
      [this, key, id, status = row.status](const result<void>& done) {
        if (done) {
          context_->node->count->hooks_failed.fetch_add(1, std::memory_order_relaxed);
          log::warn("hook.failed", {{"tenant", context_->entry->config.id}, {"event", id}, {"status", status}});
          hooks_->window.erase(key);
        } else {
          hooks_->window.put_back(key, context_->node->clock->now() + soon.count(), false);
        }
        deliver_hooks();
      });
}

void tenant::set_aside_old_hooks() {
  auto& desk = *hooks_;
  const auto now = context_->node->clock->now();
  for (const auto& key : desk.window.older_than(now - hook_tried_for)) {
    if (desk.window.on_their_way() >= at_once)
      return; // the next are looked at when these are done
    if (desk.window.hold(key))
      open_held_hook(key, [this, key](hook_row row) {
        set_hook_aside(key, std::move(row),
                       hooks_->stopped_at != 0 ? "delivery was stopped (410)" : "there was no webhook");
      });
  }
}

void tenant::forget_failed_hooks() {
  auto& desk = *hooks_;
  const auto now = context_->node->clock->now();
  if (now < desk.forget_at)
    return;
  desk.forget_at = now + forget_pause;
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = failed_hook_prefix;
  query.limit = rows_at_once;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, before = now - hook_tried_for - failed_hook_kept](const runtime::range_answer& answer) {
            std::vector<persistence::record> rows;
            if (answer.value)
              for (const auto& stored : *answer.value)
                if (hook_time(std::string_view(stored.key).substr(failed_hook_prefix.size())) <= before)
                  rows.push_back(erased_record(table::tenant_entity, stored.key));
            if (rows.empty())
              return;
            const bool is_more = rows.size() == rows_at_once;
            commit_hooks(std::move(rows), [this, is_more](const result<void>& done) {
              if (!done || !is_more)
                return;
              hooks_->forget_at = 0;
              forget_failed_hooks();
            });
          },
          [](const caf::error&) {});
}

// -- stopped ------------------------------------------------------------

bytes tenant::hooks_fingerprint() const {
  const auto& entry = *context_->entry;
  const auto& webhook = entry.config.webhook;
  const auto hash =
      persistence::keyed_hash(entry.keys->lookup, {"webhook", webhook.url, webhook.secret, webhook.secret_before});
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

void tenant::read_hooks_stopped(const std::optional<bytes>& sealed) {
  if (!sealed)
    return;
  const auto& entry = *context_->entry;
  const auto text =
      entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, hooks_stopped_key), *sealed);
  const auto read = json::parse(text ? *text : std::string{}, nullptr, false);
  if (read.is_object() && read.value("of", "") == to_hex(as_span(hooks_fingerprint())))
    hooks_->stopped_at = read.value("at", time_ms{0}); // of another configuration it says nothing
}

void tenant::resume_hooks() {
  hooks_->stopped_at = 0;
  hooks_->window.bring_forward(hook_window::which::all, context_->node->clock->now());
  // Should it not be written, it is asked once more by who comes after us, and stops again.
  commit_hooks({erased_record(table::tenant_entity, hooks_stopped_key)}, [](const result<void>&) {});
  deliver_hooks();
}

void tenant::hooks_reconfigured() {
  if (!hooks_)
    return;
  const auto now_of = hooks_fingerprint();
  if (std::exchange(hooks_->of, now_of) == now_of)
    return;
  if (hooks_->stopped_at != 0)
    return resume_hooks();
  hooks_->window.bring_forward(hook_window::which::all, context_->node->clock->now());
  deliver_hooks();
}

} // namespace wakala::actors
