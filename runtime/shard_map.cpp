#include "runtime/shard_map.hpp"

#include <boost/uuid/detail/md5.hpp>

#include <cstring>

namespace wakala::runtime {

shard_id shard_of(std::string_view tenant, std::uint32_t shard_count) {
  boost::uuids::detail::md5 hash;
  hash.process_bytes(tenant.data(), tenant.size());
  boost::uuids::detail::md5::digest_type words;
  hash.get_digest(words);
  std::array<std::uint8_t, 2> first{}; // the words hold the digest's bytes in memory order
  std::memcpy(first.data(), &words[0], first.size());
  return (static_cast<std::uint32_t>(first[0]) << 8U | first[1]) % shard_count;
}

std::string shard_name(shard_id shard) { return "wakala-shard-" + std::to_string(shard); }

} // namespace wakala::runtime
