#include "bench/report/axis.hpp"
#include "bench/report/chart.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"
#include "tests/bench/report_sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace wakala::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using json = nlohmann::ordered_json;

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> found;
  for (const auto& [key, value] : object.items())
    found.push_back(key);
  return found;
}

TEST(report_numbers, have_the_figures_that_count) {
  EXPECT_EQ(show(0), "0");
  EXPECT_EQ(show(35'120.4), "35,120");
  EXPECT_EQ(show(-1'234'567), "-1,234,567");
  EXPECT_EQ(show(999), "999");
  EXPECT_EQ(show(128.44), "128.4");
  EXPECT_EQ(show(2.314), "2.31");
  EXPECT_EQ(show(0.04271), "0.0427");
  EXPECT_EQ(show(std::numeric_limits<double>::infinity()), "–");
  EXPECT_EQ(show(2.314, "ms"), "2.31 ms");
  EXPECT_EQ(show(20'000, "1/s"), "20,000/s");
  EXPECT_EQ(show(0.62, "ratio"), "0.62");
  EXPECT_EQ(show(2.999), "3");
  EXPECT_EQ(show_share(0.0341), "3.4 %");
}

TEST(report_numbers, lines_break_at_blanks_and_long_words_anywhere) {
  EXPECT_THAT(wrap("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("a abcdefgh", 4), ElementsAre("a", "abcd", "efgh"));
  EXPECT_THAT(wrap("≥≥≥≥≥", 3), ElementsAre("≥≥≥", "≥≥"));
  EXPECT_THAT(wrap("a\nb\033[31m", 20), ElementsAre("a b [31m"));
  EXPECT_THAT(wrap("", 5), ElementsAre(""));
}

TEST(report_json, has_every_key) {
  const json whole = json::parse(to_json(sample_report()));
  EXPECT_THAT(keys(whole),
              ElementsAre("command", "target", "verdict", "void", "void_because", "started_at", "machine", "build",
                          "durability", "config", "warm_up_s", "measured_s", "repeats", "load", "figures", "curves"));
  EXPECT_THAT(keys(whole["machine"]), ElementsAre("cpu", "cores", "memory_bytes", "kernel", "file_system"));
  EXPECT_THAT(keys(whole["build"]), ElementsAre("compiler", "flags", "commit", "type"));
  EXPECT_THAT(keys(whole["durability"]), ElementsAre("mode", "fsync_p50_ms", "fsync_p99_ms"));
  EXPECT_THAT(keys(whole["load"]), ElementsAre("offered_per_s", "achieved_per_s", "sent", "late", "failed",
                                               "generator_cpu_percent", "server_cpu_percent"));
  EXPECT_EQ(whole["load"]["late"], 12);
  EXPECT_EQ(whole["void"], 0);
  EXPECT_EQ(whole["verdict"], "goals missed: ack_p99_ms");
  EXPECT_EQ(whole["target"], "wakalad <\"fast\" & 'loose'>");
  EXPECT_EQ(whole["config"]["zipf"], "0.99");
  const json& ingest = whole["figures"][0];
  EXPECT_THAT(keys(ingest), ElementsAre("name", "unit", "median", "spread", "values", "goal", "wanted", "met"));
  EXPECT_EQ(ingest["median"], 35'120);
  EXPECT_EQ(ingest["wanted"], "at_least");
  EXPECT_EQ(ingest["met"], true);
  EXPECT_EQ(whole["figures"][1]["met"], false);
  EXPECT_TRUE(whole["figures"][2]["goal"].is_null());
  EXPECT_TRUE(whole["figures"][2]["met"].is_null());
  EXPECT_TRUE(whole["figures"][3]["median"].is_null());
  EXPECT_THAT(keys(whole["curves"][0]), ElementsAre("kind", "name", "unit", "points"));
  EXPECT_EQ(whole["curves"][0]["points"][0], json::array({50.0, 0.8}));
}

TEST(report_json, keeps_the_keys_of_a_load_that_was_not_made) {
  report r = sample_report();
  r.load.reset();
  const json whole = json::parse(to_json(r));
  EXPECT_THAT(keys(whole["load"]), testing::Contains("generator_cpu_percent"));
  for (const auto& [key, value] : whole["load"].items())
    EXPECT_TRUE(value.is_null()) << key;
}

TEST(report_json, survives_what_is_not_utf8) {
  report r;
  r.config = {{"path", "/tmp/\xff"}};
  EXPECT_EQ(json::parse(to_json(r))["config"]["path"], "/tmp/\xef\xbf\xbd");
}

TEST(report_json, of_a_command_is_one_object_whatever_happened) {
  for (const auto& [reports, failure, is_void] :
       {std::tuple{std::vector{sample_report()}, "", 0}, std::tuple{std::vector<report>{}, "no wakalad here", 1}}) {
    const json whole = json::parse(to_json("webhook", reports, failure));
    EXPECT_THAT(keys(whole), ElementsAre("command", "verdict", "void", "failure", "reports"));
    EXPECT_EQ(whole["void"], is_void);
    EXPECT_EQ(whole["failure"], failure);
    EXPECT_EQ(whole["reports"].size(), reports.size());
  }
}

TEST(report_table, is_no_wider_than_the_terminal_and_has_everything) {
  report r = sample_report();
  r.void_because = {"3 acknowledged ids took no effect", std::string(300, 'x')};
  r.config.emplace_back("long", std::string(250, 'y'));
  const std::string table = to_table(r);
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(columns(line), 100u) << line;
  for (const char* text :
       {"webhook · wakalad", "ingest_per_s", "35,120/s", "≥ 35,000/s", "met", "missed", "not measured",
        "offered 20,000/s", "void because 3 acknowledged ids took no effect", "34bcd2255aa1+changes"})
    EXPECT_THAT(table, HasSubstr(text));
}

TEST(report_axis, marks_are_round_and_hold_the_values) {
  const axis rates = axis::linear(36'000);
  EXPECT_EQ(rates.marks().front().second, "0");
  EXPECT_EQ(rates.marks().back().second, "40k");
  EXPECT_DOUBLE_EQ(rates.place(20'000), 0.5);
  EXPECT_DOUBLE_EQ(axis::linear(0).place(0), 0);
  const axis wide = axis::fitting(0.5, 180);
  EXPECT_DOUBLE_EQ(wide.place(0.1), 0);
  EXPECT_DOUBLE_EQ(wide.place(1000), 1);
  EXPECT_DOUBLE_EQ(wide.place(0), 0);
  EXPECT_DOUBLE_EQ(axis::fitting(0, 180).place(100), 0.5);
}

TEST(report_axis, each_nine_is_as_wide_as_the_one_before) {
  const axis nines = axis::percentiles(99.99);
  EXPECT_NEAR(nines.place(90), 0.25, 1e-9);
  EXPECT_NEAR(nines.place(99.9), 0.75, 1e-9);
  EXPECT_EQ(nines.marks().back().second, "99.99");
  EXPECT_DOUBLE_EQ(axis::percentiles(100).place(100), 1);
}

TEST(report_chart, curves_of_one_kind_and_unit_are_drawn_together) {
  std::vector<curve> curves = sample_report().curves;
  curves.push_back({curve::kind::latency, "another", "ms", {{50, 1}}});
  const auto charts = arrange(curves);
  ASSERT_EQ(charts.size(), 4u); // the empty curve draws nothing
  EXPECT_EQ(charts[0].lines.size(), 2u);
  EXPECT_EQ(charts[1].title, "Achieved against offered rate");
  EXPECT_EQ(charts[3].lines.front().points.size(), 2u); // without the point that is no number
  EXPECT_EQ(arrange(std::vector<curve>(most_lines + 1, curves.front())).size(), 2u);
}

TEST(report_chart, points_are_joined_from_left_to_right) {
  const curve searched{curve::kind::saturation, "achieved", "1/s", {{100, 99}, {400, 300}, {200, 199}}};
  const curve drawn = arrange({searched}).at(0).lines.at(0);
  EXPECT_THAT(drawn.points, ElementsAre(std::pair(100.0, 99.0), std::pair(200.0, 199.0), std::pair(400.0, 300.0)));
}

TEST(report_chart, what_lies_outside_of_text_is_escaped) {
  EXPECT_EQ(escape("<a href=\"x\">&'\x01"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39; ");
}

TEST(report_page, shows_every_fact_and_needs_nothing_from_elsewhere) {
  report is_void = sample_report();
  is_void.target = "ceiling";
  is_void.void_because = {"a <script> took no effect"};
  const std::string page = to_html({sample_report(), is_void});
  for (const char* text : {"wakala-bench webhook",
                           "class=\"verdict bad\">void<",
                           "goals missed: ack_p99_ms",
                           "a &lt;script&gt; took no effect",
                           "wakalad &lt;&quot;fast&quot; &amp; &#39;loose&#39;&gt;",
                           "offered 20,000/s",
                           "late 12",
                           "failed 3",
                           "synchronous=FULL",
                           "0.141 ms",
                           "Testor 9000",
                           "GNU 12.2.0",
                           "-O2",
                           "34bcd2255aa1+changes",
                           "zipf=0.99",
                           "generator 43.2 %",
                           "warm-up of 5 s",
                           "5 of 30 s",
                           "ack_p99_ms",
                           "Latency by percentile",
                           "Achieved against offered rate",
                           "Together",
                           "prefers-color-scheme",
                           "width=device-width"})
    EXPECT_THAT(page, HasSubstr(text));
  for (const char* forbidden : {"<script", "src=", "href=", "url(", "@import", "<link"})
    EXPECT_THAT(page, Not(HasSubstr(forbidden)));
  // For report_page_test.py, which reads it as a parser does.
  if (const char* file = std::getenv("WAKALA_BENCH_PAGE"))
    std::ofstream(file) << page;
}

TEST(report_page, tells_a_failure) {
  EXPECT_THAT(to_html({}, "wakalad <did> not start"), HasSubstr("failed: wakalad &lt;did&gt; not start"));
}

TEST(report_progress, is_one_line_on_a_terminal) {
  std::ostringstream out;
  progress bar(out, true);
  bar.step("filling");
  bar.update("10 of 20");
  bar.end();
  EXPECT_EQ(out.str(), "\r\033[Kfilling\r\033[Kfilling: 10 of 20\n");
}

TEST(report_progress, is_plain_and_sparing_elsewhere) {
  std::ostringstream out;
  progress::clock::time_point now{};
  progress bar(out, false, [&] { return now; });
  bar.step("filling");
  bar.update("1 of 20");
  now += std::chrono::seconds(11);
  bar.update("10 of 20");
  bar.update("11 of 20");
  bar.end();
  EXPECT_EQ(out.str(), "wakala-bench: filling\nwakala-bench: filling: 10 of 20\n");
}

} // namespace
} // namespace wakala::bench
