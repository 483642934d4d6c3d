#include "actors/shards/shard_parts.hpp"
#include "actors/shards/shard_supervisor.hpp"
#include "runtime/core/monotonic.hpp"

#include <algorithm>

namespace wakala::actors {

using persistence::append_outcome;
using persistence::journal_row;

namespace {

/// Something was added to the transcript: not a mere report of what became of a message of ours.
bool is_of_a_message(const journal_row& row) {
  return std::any_of(row.personal.begin(), row.personal.end(),
                     [](const auto& r) { return r.where == persistence::table::transcript && !r.erase; });
}

} // namespace

bool shard_supervisor::lagging() const {
  const auto most = context_->limits.unfolded_rows;
  if (tail_.rows() >= most || context_->backlog->rows.load(std::memory_order_relaxed) >= unfolded_rows_of_node * most)
    return true;
  // Folds that are merely slow are bounded by the rows they leave; folds that fail are bounded by time.
  return fold_failures_ > 0 && tail_.rows() > 0 &&
         context_->clock->now() - tail_.oldest_at() > context_->limits.fold_lag.count();
}

void shard_supervisor::commit(commit_request request, caf::response_promise promise) {
  runtime::key_filter::places unsure;
  if (const auto may = may_commit(request, unsure); !may)
    promise.deliver(commit_answer{false, may.error()});
  else if (unsure.empty())
    append(std::move(request), std::move(promise));
  else
    commit_after_probe(std::move(request), unsure, std::move(promise));
}

result<void> shard_supervisor::may_commit(const commit_request& request, runtime::key_filter::places& unsure) const {
  if (!is_open_)
    return make_error(errc::unavailable, "the shard is not open");
  if (lagging())
    return make_error(errc::overloaded, "too many commits are not folded yet");
  for (const auto& draft : request.drafts) {
    if (request.lease != 0) {
      const auto lease = leases_.find(draft.conversation);
      if (lease == leases_.end() || lease->second != request.lease)
        return make_error(errc::fenced, "the conversation was loaded again since");
    }
    if (!draft.key)
      continue;
    if (tail_.has_key(draft.key->hash) || committing_.contains(draft.key->hash))
      return make_error(errc::conflict, "the event was committed already");
    keys_.look_up(*draft.key, unsure);
  }
  return {};
}

void shard_supervisor::commit_after_probe(commit_request given, const runtime::key_filter::places& unsure,
                                          caf::response_promise promise) {
  // A copy of an event may reach its conversation long after the first was committed and folded. The event was looked
  // for when it came in, but not since.
  const auto stamp = begin_read();
  auto request = std::make_shared<commit_request>(std::move(given));
  self_->request(store_.reader, store_timeout, runtime::probe_request{shard_, {unsure.begin(), unsure.end()}})
      .then(
          [this, request, promise, stamp, epoch = epoch_](const runtime::probe_answer& answer) mutable {
            runtime::key_filter::places known_now;
            auto may = epoch == epoch_ ? may_commit(*request, known_now)
                                       : result<void>(make_error(errc::unavailable, "the shard was reopened"));
            if (may && !answer.value)
              may = make_error(errc::overloaded, "the store cannot be read");
            if (may && std::find(answer.value->begin(), answer.value->end(), true) != answer.value->end())
              may = make_error(errc::conflict, "the event was committed already");
            end_read(stamp);
            if (may)
              append(std::move(*request), std::move(promise));
            else
              promise.deliver(commit_answer{false, may.error()});
          },
          [this, promise, stamp](const caf::error&) mutable {
            end_read(stamp);
            promise.deliver(commit_answer{false, make_error(errc::overloaded, "the store did not answer")});
          });
}

void shard_supervisor::append(commit_request request, caf::response_promise promise) {
  latest_ = std::max(latest_, context_->clock->now());
  auto flying = std::make_shared<append_in_flight>();
  flying->epoch = epoch_;
  flying->numbered_us = monotonic_us();
  const auto me = node_mark(context_->node_name);
  flying->promise = std::move(promise);
  flying->rows.reserve(request.drafts.size());
  for (auto& draft : request.drafts) {
    auto made = std::make_shared<journal_row>();
    auto& row = *made;
    row.shard = shard_;
    row.epoch = epoch_;
    row.seq = ++last_seq_;
    row.tenant = request.tenant;
    row.conversation = draft.conversation;
    row.key = draft.key;
    row.at = latest_;
    row.hops = to_bytes(stamps_of(draft.times, draft.received_at, me, flying->numbered_us));
    row.personal = std::move(draft.personal);
    row.business = std::move(draft.business);
    ++appending_[row.conversation];
    if (row.key)
      ++committing_[row.key->hash];
    flying->outcomes.push_back(draft.outcome);
    flying->rows.push_back(std::move(made));
  }
  ++appends_out_;
  // The writer answers whatever happens to the disk: a write that takes long is late, not unknown.
  self_->request(store_.writer, caf::infinite, runtime::append_request{flying->rows, std::move(request.keys)})
      .then([this, flying](const runtime::append_answer& answer) { appended(*flying, answer); },
            [this, flying](const caf::error&) {
              appended(*flying, runtime::append_answer{
                                    std::nullopt, make_error(errc::unavailable, "the commit writer did not answer")});
            });
}

void shard_supervisor::appended(append_in_flight& done, const runtime::append_answer& answer) {
  --appends_out_;
  if (done.epoch != epoch_ || !is_open_) {
    done.promise.deliver(commit_answer{false, make_error(errc::unavailable, "the shard was reopened")});
    end_when_quiet();
    return;
  }
  if (!answer.value || *answer.value != append_outcome::committed) {
    const auto why = answer.value ? make_error(errc::fenced, "another owner holds the shard") : answer.why;
    append_failure_ = why.what;
    append_failed_at_ = context_->clock->now();
    done.promise.deliver(commit_answer{false, why});
    close(why);
    return;
  }
  append_failure_.clear();
  closes_since_commit_ = 0;
  const auto durable_us = monotonic_us();
  boost::container::small_vector<conversation_id, 8> idle;
  for (std::size_t i = 0; i < done.rows.size(); ++i) {
    const auto& row = *done.rows[i];
    const auto key = row.key;
    if (key) {
      keys_.add(*key);
      if (const auto it = committing_.find(key->hash); it != committing_.end() && --it->second == 0)
        committing_.erase(it);
    }
    if (const auto it = appending_.find(row.conversation); it != appending_.end() && --it->second == 0) {
      appending_.erase(it);
      idle.push_back(row.conversation);
    }
    tail_.add(done.rows[i]);
    if (key) { // in the tail first: who asks again from now on finds a repeat
      const auto flying = in_flight_.find(key->hash);
      const auto arrived = flying == in_flight_.end() ? 0 : flying->second.arrived_us;
      // Remembered before it is told: who has the answer may ask for the trace at once, and the time here is never
      // more than the edge sees.
      if (arrived != 0 && context_->memory)
        context_->memory->hops.committed(key->hash, shard_, row.seq, row.epoch,
                                         static_cast<std::uint32_t>(monotonic_us() - arrived),
                                         static_cast<std::uint32_t>(durable_us - done.numbered_us));
      settle(key->hash, done.outcomes[i]);
      if (arrived != 0 && context_->memory && context_->memory->watched.is_on() && is_of_a_message(row))
        context_->memory->watched.saw(key->hash, row.tenant, row.conversation, durable_us);
    }
  }
  backlog_.committed(done.rows.size());
  done.promise.deliver(commit_answer{true, {}});
  for (const auto& conversation : idle) {
    auto node = waiting_loads_.extract(conversation);
    if (!node.empty())
      for (auto& [request, waiting] : node.mapped())
        load(request, waiting);
  }
  plan_fold();
  look_if_settled();
}

} // namespace wakala::actors
