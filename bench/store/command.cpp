// `wakala-bench store`: the store alone.
#include "bench/command_line.hpp"
#include "bench/report/progress.hpp"
#include "bench/store/backend.hpp"
#include "bench/store/recording.hpp"
#include "bench/store/repeat.hpp"
#include "runtime/core/time_text.hpp"

#include <algorithm>
#include <memory>

namespace wakala::bench {

namespace {

constexpr const char* about =
    "The store alone: journal rows as the actors write them (recorded first, in memory), appended in groups and\n"
    "folded into the tables: appends alone, folds alone, both beside each other. Two spreads of conversations: Zipf\n"
    "0.99 over 10,000 and uniform over 1,000,000; as many are in the store before.";

struct spread {
  std::string name;
  std::uint32_t conversations;
  double zipf;
};
const std::vector<spread> spreads{{"zipf", 10'000, 0.99}, {"uniform", 1'000'000, 0}};

struct command_options {
  std::string backend;
  std::string spread = "both";
  recording_options what;
  store_plan plan;
  bool no_verify = false;
};

void add_options(CLI::App& sub, command_options& o) {
  sub.add_option("--backend", o.backend, "only this store (default: all that are here)");
  sub.add_option("--spread", o.spread, "of conversations")
      ->check(CLI::IsMember({"zipf", "uniform", "both"}))
      ->capture_default_str();
  sub.add_option("--updates", o.what.updates, "of webhooks, whose journal rows are recorded")
      ->check(CLI::Range(100, 10'000'000))
      ->capture_default_str();
  sub.add_option("--batch-rows", o.plan.batch_rows, "rows of one append")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  sub.add_option("--fold-rows", o.plan.slice_rows, "rows of one fold")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  sub.add_option("--shards", o.what.shards, "of the store")->check(CLI::Range(1, 65'536))->capture_default_str();
  sub.add_option("--tenants", o.what.who.tenants, "shops")->check(CLI::Range(1, 100'000))->capture_default_str();
  sub.add_option("--seed", o.what.who.seed, "of the traffic")->capture_default_str();
  sub.add_flag("--no-verify", o.no_verify, "do not read the stores back at the end");
}

void make_small(command_options& o) {
  o.what.updates = std::min<std::size_t>(o.what.updates, 1'500);
  o.what.who.tenants = std::min(o.what.who.tenants, 5U);
}

std::uint64_t conversations_before(const spread& s, const common_options& common) {
  return common.smoke ? s.conversations / 500 : s.conversations;
}

std::string in_short(double value) {
  auto text = std::to_string(value);
  return text.substr(0, text.find('.') + 3);
}

report head(const backend& b, const command_options& o, const spread& s, const recording& rows,
            const common_options& common) {
  report r;
  r.command = "store";
  r.target = b.name + ", " + s.name + " over " + std::to_string(s.conversations) + " conversations";
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  r.started_at = to_rfc3339(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  r.machine = read_machine(common.directory);
  r.build = read_build();
  r.durability = measure_fsync(common.directory, b.durability);
  r.repeats = common.repeats;
  r.config = {
      {"rows", std::to_string(rows.rows.size()) + " of " + std::to_string(rows.updates) + " updates"},
      {"row", in_short(rows.records_per_row()) + " records, " +
                  std::to_string(static_cast<int>(rows.bytes_per_row())) + " bytes of keys and sealed values"},
      {"conversations", std::to_string(conversations_before(s, common)) + " there before, " +
                            std::to_string(rows.keys.size()) + " in the recording"},
      {"batch_rows", std::to_string(o.plan.batch_rows)},
      {"fold_rows", std::to_string(o.plan.slice_rows)},
      {"shards", std::to_string(o.what.shards)},
      {"tenants", std::to_string(o.what.who.tenants)},
      {"zipf", in_short(s.zipf)},
      {"seed", std::to_string(o.what.who.seed)},
      {"read_back", o.no_verify ? "no" : "the last: checksums, sequences, and the tables folded again and compared"}};
  if (!find_backend("postgresql"))
    r.config.emplace_back("postgresql", "not measured: the server is not installed");
  return r;
}

result<std::vector<backend>> chosen_backends(const command_options& o) {
  if (o.backend.empty())
    return all_backends();
  auto one = find_backend(o.backend);
  if (!one)
    return one.error();
  return std::vector<backend>{std::move(*one)};
}

outcome run(command_options o, const common_options& common) {
  if (common.smoke)
    make_small(o);
  outcome all;
  const auto fail = [&](const error& why) {
    all.failure = why.field.empty() ? why.what : why.field + ": " + why.what;
    return std::move(all);
  };
  const auto backends = chosen_backends(o);
  if (!backends)
    return fail(backends.error());
  for (const auto& s : spreads) {
    if (o.spread != "both" && o.spread != s.name)
      continue;
    console_progress().step("store: " + s.name + ": recording what the actors journal");
    o.what.who.conversations = s.conversations;
    o.what.who.zipf = s.zipf;
    const auto rows = record(o.what);
    if (!rows)
      return fail(rows.error());
    for (const auto& b : *backends) {
      auto r = head(b, o, s, *rows, common);
      for (unsigned i = 0; i < common.repeats; ++i) {
        const auto said = "store: " + b.name + ", " + s.name + ", repeat " + std::to_string(i + 1) + " of " +
                          std::to_string(common.repeats) + ": ";
        o.plan.directory = common.directory + "/store";
        o.plan.conversations = conversations_before(s, common);
        o.plan.verify = !o.no_verify && i + 1 == common.repeats;
        const auto say = [&](const std::string& what) { console_progress().step(said + what); };
        if (auto done = measure_store(b, o.plan, *rows, say, r); !done)
          return fail(done.error());
      }
      all.reports.push_back(std::move(r));
    }
  }
  return all;
}

} // namespace

void add_store(CLI::App& app, command& chosen) {
  auto o = std::make_shared<command_options>();
  auto* sub = app.add_subcommand("store", about);
  add_options(*sub, *o);
  sub->callback([o, &chosen] { chosen = [o](const common_options& common) { return run(*o, common); }; });
}

} // namespace wakala::bench
