#include "bench/load/reply_ids.hpp"

namespace wakala::bench {

std::string reply_message_id(std::string_view phone, std::uint64_t rank) {
  std::string id = "wamid.D";
  id += phone;
  id += '.';
  id += std::to_string(ordinals_of(rank).reply);
  return id;
}

} // namespace wakala::bench
