/// \file
/// Which shard a tenant lives on.
#pragma once

#include "runtime/core/ids.hpp"

#include <string>
#include <string_view>

namespace wakala::runtime {

/// First two bytes of MD5(tenant id), big-endian, modulo `shard_count`. Stable for ever: it decides where data lies.
shard_id shard_of(std::string_view tenant, std::uint32_t shard_count);

/// `wakala-shard-N`.
std::string shard_name(shard_id shard);

} // namespace wakala::runtime
