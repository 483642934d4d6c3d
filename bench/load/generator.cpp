#include "bench/load/generator.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <iterator>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace wakala::bench {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr nanoseconds late_after = 1ms;
constexpr auto look_every = 1ms; // at what is held back
constexpr auto timeouts_every = 50ms;
constexpr auto reconnect_wait = 20ms;
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

std::uint64_t ns_between(generator::clock::time_point from, generator::clock::time_point to) {
  return to <= from ? 0 : static_cast<std::uint64_t>(std::chrono::duration_cast<nanoseconds>(to - from).count());
}

} // namespace

/// One request on its way, perhaps again.
struct generator::job {
  prepared_batch_ptr batch;
  std::uint32_t index = 0;
  bool was_sent = false;
  std::uint64_t intended_ns = 0; ///< from the start of the run
  clock::time_point not_before{};

  const prepared_request& request() const { return batch->requests[index]; }
  std::string_view bytes() const { return batch->bytes_of(request()); }
};

struct generator::connection {
  enum class state : std::uint8_t { closed, connecting, idle, busy };
  int fd = -1;
  state is = state::closed;
  answer_reader reader;
  job current;
  std::size_t written = 0;
  clock::time_point sent_at{};
  clock::time_point open_again{};
};

/// What belongs to one run.
struct generator::running {
  running(request_source& from, const arrivals& at) : source(from), when(at) {}

  request_source& source;
  const arrivals& when;
  load_result result;
  clock::time_point start{};
  std::uint64_t measured_from_ns = 0;
  std::uint64_t end_ns = 0;
  std::uint64_t next = 0;   ///< number of the next arrival
  prepared_batch_ptr batch; ///< holds it
  std::uint64_t batch_first = 0;
  std::deque<job> held;  ///< statuses too early to be caused, and repeats
  std::deque<job> again; ///< repeats to be added to them
  std::size_t busy = 0;
  std::uint64_t good_in_window = 0;
  clock::time_point now{};
  clock::time_point looked{};
  clock::time_point timeouts_looked{};
  clock::time_point woke{};
  clock::time_point free_since{}; ///< when a connection was free at the end of a round, and has been in all since

  std::uint64_t now_ns() const { return ns_between(start, now); }
};

generator::generator(const webhook_target& target, const generator_options& options, ledger& book,
                     const std::atomic<bool>& stop)
    : target_(target), options_(options), book_(book), stop_(stop), origin_(clock::now()) {
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_ < 0)
    throw std::system_error(errno, std::generic_category(), "epoll_create1");
  for (unsigned i = 0; i < options_.connections; ++i)
    connections_.push_back(std::make_unique<connection>());
  // Sleeps of this thread end when they should, not up to 50 µs later.
  prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
}

generator::~generator() {
  for (const auto& c : connections_)
    if (c->fd >= 0)
      ::close(c->fd);
  if (epoll_ >= 0)
    ::close(epoll_);
}

ledger_time generator::book_time(clock::time_point at, bool round_up) const {
  constexpr std::uint64_t unit = 10'000;
  return static_cast<ledger_time>((ns_between(origin_, at) + (round_up ? unit - 1 : 0)) / unit);
}

// -- connections ----------------------------------------------------------

result<void> generator::connect() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int failed = getaddrinfo(target_.host.c_str(), std::to_string(target_.port).c_str(), &hints, &found);
      failed != 0)
    return make_error(errc::unavailable, "cannot find " + target_.host + ": " + gai_strerror(failed), "--url");
  const auto* raw = reinterpret_cast<const char*>(found->ai_addr);
  address_.assign(raw, raw + found->ai_addrlen);
  freeaddrinfo(found);

  const auto deadline = clock::now() + options_.timeout;
  while (true) {
    const auto now = clock::now();
    std::size_t open_ones = 0;
    for (const auto& c : connections_) {
      if (c->is == connection::state::closed && c->open_again <= now)
        open(*c);
      open_ones += c->is == connection::state::idle ? 1 : 0;
    }
    if (open_ones == connections_.size())
      return {};
    if (now > deadline || stop_)
      return make_error(errc::unavailable, std::to_string(open_ones) + " of " + std::to_string(connections_.size()) +
                                               " connections could be opened to " + target_.host + ":" +
                                               std::to_string(target_.port));
    std::array<epoll_event, 64> events{};
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 10);
    for (int i = 0; i < count; ++i) {
      auto& c = *static_cast<connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      int problem = 0;
      socklen_t size = sizeof problem;
      getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &problem, &size);
      if (problem != 0 || c.is != connection::state::connecting) {
        close(c, clock::now());
        continue;
      }
      epoll_event wanted{EPOLLIN | EPOLLRDHUP, {.ptr = &c}};
      epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &wanted);
      c.is = connection::state::idle;
      idle_.push_back(&c);
    }
  }
}

void generator::open(connection& c) {
  const auto* address = reinterpret_cast<const sockaddr*>(address_.data());
  c.fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (c.fd < 0) {
    c.open_again = clock::now() + reconnect_wait;
    return;
  }
  const int on = 1;
  setsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  c.is = connection::state::connecting;
  epoll_event wanted{EPOLLOUT | EPOLLRDHUP, {.ptr = &c}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, c.fd, &wanted);
  if (::connect(c.fd, address, static_cast<socklen_t>(address_.size())) != 0 && errno != EINPROGRESS)
    close(c, clock::now());
}

