/// \file
/// How a shard is. Pure.
#pragma once

#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::http {

struct shard_status {
  std::string name;
  std::uint64_t epoch = 0;
  std::string state; ///< `open`, `opening`, `down`
  std::uint64_t seq = 0;
  std::uint64_t unfolded_rows = 0;
  std::uint64_t tenants = 0;
  std::string trouble; ///< why commits are refused just now; empty when they are not
};

/// Reads what `bridge::shards` answers; hands its error on.
result<std::vector<shard_status>> parse_shards(const result<std::string>& text);

} // namespace wakala::http
