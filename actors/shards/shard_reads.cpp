#include "actors/records/conversation_records.hpp"
#include "actors/shards/shard_parts.hpp"
#include "actors/shards/shard_supervisor.hpp"
#include "actors/tenant/tenant.hpp"
#include "runtime/core/log.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using persistence::append_outcome;
using persistence::journal_row;
using persistence::table;

std::uint64_t shard_supervisor::begin_read() {
  reads_.insert(++read_stamp_);
  return read_stamp_;
}

void shard_supervisor::end_read(std::uint64_t stamp) {
  reads_.erase(reads_.find(stamp));
  drop_folded();
  if (is_open_) // a fold that found only rows held for this read planned no other
    plan_fold();
  end_when_quiet();
}

void shard_supervisor::drop_folded() {
  if (drop_is_planned_)
    return;
  while (!drops_.empty() && (reads_.empty() || *reads_.begin() > drops_.front().first)) {
    // All shards fold together. Were all of them to drop all of it at once, everybody else would wait for that.
    const auto share = settling_.empty() ? std::max(rows_dropped_at_once, tail_.rows() / 32) : tail_.rows();
    const bool all = tail_.drop_through(drops_.front().second, share);
    backlog_.left(tail_.rows());
    if (!all) {
      drop_is_planned_ = true;
      self_->delayed_send(self_, drop_pause, drop_tick{});
      return;
    }
    drops_.pop_front();
  }
  look_if_settled();
}

void shard_supervisor::load(const load_request& request, caf::response_promise promise) {
  if (!is_open_) {
    promise.deliver(load_answer{std::nullopt, make_error(errc::unavailable, "the shard is not open")});
    return;
  }
  if (appending_.contains(request.conversation)) {
    // A predecessor's commit is on its way to disk: what it decides is what we have to start from.
    waiting_loads_[request.conversation].emplace_back(request, promise);
    return;
  }
  const auto lease = ++last_lease_;
  leases_[request.conversation] = lease;
  const auto stamp = begin_read();
  self_->request(store_.reader, store_timeout, runtime::conversation_read{request.tenant, request.conversation})
      .then(
          [this, request, promise, lease, stamp](runtime::conversation_answer& answer) mutable {
            if (!answer.value) {
              end_read(stamp);
              promise.deliver(load_answer{std::nullopt, answer.why});
              return;
            }
            loaded all;
            all.lease = lease;
            all.wrapped_key = std::move(answer.value->wrapped_key);
            const auto row_key = conversation_row_key(request.conversation);
            if (const auto* unfolded = tail_.find(request.tenant, table::conversation, row_key))
              all.state = unfolded->erase ? std::nullopt : std::optional(unfolded->value);
            else
              all.state = std::move(answer.value->state);
            persistence::range_query query;
            query.tenant = request.tenant;
            query.where = table::outbox;
            query.prefix = row_key;
            query.limit = 100'000;
            all.outbox = tail_.merge(query, std::move(answer.value->outbox));
            end_read(stamp);
            promise.deliver(load_answer{std::move(all), {}});
          },
          [this, promise, stamp](const caf::error&) mutable {
            end_read(stamp);
            promise.deliver(load_answer{std::nullopt, make_error(errc::unavailable, "the store did not answer")});
          });
}

void shard_supervisor::get(const runtime::get_request& request, caf::response_promise promise) {
  const auto closed = make_error(errc::unavailable, "the shard is not open");
  if (!is_open_) {
    promise.deliver(runtime::get_answer{std::nullopt, closed});
    return;
  }
  // What was written lately is asked for most; then the tables have nothing to add.
  const auto in_tail = [&](const auto& address) { return tail_.find(request.tenant, address.first, address.second); };
  if (std::all_of(request.addresses.begin(), request.addresses.end(), in_tail)) {
    std::vector<std::optional<bytes>> values;
    for (const auto& address : request.addresses) {
      const auto* row = in_tail(address);
      values.push_back(row->erase ? std::nullopt : std::optional(row->value));
    }
    promise.deliver(runtime::get_answer{std::move(values), {}});
    return;
  }
  const auto stamp = begin_read();
  self_->request(store_.reader, store_timeout, request)
      .then(
          [this, request, promise, stamp, closed, epoch = epoch_](runtime::get_answer& answer) mutable {
            // Without the tail that it was read beside, the answer may be older than what was committed.
            if (epoch != epoch_ || !is_open_)
              answer = runtime::get_answer{std::nullopt, closed};
            if (answer.value)
              for (std::size_t i = 0; i < request.addresses.size(); ++i) {
                const auto& [where, key] = request.addresses[i];
                if (const auto* unfolded = tail_.find(request.tenant, where, key))
                  (*answer.value)[i] = unfolded->erase ? std::nullopt : std::optional(unfolded->value);
              }
            end_read(stamp);
            promise.deliver(std::move(answer));
          },
          [this, promise, stamp](const caf::error&) mutable {
            end_read(stamp);
            promise.deliver(
                runtime::get_answer{std::nullopt, make_error(errc::unavailable, "the store did not answer")});
          });
}

void shard_supervisor::range(const persistence::range_query& query, caf::response_promise promise) {
  range_on(query, {}, std::move(promise));
}

void shard_supervisor::range_on(persistence::range_query query, std::vector<persistence::stored_value> found,
                                caf::response_promise promise) {
  const auto closed = make_error(errc::unavailable, "the shard is not open");
  if (!is_open_) {
    promise.deliver(runtime::range_answer{std::nullopt, closed});
    return;
  }
  const auto stamp = begin_read();
  self_->request(store_.reader, store_timeout, query)
      .then(
          [this, query, found = std::move(found), promise, stamp, closed,
           epoch = epoch_](runtime::range_answer& answer) mutable {
            if (epoch != epoch_ || !is_open_)
              answer = runtime::range_answer{std::nullopt, closed};
            if (!answer.value) {
              end_read(stamp);
              promise.deliver(std::move(answer));
              return;
            }
            const bool more = !answer.value->empty() && answer.value->size() >= query.limit;
            const auto last = more ? answer.value->back().key : bytes{};
            auto page = tail_.merge(query, std::move(*answer.value));
            end_read(stamp);
            const auto missing = query.limit - std::min(query.limit, page.size());
            std::move(page.begin(), page.end(), std::back_inserter(found));
            if (missing == 0 || !more) {
              promise.deliver(runtime::range_answer{std::move(found), {}});
              return;
            }
            // Rows that the tail erases made the page short; a short page means the end to who asked.
            query.after = last;
            query.limit = missing;
            range_on(std::move(query), std::move(found), promise);
          },
          [this, promise, stamp](const caf::error&) mutable {
            end_read(stamp);
            promise.deliver(
                runtime::range_answer{std::nullopt, make_error(errc::unavailable, "the store did not answer")});
          });
}

} // namespace wakala::actors
