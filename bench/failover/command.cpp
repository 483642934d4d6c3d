#include "bench/command_line.hpp"
#include "bench/failover/cluster_process.hpp"
#include "bench/failover/failover_figures.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"
#include "persistence/postgres/postgres_store.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <random>

namespace wakala::bench {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

struct failover_plan {
  unsigned rounds = 12;
  double rate = 300;
  std::uint32_t tenants = 24;
  std::uint32_t conversations = 48;
  std::uint64_t seed = 1;
};

struct found {
  found_faults faults;
  std::uint64_t stale_epoch = 0;
  std::uint64_t ambiguous = 0;
  std::vector<double> kill_ms;
  std::vector<double> pause_ms;
  std::vector<double> move_ms;
  std::uint64_t sent = 0;
  std::uint64_t acked = 0;
  std::uint64_t refused_in_moves = 0;
  double seconds = 0;
  std::vector<std::string> void_because;
};

/// Three nodes under load, broken one way after the other: killed, paused, a shard moved.
class failover_run {
public:
  failover_run(const failover_plan& plan, const common_options& common)
      : plan_(plan), common_(common),
        who_({.tenants = plan.tenants, .conversations = plan.conversations, .zipf = 0, .seed = plan.seed}),
        pick_(plan.seed) {}

  result<found> measure() {
    auto cluster = cluster_process::start({common_.bin_dir + "/wakalad", common_.directory, 3, shards});
    if (!cluster)
      return cluster.error();
    cluster_.emplace(std::move(*cluster));
    std::vector<daemon_tenant> tenants;
    for (const auto& t : who_.tenants())
      tenants.push_back({t.id, t.waba_id, t.number_id, t.display, "bench-access-token", {}});
    if (auto added = add_tenants(cluster_->admin(), tenants, {}); !added)
      return added.error();
    shoppers load(who_, cluster_->ports(), daemon_options{}.app_secret, plan_.rate);
    const auto began = bench_clock::now();
    load.start();
    std::this_thread::sleep_for(1s);
    for (unsigned round = 0; round < plan_.rounds; ++round) {
      console_progress().step("round " + std::to_string(round + 1) + " of " + std::to_string(plan_.rounds) + ", " +
                              std::to_string(load.acknowledged()) + " acknowledged");
      if (auto done = break_something(static_cast<failure_kind>(round % 3)); !done)
        return done.error();
      if (auto whole = cluster_->wait_whole(); !whole)
        return whole.error();
      std::this_thread::sleep_for(500ms);
    }
    found out;
    const auto said = load.finish(30s);
    out.seconds = std::chrono::duration<double>(bench_clock::now() - began).count();
    count(said, out);
    if (auto read = read_back(said, out); !read)
      return read.error();
    return out;
  }

private:
  static constexpr std::uint32_t shards = 32;

  std::uint32_t shard_of(std::uint32_t conversation) const {
    return runtime::shard_of(who_.shop_of(conversation).id, shards);
  }

  template <class Is>
  std::set<std::uint32_t> conversations_where(Is&& is) const {
    std::set<std::uint32_t> out;
    for (std::uint32_t c = 0; c < who_.conversations(); ++c)
      if (is(shard_of(c)))
        out.insert(c);
    return out;
  }

