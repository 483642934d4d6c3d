#include "bench/report/facts.hpp"
#include "bench/report/machine_files.hpp"
#include "tests/bench/report_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <system_error>

namespace wakala::bench {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

figure of(std::vector<double> values, std::optional<double> goal = {},
          figure::direction wanted = figure::direction::none) {
  return {"speed", "1/s", std::move(values), goal, wanted};
}

TEST(report_figures, the_median_is_the_middle_whatever_the_order) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({7}), 7);
  EXPECT_EQ(median({9, 1, 5}), 5);
  EXPECT_EQ(median({4, 1, 3, 100}), 3.5);
}

TEST(report_figures, the_spread_is_relative_to_the_median) {
  EXPECT_EQ(spread({}), 0);
  EXPECT_EQ(spread({5}), 0);
  EXPECT_EQ(spread({0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(spread({90, 110, 100}), 0.2);
}

TEST(report_figures, a_goal_is_held_against_the_median) {
  EXPECT_TRUE(is_met(of({1, 2, 3})));
  EXPECT_TRUE(is_met(of({1, 10, 11}, 10, figure::direction::at_least)));
  EXPECT_FALSE(is_met(of({1, 9.9, 100}, 10, figure::direction::at_least)));
  EXPECT_TRUE(is_met(of({1, 10, 100}, 10, figure::direction::at_most)));
  EXPECT_FALSE(is_met(of({10.1}, 10, figure::direction::at_most)));
}

TEST(report_figures, what_was_not_measured_meets_no_goal) {
  EXPECT_FALSE(is_met(of({}, 10, figure::direction::at_most)));
  EXPECT_TRUE(is_met(of({})));
}

TEST(report_verdict, nothing_to_reach_is_only_measured) {
  report r;
  r.figures = {of({1})};
  EXPECT_EQ(verdict(r), "measured");
}

TEST(report_verdict, names_what_was_missed) {
  report r;
  r.figures = {of({10}, 9, figure::direction::at_least)};
  EXPECT_EQ(verdict(r), "goals met");
  r.figures.push_back({"ack_p99_ms", "ms", {3}, 2, figure::direction::at_most});
  r.figures.push_back({"start_ms", "ms", {}, 2, figure::direction::at_most});
  EXPECT_EQ(verdict(r), "goals missed: ack_p99_ms, start_ms");
}

TEST(report_verdict, a_void_run_reaches_nothing) {
  report r;
  r.figures = {of({10}, 9, figure::direction::at_least)};
  r.void_because = {"1 acknowledged id had no effect"};
  EXPECT_EQ(verdict(r), "void");
}

TEST(report_verdict, of_many_is_the_worst_and_says_whose) {
  report good;
  good.target = "wakalad";
  good.figures = {of({10}, 9, figure::direction::at_least)};
  report slow = good;
  slow.target = "peer";
  slow.figures.front().goal = 11;
  EXPECT_EQ(verdict(std::vector{good, good}), "goals met");
  EXPECT_EQ(verdict(std::vector{good, slow}), "goals missed: peer: speed");
  slow.void_because = {"it stalled"};
  EXPECT_EQ(verdict(std::vector{good, slow}), "void");
  EXPECT_EQ(verdict(std::vector{good}, "wakalad did not start"), "failed: wakalad did not start");
}

TEST(report_facts, say_all_that_the_numbers_hang_on) {
  std::string all;
  for (const auto& [name, text] : facts(sample_report()))
    all += name + ": " + text + '\n';
  for (const char* fact : {"offered 20,000/s",
                           "achieved 19,998/s",
                           "sent 600,000",
                           "late 12 (0.002",
                           "failed 3 (",
                           "generator 43.2 % of one core",
                           "server 118.5 %",
                           "SQLite WAL, synchronous=FULL",
                           "fdatasync p50 0.141 ms, p99 0.302 ms",
                           "5 of 30 s",
                           "warm-up of 5 s",
                           "zipf=0.99",
                           "Testor 9000, 2 cores, 25.2 GB",
                           "Linux 6.1.0",
                           "ext4 on /dev/vda1",
                           "GNU 12.2.0",
                           "-O2",
                           "34bcd2255aa1+changes",
                           "Release",
                           "2026-11-22T18:32:36Z"})
    EXPECT_THAT(all, HasSubstr(fact));
}

TEST(report_facts, a_benchmark_without_load_says_that_it_has_none) {
  report r = sample_report();
  r.load.reset();
  EXPECT_THAT(facts(r).front().second, HasSubstr("none"));
}

TEST(report_machine, the_processor_and_its_memory) {
  EXPECT_EQ(cpu_model("processor\t: 0\nmodel\t\t: 85\nmodel name\t: Testor 9000 @ 2.0GHz\nmodel name\t: other\n"),
            "Testor 9000 @ 2.0GHz");
  EXPECT_EQ(cpu_model("processor: 0\n"), "unknown");
  EXPECT_EQ(memory_total("MemTotal:       24576000 kB\nMemFree: 1 kB\n"), 24'576'000ull * 1024);
  EXPECT_EQ(memory_total("MemFree: 1 kB\n"), 0u);
}

TEST(report_machine, the_file_system_is_that_of_the_nearest_mount_point) {
  constexpr std::string_view mounts = "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
                                      "30 22 0:26 / /var/tmp rw shared:5 master:2 - tmpfs tmpfs rw,size=1k\n"
                                      "31 22 8:1 / /data\\040disk rw - xfs /dev/sda1 rw\n"
                                      "32 22 0:27 / /over rw - tmpfs hidden rw\n"
                                      "33 32 0:28 / /over rw - btrfs /dev/sdb rw\n"
                                      "not a line of this file\n";
  EXPECT_EQ(file_system_of(mounts, "/srv/a"), "ext4 on /dev/vda1");
  EXPECT_EQ(file_system_of(mounts, "/var/tmp/x"), "tmpfs on tmpfs");
  EXPECT_EQ(file_system_of(mounts, "/var/tmpfoo"), "ext4 on /dev/vda1");
  EXPECT_EQ(file_system_of(mounts, "/data disk"), "xfs on /dev/sda1");
  EXPECT_EQ(file_system_of(mounts, "/over/x"), "btrfs on /dev/sdb");
  EXPECT_EQ(file_system_of("", "/x"), "unknown");
}

TEST(report_machine, this_one_is_described) {
  const machine_facts here = read_machine(".");
  EXPECT_GT(here.cores, 0u);
  EXPECT_GT(here.memory_bytes, 1'000'000u);
  EXPECT_THAT(here.kernel, HasSubstr("Linux"));
  EXPECT_THAT(here.file_system, HasSubstr(" on "));
  EXPECT_EQ(read_machine("/no such place").file_system, "unknown");
  const build_facts build = read_build();
  EXPECT_THAT(build.flags, HasSubstr("-std=c++20"));
  EXPECT_THAT(build.compiler, HasSubstr("."));
  EXPECT_THAT(build.commit, testing::Not(IsEmpty()));
}

TEST(report_machine, fdatasync_is_timed_and_leaves_nothing_behind) {
  const auto directory = std::filesystem::temp_directory_path() / "wakala-fsync-test";
  std::filesystem::create_directory(directory);
  const durability_facts facts = measure_fsync(directory.string(), "none");
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  std::filesystem::remove(directory);
  EXPECT_EQ(facts.mode, "none");
  EXPECT_GT(facts.fsync_p50_ms, 0);
  EXPECT_GE(facts.fsync_p99_ms, facts.fsync_p50_ms);
  EXPECT_THROW(measure_fsync(directory.string(), "none"), std::system_error);
}

} // namespace
} // namespace wakala::bench
