/// \file
/// The updates of one POST on their way to their shards, and what became of them.
#pragma once

#include "actors/protocol/messages.hpp"
#include "actors/protocol/shard_table.hpp"

#include <memory>
#include <vector>

namespace wakala::actors {

/// Hands the updates to their shards. `done` is called exactly once, on whatever thread has the last outcome, with
/// one outcome per update in the order given: at the latest shortly after `deadline` (store time), with `retry` for
/// what was not decided. `began_us`: when the request was there, by `monotonic_us`.
void post_updates(const shard_table_ptr& shards, const node_context_ptr& node, std::vector<routed_event> events,
                  time_ms received_at, time_ms deadline, std::uint64_t began_us, posted::done_function done);

} // namespace wakala::actors
