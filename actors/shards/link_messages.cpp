#include "actors/shards/link_messages.hpp"

#include "actors/records/letters.hpp"
#include "runtime/core/codec.hpp"
#include "runtime/link_frames.hpp"

namespace wakala::actors {

using runtime::frame_kind;

namespace {

constexpr std::size_t frame_room = 256;
constexpr std::uint8_t answer_form = 1;

encoder frame(frame_kind kind) { return encoder(static_cast<std::uint8_t>(kind), frame_room); }

error unreadable() { return make_error(errc::corrupt, "what another node has sent cannot be read"); }

bool is(const decoder& in, frame_kind kind) { return in.form() == static_cast<std::uint8_t>(kind); }

// -- questions: which, and its fields in the order of the struct

void put(encoder& out, const conversation_id& id) {
  out.raw({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
}
/// What the home of a spread tenant has looked up.
void put(encoder& out, const std::optional<conversation_id>& id) {
  out.byte(id ? 1 : 0);
  if (id)
    put(out, *id);
}
void put(encoder& out, const conversation_query& q) {
  out.text(q.contact);
  put(out, q.conversation);
}
void put(encoder& out, const messages_query& q) {
  out.text(q.contact);
  put(out, q.conversation);
  out.text(q.after);
  out.number(q.limit);
}
void put(encoder& out, const conversations_query& q) {
  out.text(q.after);
  out.number(q.limit);
}
void put(encoder& out, const catalog_put& q) { out.text(q.json); }
void put(encoder&, const catalog_get&) {}
void put(encoder& out, const catalog_import& q) {
  out.text(q.text);
  out.byte(q.is_csv ? 1 : 0);
  out.byte(q.is_partial ? 1 : 0);
}
void put(encoder& out, const letters_query& q) {
  out.byte(static_cast<std::uint8_t>(q.where));
  out.text(q.after);
  out.number(q.limit);
  out.byte(q.packed ? 1 : 0);
}
void put(encoder& out, const letter_action& q) {
  out.byte(static_cast<std::uint8_t>(q.where));
  out.text(q.id);
  out.byte(q.replay ? 1 : 0);
}
void put(encoder& out, const tenant_put& q) {
  out.text(q.form);
  out.text(q.id);
  out.byte(q.must_exist ? 1 : 0);
}
void put(encoder& out, const tenant_delete& q) { out.text(q.id); }
void put(encoder& out, const tenants_import& q) { out.text(q.form); }
void put(encoder& out, const handing& h) {
  put(out, h.conversation);
  out.number(h.ordinal);
  out.number(h.generation);
  out.number(h.width);
  out.number(h.epoch);
  out.difference(h.after);
}
void put(encoder& out, const leave_place& q) {
  out.number(q.generation);
  out.number(q.epoch);
}
void put(encoder& out, const begin_place& q) {
  out.number(q.generation);
  out.number(q.width);
  out.number(q.epoch);
  out.difference(q.after);
}
void put(encoder&, const read_again&) {}
void put(encoder&, const settle_here&) {}
void put(encoder& out, const wake_there& q) {
  put(out, q.conversation);
  out.text(q.timer);
  out.difference(q.due);
}
void put(encoder& out, const sends_wanted& q) {
  out.text(q.number_id);
  out.number(q.count);
  out.difference(q.paused);
}
void put(encoder& out, const order_wanted& q) {
  put(out, q.conversation);
  out.raw({reinterpret_cast<const char*>(q.event.data()), q.event.size()});
  out.blob(q.request);
}
void put(encoder& out, const orders_query& q) {
  out.text(q.after);
  out.number(q.limit);
}
void put(encoder& out, const order_action& q) {
  out.text(q.order);
  out.text(q.action);
  out.text(q.form);
}
void put(encoder& out, const ledger_query& q) {
  out.text(q.after);
  out.number(q.limit);
}
void put(encoder& out, const payment_call& q) {
  out.text(q.action);
  out.text(q.id);
  out.blob(q.text);
}
void put(encoder& out, const pay_wanted& q) {
  put(out, q.conversation);
  out.raw({reinterpret_cast<const char*>(q.event.data()), q.event.size()});
  out.difference(q.at);
  out.blob(q.request);
}
void put(encoder& out, const hooks_query& q) {
  out.text(q.state);
  out.text(q.after);
  out.number(q.limit);
}
void put(encoder& out, const hook_action& q) {
  out.text(q.id);
  out.text(q.action);
}
void put(encoder& out, const message_post& q) {
  for (const auto* text :
       {&q.number_id, &q.phone, &q.user_id, &q.type, &q.summary, &q.context_id, &q.request, &q.repeat_key})
    out.text(*text);
  out.byte(static_cast<std::uint8_t>(q.priority));
  put(out, q.conversation);
  for (const auto* text : {&q.broadcast, &q.template_name, &q.template_language, &q.category, &q.refusal})
    out.text(*text);
  // One byte: who has no use for the second bit reads it as before.
  out.byte(static_cast<std::uint8_t>((q.may_reach_out ? 1 : 0) | (q.is_agent ? 2 : 0)));
}
void put(encoder& out, const read_post& q) {
  out.text(q.number_id);
  out.text(q.request);
}
void put(encoder& out, const account_query& q) { out.byte(q.are_templates ? 1 : 0); }
void put(encoder& out, const account_errand& q) {
  out.byte(q.is_onboarding ? 1 : 0);
  out.text(q.pin);
  out.text(q.callback_url);
  if (q.submits_order_templates)
    out.byte(1);
}
void put(encoder& out, const shopper_block& q) {
  out.text(q.contact);
  out.byte(q.is_blocked ? 1 : 0);
  put(out, q.conversation);
}
void put(encoder& out, const human_turn& q) {
  out.text(q.contact);
  out.byte(q.begins ? 1 : 0);
  out.byte(q.greets ? 1 : 0);
  put(out, q.conversation);
}
void put(encoder& out, const actor_action& q) {
  out.text(q.action);
  out.number(q.minutes);
  put(out, q.conversation);
}
void put(encoder& out, const audit_add& q) { out.text(q.entry); }
void put(encoder& out, const audit_query& q) {
  out.text(q.after);
  out.number(q.limit);
  out.byte(q.verifies ? 1 : 0);
}
void put(encoder& out, const number_news& q) {
  out.text(q.number_id);
  out.difference(q.code);
  out.byte(q.is_recovery ? 1 : 0);
  out.byte(q.is_of_status ? 1 : 0);
}
void put(encoder& out, const replies_wanted& q) {
  out.number(q.count);
  out.number(q.returned);
}
void put(encoder& out, const template_wanted& q) {
  put(out, q.conversation);
  out.raw({reinterpret_cast<const char*>(q.event.data()), q.event.size()});
  out.text(q.name);
  out.text(q.language);
}
void put(encoder& out, const place_question& q) {
  out.number(q.what.index());
  std::visit([&](const auto& what) { put(out, what); }, q.what);
}

std::string text_of(decoder& in) { return std::string(in.text()); }
std::size_t count_of(decoder& in) { return in.number<std::size_t>(1'000'000'000); }
bool flag_of(decoder& in) { return in.number<std::uint8_t>(1) != 0; }
persistence::table table_of(decoder& in) {
  const auto number = in.byte();
  const auto found = std::find_if(std::begin(persistence::all_tables), std::end(persistence::all_tables),
                                  [&](auto t) { return static_cast<std::uint8_t>(t) == number; });
  return in.expect(found != std::end(persistence::all_tables)) ? *found : persistence::table::dead_letter;
}

conversation_id id_of(decoder& in) {
  conversation_id id;
  const auto raw = in.raw(id.bytes.size());
  std::copy(raw.begin(), raw.end(), id.bytes.begin());
  return id;
}
std::optional<conversation_id> looked_up_of(decoder& in) {
  return flag_of(in) ? std::optional(id_of(in)) : std::nullopt;
}

void get(decoder& in, conversation_query& q) {
  q.contact = text_of(in);
  q.conversation = looked_up_of(in);
}
void get(decoder& in, messages_query& q) {
  q.contact = text_of(in);
  q.conversation = looked_up_of(in);
  q.after = text_of(in);
  q.limit = count_of(in);
}
void get(decoder& in, conversations_query& q) {
  q.after = text_of(in);
  q.limit = count_of(in);
}
void get(decoder& in, catalog_put& q) { q.json = text_of(in); }
void get(decoder&, catalog_get&) {}
void get(decoder& in, catalog_import& q) {
  q.text = text_of(in);
  q.is_csv = flag_of(in);
  q.is_partial = flag_of(in);
}
void get(decoder& in, letters_query& q) {
  q.where = table_of(in);
  q.after = text_of(in);
  q.limit = count_of(in);
  q.packed = flag_of(in);
}
void get(decoder& in, letter_action& q) {
  q.where = table_of(in);
  q.id = text_of(in);
  q.replay = flag_of(in);
}
void get(decoder& in, tenant_put& q) {
  q.form = text_of(in);
  q.id = text_of(in);
  q.must_exist = flag_of(in);
}
void get(decoder& in, tenant_delete& q) { q.id = text_of(in); }
void get(decoder& in, tenants_import& q) { q.form = text_of(in); }
handing handing_of(decoder& in) {
  handing h;
  h.conversation = id_of(in);
  h.ordinal = in.number();
  h.generation = in.number();
  h.width = in.number32();
  h.epoch = in.number();
  h.after = in.difference();
  return h;
}
void get(decoder& in, leave_place& q) {
  q.generation = in.number();
  q.epoch = in.number();
}
void get(decoder& in, begin_place& q) {
  q.generation = in.number();
  q.width = in.number32();
  q.epoch = in.number();
  q.after = in.difference();
}
void get(decoder&, read_again&) {}
void get(decoder&, settle_here&) {}
void get(decoder& in, wake_there& q) {
  q.conversation = id_of(in);
  q.timer = text_of(in);
  q.due = in.difference();
}
void get(decoder& in, sends_wanted& q) {
  q.number_id = text_of(in);
  q.count = in.number32();
  q.paused = in.difference();
}

void get(decoder& in, order_wanted& q) {
  q.conversation = id_of(in);
  const auto raw = in.raw(q.event.size());
  std::copy(raw.begin(), raw.end(), q.event.begin());
  q.request = std::string(in.blob());
}
void get(decoder& in, orders_query& q) {
  q.after = text_of(in);
  q.limit = count_of(in);
}
void get(decoder& in, order_action& q) {
  q.order = text_of(in);
  q.action = text_of(in);
  q.form = text_of(in);
}
void get(decoder& in, ledger_query& q) {
  q.after = text_of(in);
  q.limit = count_of(in);
}
void get(decoder& in, payment_call& q) {
  q.action = text_of(in);
  q.id = text_of(in);
  q.text = std::string(in.blob());
}
void get(decoder& in, pay_wanted& q) {
  q.conversation = id_of(in);
  const auto raw = in.raw(q.event.size());
  std::copy(raw.begin(), raw.end(), q.event.begin());
  q.at = in.difference();
  q.request = std::string(in.blob());
}

void get(decoder& in, hooks_query& q) {
  q.state = text_of(in);
  q.after = text_of(in);
  q.limit = count_of(in);
}
void get(decoder& in, hook_action& q) {
  q.id = text_of(in);
  q.action = text_of(in);
}

void get(decoder& in, message_post& q) {
  for (auto* text :
       {&q.number_id, &q.phone, &q.user_id, &q.type, &q.summary, &q.context_id, &q.request, &q.repeat_key})
    *text = text_of(in);
  q.priority =
      static_cast<send_priority>(in.number<std::uint8_t>(static_cast<std::uint8_t>(send_priority::broadcast)));
  q.conversation = looked_up_of(in);
  for (auto* text : {&q.broadcast, &q.template_name, &q.template_language, &q.category, &q.refusal})
    *text = text_of(in);
  const auto flags = in.number<std::uint8_t>(3);
  q.may_reach_out = (flags & 1U) != 0;
  q.is_agent = (flags & 2U) != 0;
}
void get(decoder& in, read_post& q) {
  q.number_id = text_of(in);
  q.request = text_of(in);
}
void get(decoder& in, account_query& q) { q.are_templates = flag_of(in); }
void get(decoder& in, account_errand& q) {
  q.is_onboarding = flag_of(in);
  q.pin = text_of(in);
  q.callback_url = text_of(in);
  q.submits_order_templates = in.left() > 0 && flag_of(in); // an older node does not say
}
void get(decoder& in, shopper_block& q) {
  q.contact = text_of(in);
  q.is_blocked = flag_of(in);
  q.conversation = looked_up_of(in);
}
void get(decoder& in, human_turn& q) {
  q.contact = text_of(in);
  q.begins = flag_of(in);
  q.greets = flag_of(in);
  q.conversation = looked_up_of(in);
}
void get(decoder& in, actor_action& q) {
  q.action = text_of(in);
  q.minutes = in.number32();
  q.conversation = looked_up_of(in);
}
void get(decoder& in, audit_add& q) { q.entry = text_of(in); }
void get(decoder& in, audit_query& q) {
  q.after = text_of(in);
  q.limit = count_of(in);
  q.verifies = flag_of(in);
}
void get(decoder& in, number_news& q) {
  q.number_id = text_of(in);
  q.code = static_cast<std::int32_t>(in.difference());
  q.is_recovery = flag_of(in);
  q.is_of_status = flag_of(in);
}
void get(decoder& in, template_wanted& q) {
  q.conversation = id_of(in);
  const auto raw = in.raw(q.event.size());
  std::copy(raw.begin(), raw.end(), q.event.begin());
  q.name = text_of(in);
  q.language = text_of(in);
}
void get(decoder& in, replies_wanted& q) {
  q.count = in.number32();
  q.returned = in.number32();
}

template <std::size_t I = 0, class... Ts>
bool get_any(decoder& in, std::size_t which, std::variant<Ts...>& out);

void get(decoder& in, place_question& q) { in.expect(get_any(in, count_of(in), q.what)); }

/// Makes the alternative of that number and reads it.
template <std::size_t I, class... Ts>
bool get_any(decoder& in, std::size_t which, std::variant<Ts...>& out) {
  if constexpr (I == sizeof...(Ts)) {
    return false;
  } else {
    if (which != I)
      return get_any<I + 1>(in, which, out);
    get(in, out.template emplace<I>());
    return true;
  }
}

} // namespace

bytes to_frame(const link_batch& batch) {
  auto out = frame(frame_kind::batch);
  out.number(batch.shard);
  out.byte(batch.hops);
  out.difference(batch.received_at);
  out.difference(batch.deadline);
  out.number(batch.events.size());
  for (const auto& e : batch.events) {
    out.blob(event_to_bytes(e));
    out.byte(e.handed ? 1 : 0);
    if (e.handed)
      put(out, *e.handed);
  }
  out.number(batch.times.origin);
  out.number(batch.times.edge_us);
  out.number(batch.times.before_us);
  out.difference(batch.times.sent_at);
  return out.take();
}

result<link_batch> batch_from(std::string_view from) {
  decoder in(from);
  if (!is(in, frame_kind::batch))
    return unreadable();
  link_batch batch;
  batch.shard = in.number32();
  batch.hops = in.byte();
  batch.received_at = in.difference();
  batch.deadline = in.difference();
  for (auto left = in.number<std::size_t>(in.left()); left > 0 && in.good(); --left) {
    auto event = event_from_bytes(in.blob());
    if (!event)
      return event.error();
    if (flag_of(in))
      event->handed = handing_of(in);
    batch.events.push_back(std::move(*event));
  }
  batch.times.origin = in.number32();
  batch.times.edge_us = in.number32();
  batch.times.before_us = in.number32();
  batch.times.sent_at = in.difference();
  if (!in.finished())
    return unreadable();
  return batch;
}

bytes to_frame(const std::vector<event_outcome>& outcomes) {
  encoder out(answer_form, outcomes.size() + 4);
  out.number(outcomes.size());
  for (const auto o : outcomes)
    out.byte(static_cast<std::uint8_t>(o));
  return out.take();
}

result<std::vector<event_outcome>> outcomes_from(std::string_view from) {
  decoder in(from);
  std::vector<event_outcome> outcomes;
  if (in.form() != answer_form)
    return unreadable();
  for (auto left = in.number<std::size_t>(in.left()); left > 0; --left)
    outcomes.push_back(
        static_cast<event_outcome>(in.number<std::uint8_t>(static_cast<std::uint8_t>(event_outcome::unmatched))));
  if (!in.finished())
    return unreadable();
  return outcomes;
}

bytes to_frame(const link_query& question) {
  auto out = frame(frame_kind::question);
  out.number(question.shard);
  out.text(question.tenant);
  out.number(question.what.index());
  std::visit([&](const auto& q) { put(out, q); }, question.what);
  return out.take();
}

result<link_query> query_from(std::string_view from) {
  decoder in(from);
  link_query question;
  if (!is(in, frame_kind::question))
    return unreadable();
  question.shard = in.number32();
  question.tenant = text_of(in);
  if (!get_any(in, count_of(in), question.what) || !in.finished())
    return unreadable();
  return question;
}

bytes to_frame(const text_answer& answer) {
  encoder out(answer_form, frame_room);
  out.byte(answer.value ? 1 : 0);
  if (answer.value) {
    out.blob(*answer.value);
  } else {
    out.byte(static_cast<std::uint8_t>(answer.why.code));
    out.text(answer.why.what);
    out.text(answer.why.field);
  }
  return out.take();
}

text_answer answer_from(std::string_view from) {
  decoder in(from);
  text_answer answer;
  if (in.form() == answer_form && flag_of(in)) {
    answer.value = std::string(in.blob());
  } else {
    const auto code = in.byte();
    in.expect(code >= static_cast<std::uint8_t>(errc::invalid_argument) &&
              code <= static_cast<std::uint8_t>(errc::handler_failed));
    answer.why.code = static_cast<errc>(code);
    answer.why.what = text_of(in);
    answer.why.field = text_of(in);
  }
  if (!in.finished())
    return text_answer{std::nullopt, unreadable()};
  return answer;
}

} // namespace wakala::actors
