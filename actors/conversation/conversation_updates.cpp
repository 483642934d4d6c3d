#include "actors/conversation/conversation.hpp"
#include "actors/conversation/conversation_parts.hpp"
#include "actors/records/identity_records.hpp"
#include "commerce/cart_reminder.hpp"
#include "runtime/core/log.hpp"
#include "whatsapp/write_request.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::actors {

using persistence::table;
using whatsapp::delivery_status;
using whatsapp::event_kind;

namespace {

std::string figures_text(const commerce::session_figures& f) {
  return R"({"category":")" + std::string(f.category) + R"(","cost_usd":"0.00","created_at":)" +
         std::to_string(f.created_at) + R"(,"duration_seconds":)" + std::to_string(f.duration_seconds) +
         R"(,"message_count":)" + std::to_string(f.message_count) + "}";
}

/// A status that comes later says nothing of the number as it is.
constexpr time_ms news_last = ms_per_hour;
constexpr time_ms seconds_max = 99'999'999'999; ///< year 5138

time_ms expiry_of(const commerce::cart& c) noexcept { return c.lines.empty() ? 0 : c.expires_at; }

/// -1 when it is none.
template <class Number>
Number number_from(std::string_view text) {
  Number number = -1;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() ? number : -1;
}

} // namespace

result<conversation_record> conversation::unpacked() const {
  return state_.empty() ? conversation_record{} : conversation_record_from(state_);
}

event_outcome conversation::apply(work& w, const conversation_event& e, time_ms received_at) {
  if (e.event->update.kind == event_kind::status)
    return apply_status(w, e);
  if (outbox_.size() >= context_->node->limits.outbox_per_conversation)
    return event_outcome::retry;
  apply_step(w, e, received_at);
  return event_outcome::committed; // unless it asks for something first
}

whatsapp::recipient conversation::recipient_of(const commerce::identity& who) {
  return who.phone.empty() ? whatsapp::recipient{{}, who.user_id} : whatsapp::recipient{who.phone, {}};
}

commerce::step_context conversation::known() const {
  const auto& config = context_->entry->config;
  commerce::step_context about;
  about.now = context_->node->clock->now();
  about.id_seed = context_->node->random->next_u64();
  about.store_name = config.name;
  about.currency = config.currency;
  about.shelf = context_->shelf.get();
  about.phrases = context_->node->phrases.get();
  about.tenant = config.id;
  about.finder = context_->finder.get();
  about.shop = &config.shop;
  about.at_meta = context_->at_meta.get();
  about.pay = context_->pay;
  about.templates = context_->node->order_templates.get();
  about.silent = !config.wants("messages");
  return about;
}

void conversation::apply_step(work& w, const conversation_event& what, time_ms received_at) {
  const auto& e = *what.event;
  const auto& u = e.update;
  const auto& config = context_->entry->config;
  auto& record = *w.record;
  auto about = known();
  about.silent = about.silent || what.is_too_much;
  if (const auto& said = act().said; said && said->event == e.key.hash) {
    about.order = said->order ? &*said->order : nullptr;
    about.may_reach = said->may_reach ? &*said->may_reach : nullptr;
    about.payment = said->payment ? &*said->payment : nullptr;
  }
  auto stepped = context_->node->step(record.shop, u, about);
  if (stepped.wants_order) {
    w.asking = home_wish{e.key.hash, {order_wanted{id_, e.key.hash, commerce::to_text(*stepped.wants_order)}}};
    return;
  }
  if (const auto& wanted = stepped.wants_template) {
    w.asking = home_wish{e.key.hash, {template_wanted{id_, e.key.hash, wanted->name, wanted->language}}};
    return;
  }
  if (stepped.wants_payment) {
    w.asking = home_wish{
        e.key.hash,
        {pay_wanted{id_, e.key.hash, u.at > 0 ? u.at : received_at, commerce::to_text(*stepped.wants_payment)}}};
    return;
  }
  put_cart_timers(record.shop, stepped.state, w.draft);
  const bool same_person = stepped.state.who == record.shop.who && !record.mapped.all().empty();
  record.shop = std::move(stepped.state);
  const auto usual = config.phone_numbers.empty() ? std::string{} : config.phone_numbers.front().id;
  const auto number = stepped.from_number.empty() ? u.phone_number_id.value_or(usual) : stepped.from_number;
  if (u.kind == event_kind::message || u.kind == event_kind::echo) {
    transcript_entry entry;
    entry.id = u.id.value_or(u.derived_id);
    entry.inbound = u.kind == event_kind::message;
    entry.echo = u.kind == event_kind::echo;
    entry.type = u.type.value_or("");
    entry.text = u.text.empty() ? u.value.value_or("") : u.text;
    entry.number_id = number;
    entry.context_id = u.context_id;
    entry.at = u.at > 0 ? u.at : received_at;
    entry.answered = stepped.answered;
    entry.media = whatsapp::media_of(u);
    w.draft.personal.push_back(
        sealed(table::transcript, ordinal_row_key(id_, record.next_ordinal++), to_text(entry)));
  }
  auto to = recipient_of(record.shop.who);
  if (!to.phone.empty())
    to.phone = u.from.value_or(to.phone);
  remember_outbox(w);
  if (stepped.opts_out)
    drop_what_nobody_asked_for(w);
  if (stepped.answered && u.id)
    enqueue_read_mark(w, to, *u.id, number);
  for (const auto& reply : stepped.replies)
    enqueue(w, to, reply, number, stepped.is_notice ? send_priority::notification : send_priority::reply);
  if (!same_person && context_->is_home) // elsewhere the home has written them
    map_identities(record, w.draft);
  put_figures(stepped.figures, w.draft);
  put_state(w, record);
}

