/// \file
/// What all actors of a node are given. Immutable after start; what it points at is thread-safe.
#pragma once

#include "actors/config/directory.hpp"
#include "actors/outbound/merchant_hooks.hpp"
#include "actors/outbound/transport.hpp"
#include "actors/protocol/shard_table.hpp"
#include "actors/tracing/recent_hops.hpp"
#include "commerce/order_templates.hpp"
#include "commerce/phrasebook.hpp"
#include "commerce/step.hpp"
#include "persistence/crypto/keyring.hpp"
#include "runtime/actor_table.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/node_config.hpp"
#include "runtime/core/random.hpp"
#include "runtime/counters.hpp"
#include "runtime/fold_backlog.hpp"

#include "payments/provider.hpp"
#include <functional>
#include <memory>

namespace wakala::actors {

using step_function = std::function<commerce::step_result(const commerce::conversation_state&, const whatsapp::event&,
                                                          const commerce::step_context&)>;

struct node_context {
  std::string node_name = "wakala";
  limits_config limits;
  std::uint32_t shard_count = 32;
  std::shared_ptr<clock_source> clock;
  std::shared_ptr<random_source> random;
  std::shared_ptr<persistence::keyring> keys;
  std::shared_ptr<runtime::counters> count = std::make_shared<runtime::counters>();
  std::shared_ptr<runtime::actor_table> figures = std::make_shared<runtime::actor_table>();
  std::shared_ptr<node_memory> memory = std::make_shared<node_memory>(); ///< null: nothing is remembered
  std::shared_ptr<runtime::fold_backlog> backlog = std::make_shared<runtime::fold_backlog>();
  std::shared_ptr<directory_handle> tenants = std::make_shared<directory_handle>();
  std::shared_ptr<shard_table_holder> shards = std::make_shared<shard_table_holder>();
  std::shared_ptr<const commerce::phrasebook> phrases;
  std::shared_ptr<const commerce::order_templates> order_templates; ///< null: there are none
  std::shared_ptr<transport> graph;
  std::shared_ptr<payments::provider_client> stripe; ///< null: nobody can pay by it
  std::shared_ptr<payments::provider_client> daraja; ///< the same
  payments_config payments;
  std::shared_ptr<merchant_hooks> hooks; ///< null: merchants' own systems are told nothing
  step_function step = commerce::step;   ///< tests put a failing one here
};
using node_context_ptr = std::shared_ptr<const node_context>;

} // namespace wakala::actors
