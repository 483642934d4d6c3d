#include "persistence/sqlite/stored_rows.hpp"

#include "persistence/digest.hpp"

#include <algorithm>

namespace wakala::persistence::sqlite {

namespace {

// The encoded records carry their own checksum; this one covers everything else, and their sizes.
std::uint32_t row_digest(shard_id shard, std::uint64_t seq, std::uint64_t epoch, time_ms at, std::string_view tenant,
                         std::string_view conversation, std::uint64_t key_bucket, std::string_view key_hash,
                         std::string_view hops, std::size_t personal, std::size_t business) noexcept {
  digest d;
  d.add(std::uint64_t{shard});
  d.add(seq);
  d.add(epoch);
  d.add(static_cast<std::uint64_t>(at));
  d.add(tenant);
  d.add(conversation);
  d.add(key_bucket);
  d.add(key_hash);
  d.add(hops);
  d.add(std::uint64_t{personal});
  d.add(std::uint64_t{business});
  return d.value();
}

} // namespace

bool to_array(std::string_view raw, std::array<std::uint8_t, 16>& out) noexcept {
  if (raw.size() != out.size())
    return false;
  std::transform(raw.begin(), raw.end(), out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

void bind_journal_row(statement& insert, std::int64_t id, const journal_row& row, std::string_view personal,
                      std::string_view business) {
  const std::string_view conversation =
      row.conversation.is_nil() ? std::string_view{} : view_of(row.conversation.bytes);
  const std::string_view hash = row.key ? view_of(row.key->hash) : std::string_view{};
  const std::uint64_t bucket = row.key ? row.key->bucket : 0;
  insert.bind(1, id)
      .bind(2, std::int64_t{row.shard})
      .bind_u64(3, row.seq)
      .bind_u64(4, row.epoch)
      .bind(5, row.at)
      .bind_text(6, row.tenant);
  if (conversation.empty())
    insert.bind_null(7);
  else
    insert.bind_bytes(7, conversation);
  if (row.key)
    insert.bind_u64(8, bucket).bind_bytes(9, hash);
  else
    insert.bind_null(8).bind_null(9);
  const auto sum = row_digest(row.shard, row.seq, row.epoch, row.at, row.tenant, conversation, bucket, hash, row.hops,
                              personal.size(), business.size());
  insert.bind_bytes(10, row.hops).bind(11, std::int64_t{sum}).bind_bytes(12, business).bind_bytes(13, personal);
}

result<journal_row> read_journal_row(const statement& row) {
  journal_row out;
  out.shard = static_cast<shard_id>(row.number(1));
  out.seq = row.unsigned_number(2);
  out.epoch = row.unsigned_number(3);
  out.at = row.number(4);
  out.tenant = row.text(5);
  out.hops = row.text(9);
  const auto damaged = [&](const std::string& why) {
    return make_error(errc::corrupt, "journal row " + std::to_string(row.number(0)) + " (shard " +
                                         std::to_string(out.shard) + ", sequence number " + std::to_string(out.seq) +
                                         "): " + why);
  };
  if (!row.is_null(6) && !to_array(row.text(6), out.conversation.bytes))
    return damaged("conversation");
  std::uint64_t bucket = 0;
  if (!row.is_null(8)) {
    event_key key;
    if (!to_array(row.text(8), key.hash))
      return damaged("event key");
    bucket = row.unsigned_number(7);
    key.bucket = static_cast<std::uint32_t>(bucket);
    out.key = key;
  }
  const std::string_view business = row.text(11);
  const std::string_view personal = row.text(12);
  const auto sum = row_digest(out.shard, out.seq, out.epoch, out.at, out.tenant, row.text(6), bucket, row.text(8),
                              out.hops, personal.size(), business.size());
  if (row.number(10) != std::int64_t{sum})
    return damaged("checksum");
  auto decoded = decode_records(business);
  if (!decoded)
    return damaged(decoded.error().what);
  out.business = std::move(*decoded);
  decoded = decode_records(personal);
  if (!decoded)
    return damaged(decoded.error().what);
  out.personal = std::move(*decoded);
  return out;
}

std::uint32_t tenant_digest(const tenant_row& row) noexcept {
  digest d;
  d.add(row.id);
  d.add(std::uint64_t{row.shard});
  d.add(row.wrapped_key);
  d.add(row.config);
  d.add(row.version);
  return d.value();
}

std::uint32_t key_digest(std::string_view tenant, std::string_view conversation, std::string_view wrapped) noexcept {
  digest d;
  d.add(tenant);
  d.add(conversation);
  d.add(wrapped);
  return d.value();
}

std::uint32_t meta_digest(std::string_view name, std::string_view value) noexcept {
  digest d;
  d.add(name);
  d.add(value);
  return d.value();
}

bytes encode_positions(const std::vector<std::uint64_t>& positions) {
  bytes out;
  out.reserve(positions.size() * 8);
  for (const std::uint64_t position : positions)
    append_u64(out, position);
  return out;
}

std::uint64_t position_in(std::string_view encoded, shard_id shard) noexcept {
  const std::size_t at = std::size_t{shard} * 8;
  return at + 8 <= encoded.size() ? read_u64(encoded.substr(at)) : 0;
}

} // namespace wakala::persistence::sqlite
