#include "bench/load/session.hpp"

#include "bench/load/transcripts.hpp"
#include "http/core/url.hpp"
#include "runtime/core/random.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

namespace wakala::bench {

using namespace std::chrono_literals;

namespace {

constexpr unsigned reading_connections = 4;

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Two runs never share an id, not even against a server that remembers.
std::uint64_t fresh_run() {
  system_random random;
  return random.next_u64();
}

template <class Value>
measurement::points points_of(const std::vector<server_sample>& samples, Value value) {
  measurement::points list;
  for (const auto& s : samples)
    if (const std::optional<double> y = value(s))
      list.emplace_back(s.second, *y);
  return list;
}

} // namespace

std::vector<daemon_tenant> daemon_tenants(const population& who) {
  std::vector<daemon_tenant> list;
  for (const auto& t : who.tenants()) {
    daemon_tenant one;
    one.id = t.id;
    one.waba_id = t.waba_id;
    one.number_id = t.number_id;
    one.display = t.display;
    one.limits["inbound_per_s"] = 10'000'000;
    one.limits["shopper_messages_per_minute"] = 10'000'000;
    one.limits["messages_per_hour"] = 10'000'000;
    list.push_back(std::move(one));
  }
  return list;
}

measurement::points measurement::unfolded_rows() const {
  return points_of(samples, [](const server_sample& s) {
    return s.counts ? std::optional(s.counts->unfolded_rows) : std::nullopt;
  });
}

measurement::points measurement::sends_waiting() const {
  return points_of(samples, [](const server_sample& s) {
    const auto due = static_cast<double>(s.acknowledged); // one reply each
    return s.counts ? std::optional(std::max(0.0, due - s.counts->sends_accepted)) : std::nullopt;
  });
}

std::uint64_t measurement::wal_bytes_max() const {
  std::uint64_t largest = 0;
  for (const auto& s : samples)
    largest = std::max(largest, s.wal_bytes);
  return largest;
}

measurement::points measurement::rss_megabytes() const {
  return points_of(samples, [](const server_sample& s) {
    const auto bytes = static_cast<double>(s.process.rss_bytes);
    return bytes > 0 ? std::optional(bytes / 1e6) : std::nullopt;
  });
}

result<std::unique_ptr<webhook_session>> webhook_session::open(session_options options,
                                                               const std::atomic<bool>& stop) {
  const auto url = http::parse_url(options.url);
  if (!url)
    return make_error(errc::invalid_argument, url.error().what, "--url");
  if (url->https)
    return make_error(errc::invalid_argument, "must be http://; TLS is not part of what is measured", "--url");
  const webhook_target target{url->host, url->port, url->target, options.secret};
  std::unique_ptr<webhook_session> session(new webhook_session(std::move(options), target, stop));
  if (auto connected = session->generator_.connect(); !connected)
    return connected.error();
  return session;
}

webhook_session::webhook_session(session_options options, const webhook_target& target, const std::atomic<bool>& stop)
    : options_(std::move(options)), who_(options_.who), what_(who_, options_.what), book_(who_.conversations()),
      run_(fresh_run()), bodies_(who_, run_, unix_seconds()), writer_(target, what_, bodies_),
      generator_(target, options_.sending, book_, stop),
      monitor_({options_.admin, options_.server_pids, options_.store_directory,
                [this] { return book_.acknowledged_messages(); }}) {}

load_counts webhook_session::introduce() {
  const auto when = make_burst_arrivals(who_.conversations());
  request_source source(writer_, *when, traffic_ns_, options_.prepared_bytes);
  source.prepare();
  return generator_.send_all(source, when->count());
}

measurement webhook_session::measure(const arrivals& when, double warm_up_s,
                                     const std::function<void(double, const load_counts&)>& tick) {
  measurement m;
  m.warm_up_s = warm_up_s;
  // A quarter of what is free, so that the server's memory is its own.
  const auto room = std::min<std::uint64_t>(options_.prepared_bytes, available_memory() / 4);
  request_source source(writer_, when, traffic_ns_, room);
  source.prepare();
  m.prepared_before = source.is_all_ready();
  process_figures before;
  process_figures after;
  load_listener told;
  machine_time machine_before;
  machine_time machine_after;
  told.measuring = [&] {
    before = read_processes(options_.server_pids);
    machine_before = read_machine_time();
  };
  told.measured = [&] {
    after = read_processes(options_.server_pids);
    machine_after = read_machine_time();
  };
  told.tick = tick;
  monitor_.begin();
  m.load = generator_.run(source, when, warm_up_s, told);
  m.samples = monitor_.end();
  traffic_ns_ += static_cast<std::uint64_t>(std::ceil(when.seconds())) * 1'000'000'000;
  m.server_cpu_s = std::max(0.0, after.cpu_seconds - before.cpu_seconds);
  const auto own_s = m.load.generator_cpu_percent / 100 * m.load.measured_s;
  m.others_cpu_s = std::max(0.0, machine_after.busy_s - machine_before.busy_s - m.server_cpu_s - own_s);
  m.stolen_cpu_s = std::max(0.0, machine_after.stolen_s - machine_before.stolen_s);
  m.written_bytes = after.written_bytes > before.written_bytes ? after.written_bytes - before.written_bytes : 0;
  if (!m.samples.empty() && m.samples.front().counts && m.samples.back().counts)
    m.unmatched_statuses = m.samples.back().counts->statuses_unmatched - m.samples.front().counts->statuses_unmatched;
  return m;
}

result<settled_state> webhook_session::settle(std::chrono::milliseconds patience) {
  settled_state state;
  if (!options_.admin)
    return state;
  auto node = admin_client::connect_to(*options_.admin);
  if (!node)
    return node.error();
  const auto began = std::chrono::steady_clock::now();
  double sends = -1;
  double rows = -1;
  auto changed = began;
  while (true) {
    const auto counts = node->counts();
    if (!counts)
      return counts.error();
    const auto now = std::chrono::steady_clock::now();
    if (counts->sends_accepted != sends || counts->journal_rows != rows) {
      sends = counts->sends_accepted;
      rows = counts->journal_rows;
      changed = now;
    }
    // One reply for each message; more come from messages whose answer was not 200.
    const auto due = static_cast<double>(book_.acknowledged_messages());
    state.counts = *counts;
    state.seconds = std::chrono::duration<double>(now - began).count();
    state.is_settled = counts->unfolded_rows == 0 && sends >= due && now - changed >= 500ms;
    if (state.is_settled || now - began > patience)
      return state;
    std::this_thread::sleep_for(50ms);
  }
}

result<check_summary> webhook_session::verify(const std::function<void(std::size_t, std::size_t)>& told) {
  return check_all(*options_.admin, who_, book_, check_rules{run_, options_.names_statuses}, reading_connections,
                   told);
}

} // namespace wakala::bench
