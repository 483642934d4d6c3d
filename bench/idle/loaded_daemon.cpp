#include "bench/idle/loaded_daemon.hpp"

#include "bench/load/body.hpp"
#include "bench/load/prepared.hpp"
#include "bench/load/session.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"
#include "http/core/url.hpp"

#include <cmath>
#include <random>
#include <thread>

namespace wakala::bench {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

constexpr double as_fast_as_it_goes = 1e6; ///< per second: in effect the next one when a connection is free
constexpr std::size_t rendered_ahead = std::size_t{64} << 20U;
constexpr auto rest_patience = 10min;
constexpr int looks_until_freed = 48; ///< the allocator gives back what is free within ten seconds

population_options alike(const crowd_size& who) {
  return {.tenants = who.shops, .conversations = who.conversations, .zipf = 0, .seed = 1};
}

std::uint64_t fresh_run() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string text_of(double number) { return show(number); }

error gone(daemon_process& daemon) {
  const std::string said = daemon.log();
  return make_error(errc::unavailable, "wakalad ended: " + said.substr(said.size() > 500 ? said.size() - 500 : 0));
}

} // namespace

loaded_daemon::loaded_daemon(daemon_process daemon, const crowd_size& who)
    : daemon_(std::move(daemon)), who_(alike(who)), look_every_(who.look_every) {}

result<std::unique_ptr<loaded_daemon>> loaded_daemon::start(const daemon_options& options, const crowd_size& who) {
  auto started = daemon_process::start(options);
  if (!started)
    return started.error();
  std::unique_ptr<loaded_daemon> made(new loaded_daemon(std::move(*started), who));
  if (auto added = add_tenants(made->daemon_.admin(), daemon_tenants(made->who_), bench_catalog()); !added)
    return added.error();
  return made;
}

result<driven> loaded_daemon::run(const arrivals& when, const drive_plan& plan, generator_options how) {
  const auto url = http::parse_url(daemon_.webhook_url());
  if (!url)
    return url.error();
  const webhook_target target{url->host, url->port, url->target, daemon_.options().app_secret};
  const body_writer bodies(who_, fresh_run(), unix_seconds());
  traffic what(who_, {.statuses = false, .copies = 0, .in_turn = plan.in_turn, .first = plan.first});
  request_writer writer(target, what, bodies);
  request_source source(writer, when, 0, rendered_ahead);
  source.prepare();
  const auto before = counts();
  if (!before)
    return before.error();

  ledger book(who_.conversations());
  std::atomic<bool> stop = false;
  generator load(target, how, book, stop);
  if (auto connected = load.connect(); !connected)
    return connected.error();
  process_figures at_begin;
  driven done;
  load_listener told;
  told.measuring = [&] { at_begin = read_process(daemon_.pid()).value_or(process_figures{}); };
  told.measured = [&] {
    const auto at_end = read_process(daemon_.pid()).value_or(at_begin);
    done.server_cpu_percent = 100 * (at_end.cpu_seconds - at_begin.cpu_seconds) / (when.seconds() - plan.warm_up_s);
  };
  told.tick = [&](double second, const load_counts&) {
    console_progress().update(text_of(static_cast<double>(book.acknowledged_messages())) + " messages after " +
                              text_of(std::round(second)) + " s");
    stop = !daemon_.is_running();
  };
  done.load = load.run(source, when, plan.warm_up_s, told);
  if (stop)
    return gone(daemon_);
  const auto after = counts();
  if (!after)
    return after.error();
  const auto acknowledged = static_cast<double>(book.acknowledged_messages());
  if (const double committed = after->committed - before->committed; committed != acknowledged)
    done.void_because.push_back(text_of(acknowledged) + " messages were acknowledged but " + text_of(committed) +
                                " were committed");
  return done;
}

