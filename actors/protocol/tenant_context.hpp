/// \file
/// What the conversations of a tenant share.
#pragma once

#include "actors/config/directory.hpp"
#include "actors/outbound/number_gate.hpp"
#include "actors/protocol/node_context.hpp"
#include "commerce/catalog_sync.hpp"
#include "commerce/paying.hpp"
#include "commerce/search_index.hpp"

#include <caf/actor.hpp>

#include <cstdint>
#include <memory>

namespace wakala::actors {

/// What a tenant's conversations share. Immutable, replaced as a whole.
struct tenant_context {
  node_context_ptr node;
  tenant_entry_ptr entry;
  commerce::catalog_snapshot shelf;
  commerce::search_snapshot finder; ///< over `shelf`
  commerce::pay_offer pay;
  std::shared_ptr<const commerce::meta_goods> at_meta; ///< null: nothing is known to be there
  std::shared_ptr<number_gates> gates;
  caf::actor supervisor; ///< of the shard
  caf::actor owner;      ///< the tenant itself
  bool is_home = true;   ///< identities are written here
  shard_id shard = 0;
  std::uint32_t name = 0; ///< the tenant's, in the table of actors
  time_ms here_since = 0; ///< when its actor began: what Meta said before may still be on its way
};
using tenant_context_ptr = std::shared_ptr<const tenant_context>;

} // namespace wakala::actors