void generator::close(connection& c, clock::time_point now) {
  if (c.is == connection::state::idle)
    std::erase(idle_, &c);
  if (c.fd >= 0)
    ::close(c.fd);
  c.fd = -1;
  // After an answer with `Connection: close` at once; when nobody takes the connection, not in a tight loop.
  c.open_again = c.is == connection::state::connecting ? now + reconnect_wait : now;
  c.is = connection::state::closed;
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

void generator::write(running& r, connection& c) {
  const auto bytes = c.current.bytes();
  while (c.written < bytes.size()) {
    const auto done = ::send(c.fd, bytes.data() + c.written, bytes.size() - c.written, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      epoll_event wanted{EPOLLIN | EPOLLOUT | EPOLLRDHUP, {.ptr = &c}};
      epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &wanted);
      return;
    }
    if (done < 0) {
      --r.busy;
      auto lost = std::move(c.current);
      close(c, r.now);
      return failed(r, std::move(lost), &load_counts::broken);
    }
    c.written += static_cast<std::size_t>(done);
  }
}

void generator::fill(running& r) {
  if (r.batch && r.next < r.batch_first + r.batch->requests.size())
    return;
  r.batch_first = r.next;
  r.batch = r.source.next();
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
  while (r.now >= r.start && !idle_.empty() && r.next < r.when.count()) {
    const auto intended = r.when.intended_ns(r.next);
    if (intended > r.now_ns())
      return;
    fill(r);
    job j;
    j.batch = r.batch;
    j.index = static_cast<std::uint32_t>(r.next - r.batch_first);
    j.intended_ns = intended;
    const auto& what = j.request().what;
    if (!is_status(what.kind) && !what.is_copy)
      book_.plan(what.about);
    ++r.next;
    auto& counts = counts_of(r, j);
    ++counts.intended;
    ++r.result.seconds.at(intended).intended;
    if (!options_.retry && r.now_ns() > intended + static_cast<std::uint64_t>(nanoseconds{options_.timeout}.count()))
      failed(r, std::move(j), &load_counts::given_up);
    else if (!send_one(r, j))
      r.held.push_back(std::move(j));
    else if (r.now - r.start > nanoseconds{intended} + late_after && r.free_since - r.start <= nanoseconds{intended})
      ++counts.own_delay;
  }
  if (idle_.empty())
    r.free_since = clock::time_point::max();
  else if (r.free_since == clock::time_point::max())
    r.free_since = r.now;
}

// -- receiving ------------------------------------------------------------

void generator::handle(running& r, connection& c, std::uint32_t events) {
  if (c.is == connection::state::connecting) {
    int problem = 0;
    socklen_t size = sizeof problem;
    getsockopt(c.fd, SOL_SOCKET, SO_ERROR, &problem, &size);
    if (problem != 0)
      return close(c, r.now);
    epoll_event wanted{EPOLLIN | EPOLLRDHUP, {.ptr = &c}};
    epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &wanted);
    c.is = connection::state::idle;
    idle_.push_back(&c);
    return;
  }
  if (c.is == connection::state::idle) // the server has nothing to say now but goodbye
    return close(c, r.now);
  if ((events & EPOLLOUT) != 0 && c.written < c.current.bytes().size()) {
    write(r, c);
    if (c.is != connection::state::busy)
      return;
    if (c.written == c.current.bytes().size()) {
      epoll_event wanted{EPOLLIN | EPOLLRDHUP, {.ptr = &c}};
      epoll_ctl(epoll_, EPOLL_CTL_MOD, c.fd, &wanted);
    }
  }
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0)
    return;
  std::array<char, 16'384> buffer;
  const auto got = ::recv(c.fd, buffer.data(), buffer.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return;
  const auto step = got > 0    ? c.reader.feed({buffer.data(), static_cast<std::size_t>(got)})
                    : got == 0 ? c.reader.end()
                               : answer_reader::state::broken;
  if (step == answer_reader::state::need_more)
    return;
  if (step == answer_reader::state::complete)
    return answered(r, c);
  --r.busy;
  auto lost = std::move(c.current);
  close(c, r.now);
  failed(r, std::move(lost), &load_counts::broken);
}

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
    const bool is_old = r.now - c->sent_at > options_.timeout;
    if (c->is == connection::state::busy && is_old) {
      --r.busy;
      auto lost = std::move(c->current);
      close(*c, r.now);
      failed(r, std::move(lost), &load_counts::timed_out);
    }
  }
}

// -- the run --------------------------------------------------------------

bool generator::is_finished(running& r) const {
  if (stop_)
    return true;
  if (r.next < r.when.count())
    return false;
  if (r.busy == 0 && r.held.empty() && r.again.empty())
    return true;
  const auto patience = r.busy > 0 ? std::max(options_.drain, options_.timeout) : options_.drain;
  return r.now - r.start > nanoseconds{r.end_ns} + patience;
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

load_result generator::run(request_source& source, const arrivals& when, double warm_up_s,
                           const load_listener& told) {
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
    if (in == phase::draining && is_finished(r))
      break;
    if (stop_)
      break;
    wait(r);
    look_for_timeouts(r);
  }
  auto& result = r.result;
  result.interrupted = stop_;
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
  result.measured_s = when.seconds() - warm_up_s;
  result.offered_per_s = static_cast<double>(result.measured.intended) / result.measured_s;
  result.achieved_per_s = static_cast<double>(r.good_in_window) / result.measured_s;
  result.generator_cpu_percent = 100 * cpu_used / result.measured_s;
  result.source_waits = source.waits();
  return result;
}

} // namespace wakala::bench