void conversation::enqueue(work& w, const whatsapp::recipient& to, const commerce::reply& what,
                           const std::string& number, send_priority priority) {
  transcript_entry entry;
  entry.type = whatsapp::type_name(what.content);
  entry.text = what.shown.empty() ? whatsapp::summary_text(what.content) : what.shown;
  entry.number_id = number;
  if (what.refused)
    return show_refused(w, what, std::move(entry));
  auto request = whatsapp::request_text(to, what.content, outbox_id(id_, w.record->next_ordinal));
  // A template was counted by the home, as those are that somebody posts.
  const bool is_counted = std::holds_alternative<whatsapp::template_message>(what.content);
  enqueue_request(w, std::move(request), std::move(entry), priority, is_counted);
}

void conversation::show_refused(work& w, const commerce::reply& what, transcript_entry shown) {
  const auto ordinal = w.record->next_ordinal++;
  const auto now = context_->node->clock->now();
  shown.id = outbox_id(id_, ordinal);
  shown.inbound = false;
  shown.at = now;
  w.draft.personal.push_back(sealed(table::transcript, ordinal_row_key(id_, ordinal), to_text(shown)));
  delivery_record d;
  d.status = delivery_status::failed;
  d.at = now;
  d.error_code = std::to_string(what.refused->code);
  d.error_text = what.refused->details;
  put_delivery(w, ordinal, d);
  w.told = [before = std::move(w.told), id = shown.id, tenant = context_->entry->config.id,
            why = *what.refused](const error* failed) {
    if (before)
      before(failed);
    if (failed == nullptr)
      log::warn("order.not_told", {{"tenant", tenant}, {"id", id}, {"code", why.code}, {"why", why.details}});
  };
}

void conversation::enqueue_read_mark(work& w, const whatsapp::recipient& to, const std::string& message_id,
                                     const std::string& number) {
  outbox_item item;
  item.ordinal = w.record->next_ordinal++;
  item.number_id = number;
  item.read_mark = true;
  item.created_at = context_->node->clock->now();
  item.request = whatsapp::request_text(to, whatsapp::mark_as_read{message_id, false});
  w.fresh.emplace_back(item.ordinal, w.all.size()); // its row is written once it is known whether it leaves at once
  outbox_.push_back(std::move(item));
}

void conversation::put_figures(const commerce::session_figures& f, commit_draft& draft) {
  if (f.session_id.empty())
    return;
  persistence::record figures;
  figures.where = table::figures;
  figures.key = f.session_id;
  figures.value = figures_text(f);
  draft.business.push_back(std::move(figures));
}

std::uint64_t conversation::enqueue_request(work& w, std::string request, transcript_entry shown,
                                            send_priority priority, bool is_posted) {
  outbox_item item;
  item.ordinal = w.record->next_ordinal++;
  item.number_id = shown.number_id;
  item.created_at = context_->node->clock->now();
  item.priority = static_cast<std::uint8_t>(priority);
  item.is_posted = is_posted;
  item.request = std::move(request);
  shown.id = outbox_id(id_, item.ordinal);
  shown.inbound = false;
  shown.at = item.created_at;
  w.draft.personal.push_back(sealed(table::transcript, ordinal_row_key(id_, item.ordinal), to_text(shown)));
  w.fresh.emplace_back(item.ordinal, w.all.size()); // as above
  outbox_.push_back(std::move(item));
  return outbox_.back().ordinal;
}

conversation_record& conversation::record_of(work& w) const {
  if (!w.record)
    w.record = unpacked().value();
  return *w.record;
}

