#include "persistence/row_codec.hpp"

#include "persistence/digest.hpp"
#include "persistence/raw_ids.hpp"
#include "runtime/core/codec.hpp"

#include <algorithm>
#include <cstring>

namespace wakala::persistence {

namespace {

// size of the body (4 bytes, big-endian), body, digest of size and body (4 bytes, big-endian).
// Body: form, shard, sequence number, flags, epoch, time, tenant, conversation and event key if flagged, hops,
// business records, personal records. Numbers and lengths are LEB128; what may be negative is zigzagged first.
constexpr std::uint8_t form = 1;
constexpr std::size_t frame_size = 8;
constexpr std::uint8_t has_conversation = 0x01;
constexpr std::uint8_t has_key = 0x02;

// Records: their number, then each: table and flags in one byte, twice the length of the key (plus one: the
// conversation's id goes in front of it, which spares most records 16 bytes), key, due if flagged, value if flagged.
constexpr std::uint8_t flag_erase = 0x80;
constexpr std::uint8_t flag_due = 0x40;
constexpr std::uint8_t flag_value = 0x20;
constexpr std::uint8_t table_mask = 0x1f;
constexpr std::size_t number_size_max = 10;

/// Writes into room that is large enough.
class pen {
public:
  explicit pen(char* at) noexcept : at_(at) {}

  char* at() const noexcept { return at_; }
  void byte(std::uint8_t value) noexcept { *at_++ = static_cast<char>(value); }
  void number(std::uint64_t value) noexcept {
    for (; value >= 0x80U; value >>= 7U)
      byte(static_cast<std::uint8_t>(value | 0x80U));
    byte(static_cast<std::uint8_t>(value));
  }
  void difference(std::int64_t value) noexcept {
    const auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0U));
  }
  void raw(std::string_view value) noexcept {
    if (!value.empty()) // a null pointer is no place to copy from
      std::memcpy(at_, value.data(), value.size());
    at_ += value.size();
  }
  void blob(std::string_view value) noexcept {
    number(value.size());
    raw(value);
  }

private:
  char* at_;
};

std::size_t room_for(const std::vector<record>& records) noexcept {
  std::size_t room = number_size_max;
  for (const record& r : records)
    room += 1 + 3 * number_size_max + r.key.size() + r.value.size();
  return room;
}

void write(pen& out, const std::vector<record>& records, std::string_view conversation) noexcept {
  out.number(records.size());
  for (const record& r : records) {
    std::uint8_t head = static_cast<std::uint8_t>(r.where) & table_mask;
    if (r.erase)
      head |= flag_erase;
    if (r.due != 0)
      head |= flag_due;
    if (!r.value.empty())
      head |= flag_value;
    out.byte(head);
    std::string_view key = r.key;
    const bool shared = !conversation.empty() && key.starts_with(conversation);
    if (shared)
      key.remove_prefix(conversation.size());
    out.number(key.size() * 2 + (shared ? 1U : 0U));
    out.raw(key);
    if (r.due != 0)
      out.difference(r.due);
    if (!r.value.empty())
      out.blob(r.value);
  }
}

bool read(decoder& in, std::string_view conversation, std::vector<record>& out) {
  out.resize(in.number<std::size_t>(in.left() / 2)); // a record takes two bytes at least
  for (record& r : out) {
    const std::uint8_t head = in.byte();
    const auto where = table_from_number(head & table_mask);
    if (!in.expect(where.has_value()))
      return false;
    r.where = *where;
    r.erase = (head & flag_erase) != 0;
    const auto size = in.number();
    const bool shared = (size & 1U) != 0;
    if (!in.expect(size / 2 <= in.left() && (!shared || !conversation.empty())))
      return false;
    const auto rest = in.raw(static_cast<std::size_t>(size / 2));
    if (shared) {
      r.key.reserve(conversation.size() + rest.size());
      r.key = conversation;
    }
    r.key += rest;
    if ((head & flag_due) != 0) {
      r.due = in.difference();
      in.expect(r.due != 0);
    }
    if ((head & flag_value) != 0) {
      r.value = in.blob();
      in.expect(!r.value.empty());
    }
  }
  return in.good();
}

