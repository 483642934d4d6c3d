#include "runtime/store_actors.hpp"

#include "runtime/core/log.hpp"
#include "runtime/measured_actor.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <chrono>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace wakala::runtime {

namespace {

/// The store speaks in results; should it throw (no memory), that is an error of this call, not the end of its actor.
template <class T, class F>
result<T> guarded(F&& call) {
  try {
    return call();
  } catch (const std::exception&) {
    return make_error(errc::unavailable, "the store threw an exception");
  }
}

/// INTERNAL: everything that was waiting before it in the mailbox has been gathered.
struct flush_batch {
  bool has_waited = false;
};

/// A commit costs nearly the same for one row as for thirty, most of it in the kernel, and whoever waits for one is
/// woken once for all of it. After a batch of at least so many rows the next one waits so long for more; below that
/// rate nobody waits.
constexpr std::size_t rows_worth_waiting = 4;
constexpr std::chrono::microseconds gather_time{500};
constexpr std::size_t rows_of_high_load = 16; ///< some 20,000 a second
constexpr std::chrono::microseconds gather_time_of_high_load{800};

struct reader_state {
  static inline const char* name = "wakala.store_reader";
};

struct writer_state {
  writer_state() = default;
  static inline const char* name = "wakala.commit_writer";

  struct job {
    append_request request;
    caf::response_promise promise;
  };
  std::vector<job> gathered;
  bool flush_is_queued = false;
  std::size_t last_rows = 0; ///< of the last batch

  void flush(persistence::store& where, counters& count) {
    flush_is_queued = false;
    auto jobs = std::exchange(gathered, {});
    std::vector<persistence::row_ptr> rows;
    std::vector<persistence::wrapped_key> keys;
    for (auto& j : jobs) {
      rows.insert(rows.end(), j.request.rows.begin(), j.request.rows.end());
      std::move(j.request.keys.begin(), j.request.keys.end(), std::back_inserter(keys));
    }
    last_rows = rows.size();
    const auto outcomes = guarded<std::vector<persistence::shard_outcome>>([&] { return where.append(rows, keys); });
    if (!outcomes)
      log::warn("store.append_failed", {{"rows", rows.size()}, {"why", outcomes.error().what}});
    else
      count.journal_batches.fetch_add(1, std::memory_order_relaxed);
    for (auto& j : jobs) {
      append_answer reply;
      if (!outcomes) {
        reply.why = outcomes.error();
      } else {
        for (const auto& o : *outcomes)
          if (o.shard == j.request.rows.front()->shard)
            reply.value = o.outcome;
        if (reply.value == persistence::append_outcome::committed)
          count.journal_rows.fetch_add(j.request.rows.size(), std::memory_order_relaxed);
      }
      j.promise.deliver(std::move(reply));
    }
  }
};

/// INTERNAL: the shards that fold now have had time to say so.
struct fold_gathered {};

/// A tenth of the share of others.
constexpr int fold_niceness = 10;

/// All shards that fold at the same time ask within about this.
constexpr std::chrono::milliseconds fold_gather_time{5};

/// Folds can wait, within the bounds of what may be unfolded; webhooks cannot. A fold works for a quarter of a second
/// at a stretch, in which everybody else would get half a processor less. It gives way, but not to the end: beside a
/// program that takes all it can get, a fold that got nothing would have webhooks turned away for ever.
void give_way() noexcept {
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), fold_niceness)); // of this thread only
}

struct folder_state {
  folder_state() = default;
  static inline const char* name = "wakala.folder";

  std::vector<fold_request> gathered;
  std::vector<caf::response_promise> promises; ///< beside it

  void flush(persistence::store& where, counters& count) {
    const auto parts = std::exchange(gathered, {});
    auto waiting = std::exchange(promises, {});
    std::vector<result<std::uint64_t>> reached;
    try {
      reached = where.fold(parts);
    } catch (const std::exception&) {
      reached.clear();
    }
    reached.resize(parts.size(), make_error(errc::unavailable, "the store threw an exception"));
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (reached[i])
        count.folded_rows.fetch_add(parts[i].rows.size(), std::memory_order_relaxed);
      waiting[i].deliver(fold_answer::from(std::move(reached[i])));
    }
  }
};

} // namespace

} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::flush_batch)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::fold_gathered)

