#include "bench/load/webhook_run.hpp"

#include "bench/load/body.hpp"
#include "bench/load/session.hpp"
#include "bench/load/webhook_report.hpp"
#include "bench/process/daemon.hpp"
#include "bench/process/sandbox_process.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace wakala::bench {

using namespace std::chrono_literals;

namespace {

constexpr auto settle_between_trials = 20s;

std::string whole(double value) { return std::to_string(static_cast<long long>(value + 0.5)); }

std::string in_ms(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f ms", value);
  return text;
}

/// One repeat: the server, the session, the runs.
class webhook_repeat {
public:
  webhook_repeat(const webhook_options& options, unsigned number, const std::atomic<bool>& stop,
                 const std::function<void(const std::string&)>& told)
      : options_(options), number_(number), stop_(stop), told_(told) {}
  ~webhook_repeat() {
    session_.reset(); // before the server it is connected to
    sandbox_.reset();
    daemon_.reset();
    std::error_code ignored;
    if (!directory_.empty())
      std::filesystem::remove_all(directory_, ignored);
  }
  webhook_repeat(const webhook_repeat&) = delete;
  webhook_repeat& operator=(const webhook_repeat&) = delete;

  /// The reports of this repeat.
  result<webhook_outcome> run() {
    if (auto ready = prepare(); !ready)
      return ready.error();
    written_before_ = read_processes(session_->options().server_pids).written_bytes;
    switch (options_.shape) {
    case load_shape::steady:
      return steady();
    case load_shape::day:
      return day();
    case load_shape::knee:
      return knee();
    }
    return make_error(errc::invalid_argument, "no such shape of load");
  }

private:
  void say(const std::string& text) const {
    if (told_)
      told_((options_.repeats > 1
                 ? "repeat " + std::to_string(number_ + 1) + " of " + std::to_string(options_.repeats) + ": "
                 : std::string{}) +
            text);
  }

  result<void> prepare() {
    session_options s;
    s.who = options_.who;
    s.what.statuses = options_.statuses && options_.transport == way_out::discard;
    s.names_statuses = s.what.statuses;
    s.sending = options_.sending;
    if (options_.url.empty()) {
      if (auto started = start_daemon(s); !started)
        return started.error();
    } else {
      s.url = options_.url;
      s.secret = options_.secret;
      s.server_pids = options_.server_pids;
      if (!options_.admin_url.empty()) {
        s.admin = admin_access{options_.admin_url, options_.admin_token};
        if (auto added = add_tenants(*s.admin, daemon_tenants(population(options_.who)), bench_catalog()); !added)
          return added.error();
      }
    }
    s.what.introductions = options_.introduce && s.admin;
    head_ = report_head(options_, s);
    auto session = webhook_session::open(std::move(s), stop_);
    if (!session)
      return session.error();
    session_ = std::move(*session);
    return introduce();
  }

  result<void> introduce() {
    if (!session_->options().what.introductions)
      return {};
    say("every shopper writes once");
    const auto counts = session_->introduce();
    head_.config.emplace_back("introduced", std::to_string(counts.good) + " of " +
                                                std::to_string(options_.who.conversations) +
                                                " shoppers wrote once before");
    if (auto settled = session_->settle(options_.settle_patience); !settled)
      return settled.error();
    return {};
  }

