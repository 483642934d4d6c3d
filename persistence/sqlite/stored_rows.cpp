#include "persistence/sqlite/stored_rows.hpp"

#include "persistence/digest.hpp"

namespace wakala::persistence::sqlite {

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