namespace wakala::runtime {

caf::actor spawn_commit_writer(caf::actor_system& sys, std::shared_ptr<persistence::store> where,
                               std::shared_ptr<counters> count, own_figures row) {
  using writer = measured<writer_state>;
  return sys.spawn<writer, caf::detached>(std::move(row), [where, count](writer* self) -> caf::behavior {
    return {
        [self](append_request& request) -> caf::response_promise {
          auto promise = self->make_response_promise();
          // The shape that `flush` relies on: rows of one request are of one shard, and there is at least one.
          if (request.rows.empty()) {
            promise.deliver(append_answer{std::nullopt, make_error(errc::invalid_argument, "no rows")});
            return promise;
          }
          // The rows were moved in by a sender that keeps no copy; a shared message would be copied here.
          self->state.gathered.push_back({std::move(request), promise});
          if (!std::exchange(self->state.flush_is_queued, true))
            self->send(self, flush_batch{});
          return promise;
        },
        [self, where, count](const flush_batch& now) {
          if (!now.has_waited && self->state.last_rows >= rows_worth_waiting) {
            std::this_thread::sleep_for(self->state.last_rows >= rows_of_high_load
                                            ? gather_time_of_high_load
                                            : gather_time); // the thread is its own
            self->send(self, flush_batch{true});            // behind what has come meanwhile
            return;
          }
          self->state.flush(*where, *count);
        },
    };
  });
}

caf::actor spawn_folder(caf::actor_system& sys, std::shared_ptr<persistence::store> where,
                        std::shared_ptr<counters> count, own_figures row) {
  using folder = measured<folder_state>;
  return sys.spawn<folder, caf::detached>(std::move(row), [where, count](folder* self) -> caf::behavior {
    give_way();
    return {
        [self](fold_request& request) -> caf::response_promise {
          auto promise = self->make_response_promise();
          if (self->state.gathered.empty())
            self->delayed_send(self, fold_gather_time, fold_gathered{});
          self->state.gathered.push_back(std::move(request));
          self->state.promises.push_back(promise);
          return promise;
        },
        [self, where, count](const fold_gathered&) { self->state.flush(*where, *count); },
        // Nobody asked, so nothing is returned: the sender would not know the answer, would say so with an error, and
        // an error that nobody asked for ends an actor.
        [where](const expire_keys_request& request) {
          const auto dropped = guarded<std::uint64_t>(
              [&] { return where->drop_event_keys(request.bucket_before, request.committed_before); });
          if (!dropped)
            log::warn("store.keys_not_forgotten", {{"why", dropped.error().what}});
        },
    };
  });
}

namespace {

result<std::vector<std::optional<bytes>>> get_all(persistence::store& where, const get_request& request) {
  std::vector<std::optional<bytes>> values;
  for (const auto& [table, key] : request.addresses) {
    auto value = where.get(request.tenant, table, key);
    if (!value)
      return value.error();
    values.push_back(std::move(*value));
  }
  return values;
}

result<std::vector<bool>> probe_all(persistence::store& where, const probe_request& request) {
  std::vector<bool> seen;
  for (const auto& key : request.keys) {
    const auto found = where.has_event_key(request.shard, key);
    if (!found)
      return found.error();
    seen.push_back(*found);
  }
  return seen;
}

result<std::vector<bool>> probe_shards(persistence::store& where, const probe_shards_request& request) {
  std::vector<bool> seen(request.keys.size(), false);
  for (const auto shard : request.shards) {
    const auto there = probe_all(where, probe_request{shard, request.keys});
    if (!there)
      return there.error();
    for (std::size_t i = 0; i < seen.size(); ++i)
      seen[i] = seen[i] || (*there)[i];
  }
  return seen;
}

result<std::vector<std::optional<bytes>>> keys_of(persistence::store& where, const key_request& request) {
  std::vector<std::optional<bytes>> keys;
  for (const auto& conversation : request.conversations) {
    auto key = where.conversation_key(request.tenant, conversation);
    if (!key)
      return key.error();
    keys.push_back(std::move(*key));
  }
  return keys;
}

result<stored_conversation> read_conversation(persistence::store& where, const conversation_read& request) {
  const bytes row_key{reinterpret_cast<const char*>(request.conversation.bytes.data()),
                      request.conversation.bytes.size()};
  stored_conversation all;
  auto state = where.get(request.tenant, persistence::table::conversation, row_key);
  if (!state)
    return state.error();
  all.state = std::move(*state);
  auto key = where.conversation_key(request.tenant, request.conversation);
  if (!key)
    return key.error();
  all.wrapped_key = std::move(*key);
  persistence::range_query query;
  query.tenant = request.tenant;
  query.where = persistence::table::outbox;
  query.prefix = row_key;
  query.limit = 100'000;
  auto outbox = where.range(query);
  if (!outbox)
    return outbox.error();
  all.outbox = std::move(*outbox);
  return all;
}

result<opened> open_all(persistence::store& where, const open_request& request) {
  opened all;
  auto shard = where.open_shard(request.shard, request.seen);
  if (!shard)
    return shard.error();
  all.shard = std::move(*shard);
  auto keys = where.event_keys(request.shard, std::numeric_limits<std::uint32_t>::max(), request.keys_max);
  if (!keys)
    return keys.error();
  all.keys.newest = std::move(*keys);
  all.keys.complete = all.keys.newest.size() < request.keys_max;
  if (!all.keys.complete) {
    keys = where.event_keys(request.shard, 0, request.keys_max);
    if (!keys)
      return keys.error();
    all.keys.of_bucket_0 = std::move(*keys);
    all.keys.bucket_0_complete = all.keys.of_bucket_0.size() < request.keys_max;
  }
  auto outbox = where.due(request.shard, persistence::table::outbox, std::numeric_limits<time_ms>::max(), 1'000'000);
  if (!outbox)
    return outbox.error();
  all.outbox = std::move(*outbox);
  return all;
}

} // namespace

caf::actor spawn_reader(caf::actor_system& sys, std::shared_ptr<persistence::store> where, own_figures row) {
  using reader = measured<reader_state>;
  return sys.spawn<reader, caf::detached>(std::move(row), [where](reader*) -> caf::behavior {
    return {
        [where](const get_request& request) { return get_answer::from(get_all(*where, request)); },
        [where](const probe_request& request) { return probe_answer::from(probe_all(*where, request)); },
        [where](const probe_shards_request& request) { return probe_answer::from(probe_shards(*where, request)); },
        [where](const persistence::range_query& query) { return range_answer::from(where->range(query)); },
        [where](const key_request& request) { return key_answer::from(keys_of(*where, request)); },
        [where](const conversation_read& request) {
          return conversation_answer::from(read_conversation(*where, request));
        },
        [where](const due_request& request) {
          return range_answer::from(where->due(request.shard, request.where, request.until, request.limit));
        },
        [where](const open_request& request) { return open_answer::from(open_all(*where, request)); },
    };
  });
}

} // namespace wakala::runtime
