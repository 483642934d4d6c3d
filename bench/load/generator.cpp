#include "bench/load/generator_parts.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <thread>

namespace wakala::bench {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr nanoseconds late_after = 1ms;
constexpr auto look_every = 1ms; // at what is held back
constexpr auto timeouts_every = 50ms;
constexpr auto tick_every = 1s;
// Under high rates the thread wakes at most this often and does together what has come up meanwhile: a wake-up costs
// as much as a request. Latencies become longer by up to as much, never shorter.
constexpr nanoseconds gather = 100us;

/// CPU seconds of all threads of this process.
double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

} // namespace

ledger_time generator::book_time(clock::time_point at, bool round_up) const {
  constexpr std::uint64_t unit = 10'000;
  return static_cast<ledger_time>((ns_between(origin_, at) + (round_up ? unit - 1 : 0)) / unit);
}

// -- sending --------------------------------------------------------------

load_counts& generator::counts_of(running& r, const job& j) const {
  return j.intended_ns < r.measured_from_ns ? r.result.warm_up : r.result.measured;
}

/// False when the job must wait, because what it speaks of did not happen yet or no connection is free.
bool generator::send_one(running& r, job& j) {
  if (j.not_before > r.now)
    return false;
  const auto& what = j.request().what;
  const auto hold = static_cast<ledger_time>(options_.hold / 10us);
  if (idle_.empty() || !book_.may_send(what, book_time(r.now, false), hold))
    return false;
  auto& c = *idle_.back();
  idle_.pop_back();
  auto& counts = counts_of(r, j);
  if (!j.was_sent) {
    j.was_sent = true;
    ++counts.sent;
    if (r.now_ns() > j.intended_ns + static_cast<std::uint64_t>(late_after.count())) {
      ++counts.late;
      ++r.result.seconds.at(j.intended_ns).late;
    }
  }
  book_.note_sent(what, book_time(r.now, false));
  c.is = connection::state::busy;
  c.current = std::move(j);
  c.written = 0;
  c.sent_at = r.now;
  c.reader.start();
  ++r.busy;
  write(r, c);
  return true;
}

void generator::fill(running& r) {
  if (r.batch && r.next < r.batch_first + r.batch->requests.size())
    return;
  if (r.batch && r.source.is_all_ready())
    r.used.push_back(std::move(r.batch));
  r.batch_first = r.next;
  r.batch = r.source.next();
}

generator::job generator::take_next(running& r) {
  fill(r);
  job j;
  j.batch = r.batch;
  j.index = static_cast<std::uint32_t>(r.next - r.batch_first);
  j.intended_ns = r.when.intended_ns(r.next);
  const auto& what = j.request().what;
  if (!is_status(what.kind) && !what.is_copy)
    book_.plan(what.about);
  ++r.next;
  r.all_taken = r.now;
  ++counts_of(r, j).intended;
  ++r.result.seconds.at(j.intended_ns).intended;
  return j;
}

/// What no connection took in time.
void generator::give_up_old(running& r) {
  if (options_.retry || r.is_patient)
    return;
  while (r.next < r.when.count() && r.start + nanoseconds{r.when.intended_ns(r.next)} + options_.timeout < r.now)
    failed(r, take_next(r), &load_counts::given_up);
}

/// Everything that is due goes to the connections that are free.
void generator::send_due(running& r) {
  std::move(r.again.begin(), r.again.end(), std::back_inserter(r.held));
  r.again.clear();
  if (!r.held.empty() && !idle_.empty() && r.now - r.looked >= look_every) {
    r.looked = r.now;
    for (auto& j : r.held) {
      if (idle_.empty())
        break;
      send_one(r, j);
    }
    std::erase_if(r.held, [](const job& j) { return !j.batch; }); // sent ones were moved from
  }
  give_up_old(r);
  while (r.now >= r.start && !idle_.empty() && r.next < r.when.count()) {
    const auto intended = nanoseconds{r.when.intended_ns(r.next)};
    if (r.start + intended > r.now)
      break;
    auto j = take_next(r);
    auto& counts = counts_of(r, j);
    if (!send_one(r, j))
      r.held.push_back(std::move(j));
    else if (r.now - r.start > intended + late_after && r.free_since - r.start <= intended)
      ++counts.own_delay;
  }
  if (idle_.empty())
    r.free_since = clock::time_point::max();
  else if (r.free_since == clock::time_point::max())
    r.free_since = r.now;
}

// -- receiving ------------------------------------------------------------

void generator::answered(running& r, connection& c) {
  --r.busy;
  auto j = std::move(c.current);
  const auto status = c.reader.status();
  if (c.reader.keeps_alive()) {
    c.is = connection::state::idle;
    idle_.push_back(&c);
  } else {
    close(c, r.now);
  }
  if (status != 200)
    return failed(r, std::move(j), status == 503 || status == 429 ? &load_counts::refused : &load_counts::rejected);
  const auto at = clock::now();
  book_.note_acknowledged(j.request().what, book_time(at, true));
  const auto at_ns = ns_between(r.start, at);
  const auto took = at_ns > j.intended_ns ? at_ns - j.intended_ns : 0;
  ++counts_of(r, j).good;
  ++r.result.seconds.at(at_ns).good;
  r.result.seconds.at(j.intended_ns).latency.add(took);
  if (j.intended_ns >= r.measured_from_ns)
    r.result.latency.add(took);
  if (at_ns >= r.measured_from_ns && at_ns < r.end_ns)
    ++r.good_in_window;
}