void conversation::learn_from_code(work& w, int code, const std::string& number_id, time_ms at, bool is_of_status) {
  using whatsapp::error_class;
  constexpr int marketing_stopped = 131050;
  constexpr int spam_limit = 131048;
  whatsapp::send_error said;
  said.code = code;
  const auto kind = code < 0 ? error_class::transient : whatsapp::classify(said);
  if (code == marketing_stopped) {
    auto& record = record_of(w);
    if (at < record.shop.may.marketing_at)
      return; // the shopper has thought better of it since
    record.shop.may.no_marketing = true;
    record.shop.may.marketing_at = at;
    put_state(w, record);
  } else if (context_->node->clock->now() - at > news_last) {
    return; // whatever it was, somebody has seen it
  } else if (code == spam_limit || kind == error_class::unauthorised || kind == error_class::blocked) {
    send(context_->owner, number_news{number_id, code, false, is_of_status});
  }
}

event_outcome conversation::apply_status(work& w, const conversation_event& e) {
  const auto& u = e.event->update;
  auto ordinal = e.ordinal;
  if (ordinal == 0 && u.id)
    ordinal = deliveries_.ordinal_of(*u.id).value_or(0);
  if (ordinal == 0)
    return event_outcome::unmatched;
  const bool is_waiting = find(ordinal) != nullptr;
  if (!is_waiting && !deliveries_.has(ordinal))
    return event_outcome::unmatched;
  auto d = delivery_of(ordinal);
  const auto before = d.status;
  d.status = whatsapp::merge_status(d.status, u.type.value_or(""));
  if (d.status != before)
    d.at = u.at > 0 ? u.at : context_->node->clock->now();
  if (d.status == delivery_status::failed && before != delivery_status::failed) {
    d.error_code = u.error_code;
    d.error_text = u.error_title;
    context_->node->count->sends_failed.fetch_add(1, std::memory_order_relaxed);
    learn_from_code(w, number_from<int>(u.error_code), u.phone_number_id.value_or(""), d.at, true);
  }
  if (const auto until = number_from<time_ms>(u.free_until); until > 0) { // Meta knows best
    auto& record = record_of(w);
    record.shop.entry.until = std::max(record.shop.entry.until, std::min(until, seconds_max) * ms_per_second);
    put_state(w, record);
  }
  if (u.id) {
    if (d.message_id.empty())
      put_message_ref(ordinal, *u.id, w.draft);
    d.message_id = *u.id;
  }
  if (is_waiting) {
    if (const auto* item = find(ordinal); item->attempting) {
      d.attempts = std::max(d.attempts, attempts_of(*item));
      d.ambiguous = item->ambiguous;
    }
    // Meta speaks of it, so Meta has it: this settles an attempt whose answer is still out or was lost.
    erase_from_outbox(w, ordinal);
    context_->node->count->sends_accepted.fetch_add(1, std::memory_order_relaxed);
  }
  put_delivery(w, ordinal, d);
  return event_outcome::committed;
}

void conversation::map_identities(conversation_record& record, commit_draft& draft) const {
  const auto& entry = *context_->entry;
  const auto& who = record.shop.who;
  const auto user_key =
      who.user_id.empty() ? bytes{} : identity_row_key(*entry.keys, identity_kind::user_id, who.user_id);
  const auto put = [&](const bytes& key) {
    if (record.mapped.holds(key, user_key))
      return;
    record.mapped.put(key, user_key);
    draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::identity, key,
                                           to_text(identity_row{id_, to_hex(as_span(user_key))}),
                                           *context_->node->random));
  };
  if (!user_key.empty())
    put(user_key);
  if (!who.phone.empty())
    put(identity_row_key(*entry.keys, identity_kind::phone, who.phone));
}

void conversation::put_timer(std::string_view name, time_ms before, time_ms due, commit_draft& draft) const {
  if (before == due)
    return;
  const auto row_key = timer_row_key(id_, name);
  draft.personal.push_back(due == 0 ? erased_record(table::timer, row_key)
                                    : sealed(table::timer, row_key, name, due));
}

void conversation::put_cart_timers(const commerce::conversation_state& before,
                                   const commerce::conversation_state& after, commit_draft& draft) const {
  const auto& shop = context_->entry->config.shop;
  put_timer(cart_timer, expiry_of(before.basket), expiry_of(after.basket), draft);
  put_timer(remind_timer, commerce::reminder_due(before, shop), commerce::reminder_due(after, shop), draft);
}

event_key conversation::key_of(const timer_fired& timer) const {
  return event_key{bucket_at(timer.due),
                   persistence::keyed_hash(context_->entry->keys->lookup,
                                           {"timer", to_string(id_), timer.name, std::to_string(timer.due)})};
}

