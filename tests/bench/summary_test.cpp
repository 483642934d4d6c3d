#include "bench/summary/summary.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::bench {
namespace {

using json = nlohmann::ordered_json;

const std::vector<std::string> all_keys{"ceiling_ratio",
                                        "peer_ratio",
                                        "ingest_per_s",
                                        "ack_p50_ms",
                                        "ack_p99_ms",
                                        "ack_p999_ms",
                                        "resident_bytes",
                                        "passivated_bytes",
                                        "activation_p99_ms",
                                        "idle_cpu_percent",
                                        "start_ms",
                                        "disk_bytes_per_webhook",
                                        "void"};

std::vector<std::string> keys(const std::string& text) {
  std::vector<std::string> found;
  const json object = json::parse(text);
  for (const auto& [key, value] : object.items())
    found.push_back(key);
  return found;
}

/// As good as it has to be, and not better.
summary_figures just_good() {
  summary_figures f;
  f.ceiling_ratio = {0.4, 0.5, 0.6};
  f.peer_ratio = {20};
  f.ingest_per_s = {30'000, 36'000, 35'000};
  f.ack_p50_ms = {2};
  f.ack_p99_ms = {10};
  f.ack_p999_ms = {40};
  f.resident_bytes = {2'048};
  f.passivated_bytes = {32};
  f.activation_p99_ms = {8};
  f.idle_cpu_percent = {1};
  f.start_ms = {1'000};
  f.disk_bytes_per_webhook = {4'000};
  return f;
}

report with(const summary_figures& found) {
  report r;
  r.figures = figures_of(found, true);
  return r;
}

TEST(summary, one_object_of_medians) {
  const std::string text = summary_json(figures_of(just_good(), true), false);
  EXPECT_EQ(keys(text), all_keys);
  const json object = json::parse(text);
  EXPECT_DOUBLE_EQ(object["ceiling_ratio"].get<double>(), 0.5);
  EXPECT_DOUBLE_EQ(object["ingest_per_s"].get<double>(), 35'000);
  EXPECT_EQ(object["void"], 0);
}

TEST(summary, what_was_not_measured_is_null_and_still_there) {
  auto found = just_good();
  found.peer_ratio.clear();
  const json object = json::parse(summary_json(figures_of(found, true), false));
  EXPECT_TRUE(object["peer_ratio"].is_null());
  EXPECT_EQ(verdict(with(found)), "goals met"); // without the peer's packages there is no goal to miss
  const std::string nothing = summary_json(figures_of({}, true), true);
  EXPECT_EQ(keys(nothing), all_keys);
  EXPECT_EQ(json::parse(nothing)["void"], 1);
}

TEST(summary, each_goal_can_be_missed) {
  EXPECT_EQ(verdict(with(just_good())), "goals met");
  const std::vector<std::pair<std::string, std::vector<double> summary_figures::*>> worse_when_larger{
      {"ack_p50_ms", &summary_figures::ack_p50_ms},
      {"ack_p99_ms", &summary_figures::ack_p99_ms},
      {"ack_p999_ms", &summary_figures::ack_p999_ms},
      {"resident_bytes", &summary_figures::resident_bytes},
      {"passivated_bytes", &summary_figures::passivated_bytes},
      {"activation_p99_ms", &summary_figures::activation_p99_ms},
      {"idle_cpu_percent", &summary_figures::idle_cpu_percent},
      {"start_ms", &summary_figures::start_ms},
      {"disk_bytes_per_webhook", &summary_figures::disk_bytes_per_webhook}};
  for (const auto& [name, values] : worse_when_larger) {
    auto found = just_good();
    (found.*values) = {(found.*values).front() * 1.03};
    EXPECT_EQ(verdict(with(found)), "goals missed: " + name);
  }
  auto slow = just_good();
  slow.ceiling_ratio = {0.49};
  slow.peer_ratio = {19};
  EXPECT_EQ(verdict(with(slow)), "goals missed: ceiling_ratio, peer_ratio");
  report smoke;
  smoke.figures = figures_of(slow, false);
  EXPECT_EQ(verdict(smoke), "measured");
}

} // namespace
} // namespace wakala::bench
