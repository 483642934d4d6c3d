#include "runtime/shard_map.hpp"

#include <boost/uuid/detail/md5.hpp>

#include <algorithm>

namespace wakala::runtime {

shard_id shard_of(std::string_view tenant, std::uint32_t shard_count) {
  boost::uuids::detail::md5 hash;
  hash.process_bytes(tenant.data(), tenant.size());
  boost::uuids::detail::md5::digest_type words;
  hash.get_digest(words);
  // Boost gives the digest as words that were read big-endian: the first two bytes are the first word's upper half.
  return (static_cast<std::uint32_t>(words[0]) >> 16U) % shard_count;
}

shard_id shard_of(shard_id home, const conversation_id& conversation, std::uint32_t width,
                  std::uint32_t shard_count) {
  width = std::min(width, shard_count);
  if (width <= 1)
    return home;
  // Ids of conversations are random: any eight bytes of one are a hash of it.
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < sizeof hash; ++i)
    hash = (hash << 8U) | conversation.bytes[i];
  return static_cast<shard_id>((home + hash % width) % shard_count);
}

std::string shard_name(shard_id shard) { return "wakala-shard-" + std::to_string(shard); }

} // namespace wakala::runtime
