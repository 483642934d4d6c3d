// The instrument against a real daemon: does it see what happens, and only that?
#include "bench/load/body.hpp"
#include "bench/load/session.hpp"
#include "bench/load/webhook_report.hpp"
#include "bench/load/webhook_run.hpp"
#include "bench/process/daemon.hpp"
#include "bench/report/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <unistd.h>

namespace wakala::bench {
namespace {

using namespace std::chrono_literals;

constexpr double rate = 200;

struct real_daemon : ::testing::Test {
  std::string directory = ::testing::TempDir() + "bench-webhook-" + std::to_string(getpid());
  std::atomic<bool> stop{false};

  real_daemon() { std::filesystem::create_directories(directory); }
  ~real_daemon() override { std::filesystem::remove_all(directory); }

  webhook_options small() const {
    webhook_options o;
    o.bin_dir = WAKALA_BIN_DIR;
    o.directory = directory;
    o.who.tenants = 3;
    o.who.conversations = 60;
    o.sending.connections = 16;
    o.rate = rate;
    o.seconds = 3;
    o.warm_up = 0.5;
    return o;
  }
};

double value_of(const report& r, std::string_view name) {
  const auto found = std::find_if(r.figures.begin(), r.figures.end(), [&](const auto& f) { return f.name == name; });
  return found == r.figures.end() || found->values.empty() ? -1 : found->values.front();
}

/// Three and a half seconds of load; the daemon stands still for one of them when `stalls`.
measurement measure_with(const std::string& directory, bool stalls, const std::atomic<bool>& stop) {
  daemon_options d;
  d.program = std::string(WAKALA_BIN_DIR) + "/wakalad";
  d.directory = directory + (stalls ? "/stalled" : "/steady");
  auto daemon = daemon_process::start(d);
  if (!daemon)
    throw result_error(daemon.error());
  session_options s;
  s.url = daemon->webhook_url();
  s.secret = d.app_secret;
  s.admin = daemon->admin();
  s.server_pids = {daemon->pid()};
  s.who.tenants = 3;
  s.who.conversations = 60;
  s.sending.connections = 16;
  add_tenants(daemon->admin(), daemon_tenants(population(s.who)), bench_catalog()).value();
  auto session = webhook_session::open(s, stop);
  if (!session)
    throw result_error(session.error());
  std::thread stall;
  const auto when = make_steady_arrivals(rate, 3.5);
  if (stalls)
    stall = std::thread([&] {
      std::this_thread::sleep_for(1'500ms);
      kill(daemon->pid(), SIGSTOP);
      std::this_thread::sleep_for(1s);
      kill(daemon->pid(), SIGCONT);
    });
  auto m = (*session)->measure(*when, 0.5);
  if (stall.joinable())
    stall.join();
  EXPECT_TRUE((*session)->settle(30s).value().is_settled);
  const auto checked = (*session)->verify().value();
  EXPECT_EQ(checked.problems(), 0U) << ::testing::PrintToString(checked.examples);
  EXPECT_GT(checked.acknowledged, 100U);
  return m;
}

TEST_F(real_daemon, a_second_without_answers_shows_in_p999_and_in_late_sends) {
  const auto m = measure_with(directory, true, stop);
  const auto& latency = m.load.latency;
  EXPECT_GE(to_ms(latency.percentile(99.9)), 850) << "the first requests of the stall waited for all of it";
  EXPECT_GE(to_ms(latency.percentile(90)), 100) << "and a third of all requests for a part";
  // 16 connections were taken by the first 16 requests; the others of that second could not be sent in time.
  EXPECT_GE(m.load.measured.late, static_cast<std::uint64_t>(0.7 * rate));
  EXPECT_EQ(m.load.measured.failed(), 0U);
  EXPECT_FALSE(judge(m).held);
}

TEST_F(real_daemon, without_a_stall_neither_shows) {
  const auto m = measure_with(directory, false, stop);
  EXPECT_LT(to_ms(m.load.latency.percentile(99.9)), 500);
  EXPECT_LT(to_ms(m.load.latency.percentile(90)), 100);
  EXPECT_LT(m.load.measured.late - m.load.measured.own_delay, static_cast<std::uint64_t>(0.35 * rate));
  EXPECT_EQ(m.load.measured.failed(), 0U);
  EXPECT_GT(m.server_cpu_s, 0);
}

TEST_F(real_daemon, a_run_reports_and_checks_what_it_did_and_leaves_nothing_behind) {
  const auto done = run_webhook(small(), stop);
  ASSERT_TRUE(done) << done.error().what;
  ASSERT_EQ(done->reports.size(), 1U);
  const auto& r = done->reports.front();
  EXPECT_TRUE(r.void_because.empty()) << ::testing::PrintToString(r.void_because);
  ASSERT_TRUE(r.load);
  EXPECT_NEAR(r.load->offered_per_s, rate, 2);
  EXPECT_EQ(r.load->failed, 0U);
  EXPECT_GT(value_of(r, "checked_messages"), 100);
  EXPECT_GT(value_of(r, "disk_bytes_per_webhook"), 500);
  EXPECT_GT(value_of(r, "rss_mb_max"), 5);
  EXPECT_GT(value_of(r, "server_cpu_us_per_webhook"), 1);
  EXPECT_GE(value_of(r, "ack_p99_ms"), value_of(r, "ack_p50_ms"));
  EXPECT_EQ(value_of(r, "statuses_set_aside"), 0);
  EXPECT_GE(r.curves.size(), 5U);
  EXPECT_TRUE(std::filesystem::is_empty(directory));
}

TEST_F(real_daemon, a_server_that_forgets_makes_the_run_void) {
  // Another daemon's memory: it knows none of what the first one acknowledged.
  daemon_options d;
  d.program = std::string(WAKALA_BIN_DIR) + "/wakalad";
  d.directory = directory + "/taker";
  auto taker = daemon_process::start(d);
  ASSERT_TRUE(taker) << taker.error().what;
  d.directory = directory + "/forgetful";
  auto forgetful = daemon_process::start(d);
  ASSERT_TRUE(forgetful) << forgetful.error().what;
  auto options = small();
  options.seconds = 1;
  options.url = taker->webhook_url();
  options.secret = d.app_secret;
  options.statuses = false;
  add_tenants(taker->admin(), daemon_tenants(population(options.who)), bench_catalog()).value();
  options.admin_url = forgetful->admin().url;
  options.admin_token = d.token;
  options.settle_patience = 500ms;
  const auto done = run_webhook(options, stop);
  ASSERT_TRUE(done) << done.error().what;
  const auto& why = done->reports.front().void_because;
  ASSERT_EQ(why.size(), 2U) << ::testing::PrintToString(why);
  EXPECT_NE(why[0].find("did not finish"), std::string::npos) << why[0];
  EXPECT_NE(why[1].find("acknowledged messages lost"), std::string::npos) << why[1];
}

TEST_F(real_daemon, the_knee_is_found_and_measured_at_a_share) {
  auto options = small();
  options.shape = load_shape::knee;
  options.knee.start = 100;
  options.knee.ceiling = 150;
  options.probe_seconds = 1;
  options.seconds = 1.5;
  options.strict_goals = false;
  const auto done = run_webhook(options, stop);
  ASSERT_TRUE(done) << done.error().what;
  ASSERT_EQ(done->reports.size(), 2U);
  EXPECT_TRUE(done->reports[0].void_because.empty()) << ::testing::PrintToString(done->reports[0].void_because);
  ASSERT_TRUE(done->knee);
  EXPECT_LE(*done->knee, 150);
  EXPECT_NEAR(done->reports[1].load->offered_per_s, *done->knee * 0.7, 5);
}

} // namespace
} // namespace wakala::bench