result<void> loaded_daemon::fill(std::uint64_t first, std::uint64_t count) {
  if (count == 0)
    return {};
  const auto when = make_steady_arrivals(as_fast_as_it_goes, static_cast<double>(count) / as_fast_as_it_goes);
  generator_options how;
  how.retry = true;
  how.retry_wait = 100ms;
  how.drain = std::chrono::hours{24}; // the schedule is over at once; what counts is that all of it is answered
  drive_plan plan;
  plan.warm_up_s = 0;
  plan.in_turn = true;
  plan.first = first;
  const auto done = run(*when, plan, how);
  if (!done)
    return done.error();
  if (!done->void_because.empty())
    return make_error(errc::unavailable, "while the store was filled " + done->void_because.front());
  if (done->load.measured.good != when->count())
    return make_error(errc::unavailable, "only " + text_of(static_cast<double>(done->load.measured.good)) + " of " +
                                             text_of(static_cast<double>(when->count())) +
                                             " conversations could be made");
  return {};
}

result<driven> loaded_daemon::drive(const drive_plan& plan) {
  const auto when = make_steady_arrivals(plan.per_second, plan.warm_up_s + plan.measured_s);
  auto done = run(*when, plan, {});
  if (!done)
    return done;
  if (const auto failed = done->load.measured.failed() + done->load.warm_up.failed(); failed > 0)
    done->void_because.push_back(text_of(static_cast<double>(failed)) + " webhooks were not answered 200");
  if (done->load.source_waits > 0)
    done->void_because.emplace_back("the generator could not render requests fast enough");
  return done;
}

result<node_counts> loaded_daemon::counts() {
  auto admin = admin_client::connect_to(daemon_.admin());
  return admin ? admin->counts() : admin.error();
}

result<double> loaded_daemon::activations() {
  auto admin = admin_client::connect_to(daemon_.admin());
  if (!admin)
    return admin.error();
  const auto text = admin->get("/metrics");
  if (!text)
    return text.error();
  return sample(parse_metrics(*text), "wakala_conversations_activated_total");
}

result<void> loaded_daemon::wait_until(const std::function<bool(const node_counts&)>& holds,
                                       const std::string& what) {
  auto admin = admin_client::connect_to(daemon_.admin());
  if (!admin)
    return admin.error();
  const auto deadline = clock::now() + rest_patience;
  while (true) {
    const auto now = admin->counts();
    if (!now)
      return daemon_.is_running() ? now.error() : gone(daemon_);
    if (holds(*now))
      return {};
    if (clock::now() > deadline)
      return make_error(errc::unavailable, "after ten minutes wakalad had still not " + what);
    std::this_thread::sleep_for(look_every_ / 2);
  }
}

result<void> loaded_daemon::settle() {
  double journalled = -1;
  unsigned unchanged = 0;
  return wait_until(
      [&](const node_counts& now) {
        unchanged = now.unfolded_rows == 0 && now.journal_rows == journalled ? unchanged + 1 : 0;
        journalled = now.journal_rows;
        return unchanged >= 5;
      },
      "come to rest");
}

result<double> loaded_daemon::settled_memory() {
  if (auto settled = settle(); !settled)
    return settled.error();
  std::this_thread::sleep_for(look_every_ * looks_until_freed);
  constexpr double still = 0.001; ///< relative, between two looks
  double last = 0;
  unsigned unchanged = 0;
  for (int look = 0; look < 120 && unchanged < 3; ++look) {
    const auto pss = read_pss(daemon_.pid());
    if (!pss)
      return gone(daemon_);
    const auto now = static_cast<double>(*pss);
    unchanged = std::abs(now - last) <= still * last ? unchanged + 1 : 0;
    last = now;
    std::this_thread::sleep_for(look_every_);
  }
  return last;
}

result<double> loaded_daemon::idle_cpu_percent(std::chrono::duration<double> over) {
  const auto before = read_process(daemon_.pid());
  const auto began = clock::now();
  std::this_thread::sleep_for(over);
  const auto after = read_process(daemon_.pid());
  const std::chrono::duration<double> took = clock::now() - began;
  if (!before || !after)
    return gone(daemon_);
  return 100 * (after->cpu_seconds - before->cpu_seconds) / took.count();
}

} // namespace wakala::bench
