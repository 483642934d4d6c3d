#include "actors/records/conversation_records.hpp"
#include "actors/shards/shard_parts.hpp"
#include "actors/shards/shard_supervisor.hpp"
#include "actors/tenant/tenant.hpp"
#include "runtime/core/log.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using persistence::append_outcome;
using persistence::journal_row;
using persistence::table;

void shard_supervisor::plan_fold() {
  const bool waits_after_a_failure = fold_failures_ > 0 && fold_is_planned_;
  if (folding_ || waits_after_a_failure || tail_.rows() == 0)
    return;
  if (context_->backlog->waiting.load(std::memory_order_relaxed) >= fold_rows_soon)
    return fold();
  if (std::exchange(fold_is_planned_, true))
    return;
  const auto wait = fold_pause - context_->clock->now() % fold_pause;
  self_->delayed_send(self_, std::chrono::milliseconds{wait}, fold_tick{});
}

void shard_supervisor::fold() {
  if (folding_ || !is_open_)
    return;
  auto rows = tail_.after(folded_seq_); // some that are folded may still be held for a read
  if (rows.empty())
    return;
  folding_ = true;
  backlog_.handed_over();
  self_->request(store_.folder, std::chrono::seconds{30}, runtime::fold_request{shard_, epoch_, std::move(rows)})
      .then([this, epoch = epoch_](const runtime::fold_answer& answer) { folded(epoch, answer); },
            [this, epoch = epoch_](const caf::error&) {
              folded(epoch,
                     runtime::fold_answer{std::nullopt, make_error(errc::unavailable, "the folder did not answer")});
            });
}

void shard_supervisor::folded(std::uint64_t epoch, const runtime::fold_answer& answer) {
  if (epoch != epoch_ || !is_open_)
    return;
  folding_ = false;
  if (!answer.value) {
    if (answer.why.code == errc::fenced) {
      close(answer.why);
      return;
    }
    fold_failure_ = answer.why.what;
    if (++fold_failures_ == 1)
      log::warn("shard.fold_failed", {{"shard", runtime::shard_name(shard_)}, {"why", answer.why.what}});
    const runtime::backoff_policy policy{std::chrono::milliseconds{100}, std::chrono::milliseconds{2'000}};
    if (!std::exchange(fold_is_planned_, true))
      self_->delayed_send(self_, policy.wait(fold_failures_, *context_->random), fold_tick{});
    return;
  }
  if (fold_failures_ > 0)
    log::info("shard.fold_resumed", {{"shard", runtime::shard_name(shard_)}});
  fold_failures_ = 0;
  folded_seq_ = std::max(folded_seq_, *answer.value);
  const auto stamp = begin_read(); // a stamp later than every read that may have missed these rows
  drops_.emplace_back(stamp, *answer.value);
  end_read(stamp);
  look_if_settled();
}

caf::response_promise shard_supervisor::settle() {
  auto promise = self_->make_response_promise();
  if (!is_open_) {
    promise.deliver(commit_answer{false, make_error(errc::unavailable, "the shard is not open")});
    return promise;
  }
  settling_.emplace(last_seq_, promise);
  look_if_settled();
  return promise;
}

void shard_supervisor::look_if_settled() {
  // Not only in the tables, but out of the tail, too: a conversation that comes back here must not find its old rows.
  const auto is_settled = [this](std::uint64_t seq) {
    return seq <= folded_seq_ && (tail_.rows() == 0 || tail_.first_seq() > seq);
  };
  while (!settling_.empty() && is_settled(settling_.begin()->first)) {
    settling_.begin()->second.deliver(commit_answer{true, {}, latest_});
    settling_.erase(settling_.begin());
  }
  if (!settling_.empty() && fold_failures_ == 0)
    fold();
}

void shard_supervisor::sweep() {
  if (!is_open_)
    return;
  const auto now = context_->clock->now();
  // Keys are kept for 8 days; buckets go after the ninth.
  if (shard_ == 0)
    self_->send(store_.folder, runtime::expire_keys_request{bucket_at(now - 9 * ms_per_day), now - 9 * ms_per_day});
  self_->request(store_.reader, store_timeout, runtime::due_request{shard_, table::aside, now, 500})
      .then(
          [this](const runtime::range_answer& answer) {
            if (!answer.value)
              return;
            std::map<tenant_id, commit_request> by_tenant;
            for (const auto& row : *answer.value) {
              auto& request = by_tenant[row.tenant];
              request.tenant = row.tenant;
              commit_draft draft;
              draft.business.push_back(erased_record(table::aside, row.key));
              request.drafts.push_back(std::move(draft));
            }
            for (auto& [id, request] : by_tenant)
              commit(std::move(request), caf::response_promise{});
          },
          [](const caf::error&) {}); // the next sweep tries again
}

void shard_supervisor::fire_timers() {
  if (!is_open_)
    return;
  const auto now = context_->clock->now();
  const auto stamp = begin_read();
  self_->request(store_.reader, store_timeout, runtime::due_request{shard_, table::timer, now, timers_at_once})
      .then(
          [this, now, stamp](runtime::range_answer& answer) {
            auto due = answer.value ? std::move(*answer.value) : std::vector<persistence::stored_value>{};
            std::erase_if(due, [&](const auto& row) { return tail_.touches(row.tenant, table::timer, row.key); });
            for (auto& row : tail_.all(table::timer))
              if (row.due <= now)
                due.push_back(std::move(row));
            end_read(stamp);
            for (const auto& row : due)
              if (const auto timer = parse_timer_row_key(row.key))
                if (const auto tenant = tenant_for(row.tenant))
                  self_->send(tenant, timer_fired{timer->first, timer->second, row.due});
          },
          [this, stamp](const caf::error&) { end_read(stamp); });
}

} // namespace wakala::actors
