#include "bench/flood/flood_figures.hpp"

#include "bench/load/body.hpp"
#include "bench/load/session.hpp"
#include "bench/process/daemon.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"

#include <filesystem>
#include <thread>

namespace wakala::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t flooding_shop = 1'000; ///< its number as a tenant, above those of the others
constexpr std::uint32_t flooding_shoppers = 10'000;
constexpr auto rest_patience = 120s;
const std::atomic<bool> never{false}; // an interrupt ends the program, and its children with it

population_options flooder_of(const flood_plan& plan) {
  return {.tenants = 1,
          .conversations = flooding_shoppers,
          .zipf = 0,
          .seed = plan.others.seed,
          .first_tenant = flooding_shop};
}

/// The shops of both sides on one node; only the flooding one meets its limit.
result<void> add_shops(const admin_access& admin, const flood_plan& plan) {
  auto shops = daemon_tenants(population(plan.others));
  for (auto flooders = daemon_tenants(population(flooder_of(plan))); auto& flooding : flooders) {
    flooding.limits["inbound_per_s"] = static_cast<std::int64_t>(plan.limit_per_s);
    shops.push_back(std::move(flooding));
  }
  return add_tenants(admin, shops, bench_catalog());
}

session_options session_for(const daemon_process& daemon, const population_options& who) {
  session_options s;
  s.url = daemon.webhook_url();
  s.secret = daemon.options().app_secret;
  s.admin = daemon.admin();
  s.server_pids = {daemon.pid()};
  s.who = who;
  return s;
}

std::string count_of(std::uint64_t number) { return show(static_cast<double>(number)); }

/// The two sides of one node.
class street {
public:
  street(const flood_plan& plan, std::unique_ptr<webhook_session> others, std::unique_ptr<webhook_session> flooder)
      : plan_(plan), others_(std::move(others)), flooder_(std::move(flooder)) {}

  void take_turn(flood& found) {
    const auto when = make_steady_arrivals(plan_.others_per_s, plan_.warm_up_s + plan_.measured_s);
    const measurement quiet = others_->measure(*when, plan_.warm_up_s);
    measurement storm;
    // Each generator has a thread: the one that sleeps until its own next arrival would be late for the other's.
    std::thread beside([&] {
      const auto all = make_steady_arrivals(plan_.limit_per_s * plan_.factor, plan_.warm_up_s + plan_.measured_s);
      storm = flooder_->measure(*all, plan_.warm_up_s);
    });
    measurement with_storm = others_->measure(*when, plan_.warm_up_s);
    beside.join();

    found.quiet_p99_ms.push_back(to_ms(quiet.load.latency.percentile(99)));
    found.flood_p99_ms.push_back(to_ms(with_storm.load.latency.percentile(99)));
    found.ratio.push_back(found.flood_p99_ms.back() / found.quiet_p99_ms.back());
    found.others_failed.push_back(static_cast<double>(quiet.load.measured.failed() + quiet.load.warm_up.failed() +
                                                      with_storm.load.measured.failed() +
                                                      with_storm.load.warm_up.failed()));
    found.flood_taken_per_s.push_back(storm.load.achieved_per_s);
    found.flood_refused_per_s.push_back(static_cast<double>(storm.load.measured.refused) / plan_.measured_s);
    found.quiet_latency.merge(quiet.load.latency);
    found.flood_latency.merge(with_storm.load.latency);
    if (quiet.load.source_waits + storm.load.source_waits + with_storm.load.source_waits > 0)
      found.void_because.emplace_back("the generator could not render requests fast enough");
    found.beside.push_back(std::move(with_storm));
  }

  /// Everything that was acknowledged, on either side.
  result<void> check(flood& found) {
    for (auto* side : {others_.get(), flooder_.get()}) {
      const auto settled = side->settle(rest_patience);
      if (!settled)
        return settled.error();
      if (!settled->is_settled)
        found.void_because.emplace_back("the node did not finish folding and sending within two minutes");
      const auto seen = side->verify();
      if (!seen)
        return seen.error();
      if (seen->problems() + seen->statuses_behind > 0)
        found.void_because.push_back("of what was acknowledged to " +
                                     std::string(side == others_.get() ? "the others " : "the flooding shop ") +
                                     count_of(seen->lost) + " were lost, " + count_of(seen->doubled) + " doubled, " +
                                     count_of(seen->swapped) + " swapped, " + count_of(seen->problems()) +
                                     " wrong in all, " + count_of(seen->statuses_behind) + " statuses behind");
    }
    return {};
  }

private:
  const flood_plan& plan_;
  std::unique_ptr<webhook_session> others_;
  std::unique_ptr<webhook_session> flooder_;
};

result<flood> measure_on(const daemon_process& daemon, const flood_plan& plan) {
  if (auto added = add_shops(daemon.admin(), plan); !added)
    return added.error();
  auto others = webhook_session::open(session_for(daemon, plan.others), never);
  if (!others)
    return others.error();
  auto storm = session_for(daemon, flooder_of(plan));
  storm.what.statuses = false; // a refused message has no reply whose status could come
  storm.names_statuses = false;
  auto flooder = webhook_session::open(std::move(storm), never);
  if (!flooder)
    return flooder.error();
  street both(plan, std::move(*others), std::move(*flooder));
  flood found;
  for (unsigned turn = 0; turn < plan.repeats; ++turn) {
    console_progress().step("flood: others " + show(plan.others_per_s, "1/s") + ", alone and beside " +
                            show(plan.limit_per_s * plan.factor, "1/s") + " (" + std::to_string(turn + 1) + " of " +
                            std::to_string(plan.repeats) + ")");
    both.take_turn(found);
  }
  console_progress().step("flood: reading back everything that was acknowledged");
  if (auto checked = both.check(found); !checked)
    return checked.error();
  return found;
}

} // namespace

result<flood> measure_flood(const std::string& wakalad, const std::string& directory, const flood_plan& plan) {
  daemon_options options;
  options.program = wakalad;
  options.directory = directory + "/flood";
  auto daemon = daemon_process::start(options);
  if (!daemon)
    return daemon.error();
  auto found = measure_on(*daemon, plan);
  daemon->stop();
  std::error_code ignored;
  std::filesystem::remove_all(options.directory, ignored);
  return found;
}

} // namespace wakala::bench
