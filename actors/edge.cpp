#include "actors/edge.hpp"

#include "runtime/shard_map.hpp"

#include <caf/event_based_actor.hpp>

#include <map>

namespace wakala::actors {

namespace {

struct post {
  std::vector<event_outcome> outcomes;
  std::size_t open = 0;
  std::function<void(std::vector<event_outcome>)> done;
  std::shared_ptr<runtime::counters> count;

  void finish_one() {
    if (--open > 0)
      return;
    for (const auto outcome : outcomes)
      switch (outcome) {
      case event_outcome::committed:
        count->events_committed.fetch_add(1, std::memory_order_relaxed);
        break;
      case event_outcome::repeated:
        count->events_repeated.fetch_add(1, std::memory_order_relaxed);
        break;
      case event_outcome::set_aside:
        count->events_set_aside.fetch_add(1, std::memory_order_relaxed);
        break;
      case event_outcome::dead_lettered:
        count->events_dead_lettered.fetch_add(1, std::memory_order_relaxed);
        break;
      case event_outcome::retry:
      case event_outcome::handler_failed:
      case event_outcome::unmatched:
        count->events_refused.fetch_add(1, std::memory_order_relaxed);
        break;
      }
    done(std::move(outcomes));
  }
};

} // namespace

void post_updates(caf::actor_system& sys, shard_table_ptr shards, const node_context_ptr& node,
                  std::vector<routed_event> events, time_ms received_at, time_ms deadline,
                  std::function<void(std::vector<event_outcome>)> done) {
  auto work = std::make_shared<post>();
  work->outcomes.assign(events.size(), event_outcome::retry);
  work->done = std::move(done);
  work->count = node->count;
  if (events.empty()) {
    work->open = 1;
    work->finish_one();
    return;
  }
  struct part {
    shard_batch batch;
    std::vector<std::size_t> indices;
  };
  auto parts = std::make_shared<std::map<shard_id, part>>();
  for (std::size_t i = 0; i < events.size(); ++i) {
    auto& p = (*parts)[runtime::shard_of(events[i].tenant, node->shard_count)];
    p.batch.received_at = received_at;
    p.batch.deadline = deadline;
    p.indices.push_back(i);
    p.batch.events.push_back(std::move(events[i]));
  }
  work->open = parts->size();
  const auto left = std::chrono::milliseconds{std::max<time_ms>(deadline - node->clock->now(), 1) + 200};
  // A one-shot actor: it ends when its last answer or timeout has come.
  sys.spawn([shards, parts, work, left](caf::event_based_actor* self) {
    for (auto& [shard, p] : *parts)
      self->request((*shards)[shard], left, std::move(p.batch))
        .then(
          [work, indices = p.indices](const batch_answer& answer) {
            for (std::size_t i = 0; i < indices.size() && i < answer.outcomes.size(); ++i)
              work->outcomes[indices[i]] = answer.outcomes[i];
            work->finish_one();
          },
          [work](const caf::error&) { work->finish_one(); });
  });
}

} // namespace wakala::actors
