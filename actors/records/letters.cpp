#include "actors/records/letters.hpp"

#include "runtime/core/codec.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <variant>

namespace wakala::actors {

using nlohmann::json;

namespace {

using whatsapp::event;

constexpr std::uint8_t form = 1;

// Places on disk: append only.
constexpr std::array optional_texts{
    &event::id,      &event::from, &event::from_user_id, &event::to,        &event::to_user_id,
    &event::sender,  &event::type, &event::value,        &event::timestamp, &event::phone_number_id,
    &event::waba_id, &event::field};
using text_member = std::variant<std::string event::*, whatsapp::rare_text event::*>;
constexpr std::array<text_member, 18> texts{&event::entry_time,       &event::text,       &event::reply_id,
                                            &event::profile_name,     &event::username,   &event::contact_phone,
                                            &event::contact_user_id,  &event::context_id, &event::previous_user_id,
                                            &event::callback_data,    &event::error_code, &event::error_title,
                                            &event::pricing_category, &event::group_id,   &event::derived_id,
                                            &event::new_phone,        &event::referral,   &event::free_until};

std::string_view text_of(const event& e, const text_member& member) {
  return std::visit([&e](auto place) -> std::string_view { return e.*place; }, member);
}

constexpr auto last_kind = whatsapp::event_kind::order;
constexpr auto last_reason = aside_reason::unmatched;

enum event_flags : std::uint8_t { derived = 1, replay = 2, all_flags = derived | replay };

/// Which of some members are there, as bits; and then they themselves.
template <class Members, class Has, class Get>
void put_some(encoder& out, const Members& members, Has&& has, Get&& get) {
  std::uint64_t there = 0;
  for (std::size_t i = 0; i < members.size(); ++i)
    there |= std::uint64_t{has(members[i])} << i;
  out.number(there);
  for (std::size_t i = 0; i < members.size(); ++i)
    if (((there >> i) & 1U) != 0)
      out.text(get(members[i]));
}

/// `set` is given a member and its text.
template <class Members, class Set>
void get_some(decoder& in, const Members& members, Set&& set) {
  const auto there = in.number((std::uint64_t{1} << members.size()) - 1);
  for (std::size_t i = 0; i < members.size(); ++i)
    if (((there >> i) & 1U) != 0)
      set(members[i], std::string(in.text()));
}

void encode(encoder& out, const routed_event& e) {
  const auto& u = e.update;
  out.byte(static_cast<std::uint8_t>(u.kind));
  out.byte(static_cast<std::uint8_t>((u.id_is_derived ? derived : 0) | (e.replay ? replay : 0)));
  out.difference(u.at);
  put_some(
      out, optional_texts, [&](auto member) { return (u.*member).has_value(); },
      [&](auto member) -> std::string_view { return *(u.*member); });
  put_some(
      out, texts, [&](auto member) { return !text_of(u, member).empty(); },
      [&](auto member) { return text_of(u, member); });
  out.text(u.raw.text());
  out.text(e.tenant);
  out.number(e.key.bucket);
  out.raw({reinterpret_cast<const char*>(e.key.hash.data()), e.key.hash.size()});
  out.number(e.other_bucket);
  out.number(e.index);
  out.byte(static_cast<std::uint8_t>(e.aside));
  out.text(e.origin);
}

routed_event decode_event(decoder& in) {
  routed_event e;
  auto& u = e.update;
  const auto kind = in.byte();
  if (in.expect(kind <= static_cast<std::uint8_t>(last_kind)))
    u.kind = static_cast<whatsapp::event_kind>(kind);
  const auto flags = in.byte();
  in.expect((flags & ~all_flags) == 0);
  u.id_is_derived = (flags & derived) != 0;
  e.replay = (flags & replay) != 0;
  u.at = in.difference();
  get_some(in, optional_texts, [&u](auto member, std::string text) { u.*member = std::move(text); });
  get_some(in, texts, [&u](const text_member& member, std::string text) {
    std::visit([&](auto place) { u.*place = std::move(text); }, member);
  });
  u.raw = std::string(in.text());
  e.tenant = in.text();
  e.key.bucket = in.number32();
  const auto hash = in.raw(e.key.hash.size());
  std::copy(hash.begin(), hash.end(), e.key.hash.begin());
  e.other_bucket = in.number32();
  e.index = in.number32();
  const auto reason = in.byte();
  if (in.expect(reason <= static_cast<std::uint8_t>(last_reason)))
    e.aside = static_cast<aside_reason>(reason);
  e.origin = in.text();
  return e;
}

/// Fails unless everything was read of a form that is known.
result<void> finished(const decoder& in) {
  if (in.good() && in.form() != form)
    return make_error(errc::corrupt, "a stored event has the unknown form " + std::to_string(in.form()) +
                                         ": it was written by a newer program, or damaged");
  if (!in.finished())
    return make_error(errc::corrupt, "a stored event cannot be read");
  return {};
}

} // namespace

std::string pack_event(const routed_event& e) { return to_base64(as_span(event_to_bytes(e))); }

result<routed_event> unpack_event(std::string_view text) { return event_from_bytes(from_base64(text).value_or("")); }

bytes event_to_bytes(const routed_event& e) {
  encoder out(form, 1024);
  encode(out, e);
  return out.take();
}

result<routed_event> event_from_bytes(std::string_view packed) {
  decoder in(packed);
  auto e = in.form() == form ? decode_event(in) : routed_event{};
  if (auto good = finished(in); !good)
    return good.error();
  return e;
}

std::string to_text(const letter& l) {
  encoder out(form, 1024);
  out.text(l.why);
  out.difference(l.at);
  encode(out, l.event);
  return out.take();
}

result<letter> letter_from(std::string_view from) {
  decoder in(from);
  letter l;
  if (in.form() == form) {
    l.why = in.text();
    l.at = in.difference();
    l.event = decode_event(in);
  }
  if (auto good = finished(in); !good)
    return good.error();
  return l;
}

json describe(const letter& l) {
  const auto text = [](const std::optional<std::string>& value) { return value ? json(*value) : json(nullptr); };
  const auto& u = l.event.update;
  return json{{"id", to_hex(l.event.key.hash)},
              {"kind", to_string(u.kind)},
              {"type", text(u.type)},
              {"phone_number_id", text(u.phone_number_id)},
              {"waba_id", text(u.waba_id)},
              {"reason", l.event.aside == aside_reason::none ? "handler_failed" : to_string(l.event.aside)},
              {"why", l.why},
              {"origin", l.event.origin},
              {"at", to_rfc3339(l.at)}};
}

} // namespace wakala::actors