void conversation::fire_reminder(const timer_fired& timer) {
  if (outbox_.size() >= context_->node->limits.outbox_per_conversation)
    return; // it is still due at the next look
  auto record = unpacked();
  if (!record)
    return;
  const auto about = known();
  const auto due = commerce::reminder_due(record->shop, *about.shop, about.now);
  auto w = std::make_shared<work>();
  w->record = std::move(*record);
  w->draft.conversation = id_;
  w->draft.key = key_of(timer);
  // Something may have changed since: the shopper came back, the shop is closed now.
  put_timer(remind_timer, timer.due, due > about.now ? due : 0, w->draft);
  if (due > 0 && due <= about.now) {
    auto stepped = commerce::remind_of_cart(w->record->shop, about);
    put_timer(cart_timer, expiry_of(w->record->shop.basket), expiry_of(stepped.state.basket), w->draft);
    w->record->shop = std::move(stepped.state);
    remember_outbox(*w);
    for (const auto& reply : stepped.replies)
      enqueue(*w, recipient_of(w->record->shop.who), reply, stepped.from_number,
              send_priority::broadcast); // nobody waits for it
    put_figures(stepped.figures, w->draft);
    put_state(*w, *w->record);
  }
  w->all.push_back(std::move(w->draft));
  arm(*w);
  finish_drafts(*w);
  commit(std::move(w));
}

void conversation::fire(const timer_fired& timer) {
  if (timer.name == remind_timer)
    return fire_reminder(timer);
  const auto now = context_->node->clock->now();
  auto record = unpacked();
  if (!record)
    return; // it is still due at the next look
  auto& basket = record->shop.basket;
  if (timer.name == cart_timer && basket.expires_at > now)
    return; // the shopper came back; a later timer stands in its place
  auto w = std::make_shared<work>();
  auto& draft = w->draft;
  draft.conversation = id_;
  draft.personal.push_back(erased_record(table::timer, timer_row_key(id_, timer.name)));
  if (timer.name == cart_timer)
    basket = commerce::cart{};
  draft.key = key_of(timer);
  if (!state_.empty())
    put_state(*w, *record);
  w->all.push_back(std::move(draft));
  finish_drafts(*w);
  commit(std::move(w));
}

void conversation::adopt_outbox() {
  if (outbox_.empty())
    return;
  auto w = std::make_shared<work>();
  w->draft.conversation = id_;
  for (const auto& item : outbox_)
    put_outbox(item, w->draft);
  w->all.push_back(std::move(w->draft));
  commit(std::move(w));
}

void conversation::put_state(work& w, const conversation_record& record) const {
  w.undo.state = to_text(record);
  w.draft.changes_state = true;
}

outbox_item* conversation::find(std::uint64_t ordinal) {
  const auto it =
      std::find_if(outbox_.begin(), outbox_.end(), [&](const auto& item) { return item.ordinal == ordinal; });
  return it == outbox_.end() ? nullptr : &*it;
}

delivery_record conversation::delivery_of(std::uint64_t ordinal) const {
  return deliveries_.find(ordinal).value_or(delivery_record{});
}

void conversation::put_delivery(work& w, std::uint64_t ordinal, const delivery_record& d) {
  w.draft.personal.push_back(sealed(table::delivery, ordinal_row_key(id_, ordinal), to_text(d)));
  w.undo.deliveries.emplace_back(ordinal, deliveries_.find(ordinal));
  const bool is_final =
      d.status == delivery_status::read || d.status == delivery_status::played || d.status == delivery_status::failed;
  if (is_final)
    deliveries_.erase(ordinal);
  else
    deliveries_.put(ordinal, d);
}

void conversation::remember_outbox(work& w) const {
  if (!w.undo.outbox)
    w.undo.outbox = outbox_;
}

void conversation::erase_from_outbox(work& w, std::uint64_t ordinal) {
  remember_outbox(w);
  w.draft.personal.push_back(erased_record(table::outbox, ordinal_row_key(id_, ordinal)));
  std::erase_if(outbox_, [&](const outbox_item& item) { return item.ordinal == ordinal; });
}

void conversation::put_outbox(const outbox_item& item, commit_draft& draft) const {
  draft.personal.push_back(
      sealed(table::outbox, ordinal_row_key(id_, item.ordinal), to_text(item), std::max<time_ms>(item.next_at, 1)));
}

void conversation::put_message_ref(std::uint64_t ordinal, const std::string& message_id, commit_draft& draft) const {
  const auto& entry = *context_->entry;
  draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::message_ref,
                                         message_row_key(*entry.keys, message_id), to_text(message_row{id_, ordinal}),
                                         *context_->node->random));
}

} // namespace wakala::actors