  result<void> break_something(failure_kind what) {
    const auto owners = cluster_->owners();
    if (!owners)
      return owners.error();
    const std::size_t node = pick_() % cluster_->size();
    failure f;
    f.what = what;
    if (what == failure_kind::move) {
      const auto shard = shard_of(static_cast<std::uint32_t>(pick_() % who_.conversations()));
      const auto& from = (*owners)[shard];
      const auto to =
          from == cluster_->name(node) ? cluster_->name((node + 1) % cluster_->size()) : cluster_->name(node);
      f.conversations = conversations_where([&](std::uint32_t s) { return s == shard; });
      f.at = bench_clock::now();
      auto moved = cluster_->move(shard, to);
      if (moved)
        moved = cluster_->wait_owner(shard, to, 10s);
      f.over = bench_clock::now();
      if (moved)
        moved = cluster_->move(shard, {});
      failures_.push_back(std::move(f));
      return moved;
    }
    f.conversations = conversations_where([&](std::uint32_t s) { return (*owners)[s] == cluster_->name(node); });
    f.at = bench_clock::now();
    if (what == failure_kind::kill)
      cluster_->kill(node);
    else
      cluster_->freeze(node);
    failures_.push_back(std::move(f));
    std::this_thread::sleep_for(what == failure_kind::kill ? 1s : 3s);
    if (what == failure_kind::kill)
      return cluster_->restart(node);
    cluster_->thaw(node);
    return {};
  }

  void count(const said_messages& said, found& out) const {
    out.kill_ms = waits_ms(said, failures_, failure_kind::kill);
    out.pause_ms = waits_ms(said, failures_, failure_kind::pause);
    out.move_ms = waits_ms(said, failures_, failure_kind::move);
    for (const auto& mine : said)
      for (const auto& message : mine) {
        ++out.sent;
        out.acked += message.is_acked() ? 1U : 0U;
      }
    for (const auto& f : failures_)
      for (const auto c : f.conversations)
        for (const auto& message : said[c])
          if (f.what == failure_kind::move && message.sent <= f.over && message.acked >= f.at)
            out.refused_in_moves += message.refusals;
    if (out.acked < out.sent)
      out.void_because.push_back(std::to_string(out.sent - out.acked) + " messages were never answered 200");
  }

  result<void> read_back(const said_messages& said, found& out) {
    auto admin = admin_client::connect_to(cluster_->admin());
    if (!admin)
      return admin.error();
    for (std::uint32_t c = 0; c < who_.conversations(); ++c) {
      std::vector<std::string> ids;
      std::string after;
      do {
        const auto page = admin->get("/v1/tenants/" + who_.shop_of(c).id + "/conversations/" + phone_of(c) +
                                     "/messages?limit=500" + (after.empty() ? "" : "&after=" + after));
        if (!page)
          return page.error();
        const auto given = json::parse(*page);
        for (const auto& message : given.at("messages")) {
          if (message.at("direction") == "in")
            ids.push_back(message.at("id").get<std::string>());
          else
            out.ambiguous += message.value("ambiguous", 0) > 0 ? 1U : 0U;
        }
        after = given.at("next").is_string() ? given.at("next").get<std::string>() : std::string{};
      } while (!after.empty());
      const auto faults = compare(c, said[c], ids);
      out.faults.lost += faults.lost;
      out.faults.doubled += faults.doubled;
      out.faults.reordered += faults.reordered;
    }
    const auto verified = persistence::verify_postgres_store(cluster_->store_url());
    if (!verified)
      return verified.error();
    for (const auto& problem : verified->problems) {
      if (problem.find("under an epoch that was over") != std::string::npos)
        ++out.stale_epoch;
      else
        out.void_because.push_back(problem);
    }
    return {};
  }

