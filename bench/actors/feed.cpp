#include "bench/actors/feed.hpp"

#include "bench/load/body.hpp"
#include "bench/process/process_figures.hpp"
#include "bench/stats/arrivals.hpp"
#include "runtime/core/random.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <semaphore>
#include <sys/prctl.h>
#include <thread>
#include <unistd.h>

namespace wakala::bench {

namespace {

using clock = std::chrono::steady_clock;

traffic_options far_statuses() {
  traffic_options options;
  options.copy_delay_ns = options.status_delay_ns.front() / 2;
  return options;
}

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::uint64_t fresh_run() {
  system_random random;
  return random.next_u64();
}

/// When each update was begun and answered. The threads that answer write to places of their own.
class answers {
public:
  explicit answers(std::size_t count) : began_(count), ended_(count), open_(count) {}

  void begin(std::size_t i, clock::time_point at) { began_[i] = at; }
  void end(std::size_t i, bool settled) {
    ended_[i] = clock::now();
    if (!settled)
      refused_.fetch_add(1, std::memory_order_relaxed);
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      open_.notify_all();
  }
  void wait() const {
    for (auto left = open_.load(std::memory_order_acquire); left != 0; left = open_.load(std::memory_order_acquire))
      open_.wait(left);
  }
  histogram latency() const {
    histogram all;
    for (std::size_t i = 0; i < began_.size(); ++i)
      all.add(static_cast<std::uint64_t>(std::max<std::int64_t>(0, (ended_[i] - began_[i]).count())));
    return all;
  }
  std::uint64_t refused() const { return refused_.load(); }

private:
  std::vector<clock::time_point> began_;
  std::vector<clock::time_point> ended_;
  std::atomic<std::size_t> open_;
  std::atomic<std::uint64_t> refused_{0};
};

double cpu_now() {
  const auto own = read_process(getpid());
  return own ? own->cpu_seconds : 0;
}

/// Runs `hand_over` over all updates and gathers the figures.
template <class HandOver>
feed_result timed(std::size_t count, HandOver hand_over) {
  const auto book = std::make_shared<answers>(count);
  feed_result r;
  const auto cpu = cpu_now();
  const auto start = clock::now();
  r.late = hand_over(book, start);
  book->wait();
  r.seconds = std::chrono::duration<double>(clock::now() - start).count();
  r.cpu_seconds = cpu_now() - cpu;
  r.latency = book->latency();
  r.refused = book->refused();
  return r;
}

} // namespace

update_source::update_source(const population& who, std::uint32_t distance)
    : who_(who), what_(who, far_statuses()), run_(fresh_run()), epoch_(unix_seconds()),
      step_ns_(traffic_options{}.status_delay_ns.front() / std::max(distance, 1U)) {}

routed_updates update_source::make(const local_node& node, std::size_t count) {
  const body_writer bodies(who_, run_, epoch_);
  routed_updates updates;
  updates.reserve(count);
  std::string body;
  for (std::size_t i = 0; i < count; ++i) {
    body.clear();
    bodies.append(body, what_.next(step_ns_ * made_++));
    updates.push_back(node.route(body));
  }
  return updates;
}

feed_result feed_at_once(local_node& node, routed_updates updates, std::size_t window) {
  const auto places = std::make_shared<std::counting_semaphore<>>(static_cast<std::ptrdiff_t>(window));
  return timed(updates.size(), [&](const std::shared_ptr<answers>& book, clock::time_point) {
    for (std::size_t i = 0; i < updates.size(); ++i) {
      places->acquire();
      book->begin(i, clock::now());
      node.deliver(std::move(updates[i]), [book, places, i](bool settled) {
        places->release();
        book->end(i, settled);
      });
    }
    return std::uint64_t{0};
  });
}

feed_result feed_at_rate(local_node& node, routed_updates updates, double per_second) {
  const auto when = make_steady_arrivals(per_second, static_cast<double>(updates.size()) / per_second + 1);
  prctl(PR_SET_TIMERSLACK, 1'000UL); // ns; by default sleeps may last 50 µs longer, which is an arrival or two
  return timed(updates.size(), [&](const std::shared_ptr<answers>& book, clock::time_point start) {
    std::uint64_t late = 0;
    for (std::size_t i = 0; i < updates.size(); ++i) {
      const auto intended = start + std::chrono::nanoseconds(when->intended_ns(i));
      std::this_thread::sleep_until(intended);
      if (clock::now() > intended + std::chrono::milliseconds{1})
        ++late;
      book->begin(i, intended);
      node.deliver(std::move(updates[i]), [book, i](bool settled) { book->end(i, settled); });
    }
    return late;
  });
}

} // namespace wakala::bench
