#include "bench/process/admin_client.hpp"
#include "bench/process/child.hpp"
#include "bench/process/metrics.hpp"
#include "bench/process/process_figures.hpp"
#include "tests/http/core/serving.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace wakala::bench {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct in_a_directory : ::testing::Test {
  std::string directory = ::testing::TempDir() + "bench-process-" + std::to_string(getpid());

  in_a_directory() { std::filesystem::create_directories(directory); }
  ~in_a_directory() override { std::filesystem::remove_all(directory); }

  result<child> shell(const std::string& script, std::map<std::string, std::string> environment = {}) const {
    return child::start({"/bin/sh", {"-c", script}, std::move(environment), directory + "/out"});
  }
};

bool exists(pid_t pid) { return kill(pid, 0) == 0; }

using a_child = in_a_directory;

TEST_F(a_child, says_what_it_says_and_ends_with_its_status) {
  auto c = shell("echo \"$GREETING world\"; echo oops >&2; exit 7", {{"GREETING", "hello"}});
  ASSERT_TRUE(c);
  const auto line = wait_for_line(*c, "hello ", 5s);
  ASSERT_TRUE(line);
  EXPECT_EQ(*line, "world");
  EXPECT_EQ(c->stop(), 7);
  EXPECT_FALSE(c->is_running());
  EXPECT_THAT(c->output(), HasSubstr("oops"));
}

TEST_F(a_child, keeps_the_environment_it_inherits_and_overrides_it) {
  setenv("BENCH_TEST_KEPT", "kept", 1);
  setenv("BENCH_TEST_CHANGED", "old", 1);
  auto c = shell("echo \"$BENCH_TEST_KEPT $BENCH_TEST_CHANGED\"", {{"BENCH_TEST_CHANGED", "new"}});
  ASSERT_TRUE(c);
  EXPECT_TRUE(wait_for_line(*c, "kept new", 5s));
}

TEST_F(a_child, is_stopped_in_good_order_or_killed_after_the_patience) {
  auto polite = shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.01; done");
  ASSERT_TRUE(polite);
  ASSERT_TRUE(wait_for_line(*polite, "up", 5s));
  EXPECT_EQ(polite->stop(5s), 3);
  EXPECT_THAT(polite->output(), HasSubstr("bye"));
  auto stubborn = shell("trap '' TERM; echo deaf; while :; do sleep 0.01; done");
  ASSERT_TRUE(stubborn);
  ASSERT_TRUE(wait_for_line(*stubborn, "deaf", 5s));
  EXPECT_EQ(stubborn->stop(100ms), 128 + SIGKILL);
}

TEST_F(a_child, does_not_outlive_its_object_even_when_it_is_frozen) {
  pid_t pid = -1;
  {
    auto c = shell("exec sleep 1000");
    ASSERT_TRUE(c);
    pid = c->pid();
    EXPECT_TRUE(exists(pid));
    c->signal(SIGSTOP);
    auto moved = std::move(*c);
    EXPECT_TRUE(moved.is_running());
    EXPECT_FALSE(c->is_running()); // NOLINT(bugprone-use-after-move): what is left is nobody
  }
  EXPECT_FALSE(exists(pid));
}

TEST_F(a_child, that_cannot_start_is_an_error_with_its_name) {
  const auto c = child::start({directory + "/nothing-here", {}, {}, directory + "/out"});
  ASSERT_FALSE(c);
  EXPECT_EQ(c.error().code, errc::unavailable);
  EXPECT_THAT(c.error().what, HasSubstr("nothing-here"));
  EXPECT_FALSE(child::start({"/bin/true", {}, {}, directory + "/no/such/file"}));
}

TEST_F(a_child, that_does_not_say_what_is_awaited_is_an_error_with_what_it_said) {
  auto c = shell("echo cannot open the store");
  ASSERT_TRUE(c);
  const auto line = wait_for_line(*c, "public: ", 5s);
  ASSERT_FALSE(line);
  EXPECT_THAT(line.error().what, HasSubstr("cannot open the store"));
  auto silent = shell("sleep 100");
  ASSERT_TRUE(silent);
  EXPECT_FALSE(wait_for_line(*silent, "public: ", 50ms));
}

// -- what the kernel says ---------------------------------------------------

TEST(process_figures, reads_times_behind_any_name) {
  const std::string rest = " S 1 2 3 4 5 6 7 8 9 10 110 22 0 0 20 0 4 0 100";
  EXPECT_EQ(cpu_ticks_of("42 (wakalad)" + rest), 132U);
  EXPECT_EQ(cpu_ticks_of("42 (a) b) (c 1 2)" + rest), 132U);
  EXPECT_FALSE(cpu_ticks_of("42 (wakalad"));
  EXPECT_FALSE(cpu_ticks_of("42 (wakalad) S 1 2"));
}

