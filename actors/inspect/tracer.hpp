/// \file
/// What happened to one message, from what the store has kept of it.
#pragma once

#include "actors/inspect/told.hpp"
#include "actors/protocol/node_context.hpp"
#include "actors/tracing/hop_stamps.hpp"
#include "actors/tracing/recent_hops.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wakala::actors {

/// The commit of a message, and which of its messages is meant.
struct traced_commit {
  tenant_entry_ptr tenant;
  persistence::journal_row row;
  std::uint64_t ordinal = 0; ///< of the outbound message that was asked for; 0: the shopper's
};

/// Reads; blocks as long as the store does.
class tracer {
public:
  tracer(std::shared_ptr<persistence::store> store, node_context_ptr node);

  /// The keys that a shopper's message of that id can have: one for each number of the tenant.
  static std::vector<event_hash> hashes_of(const tenant_entry& tenant, const std::string& message_id);

  /// The commit that a node remembers to have made. `not_found` when the journal does not hold it (any more).
  result<traced_commit> remembered(const tenant_entry_ptr& tenant, const recent_hop& where) const;
  /// The same, found in the store. `contact`: a phone number in digits or a user id; empty: what the id gives away.
  result<traced_commit> look_up(const tenant_entry_ptr& tenant, const std::string& message_id,
                                const std::string& contact) const;
  /// The conversation of a contact, a message of ours, or nothing.
  result<std::optional<conversation_id>> conversation_of(const tenant_entry& tenant,
                                                         const std::string& contact) const;

  /// `{conversation, shard, epoch, seq, received_at, committed_at, total_us, hops, complete, decided, sends}`.
  /// `node_of`: a node's name by its mark. `at_edge`, `at_owner`: what nodes remember.
  told tell(const traced_commit& found, const std::function<std::string(std::uint32_t)>& node_of,
            const std::optional<recent_hop>& at_edge, const std::optional<recent_hop>& at_owner) const;

private:
  result<std::optional<std::string>> unsealed(const tenant_entry& tenant, const persistence::sealing_key& key,
                                              persistence::table where, const bytes& row_key) const;
  result<std::vector<shard_id>> places_of(const tenant_entry& tenant) const;
  result<traced_commit> inbound(const tenant_entry_ptr& tenant, const conversation_id& conversation,
                                const std::string& message_id) const;
  result<traced_commit> outbound(const tenant_entry_ptr& tenant, const conversation_id& conversation,
                                 std::uint64_t ordinal) const;
  result<persistence::sealing_key> key_of(const tenant_entry& tenant, const conversation_id& conversation) const;
  told decided(const traced_commit& found) const;

  std::shared_ptr<persistence::store> store_;
  node_context_ptr node_;
};

} // namespace wakala::actors
