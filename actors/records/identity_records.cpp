#include "actors/records/identity_records.hpp"

#include "runtime/core/codec.hpp"

#include <algorithm>

namespace wakala::actors {

namespace {

bytes row_key(const persistence::tenant_keys& keys, std::string_view kind, std::string_view value) {
  const auto hash = persistence::keyed_hash(keys.lookup, {kind, value});
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

constexpr std::uint8_t form = 1;

encoder begin(const conversation_id& id) {
  encoder out(form, 40);
  out.raw({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
  return out;
}

error unreadable(const char* what, const char* why) {
  std::string text = "a stored ";
  text += what;
  text += why;
  return make_error(errc::corrupt, std::move(text));
}

/// Both rows name a conversation and one thing more, which `rest` reads.
template <class Row, class Rest>
result<Row> read(std::string_view from, const char* what, Rest&& rest) {
  decoder in(from);
  if (in.good() && in.form() != form)
    return unreadable(what, " has an unknown form");
  Row row;
  const auto id = in.raw(row.conversation.bytes.size());
  std::copy(id.begin(), id.end(), row.conversation.bytes.begin());
  rest(in, row);
  if (!in.finished())
    return unreadable(what, " cannot be read");
  return row;
}

} // namespace

bytes identity_row_key(const persistence::tenant_keys& keys, identity_kind kind, std::string_view value) {
  return row_key(keys, kind == identity_kind::phone ? "phone" : "user", value);
}

bytes message_row_key(const persistence::tenant_keys& keys, std::string_view message_id) {
  return row_key(keys, "message", message_id);
}

std::string to_text(const identity_row& row) {
  auto out = begin(row.conversation);
  out.hex(row.user);
  return out.take();
}

result<identity_row> identity_row_from(std::string_view from) {
  return read<identity_row>(from, "identity", [](decoder& in, identity_row& row) { row.user = in.hex(); });
}

std::string to_text(const message_row& row) {
  auto out = begin(row.conversation);
  out.number(row.ordinal);
  return out.take();
}

result<message_row> message_row_from(std::string_view from) {
  return read<message_row>(from, "message reference",
                           [](decoder& in, message_row& row) { row.ordinal = in.number(); });
}

} // namespace wakala::actors