  result<void> start_daemon(session_options& s) {
    directory_ = options_.directory + "/webhook-" + std::to_string(number_);
    // What a run that was killed left there would count as messages that this one never sent.
    std::error_code failed;
    if (std::filesystem::remove_all(directory_, failed); failed)
      return make_error(errc::unavailable, "cannot empty " + directory_ + ": " + failed.message());
    daemon_options d;
    d.program = options_.bin_dir + "/wakalad";
    d.directory = directory_;
    d.io_threads = options_.io_threads;
    d.workers = options_.workers;
    d.limits = options_.limits;
    std::uint16_t sandbox_port = 0;
    if (options_.transport == way_out::sandbox) {
      sandbox_port = free_port();
      d.graph_url = "http://127.0.0.1:" + std::to_string(sandbox_port);
    }
    say("starting wakalad");
    auto daemon = daemon_process::start(d);
    if (!daemon)
      return daemon.error();
    daemon_.emplace(std::move(*daemon));
    const auto list = daemon_tenants(population(options_.who));
    if (sandbox_port != 0) {
      sandbox_options o;
      o.program = options_.bin_dir + "/wakala-sandbox";
      o.directory = directory_;
      o.port = sandbox_port;
      o.webhook_url = daemon_->webhook_url();
      o.app_secret = d.app_secret;
      o.seed = options_.who.seed;
      auto sandbox = sandbox_process::start(o, list);
      if (!sandbox)
        return sandbox.error();
      sandbox_.emplace(std::move(*sandbox));
    }
    if (auto added = add_tenants(daemon_->admin(), list, bench_catalog()); !added)
      return added.error();
    s.url = daemon_->webhook_url();
    s.secret = d.app_secret;
    s.admin = daemon_->admin();
    s.server_pids = {daemon_->pid()};
    s.store_directory = directory_ + "/data";
    return {};
  }

  measurement measure(const arrivals& when, double warm_up, const std::string& what) {
    say(what + ": rendering requests");
    auto m = session_->measure(when, warm_up, [&](double second, const load_counts& so_far) {
      say(what + ": " + whole(second) + " of " + whole(when.seconds()) + " s, " +
          whole(static_cast<double>(so_far.good)) + " answered, " + whole(static_cast<double>(so_far.late)) +
          " late, " + whole(static_cast<double>(so_far.failed())) + " failed");
    });
    unmatched_ += m.unmatched_statuses;
    if (daemon_ && !daemon_->is_running()) {
      const auto said = daemon_->log();
      gone_ = "wakalad ended: " + said.substr(said.size() > 500 ? said.size() - 500 : 0);
    }
    kept_up_ = kept_up_ && judge(m).keeps_up;
    good_ += m.load.warm_up.good + m.load.measured.good;
    return m;
  }

  /// Settles and checks everything that was sent in this repeat.
  result<session_end> finish() {
    session_end end;
    if (!gone_.empty())
      return make_error(errc::unavailable, gone_);
    say("waiting until all is folded and sent");
    auto settled = session_->settle(options_.settle_patience);
    if (!settled)
      return settled.error();
    end.settled = *settled;
    const auto written = read_processes(session_->options().server_pids).written_bytes;
    end.written_bytes = written > written_before_ ? written - written_before_ : 0;
    end.good = good_;
    end.unmatched = unmatched_;
    end.unmatched_excused = !kept_up_;
    if (daemon_)
      end.start_ms = std::chrono::duration<double, std::milli>(daemon_->start_time()).count();
    if (!session_->options().admin || !options_.verify)
      return end;
    say("reading back every conversation");
    auto checked = session_->verify([&](std::size_t done, std::size_t all) {
      say("checking: " + std::to_string(done) + " of " + std::to_string(all) + " conversations");
    });
    if (!checked)
      return checked.error();
    end.checked = std::move(*checked);
    return end;
  }

  result<webhook_outcome> steady() {
    const auto when = make_steady_arrivals(options_.rate, options_.warm_up + options_.seconds);
    const auto m = measure(*when, options_.warm_up, whole(options_.rate) + "/s");
    return alone(m);
  }

  result<webhook_outcome> day() {
    const auto when = make_day_arrivals(options_.count, options_.seconds);
    const auto m = measure(*when, 0, "a day of " + std::to_string(options_.count) + " webhooks");
    return alone(m);
  }

  result<webhook_outcome> alone(const measurement& m) {
    auto end = finish();
    if (!end)
      return end.error();
    auto r = head_;
    add_measurement(r, options_, m);
    if (options_.soak)
      add_soak(r, m);
    add_end(r, options_, m, *end);
    return webhook_outcome{{std::move(r)}, std::nullopt};
  }

