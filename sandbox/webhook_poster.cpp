#include "sandbox/webhook_poster.hpp"

#include "runtime/core/log.hpp"

#include <algorithm>

namespace wakala::sandbox {

void webhook_poster::deliver(const business_number& to, webhook_update update, report done) {
  if (to.webhook_url.empty()) {
    if (done)
      done({});
    return;
  }
  auto& out = lanes_[to.webhook_url + '\n' + to.webhook_secret];
  ++counters_.waiting;
  if (options_.batch_max <= 1 || !update.raw_body.empty()) {
    auto work = std::make_shared<job>();
    work->to = to;
    work->updates.push_back(std::move(update));
    work->done.push_back(std::move(done));
    enqueue(out, std::move(work));
    return;
  }
  if (!out.gathering) {
    out.gathering = std::make_shared<job>();
    out.gathering->to = to;
    timers_.after(options_.batch_wait, [this, &out, mine = std::weak_ptr<job>{out.gathering}] {
      const auto work = mine.lock();
      if (work && work == out.gathering)
        enqueue(out, std::exchange(out.gathering, nullptr));
    });
  }
  out.gathering->updates.push_back(std::move(update));
  out.gathering->done.push_back(std::move(done));
  if (out.gathering->updates.size() >= options_.batch_max)
    enqueue(out, std::exchange(out.gathering, nullptr));
}

void webhook_poster::deliver_after(std::chrono::milliseconds wait, const business_number& to, webhook_update update,
                                   report done) {
  if (wait.count() <= 0)
    return deliver(to, std::move(update), std::move(done));
  ++counters_.waiting;
  timers_.after(wait, [this, to, update = std::move(update), done = std::move(done)] {
    --counters_.waiting;
    deliver(to, update, done);
  });
}

void webhook_poster::enqueue(lane& to, std::shared_ptr<job> work) {
  if (!work->body) {
    std::vector<addressed_change> changes;
    for (const auto& update : work->updates)
      changes.push_back(update.change);
    const auto& raw = work->updates.front().raw_body;
    work->body = std::make_shared<const std::string>(raw.empty() ? post_body(changes) : raw);
  }
  to.ready.push_back(std::move(work));
  pump(to);
}

void webhook_poster::pump(lane& from) {
  while (!from.ready.empty() && from.in_flight < options_.concurrency) {
    auto work = std::move(from.ready.front());
    from.ready.pop_front();
    if (work->tries++ == 0)
      work->first_try = std::chrono::steady_clock::now();
    ++from.in_flight;
    ++counters_.posted;
    post_(work->to, work->body, [this, &from, work](int status) { answered(from, work, status); });
  }
}

void webhook_poster::finish(const job& work, const delivery_report& how) {
  for (const auto& done : work.done)
    if (done)
      done(how);
}

void webhook_poster::answered(lane& from, const std::shared_ptr<job>& work, int status) {
  --from.in_flight;
  const delivery_report how{status == 200, status, work->tries};
  if (how.delivered) {
    ++counters_.delivered;
    counters_.waiting -= work->updates.size();
    for (const auto& update : work->updates)
      acknowledged_(update);
    finish(*work, how);
    pump(from);
    return;
  }
  auto wait = options_.retry_base;
  for (auto i = 1; i < work->tries && wait < options_.retry_max; ++i)
    wait *= 2;
  wait = std::min(wait, options_.retry_max);
  if (std::chrono::steady_clock::now() + wait - work->first_try > options_.give_up) {
    ++counters_.given_up;
    counters_.waiting -= work->updates.size();
    log::warn("webhook_given_up", {{"number", work->to.id}, {"status", status}, {"tries", work->tries}});
    finish(*work, how);
  } else {
    ++counters_.retried;
    log::debug("webhook_retry", {{"status", status}, {"tries", work->tries}, {"wait_ms", wait.count()}});
    timers_.after(wait, [this, &from, work] {
      from.ready.push_back(work);
      pump(from);
    });
  }
  pump(from);
}

} // namespace wakala::sandbox