std::uint32_t sum_of(std::string_view body) noexcept {
  digest d;
  d.add(body); // its length, too
  return d.value();
}

error damaged(const row_place& place, const char* what) {
  return make_error(errc::corrupt, "shard " + std::to_string(place.shard) + ", sequence number " +
                                       std::to_string(place.seq) + ": journal row is damaged: " + what);
}

bool take_id(decoder& in, std::array<std::uint8_t, 16>& out) noexcept {
  const auto raw = in.raw(out.size());
  if (in.good())
    std::copy(raw.begin(), raw.end(), out.begin());
  return in.good();
}

} // namespace

std::optional<table> table_from_number(std::uint8_t number) noexcept {
  for (const table t : all_tables)
    if (static_cast<std::uint8_t>(t) == number)
      return t;
  return std::nullopt;
}

void append_row(const journal_row& row, bytes& out) {
  const std::size_t start = out.size();
  // The most that it can take; what is not needed is given back below.
  out.resize(start + frame_size + 2 + 8 * number_size_max + row.tenant.size() + 32 + row.hops.size() +
             room_for(row.business) + room_for(row.personal));
  char* const body = out.data() + start + 4;
  const std::string_view conversation =
      row.conversation.is_nil() ? std::string_view{} : view_of(row.conversation.bytes);
  pen to(body);
  to.byte(form);
  to.number(row.shard);
  to.number(row.seq);
  to.byte(static_cast<std::uint8_t>((conversation.empty() ? 0U : has_conversation) | (row.key ? has_key : 0U)));
  to.number(row.epoch);
  to.difference(row.at);
  to.blob(row.tenant);
  to.raw(conversation);
  if (row.key) {
    to.number(row.key->bucket);
    to.raw(view_of(row.key->hash));
  }
  to.blob(row.hops);
  write(to, row.business, conversation);
  write(to, row.personal, conversation);
  const std::string_view written(body, static_cast<std::size_t>(to.at() - body));
  bytes ends;
  append_u32(ends, static_cast<std::uint32_t>(written.size()));
  append_u32(ends, sum_of(written));
  std::memcpy(out.data() + start, ends.data(), 4);
  std::memcpy(to.at(), ends.data() + 4, 4);
  out.resize(start + written.size() + frame_size);
}

result<encoded_row> take_row(std::string_view& rest) {
  encoded_row out;
  const bool framed = rest.size() >= frame_size && read_u32(rest) <= rest.size() - frame_size;
  if (framed) {
    out.body = rest.substr(4, read_u32(rest));
    out.sum = read_u32(rest.substr(4 + out.body.size()));
    decoder in(out.body);
    in.expect(in.form() == form);
    out.place.shard = in.number32();
    out.place.seq = in.number();
    if (in.good()) {
      rest.remove_prefix(frame_size + out.body.size());
      return out;
    }
  }
  return make_error(errc::corrupt,
                    "journal rows are damaged: " + std::string(framed ? "no row begins here" : "the size of a row"));
}

result<journal_row> read_row(const encoded_row& row) {
  if (sum_of(row.body) != row.sum)
    return damaged(row.place, "checksum");
  decoder in(row.body);
  journal_row out;
  out.shard = in.number32();
  out.seq = in.number();
  const std::uint8_t flags = in.byte();
  in.expect(in.good() && (flags & ~(has_conversation | has_key)) == 0);
  out.epoch = in.number();
  out.at = in.difference();
  out.tenant = in.blob();
  std::string_view conversation;
  if ((flags & has_conversation) != 0 && take_id(in, out.conversation.bytes)) {
    in.expect(!out.conversation.is_nil());
    conversation = view_of(out.conversation.bytes);
  }
  if ((flags & has_key) != 0) {
    event_key key;
    key.bucket = in.number32();
    take_id(in, key.hash);
    out.key = key;
  }
  out.hops = in.blob();
  const bool good = read(in, conversation, out.business) && read(in, conversation, out.personal) && in.finished();
  if (!good)
    return damaged(row.place, "its parts do not fit");
  return out;
}

} // namespace wakala::persistence
