#include "actors/records/conversation_records.hpp"

#include "actors/outbound/number_gate.hpp"
#include "runtime/core/codec.hpp"
#include "whatsapp/request_shorthand.hpp"

#include <algorithm>
#include <array>

namespace wakala::actors {

using whatsapp::delivery_status;

namespace {

/// Of all records here. A record that is to hold more gets the next number, and its reader goes on to read this one.
constexpr std::uint8_t form = 1;
/// Of a transcript entry that names a file; an older program refuses it by name instead of misreading it.
constexpr std::uint8_t form_with_media = 2;

// Lists on disk: append only.
constexpr std::array<std::string_view, 20> message_types{
    "text",    "interactive", "button",      "image",    "audio", "video",    "document",
    "sticker", "location",    "contacts",    "reaction", "order", "template", "edit",
    "revoke",  "system",      "unsupported", "unknown",  "read",  ""};
constexpr std::array statuses{delivery_status::queued,   delivery_status::attempting, delivery_status::ambiguous,
                              delivery_status::accepted, delivery_status::sent,       delivery_status::delivered,
                              delivery_status::read,     delivery_status::played,     delivery_status::failed,
                              delivery_status::expired};

constexpr std::uint64_t time_max = std::uint64_t{1} << 53U;
constexpr std::string_view wamid_prefix = "wamid.";

error damaged(const char* what) {
  std::string text = "a stored ";
  text += what;
  text += " cannot be read";
  return make_error(errc::corrupt, std::move(text));
}

error unknown_form(const char* what, unsigned found) {
  std::string text = "a stored ";
  text += what;
  text += " has the unknown form ";
  text += std::to_string(found);
  text += ": it was written by a newer program, or damaged";
  return make_error(errc::corrupt, std::move(text));
}

/// What was read by `fill`, if that was a record of a form we know and nothing else.
template <class T, class Fill>
result<T> read(std::string_view from, const char* what, Fill&& fill, std::uint8_t last_form = form) {
  decoder in(from);
  T value;
  if (in.form() >= form && in.form() <= last_form)
    fill(in, value);
  else if (in.good())
    return unknown_form(what, in.form());
  if (!in.finished())
    return damaged(what);
  return value;
}

void put_time(encoder& out, time_ms at) { out.number(static_cast<std::uint64_t>(at)); }

time_ms get_time(decoder& in) { return in.number<time_ms>(time_max); }

/// A time that is 0 or near another.
void put_time_near(encoder& out, time_ms at, time_ms other) {
  out.byte(at == 0 ? 0 : 1);
  if (at != 0)
    out.difference(static_cast<std::int64_t>(static_cast<std::uint64_t>(at) - static_cast<std::uint64_t>(other)));
}

time_ms get_time_near(decoder& in, time_ms other) {
  const auto kind = in.byte();
  in.expect(kind <= 1);
  if (kind != 1)
    return 0;
  const auto at = static_cast<std::uint64_t>(in.difference()) + static_cast<std::uint64_t>(other);
  return in.expect(at <= time_max) ? static_cast<time_ms>(at) : 0;
}

template <std::size_t N>
std::uint8_t flags(const std::array<bool, N>& set) {
  std::uint8_t value = 0;
  for (std::size_t i = 0; i < N; ++i)
    value = static_cast<std::uint8_t>(value | (set[i] ? 1U << i : 0U));
  return value;
}

template <std::size_t N>
std::array<bool, N> get_flags(decoder& in) {
  const auto value = in.byte();
  in.expect((value >> N) == 0);
  std::array<bool, N> set{};
  for (std::size_t i = 0; i < N; ++i)
    set[i] = ((value >> i) & 1U) != 0;
  return set;
}

// Message ids are long: Meta's are base64 of half that is digits, ours the row key in hexadecimal. What stands in the
// first number: the kind in its lower two bits, and above them a size or ordinal.
enum class id_kind : std::uint8_t { text, wamid, ours };

void put_message_id(encoder& out, std::string_view id) {
  const auto head = [&](id_kind kind, std::uint64_t rest) {
    out.number(rest << 2U | static_cast<std::uint8_t>(kind));
  };
  if (id.starts_with(wamid_prefix)) {
    const auto digits = id.substr(wamid_prefix.size());
    if (const auto raw = from_base64(digits); raw && to_base64(as_span(*raw)) == digits) {
      head(id_kind::wamid, raw->size());
      return out.raw(*raw);
    }
  } else if (const auto own = parse_outbox_id(id);
             own && outbox_id(own->first, own->second) == id && own->second < (std::uint64_t{1} << 62U)) {
    head(id_kind::ours, own->second);
    return out.raw(conversation_row_key(own->first));
  }
  const auto text = to_valid_utf8(id);
  head(id_kind::text, text.size());
  out.raw(text);
}

std::string get_message_id(decoder& in) {
  const auto head = in.number();
  const auto rest = head >> 2U;
  if ((head & 3U) == static_cast<std::uint8_t>(id_kind::ours)) {
    const auto raw = in.raw(conversation_id{}.bytes.size());
    conversation_id id;
    std::copy(raw.begin(), raw.end(), id.bytes.begin());
    return in.expect(rest > 0) ? outbox_id(id, rest) : std::string{};
  }
  if (!in.expect((head & 3U) <= static_cast<std::uint8_t>(id_kind::wamid) && rest <= in.left()))
    return {};
  const auto raw = in.raw(static_cast<std::size_t>(rest));
  if ((head & 3U) == static_cast<std::uint8_t>(id_kind::wamid))
    return std::string(wamid_prefix) + to_base64(as_span(raw));
  return in.expect(is_utf8(raw)) ? std::string(raw) : std::string{};
}

} // namespace

std::string to_text(const conversation_record& r) {
  encoder out(commerce::record_form(r.shop), 256);
  encode(out, r.shop);
  out.number(r.next_ordinal);
  encode(out, r.mapped);
  auto packed = out.take();
  packed.shrink_to_fit(); // an idle conversation keeps it
  return packed;
}

result<conversation_record> conversation_record_from(std::string_view from) {
  const auto fill = [](decoder& in, conversation_record& r) {
    r.shop = commerce::decode_conversation(in);
    r.next_ordinal = in.number();
    r.mapped = decode_mapped(in);
  };
  return read<conversation_record>(from, "conversation", fill, commerce::record_form_max);
}

namespace {

// A list on disk: append only.
constexpr std::array<std::string_view, 8> mime_types{
    "image/jpeg", "image/png", "image/webp",      "audio/ogg; codecs=opus",
    "audio/mpeg", "video/mp4", "application/pdf", "audio/ogg"};

void put_media(encoder& out, const whatsapp::media_reference& m) {
  out.byte(flags<3>({m.voice, m.animated, !m.filename.empty()}));
  out.numeral(m.id);
  out.word(m.mime_type, mime_types);
  out.hex(m.sha256);
  if (!m.filename.empty())
    out.text(m.filename);
}

whatsapp::media_reference get_media(decoder& in) {
  whatsapp::media_reference m;
  const auto [voice, animated, named] = get_flags<3>(in);
  m.voice = voice;
  m.animated = animated;
  m.id = in.numeral();
  m.mime_type = in.word(mime_types);
  m.sha256 = in.hex();
  if (named)
    m.filename = in.text();
  return m;
}

} // namespace

std::string to_text(const transcript_entry& e) {
  encoder out(e.media ? form_with_media : form, 128 + e.text.size());
  out.byte(flags<4>({e.inbound, e.answered, e.echo, !e.context_id.empty()}));
  put_message_id(out, e.id);
  if (!e.context_id.empty())
    put_message_id(out, e.context_id);
  out.word(e.type, message_types);
  out.text(e.text);
  out.numeral(e.number_id);
  put_time(out, e.at);
  if (e.media)
    put_media(out, *e.media);
  return out.take();
}

result<transcript_entry> transcript_entry_from(std::string_view from) {
  const auto fill = [](decoder& in, transcript_entry& e) {
    const auto [inbound, answered, echo, quotes] = get_flags<4>(in);
    e.inbound = inbound;
    e.answered = answered;
    e.echo = echo;
    e.id = get_message_id(in);
    if (quotes)
      e.context_id = get_message_id(in);
    e.type = in.word(message_types);
    e.text = in.text();
    e.number_id = in.numeral();
    e.at = get_time(in);
    if (in.form() >= form_with_media)
      e.media = get_media(in);
  };
  return read<transcript_entry>(from, "message", fill, form_with_media);
}

std::string to_text(const delivery_record& d) {
  encoder out(form, 80 + d.error_text.size());
  const auto status = std::find(statuses.begin(), statuses.end(), d.status) - statuses.begin();
  out.byte(static_cast<std::uint8_t>(status));
  out.byte(flags<3>({!d.message_id.empty(), !d.error_code.empty() || !d.error_text.empty(), d.ambiguous != 0}));
  if (!d.message_id.empty())
    put_message_id(out, d.message_id);
  put_time(out, d.at);
  out.number(d.attempts);
  if (!d.error_code.empty() || !d.error_text.empty()) {
    out.numeral(d.error_code);
    out.text(d.error_text);
  }
  if (d.ambiguous != 0)
    out.number(d.ambiguous);
  return out.take();
}

result<delivery_record> delivery_record_from(std::string_view from) {
  return read<delivery_record>(from, "delivery status", [](decoder& in, delivery_record& d) {
    const auto status = in.byte();
    d.status = in.expect(status < statuses.size()) ? statuses[status] : delivery_status::queued;
    const auto [sent, refused, ambiguous] = get_flags<3>(in);
    if (sent)
      d.message_id = get_message_id(in);
    d.at = get_time(in);
    d.attempts = in.number32();
    if (refused) {
      d.error_code = in.numeral();
      d.error_text = in.text();
    }
    if (ambiguous)
      d.ambiguous = in.number32();
  });
}

std::string to_text(const outbox_item& i) {
  const auto request = whatsapp::shorten_request(i.request);
  encoder out(form, 48 + request.size());
  const bool is_broadcast = i.priority == static_cast<std::uint8_t>(send_priority::broadcast);
  out.byte(flags<4>({i.read_mark, i.attempting, i.is_posted, is_broadcast}));
  out.number(i.ordinal);
  out.numeral(i.number_id);
  out.number(i.tries);
  out.number(i.ambiguous);
  put_time(out, i.created_at);
  put_time_near(out, i.next_at, i.created_at);
  put_time_near(out, i.attempt_at, i.created_at);
  out.blob(request);
  return out.take();
}

result<outbox_item> outbox_item_from(std::string_view from) {
  return read<outbox_item>(from, "outbox row", [](decoder& in, outbox_item& i) {
    const auto [read_mark, attempting, is_posted, is_broadcast] = get_flags<4>(in);
    i.read_mark = read_mark;
    i.attempting = attempting;
    i.ordinal = in.number();
    i.number_id = in.numeral();
    i.tries = in.number32();
    i.ambiguous = in.number32();
    i.created_at = get_time(in);
    i.next_at = get_time_near(in, i.created_at);
    i.attempt_at = get_time_near(in, i.created_at);
    auto request = whatsapp::expand_request(in.blob());
    if (in.expect(request.has_value()))
      i.request = std::move(*request);
    i.is_posted = is_posted || is_template(i.request); // the shop itself sends none
    i.priority = static_cast<std::uint8_t>(is_broadcast ? send_priority::broadcast : priority_of(i.request));
  });
}

} // namespace wakala::actors
