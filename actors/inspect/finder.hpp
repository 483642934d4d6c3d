/// \file
/// Finds conversations by what somebody has in hand: a contact, the id of a message or of the conversation.
#pragma once

#include "actors/inspect/cluster_asker.hpp"
#include "actors/inspect/tracer.hpp"
#include "actors/protocol/node_context.hpp"

#include <caf/event_based_actor.hpp>

#include <memory>
#include <string>
#include <vector>

namespace wakala::actors {

/// The tenants that a question names (`tenants`), or as many as may be searched; never the system's own.
std::vector<tenant_entry_ptr> tenants_of(const node_context& node, const nlohmann::json& question);

/// A part of the inspector; used on its thread only.
class finder {
public:
  finder(caf::event_based_actor* self, std::shared_ptr<persistence::store> store, node_context_ptr node);

  /// `{q, contact, tenants}`; answers `{found: [{by, tenant, actor, wamid}]}`.
  void find(const nlohmann::json& question, const answer_function& then);

private:
  /// Shoppers of the last moments are not in the tables yet: their tenants know them.
  void ask_tenants_for(const std::string& contact, const std::vector<tenant_entry_ptr>& tenants,
                       const answer_function& then);

  caf::event_based_actor* self_;
  std::shared_ptr<persistence::store> store_;
  node_context_ptr node_;
  tracer tracer_;
};

} // namespace wakala::actors