  result<webhook_outcome> knee() {
    knee_search search(options_.knee);
    std::vector<trial_result> trials;
    std::optional<measurement> confirmed;
    while (const auto next = search.next()) {
      if (stop_)
        return make_error(errc::unavailable, "it was interrupted");
      const auto seconds = next->is_long ? options_.seconds : options_.probe_seconds;
      const auto warm_up = next->is_long ? options_.warm_up : std::min(options_.warm_up, 2.0);
      const auto when = make_steady_arrivals(next->rate, warm_up + seconds);
      auto m = measure(*when, warm_up, (next->is_long ? "confirming " : "trying ") + whole(next->rate) + "/s");
      auto t = judge(m);
      say(whole(t.offered) + "/s: " + (t.held ? "held" : "failed") + ", " + whole(t.achieved) + "/s, p99 " +
          in_ms(t.p99_ms) + ", unfolded rows " + whole(t.unfolded_max));
      trials.push_back(t);
      search.report(t.held);
      if (next->is_long && t.held)
        confirmed = std::move(m);
      if (!gone_.empty())
        break;
      auto settled = session_->settle(settle_between_trials);
      if (!settled)
        return settled.error();
    }
    if (!gone_.empty())
      return make_error(errc::unavailable, gone_);
    auto r = head_;
    if (search.knee()) {
      r.figures.push_back({"knee_per_s", "1/s", {*search.knee()}, {}, figure::direction::none});
      auto at_knee = options_;
      at_knee.strict_goals = false; // the goals of latency are held against a share of the knee
      add_measurement(r, at_knee, *confirmed);
    } else {
      r.void_because.emplace_back("no rate held, not even " + whole(trials.empty() ? 0 : trials.back().offered) +
                                  "/s");
      confirmed.emplace();
    }
    add_trials(r, trials);
    std::optional<measurement> at_share;
    if (search.knee() && options_.share > 0) {
      const auto rate = *search.knee() * options_.share;
      const auto when = make_steady_arrivals(rate, options_.warm_up + options_.seconds);
      at_share =
          measure(*when, options_.warm_up, whole(100 * options_.share) + " % of the knee, " + whole(rate) + "/s");
    }
    auto end = finish();
    if (!end)
      return end.error();
    webhook_outcome outcome;
    outcome.knee = search.knee();
    add_end(r, options_, *confirmed, *end);
    outcome.reports.push_back(std::move(r));
    if (at_share) {
      auto second = head_;
      second.target += " at " + whole(100 * options_.share) + " % of its knee";
      add_measurement(second, options_, *at_share);
      add_end(second, options_, *at_share, *end);
      outcome.reports.push_back(std::move(second));
    }
    return outcome;
  }

  const webhook_options& options_;
  unsigned number_;
  const std::atomic<bool>& stop_;
  const std::function<void(const std::string&)>& told_;
  std::string directory_;
  std::optional<daemon_process> daemon_;
  std::optional<sandbox_process> sandbox_;
  std::unique_ptr<webhook_session> session_;
  report head_;
  std::uint64_t written_before_ = 0;
  std::uint64_t good_ = 0;
  double unmatched_ = 0;
  bool kept_up_ = true; ///< in all runs
  std::string gone_;    ///< not empty: the daemon ended, and what it said
};

} // namespace

result<webhook_outcome> run_webhook(const webhook_options& options, const std::atomic<bool>& stop,
                                    const std::function<void(const std::string&)>& told) {
  webhook_outcome all;
  std::vector<double> knees;
  for (unsigned i = 0; i < options.repeats; ++i) {
    auto one = webhook_repeat(options, i, stop, told).run();
    if (!one)
      return one.error();
    if (one->knee)
      knees.push_back(*one->knee);
    for (std::size_t k = 0; k < one->reports.size(); ++k)
      if (k < all.reports.size())
        merge_repeat(all.reports[k], one->reports[k]);
      else
        all.reports.push_back(std::move(one->reports[k]));
  }
  if (!knees.empty())
    all.knee = median(knees);
  return all;
}

} // namespace wakala::bench
