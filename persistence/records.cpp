#include "persistence/records.hpp"

#include "persistence/digest.hpp"

#include <algorithm>

namespace wakala::persistence {

namespace {

// version (1 byte), count, records, digest (4 bytes big-endian) of all before it. A record: table number and flags in
// one byte, key, due if flagged, value if flagged. Numbers and lengths are LEB128.
constexpr char format_version = 1;
constexpr std::uint8_t flag_erase = 0x80;
constexpr std::uint8_t flag_due = 0x40;
constexpr std::uint8_t flag_value = 0x20;
constexpr std::uint8_t table_mask = 0x1f;
constexpr std::size_t trailer_size = 4;

void put_number(bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7U;
  }
  out.push_back(static_cast<char>(value));
}

class reader {
public:
  explicit reader(std::string_view in) : in_(in) {}

  std::size_t left() const noexcept { return in_.size(); }

  bool byte(std::uint8_t& out) noexcept {
    if (in_.empty())
      return false;
    out = static_cast<std::uint8_t>(in_.front());
    in_.remove_prefix(1);
    return true;
  }

  bool number(std::uint64_t& out) noexcept {
    out = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      std::uint8_t part = 0;
      if (!byte(part) || (shift == 63 && part > 1))
        return false;
      out |= static_cast<std::uint64_t>(part & 0x7fU) << shift;
      if ((part & 0x80U) == 0)
        return true;
    }
    return false;
  }

  bool text(bytes& out) {
    std::uint64_t size = 0;
    if (!number(size) || size > in_.size())
      return false;
    out.assign(in_.data(), static_cast<std::size_t>(size));
    in_.remove_prefix(static_cast<std::size_t>(size));
    return true;
  }

private:
  std::string_view in_;
};

std::uint32_t sum(std::string_view text) noexcept {
  digest d;
  d.add(text);
  return d.value();
}

error damaged(const char* what) {
  return make_error(errc::corrupt, std::string{"journal records are damaged: "} + what);
}

} // namespace

std::optional<table> table_from_number(std::uint8_t number) noexcept {
  for (const table t : all_tables)
    if (static_cast<std::uint8_t>(t) == number)
      return t;
  return std::nullopt;
}

std::string_view table_name(table t) noexcept {
  switch (t) {
  case table::conversation:
    return "conversations";
  case table::transcript:
    return "transcript";
  case table::delivery:
    return "deliveries";
  case table::outbox:
    return "outbox";
  case table::timer:
    return "timers";
  case table::identity:
    return "identities";
  case table::message_ref:
    return "message_refs";
  case table::tenant_entity:
    return "tenant_entities";
  case table::dead_letter:
    return "dead_letters";
  case table::aside:
    return "aside";
  case table::notice:
    return "notices";
  case table::figures:
    return "figures";
  }
  return "unknown";
}

void encode_records_into(const std::vector<record>& records, bytes& out) {
  out.clear();
  out.push_back(format_version);
  put_number(out, records.size());
  for (const record& r : records) {
    std::uint8_t head = static_cast<std::uint8_t>(r.where) & table_mask;
    if (r.erase)
      head |= flag_erase;
    if (r.due != 0)
      head |= flag_due;
    if (!r.value.empty())
      head |= flag_value;
    out.push_back(static_cast<char>(head));
    put_number(out, r.key.size());
    out += r.key;
    if (r.due != 0)
      put_number(out, static_cast<std::uint64_t>(r.due));
    if (!r.value.empty()) {
      put_number(out, r.value.size());
      out += r.value;
    }
  }
  append_u32(out, sum(out));
}

bytes encode_records(const std::vector<record>& records) {
  bytes out;
  encode_records_into(records, out);
  return out;
}

result<std::vector<record>> decode_records(std::string_view encoded) {
  if (encoded.size() < 2 + trailer_size)
    return damaged("too short");
  if (encoded.front() != format_version)
    return damaged("unknown version");
  const std::string_view body = encoded.substr(0, encoded.size() - trailer_size);
  if (read_u32(encoded.substr(body.size())) != sum(body))
    return damaged("checksum");
  reader in(body.substr(1));
  std::uint64_t count = 0;
  if (!in.number(count) || count > in.left() / 2)
    return damaged("count");
  std::vector<record> out(static_cast<std::size_t>(count));
  for (record& r : out) {
    std::uint8_t head = 0;
    if (!in.byte(head))
      return damaged("record");
    const auto where = table_from_number(head & table_mask);
    if (!where)
      return damaged("table number");
    r.where = *where;
    r.erase = (head & flag_erase) != 0;
    if (!in.text(r.key))
      return damaged("key");
    if ((head & flag_due) != 0) {
      std::uint64_t due = 0;
      if (!in.number(due) || due == 0)
        return damaged("due time");
      r.due = static_cast<time_ms>(due);
    }
    if ((head & flag_value) != 0 && (!in.text(r.value) || r.value.empty()))
      return damaged("value");
  }
  if (in.left() != 0)
    return damaged("bytes after the last record");
  return out;
}

} // namespace wakala::persistence
