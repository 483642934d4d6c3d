/// \file
/// Which shard a tenant lives on, and which one each of its conversations.
#pragma once

#include "runtime/core/ids.hpp"

#include <string>
#include <string_view>

namespace wakala::runtime {

/// First two bytes of MD5(tenant id), big-endian, modulo `shard_count`. Stable for ever: it decides where data lies.
shard_id shard_of(std::string_view tenant, std::uint32_t shard_count);

/// The shard of one conversation of a tenant whose home is shard `home` and whose conversations lie on `width`
/// shards: the home and those after it. A width of 0 or 1 is the home alone; more than there are shards is all of
/// them.
shard_id shard_of(shard_id home, const conversation_id& conversation, std::uint32_t width, std::uint32_t shard_count);

/// `wakala-shard-N`.
std::string shard_name(shard_id shard);

} // namespace wakala::runtime
