#include "runtime/shard_map.hpp"

#include <boost/uuid/detail/md5.hpp>

namespace wakala::runtime {

shard_id shard_of(std::string_view tenant, std::uint32_t shard_count) {
  boost::uuids::detail::md5 hash;
  hash.process_bytes(tenant.data(), tenant.size());
  boost::uuids::detail::md5::digest_type words;
  hash.get_digest(words);
  // Boost gives the digest as words that were read big-endian: the first two bytes are the first word's upper half.
  return (static_cast<std::uint32_t>(words[0]) >> 16U) % shard_count;
}

std::string shard_name(shard_id shard) { return "wakala-shard-" + std::to_string(shard); }

} // namespace wakala::runtime
