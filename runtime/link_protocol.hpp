/// \file
/// What two nodes tell each other before anything else. Pure.
#pragma once

#include "runtime/core/encoding.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::runtime {

/// What this program speaks, and the oldest that it still understands: a cluster is upgraded node by node.
constexpr std::uint32_t link_protocol = 1;
constexpr std::uint32_t oldest_link_protocol = 1;

struct link_hello {
  std::uint32_t protocol = link_protocol;
  std::uint32_t oldest = oldest_link_protocol;
  std::uint64_t cluster_id = 0; ///< of the database that both must share
  std::string node;
  std::uint64_t incarnation = 0;
  std::string version; ///< of the program, for people

  bool operator==(const link_hello&) const = default;
};

bytes pack(const link_hello& hello);
/// `corrupt` for what is no greeting.
result<link_hello> unpack_hello(std::string_view from);

/// The protocol that both speak. `conflict` when there is none, or they belong to different clusters.
result<std::uint32_t> agree(const link_hello& ours, const link_hello& theirs);

} // namespace wakala::runtime
