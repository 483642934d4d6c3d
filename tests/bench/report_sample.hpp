/// \file
/// A report with everything in it, and with texts that want to break out of whatever they are put into.
#pragma once

#include "bench/report/report.hpp"

#include <limits>

namespace wakala::bench {

inline report sample_report() {
  report r;
  r.command = "webhook";
  r.target = "wakalad <\"fast\" & 'loose'>";
  r.started_at = "2026-11-22T18:32:36Z";
  r.machine = {"Testor 9000", 2, 25'165'824'000, "Linux 6.1.0 x86_64", "ext4 on /dev/vda1"};
  r.build = {"GNU 12.2.0", "-std=c++20 -O2", "34bcd2255aa1+changes", "Release"};
  r.durability = {"SQLite WAL, synchronous=FULL", 0.141, 0.302};
  r.config = {{"connections", "64"}, {"zipf", "0.99"}, {"url", "http://127.0.0.1:8080/v1/webhooks?a=1&b=2"}};
  r.warm_up_s = 5;
  r.measured_s = 30;
  r.repeats = 5;
  r.load = load_facts{20'000, 19'998.5, 600'000, 12, 3, 43.25, 118.5};
  r.figures = {{"ingest_per_s", "1/s", {35'120, 34'800, 36'010, 35'500, 35'000}, 35'000, figure::direction::at_least},
               {"ack_p99_ms", "ms", {2.5, 2.25, 12, 2.75, 3}, 2, figure::direction::at_most},
               {"disk_bytes", "bytes", {3'210}, {}, figure::direction::none},
               {"never_measured", "ratio", {}, {}, figure::direction::none}};
  r.curves = {{curve::kind::latency, "acknowledged", "ms", {{50, 0.8}, {90, 1.5}, {99, 2.5}, {99.9, 90}, {100, 180}}},
              {curve::kind::saturation, "achieved", "1/s", {{10'000, 10'000}, {30'000, 29'900}, {40'000, 36'000}}},
              {curve::kind::saturation, "p99 <ms>", "ms", {{10'000, 1.5}, {30'000, 2.5}, {40'000, 80}}},
              {curve::kind::series,
               "achieved",
               "1/s",
               {{0, 19'000}, {1, 20'000}, {2, std::numeric_limits<double>::quiet_NaN()}}},
              {curve::kind::series, "nothing", "rows", {}}};
  return r;
}

} // namespace wakala::bench