void generator::failed(running& r, job j, std::uint64_t load_counts::*why) {
  ++(counts_of(r, j).*why);
  ++r.result.seconds.at(r.now_ns()).failed;
  if (!options_.retry)
    return;
  j.not_before = r.now + options_.retry_wait;
  r.again.push_back(std::move(j)); // whoever calls may be walking through `held`
}

void generator::look_for_timeouts(running& r) {
  if (r.now - r.timeouts_looked < timeouts_every)
    return;
  r.timeouts_looked = r.now;
  for (const auto& c : connections_) {
    if (c->is == connection::state::closed && c->open_again <= r.now)
      open(*c);
    if (c->is == connection::state::idle || c->is == connection::state::busy)
      r.seen_open = r.now;
    const bool is_old = r.now - c->sent_at > options_.timeout;
    if (c->is == connection::state::busy && is_old)
      lose(r, *c, &load_counts::timed_out);
  }
  r.result.server_gone = r.now - std::max(r.seen_open, r.start) > options_.timeout;
}

// -- the run --------------------------------------------------------------

bool generator::is_finished(running& r) const {
  if (stop_ || r.result.server_gone)
    return true;
  if (r.next < r.when.count())
    return false;
  if (r.busy == 0 && r.held.empty() && r.again.empty())
    return true;
  const auto patience = r.busy > 0 ? std::max(options_.drain, options_.timeout) : options_.drain;
  return r.now - std::max(r.all_taken, r.start + nanoseconds{r.end_ns}) > patience;
}

void generator::wait(running& r) {
  if (const auto early = r.woke + gather - clock::now(); early > 0ns)
    std::this_thread::sleep_for(early);
  r.now = clock::now();
  auto pause = nanoseconds{timeouts_every};
  if (r.next < r.when.count()) {
    const auto due = r.start + nanoseconds{r.when.intended_ns(r.next)};
    if (!idle_.empty())
      pause = std::clamp<nanoseconds>(due - r.now, 0ns, pause);
  }
  if (!r.held.empty() && !idle_.empty())
    pause = std::min(pause, nanoseconds{look_every});
  const timespec how_long{0, static_cast<long>(pause.count())};
  std::array<epoll_event, 256> events;
  const int count = epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &how_long, nullptr);
  r.now = clock::now();
  r.woke = r.now;
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    auto& c = *static_cast<connection*>(event.data.ptr);
    if (c.fd >= 0)
      handle(r, c, event.events);
    if (c.is == connection::state::closed && c.open_again <= r.now)
      open(c);
  }
}

/// Counts what is left, and leaves no connection with an answer on its way.
void generator::finish(running& r) {
  r.result.interrupted = stop_;
  if (r.result.server_gone)
    while (r.next < r.when.count()) {
      const auto intended = r.when.intended_ns(r.next++);
      auto& counts = intended < r.measured_from_ns ? r.result.warm_up : r.result.measured;
      ++counts.intended;
      ++counts.given_up;
    }
  for (const auto* list : {&r.held, &r.again})
    for (const auto& j : *list)
      ++counts_of(r, j).withheld;
  for (const auto& c : connections_)
    if (c->is == connection::state::busy) {
      // Too late for this run, and its answer must not be taken for one of the next.
      ++counts_of(r, c->current).timed_out;
      c->current = {};
      close(*c, clock::now());
    }
}

load_counts generator::send_all(request_source& source, std::uint64_t count) {
  const auto when = make_burst_arrivals(count);
  running r(source, *when);
  r.is_patient = true;
  r.start = clock::now();
  while (true) {
    r.now = clock::now();
    send_due(r);
    if (is_finished(r))
      break;
    wait(r);
    look_for_timeouts(r);
  }
  finish(r);
  return r.result.measured;
}

load_result generator::run(request_source& source, const arrivals& when, double warm_up_s,
                           const load_listener& told) {
  // Sleeps of this thread end when they should, not up to 50 µs later.
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  static_cast<void>(connect()); // what cannot be opened now is tried again beside the run
  running r(source, when);
  r.measured_from_ns = static_cast<std::uint64_t>(warm_up_s * 1e9);
  r.end_ns = static_cast<std::uint64_t>(when.seconds() * 1e9);
  r.start = clock::now() + 1ms;
  enum class phase : std::uint8_t { warm_up, measuring, draining } in = phase::warm_up;
  double cpu_before = cpu_seconds();
  double cpu_used = 0;
  auto ticked = r.start;
  while (true) {
    r.now = clock::now();
    if (in == phase::warm_up && r.now_ns() >= r.measured_from_ns) {
      in = phase::measuring;
      cpu_before = cpu_seconds();
      if (told.measuring)
        told.measuring();
    }
    if (in == phase::measuring && r.now_ns() >= r.end_ns) {
      in = phase::draining;
      cpu_used = cpu_seconds() - cpu_before;
      if (told.measured)
        told.measured();
    }
    if (told.tick && r.now - ticked >= tick_every) {
      ticked += tick_every;
      told.tick(static_cast<double>(r.now_ns()) / 1e9, in == phase::warm_up ? r.result.warm_up : r.result.measured);
    }
    send_due(r);
    if ((in == phase::draining && is_finished(r)) || stop_ || r.result.server_gone)
      break;
    wait(r);
    look_for_timeouts(r);
  }
  finish(r);
  auto& result = r.result;
  result.measured_s = when.seconds() - warm_up_s;
  result.offered_per_s = static_cast<double>(result.measured.intended) / result.measured_s;
  result.achieved_per_s = static_cast<double>(r.good_in_window) / result.measured_s;
  result.generator_cpu_percent = 100 * cpu_used / result.measured_s;
  result.source_waits = source.waits();
  return result;
}

} // namespace wakala::bench
