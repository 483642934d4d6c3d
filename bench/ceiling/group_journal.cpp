#include "bench/ceiling/group_journal.hpp"

#include "runtime/core/log.hpp"

#include <algorithm>

namespace wakala::bench::ceiling {

result<std::unique_ptr<group_journal>> group_journal::open(std::unique_ptr<persistence::store> where,
                                                           on_written done) {
  std::vector<owned_shard> shards;
  for (shard_id shard = 0; shard < where->shard_count(); ++shard) {
    const auto opened = where->open_shard(shard);
    if (!opened)
      return opened.error();
    shards.push_back({opened->epoch, opened->last_seq});
  }
  return std::unique_ptr<group_journal>(new group_journal(std::move(where), std::move(shards), std::move(done)));
}

group_journal::group_journal(std::unique_ptr<persistence::store> where, std::vector<owned_shard> shards,
                             on_written done)
    : store_(std::move(where)), shards_(std::move(shards)), done_(std::move(done)), writer_([this] { run(); }) {}

group_journal::~group_journal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  writer_.join();
}

void group_journal::put(persistence::journal_row row, ticket who) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    next_.rows.push_back(std::move(row));
    next_.tickets.push_back(who);
    wake = std::exchange(idle_, false);
  }
  if (wake)
    wake_.notify_one();
}

void group_journal::run() {
  gathered batch;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      while (next_.rows.empty() && !stopping_) {
        idle_ = true;
        wake_.wait(lock);
      }
      idle_ = false;
      if (next_.rows.empty())
        return;
      std::swap(batch, next_);
    }
    write(batch);
    batch.rows.clear();
    batch.tickets.clear();
  }
}

void group_journal::write(gathered& batch) {
  for (auto& row : batch.rows) {
    auto& shard = shards_[row.shard];
    row.epoch = shard.epoch;
    row.seq = ++shard.last_seq;
  }
  const auto outcomes = store_->append(batch.rows, {});
  const bool good = outcomes && std::all_of(outcomes->begin(), outcomes->end(), [](const auto& o) {
                      return o.outcome == persistence::append_outcome::committed;
                    });
  if (good) {
    rows_.fetch_add(batch.rows.size(), std::memory_order_relaxed);
    batches_.fetch_add(1, std::memory_order_relaxed);
  } else {
    log::error("ceiling.append_failed",
               {{"rows", batch.rows.size()}, {"why", outcomes ? "fenced" : outcomes.error().what}});
  }
  done_(batch.tickets, good);
}

} // namespace wakala::bench::ceiling