  failover_plan plan_;
  const common_options& common_;
  population who_;
  std::mt19937_64 pick_;
  std::optional<cluster_process> cluster_;
  std::vector<failure> failures_;
};

report report_of(const failover_plan& plan, const common_options& common, const found& f) {
  using enum figure::direction;
  const auto at_most_unless_smoke = common.smoke ? none : at_most;
  report r = begin_report("failover", "three wakalads on one PostgreSQL server", common.directory,
                          "PostgreSQL, synchronous_commit=on");
  r.config = {{"rounds", show(plan.rounds)},
              {"rate", show(plan.rate)},
              {"shoppers", show(plan.conversations) + " of " + show(plan.tenants) + " merchants"},
              {"rounds_are", "in turn: a node killed, a node paused for 3 s, a shard moved"},
              {"transport", "discard:"}};
  r.measured_s = f.seconds;
  r.repeats = 1;
  const auto one = [](std::uint64_t count) { return std::vector<double>{static_cast<double>(count)}; };
  const auto p99 = [](const std::vector<double>& values) { return std::vector<double>{percentile(values, 99)}; };
  const auto most = [](const std::vector<double>& values) { return std::vector<double>{percentile(values, 100)}; };
  r.figures = {{"lost", "count", one(f.faults.lost), 0, at_most},
               {"doubled", "count", one(f.faults.doubled), 0, at_most},
               {"reordered", "count", one(f.faults.reordered), 0, at_most},
               {"stale_epoch", "count", one(f.stale_epoch), 0, at_most},
               {"ambiguous", "count", one(f.ambiguous), {}, none},
               {"kill_p50_ms", "ms", {percentile(f.kill_ms, 50)}, {}, none},
               {"kill_p99_ms", "ms", p99(f.kill_ms), 1'000, at_most_unless_smoke},
               {"kill_max_ms", "ms", most(f.kill_ms), 3'000, at_most_unless_smoke},
               {"pause_p50_ms", "ms", {percentile(f.pause_ms, 50)}, {}, none},
               {"pause_p99_ms", "ms", p99(f.pause_ms), 4'000, at_most_unless_smoke},
               {"pause_max_ms", "ms", most(f.pause_ms), 6'000, at_most_unless_smoke},
               {"move_p99_ms", "ms", p99(f.move_ms), 150, at_most_unless_smoke},
               {"move_refused", "count", one(f.refused_in_moves), 0, at_most_unless_smoke}};
  load_facts load;
  load.offered_per_s = plan.rate;
  load.achieved_per_s = static_cast<double>(f.acked) / f.seconds;
  load.sent = f.sent;
  r.load = load;
  r.void_because = f.void_because;
  if (f.faults.lost + f.faults.doubled + f.faults.reordered + f.stale_epoch > 0)
    r.void_because.emplace_back("something was lost, doubled, reordered, or written under an epoch that was over");
  return r;
}

/// The object of `--json`: keys always present.
std::string json_of(const report& r) {
  json out;
  for (const auto& f : r.figures)
    out[f.name] = f.values.front();
  out["void"] = r.void_because.empty() ? 0 : 1;
  out["void_because"] = r.void_because;
  out["verdict"] = verdict(r);
  return out.dump();
}

} // namespace

void add_failover(CLI::App& app, command& chosen) {
  auto* sub = app.add_subcommand("failover", "Nodes of a cluster that fail under load, and how long anybody waits.");
  const auto plan = std::make_shared<failover_plan>();
  sub->add_option("--rounds", plan->rounds, "failures, in turn: a node killed, a node paused, a shard moved")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  sub->add_option("--rate", plan->rate, "webhooks a second")->check(CLI::Range(1.0, 1e5))->capture_default_str();
  sub->add_option("--seed", plan->seed, "of what fails when")->capture_default_str();
  sub->footer(
      "Three nodes and a PostgreSQL server of its own. A wait counts from the failure to the next commit of a\n"
      "conversation whose shard was there; of a move, it is the longest that a message took. Afterwards everything\n"
      "is read back, and the journal is looked through for commits under an epoch that was over.");
  sub->callback([plan, &chosen] {
    chosen = [plan](const common_options& common) -> outcome {
      auto mine = *plan;
      if (common.smoke)
        mine.rounds = 3;
      outcome done;
      if (!postgres_process::is_there()) {
        done.failure = "PostgreSQL is not installed: scripts/deps cluster";
        return done;
      }
      const auto measured = failover_run(mine, common).measure();
      if (!measured) {
        done.failure = measured.error().what;
        return done;
      }
      done.reports.push_back(report_of(mine, common, *measured));
      done.json = json_of(done.reports.front());
      return done;
    };
  });
}

} // namespace wakala::bench
