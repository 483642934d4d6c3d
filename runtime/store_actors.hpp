/// \file
/// The actors that touch the store, each with a thread of its own since they block on disk: the commit writer, the
/// folder and the readers. Their messages never leave the node.
#pragma once

#include "persistence/store.hpp"
#include "runtime/actor_table.hpp"
#include "runtime/counters.hpp"
#include "runtime/key_filter.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace wakala::runtime {

/// An answer of a store actor: the value, or why there is none. Carried as a value, so that a failure of the store is
/// not mistaken for a failure of messaging.
template <class T>
struct answer {
  std::optional<T> value;
  error why;

  static answer from(result<T> r) {
    if (r)
      return answer{std::move(*r), {}};
    return answer{std::nullopt, r.error()};
  }
};

/// Rows of one shard, to be made durable together. Answered by `append_answer`.
struct append_request {
  std::vector<persistence::row_ptr> rows;
  std::vector<persistence::wrapped_key> keys;
};
using append_answer = answer<persistence::append_outcome>;

/// Rows of one shard for the tables. Answered by `fold_answer`: the position reached.
using fold_request = persistence::fold_part;
using fold_answer = answer<std::uint64_t>;

/// Takes a shard, with everything its owner wants to know at once. Answered by `open_answer`.
struct open_request {
  shard_id shard = 0;
  std::size_t keys_max = 0;
  std::optional<std::uint64_t> seen = std::nullopt; ///< as of `store::open_shard`
};
struct opened {
  persistence::opened_shard shard;
  remembered_keys keys;                          ///< folded ones, at most `keys_max`, and as many of bucket 0
  std::vector<persistence::stored_value> outbox; ///< folded outbox rows of the shard
};
using open_answer = answer<opened>;

struct get_request {
  tenant_id tenant;
  std::vector<std::pair<persistence::table, bytes>> addresses;
};
using get_answer = answer<std::vector<std::optional<bytes>>>;

struct probe_request {
  shard_id shard = 0;
  std::vector<event_key> keys;
};
using probe_answer = answer<std::vector<bool>>; ///< true: seen before
/// The same on several shards: true when one of them has it.
struct probe_shards_request {
  std::vector<shard_id> shards;
  std::vector<event_key> keys;
};

using range_answer = answer<std::vector<persistence::stored_value>>;

struct key_request {
  tenant_id tenant;
  std::vector<conversation_id> conversations;
};
using key_answer = answer<std::vector<std::optional<bytes>>>;

/// Everything that a conversation starts from, as the tables have it. Answered by `conversation_answer`.
struct conversation_read {
  tenant_id tenant;
  conversation_id conversation;
};
struct stored_conversation {
  std::optional<bytes> state;
  std::optional<bytes> wrapped_key;
  std::vector<persistence::stored_value> outbox;
};
using conversation_answer = answer<stored_conversation>;

/// Rows of one table of a shard whose due time has come. Answered by `range_answer`.
struct due_request {
  shard_id shard = 0;
  persistence::table where = persistence::table::timer;
  time_ms until = 0;
  std::size_t limit = 1000;
};

/// Drops event keys that are past their time. Answered by `answer<std::uint64_t>`.
struct expire_keys_request {
  std::uint32_t bucket_before = 0;
  time_ms committed_before = 0;
};

/// Gathers append requests while one batch is on its way to disk, then writes them as the next: one transaction, one
/// fsync.
/// `row`: of the table of actors, or nobody's; also of the others.
caf::actor spawn_commit_writer(caf::actor_system& sys, std::shared_ptr<persistence::store> where,
                               std::shared_ptr<counters> count, own_figures row = {});
/// Gathers fold requests for a moment, so that shards that fold at the same time share a transaction.
caf::actor spawn_folder(caf::actor_system& sys, std::shared_ptr<persistence::store> where,
                        std::shared_ptr<counters> count, own_figures row = {});
/// Answers every request above but those of the writer and the folder, in their order. A node has several; each shard
/// keeps to one.
caf::actor spawn_reader(caf::actor_system& sys, std::shared_ptr<persistence::store> where, own_figures row = {});

} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::append_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::append_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::fold_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::fold_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::open_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::open_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::get_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::probe_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::probe_shards_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::probe_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::persistence::range_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::range_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::key_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::key_answer) // also get_answer
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::conversation_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::conversation_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::due_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::expire_keys_request)