TEST(process_figures, tells_busy_from_idle_waiting_and_stolen_time) {
  const auto ticks = machine_ticks_of("cpu  100 20 30 4000 500 6 7 80 9 1\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  ASSERT_TRUE(ticks);
  EXPECT_EQ(ticks->busy_s, 163);
  EXPECT_EQ(ticks->stolen_s, 80);
  EXPECT_FALSE(machine_ticks_of("cpu0 1 1 1 1 1 1 1 1"));
  EXPECT_FALSE(machine_ticks_of(""));
  EXPECT_GT(read_machine_time().busy_s, 0);
}

TEST(process_figures, reads_values_by_their_whole_name) {
  constexpr std::string_view text = "VmRSSX:\t9 kB\nVmRSS:\t   1234 kB\nThreads:\t5\nwrite_bytes: 77";
  EXPECT_EQ(value_of(text, "VmRSS"), 1'234U);
  EXPECT_EQ(value_of(text, "Threads"), 5U);
  EXPECT_EQ(value_of(text, "write_bytes"), 77U);
  EXPECT_FALSE(value_of(text, "Vm"));
  EXPECT_FALSE(value_of(text, "Missing"));
}

TEST_F(a_child, is_measured_in_time_memory_and_writes) {
  auto c = shell("i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; dd if=/dev/zero of=" + directory +
                 "/data bs=65536 count=16 conv=fsync 2>/dev/null; echo done; exec sleep 100");
  ASSERT_TRUE(c);
  ASSERT_TRUE(wait_for_line(*c, "done", 30s));
  const auto f = read_process(c->pid());
  ASSERT_TRUE(f);
  EXPECT_GT(f->cpu_seconds, 0.02);
  EXPECT_LT(f->cpu_seconds, 30);
  EXPECT_GT(f->rss_bytes, 100'000U);
  EXPECT_EQ(f->threads, 1U);
  const auto pss = read_pss(c->pid());
  ASSERT_TRUE(pss);
  EXPECT_GT(*pss, 0U);
  EXPECT_LE(*pss, f->rss_bytes + 1'000'000);
  c->stop();
  EXPECT_FALSE(read_process(c->pid()));
}

// -- the admin API ----------------------------------------------------------

TEST(metrics, reads_samples_and_sums_families) {
  const auto all =
      parse_metrics("# HELP a b\n# TYPE a counter\nwakala_events_total{outcome=\"committed\"} 12\n"
                    "wakala_events_total{outcome=\"repeated\"} 3\nwakala_shard_unfolded_rows{shard=\"s-0\"} 4\n"
                    "wakala_shard_unfolded_rows{shard=\"s-1\"} 5\nwakala_shard_unfolded_rows_other 100\n"
                    "wakala_sends_accepted_total 2.5e3\nbroken\nalso broken x\n\nwakala_last 1");
  EXPECT_EQ(sample(all, "wakala_last"), 1);
  EXPECT_EQ(sample(all, "missing"), 0);
  EXPECT_EQ(family_sum(all, "wakala_shard_unfolded_rows"), 9);
  EXPECT_EQ(all.size(), 7U);
  const auto counts = counts_of(all);
  EXPECT_EQ(counts.committed, 12);
  EXPECT_EQ(counts.repeated, 3);
  EXPECT_EQ(counts.unfolded_rows, 9);
  EXPECT_EQ(counts.sends_accepted, 2'500);
}

TEST(admin_client, sends_its_token_and_turns_statuses_into_errors) {
  std::string seen;
  const http::testing::serving server({}, [&](http::request&& what, const http::responder& to) {
    seen = what.method + " " + what.target + " " + std::string(what.header("Authorization").value_or("")) + " " +
           what.body;
    const int status = what.path == "/gone" ? 404 : what.path == "/taken" ? 409 : what.path == "/bad" ? 422 : 200;
    to.send(http::response::json(what.path == "/sick" ? 503 : status, "{\"a\":1}"));
  });
  auto client = admin_client::connect_to({server.url(""), "secret"});
  ASSERT_TRUE(client);
  const auto good = client->post("/v1/tenants", "{}");
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, "{\"a\":1}");
  EXPECT_EQ(seen, "POST /v1/tenants Bearer secret {}");
  EXPECT_TRUE(client->get("/x"));
  EXPECT_EQ(client->get("/gone").error().code, errc::not_found);
  EXPECT_EQ(client->post("/taken", "{}").error().code, errc::conflict);
  EXPECT_EQ(client->put("/bad", "{}").error().code, errc::invalid_argument);
  EXPECT_EQ(client->get("/sick").error().code, errc::unavailable);
  EXPECT_THAT(client->get("/gone").error().what, HasSubstr("GET /gone: status 404"));
  EXPECT_EQ(server.counters().accepted, 1U) << "one kept connection";
}

TEST(admin_client, connects_again_when_the_server_has_closed_and_says_when_nobody_answers) {
  http::server_options brief;
  brief.idle_timeout = 50ms;
  std::string url;
  {
    const http::testing::serving server(brief);
    url = server.url("");
    auto client = admin_client::connect_to({url, "t"});
    ASSERT_TRUE(client);
    EXPECT_TRUE(client->get("/a"));
    std::this_thread::sleep_for(200ms);
    EXPECT_TRUE(client->get("/b"));
  }
  auto client = admin_client::connect_to({url, "t"});
  ASSERT_TRUE(client);
  EXPECT_EQ(client->get("/c").error().code, errc::unavailable);
  EXPECT_EQ(admin_client::connect_to({"https://127.0.0.1:1", "t"}).error().field, "--admin-url");
}

} // namespace
} // namespace wakala::bench
