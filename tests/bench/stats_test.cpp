#include "bench/stats/arrivals.hpp"
#include "bench/stats/histogram.hpp"
#include "bench/stats/knee_search.hpp"
#include "bench/stats/lag.hpp"
#include "bench/stats/seconds.hpp"
#include "bench/stats/zipf.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

namespace wakala::bench {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

// -- histogram ------------------------------------------------------------

/// What `percentile` promises, computed from all values.
std::uint64_t exact_percentile(std::vector<std::uint64_t> values, double percent) {
  std::sort(values.begin(), values.end());
  const auto rank = std::max(1.0, std::ceil(percent / 100 * static_cast<double>(values.size())));
  return values[static_cast<std::size_t>(rank) - 1];
}

double relative_error(std::uint64_t got, std::uint64_t wanted) {
  const auto difference = static_cast<double>(got > wanted ? got - wanted : wanted - got);
  return wanted == 0 ? difference : difference / static_cast<double>(wanted);
}

TEST(histogram, percentiles_of_many_shapes_are_within_one_percent) {
  std::mt19937_64 random(7);
  const std::vector<std::function<std::uint64_t()>> shapes{
      [&] { return uniform_below(random, 300); },
      [&] { return uniform_below(random, 50'000'000); },
      [&] { return static_cast<std::uint64_t>(std::exp(uniform_unit(random) * 43)); }, // over all magnitudes
      [&] { return uniform_unit(random) < 0.99 ? 800'000 + uniform_below(random, 1'000) : 1'000'000'000; },
      [&] { return static_cast<std::uint64_t>(1e6 / (1.0001 - uniform_unit(random))); }, // a heavy tail
      [&] { return std::uint64_t{1} << uniform_below(random, 64); },                     // the edges of buckets
      [&] { return (std::uint64_t{1} << uniform_below(random, 64)) - 1; },
  };
  for (std::size_t shape = 0; shape < shapes.size(); ++shape)
    for (const std::size_t count : {1U, 2U, 99U, 100U, 101U, 5'000U}) {
      histogram h;
      std::vector<std::uint64_t> values;
      for (std::size_t i = 0; i < count; ++i) {
        values.push_back(shapes[shape]());
        h.add(values.back());
      }
      for (const double percent : {0.0, 0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
        const auto wanted = exact_percentile(values, percent);
        const auto got = h.percentile(percent);
        EXPECT_LE(relative_error(got, wanted), 0.004)
            << "shape " << shape << ", " << count << " values, p" << percent << ": " << got << " for " << wanted;
      }
      EXPECT_EQ(h.count(), count);
      EXPECT_EQ(h.max(), *std::max_element(values.begin(), values.end()));
      EXPECT_EQ(h.min(), *std::min_element(values.begin(), values.end()));
    }
}

TEST(histogram, small_values_and_the_ends_are_exact) {
  histogram h;
  for (std::uint64_t i = 0; i < 256; ++i)
    h.add(i);
  for (std::uint64_t percent = 1; percent <= 100; ++percent)
    EXPECT_EQ(h.percentile(static_cast<double>(percent)),
              static_cast<std::uint64_t>(std::ceil(static_cast<double>(percent) * 2.56)) - 1);
  histogram ends;
  ends.add(std::numeric_limits<std::uint64_t>::max());
  ends.add(0);
  EXPECT_EQ(ends.percentile(100), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(ends.percentile(50), 0U);
}

TEST(histogram, is_nothing_when_empty) {
  const histogram h;
  EXPECT_EQ(h.count(), 0U);
  EXPECT_EQ(h.percentile(99), 0U);
  EXPECT_EQ(h.max(), 0U);
  EXPECT_EQ(h.min(), 0U);
  EXPECT_EQ(h.mean(), 0);
  EXPECT_TRUE(latency_points(h).empty());
}

TEST(histogram, merged_parts_are_the_whole) {
  std::mt19937_64 random(11);
  histogram whole;
  std::vector<histogram> parts(5);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = static_cast<std::uint64_t>(std::exp(uniform_unit(random) * 25));
    whole.add(value);
    parts[uniform_below(random, parts.size())].add(value);
  }
  histogram merged;
  for (const auto& part : parts)
    merged.merge(part);
  merged.merge(histogram{});
  EXPECT_EQ(merged.count(), whole.count());
  EXPECT_EQ(merged.min(), whole.min());
  EXPECT_EQ(merged.max(), whole.max());
  EXPECT_NEAR(merged.mean(), whole.mean(), whole.mean() * 1e-9);
  for (double percent = 0; percent <= 100; percent += 0.25)
    EXPECT_EQ(merged.percentile(percent), whole.percentile(percent)) << percent;
}

TEST(histogram, counts_values_given_several_times) {
  histogram h;
  h.add(1'000, 99);
  h.add(5'000, 1);
  h.add(9'000, 0);
  EXPECT_EQ(h.count(), 100U);
  EXPECT_EQ(h.max(), 5'000U);
  EXPECT_NEAR(h.mean(), 1'040, 1e-9);
  EXPECT_LE(relative_error(h.percentile(99), 1'000), 0.004);
  EXPECT_EQ(h.above(2'000), 1U);
  EXPECT_EQ(h.above(100), 100U);
  EXPECT_EQ(h.above(6'000), 0U);
}

TEST(histogram, a_latency_curve_rises_to_the_largest_value) {
  histogram h;
  for (std::uint64_t i = 1; i <= 10'000; ++i)
    h.add(i * 1'000);
  const auto points = latency_points(h);
  ASSERT_GT(points.size(), 10U);
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_LT(points[i - 1].first, points[i].first);
    EXPECT_LE(points[i - 1].second, points[i].second);
  }
  EXPECT_THAT(points.back(), Pair(100.0, 10.0));
}

// -- zipf -----------------------------------------------------------------

std::vector<double> shares(std::uint64_t items, double theta, int draws) {
  std::mt19937_64 random(3);
  const zipf z(items, theta);
  std::vector<double> found(items);
  for (int i = 0; i < draws; ++i)
    found.at(z.draw(random)) += 1.0 / draws;
  return found;
}

TEST(zipf, draws_every_rank_as_often_as_the_law_says) {
  for (const double theta : {0.0, 0.5, 0.99, 1.0, 1.5}) {
    constexpr std::uint64_t items = 50;
    constexpr int draws = 200'000;
    const auto found = shares(items, theta, draws);
    double sum = 0;
    for (std::uint64_t k = 1; k <= items; ++k)
      sum += std::pow(static_cast<double>(k), -theta);
    for (std::uint64_t k = 1; k <= items; ++k) {
      const auto wanted = std::pow(static_cast<double>(k), -theta) / sum;
      const auto deviation = std::sqrt(wanted * (1 - wanted) / draws);
      EXPECT_NEAR(found[k - 1], wanted, 5 * deviation) << "theta " << theta << ", rank " << k;
    }
  }
}

TEST(zipf, is_right_for_a_hundred_million_items) {
  constexpr std::uint64_t items = 100'000'000;
  std::mt19937_64 random(5);
  const zipf z(items, 0.99);
  // Sum of k^-0.99 by Euler and Maclaurin.
  const auto sum_to = [](double n) {
    return (std::pow(n, 0.01) - 1) / 0.01 + 0.5 + 0.5 * std::pow(n, -0.99) + 0.99 / 12;
  };
  constexpr int draws = 400'000;
  int first = 0;
  int upper_half = 0;
  for (int i = 0; i < draws; ++i) {
    const auto rank = z.draw(random);
    ASSERT_LT(rank, items);
    first += rank == 0 ? 1 : 0;
    upper_half += rank >= items / 2 ? 1 : 0;
  }
  const auto all = sum_to(items);
  EXPECT_NEAR(first / static_cast<double>(draws), 1 / all, 0.001);
  EXPECT_NEAR(upper_half / static_cast<double>(draws), (all - sum_to(items / 2.0)) / all, 0.002);
}

TEST(zipf, one_item_is_always_it_and_a_seed_repeats) {
  std::mt19937_64 random(1);
  const zipf one(1, 0.99);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(one.draw(random), 0U);
  std::mt19937_64 a(9);
  std::mt19937_64 b(9);
  const zipf z(1'000, 0.99);
  for (int i = 0; i < 1'000; ++i)
    ASSERT_EQ(z.draw(a), z.draw(b));
}

// -- arrivals -------------------------------------------------------------

TEST(arrivals, a_steady_rate_is_evenly_spaced_and_does_not_drift) {
  const auto when = make_steady_arrivals(30'000, 3'600);
  EXPECT_EQ(when->count(), 108'000'000U);
  EXPECT_EQ(when->seconds(), 3'600);
  EXPECT_EQ(when->intended_ns(0), 0U);
  EXPECT_EQ(when->intended_ns(30'000), 1'000'000'000U);
  EXPECT_EQ(when->intended_ns(107'970'000), 3'599'000'000'000U);
  for (std::uint64_t i = 1; i < 100'000; ++i)
    ASSERT_NEAR(static_cast<double>(when->intended_ns(i) - when->intended_ns(i - 1)), 33'333.3, 1.0) << i;
}

TEST(arrivals, a_day_has_its_webhooks_where_its_hours_have_theirs) {
  double all = 0;
  for (unsigned hour = 0; hour < 24; ++hour)
    all += day_share(hour);
  EXPECT_NEAR(all, 1, 1e-12);
  constexpr std::uint64_t count = 240'000;
  const auto when = make_day_arrivals(count, 240);
  EXPECT_EQ(when->count(), count);
  std::vector<std::uint64_t> by_hour(24);
  std::uint64_t before = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto at = when->intended_ns(i);
    ASSERT_GE(at, before);
    before = at;
    ++by_hour.at(at / 10'000'000'000);
  }
  for (unsigned hour = 0; hour < 24; ++hour)
    EXPECT_NEAR(static_cast<double>(by_hour[hour]), day_share(hour) * count, 2) << hour;
  EXPECT_GT(by_hour[19], 20 * by_hour[3]);
}

TEST(arrivals, a_burst_is_all_at_once) {
  const auto when = make_burst_arrivals(12);
  EXPECT_EQ(when->count(), 12U);
  EXPECT_EQ(when->intended_ns(11), 0U);
  EXPECT_EQ(when->seconds(), 0);
}

// -- knee -----------------------------------------------------------------

/// Searches a server that carries up to `capacity`; the rates tried.
std::vector<knee_search::trial> search(knee_search& s, const std::function<bool(const knee_search::trial&)>& holds) {
  std::vector<knee_search::trial> tried;
  while (const auto next = s.next()) {
    tried.push_back(*next);
    s.report(holds(*next));
    if (tried.size() > 100) {
      ADD_FAILURE() << "the search does not end";
      break;
    }
  }
  return tried;
}

TEST(knee_search, finds_any_capacity_to_its_precision) {
  for (const double capacity : {3.0, 500.0, 2'000.0, 2'001.0, 17'345.0, 66'000.0}) {
    knee_search s(knee_options{});
    const auto tried = search(s, [&](const auto& t) { return t.rate <= capacity; });
    ASSERT_TRUE(s.knee()) << capacity;
    EXPECT_LE(*s.knee(), capacity);
    EXPECT_GE(*s.knee(), capacity / 1.05 * 0.999) << capacity;
    EXPECT_TRUE(tried.back().is_long) << "the knee was confirmed by a long trial";
    EXPECT_EQ(tried.back().rate, *s.knee());
    EXPECT_LE(tried.size(), 25U);
  }
}

TEST(knee_search, goes_down_while_the_long_trial_fails) {
  knee_search s(knee_options{});
  const auto tried = search(s, [](const auto& t) { return t.rate <= (t.is_long ? 9'300 : 10'000); });
  ASSERT_TRUE(s.knee());
  EXPECT_LE(*s.knee(), 9'300);
  EXPECT_GE(*s.knee(), 9'300 * 0.95 * 0.9);
  EXPECT_GT(std::count_if(tried.begin(), tried.end(), [](const auto& t) { return t.is_long; }), 1);
}

TEST(knee_search, finds_what_holds_for_long_far_below_what_holds_for_seconds) {
  knee_search s(knee_options{});
  search(s, [](const auto& t) { return t.rate <= (t.is_long ? 6'000 : 10'000); });
  ASSERT_TRUE(s.knee());
  EXPECT_LE(*s.knee(), 6'000);
  EXPECT_GE(*s.knee(), 4'200);
}

TEST(knee_search, says_when_nothing_holds_and_stops_at_its_ceiling) {
  knee_search nothing(knee_options{});
  search(nothing, [](const auto&) { return false; });
  EXPECT_FALSE(nothing.knee());
  knee_search flaky(knee_options{});
  const auto tried = search(flaky, [](const auto& t) { return !t.is_long && t.rate < 5'000; });
  EXPECT_FALSE(flaky.knee());
  EXPECT_EQ(std::count_if(tried.begin(), tried.end(), [](const auto& t) { return t.is_long; }), 6);
  knee_options low;
  low.ceiling = 3'000;
  knee_search capped(low);
  search(capped, [](const auto&) { return true; });
  EXPECT_EQ(capped.knee(), 3'000);
}

// -- lag ------------------------------------------------------------------

std::vector<std::pair<double, double>> queue(const std::function<double(double)>& length) {
  std::vector<std::pair<double, double>> samples;
  for (double second = 0; second < 30; ++second)
    samples.emplace_back(second, length(second));
  return samples;
}

TEST(lag, tells_a_growing_queue_from_one_that_breathes) {
  EXPECT_TRUE(is_bounded({}, 100, 1'000));
  EXPECT_TRUE(is_bounded(queue([](double) { return 500; }), 100, 1'000));
  EXPECT_TRUE(is_bounded(queue([](double s) { return std::fmod(s, 5) * 100; }), 100, 1'000));
  EXPECT_TRUE(is_bounded(queue([](double s) { return s < 3 ? s * 150 : 450; }), 100, 1'000))
      << "it filled, and stays";
  EXPECT_TRUE(is_bounded(queue([](double s) { return s * 3; }), 100, 1'000)) << "harmless, however it moves";
  EXPECT_FALSE(is_bounded(queue([](double s) { return s * 30; }), 100, 1'000)) << "it grows";
  EXPECT_FALSE(is_bounded(queue([](double s) { return s == 4 ? 1'001 : 0; }), 100, 1'000)) << "over the limit once";
  EXPECT_TRUE(is_bounded({{0, 10}, {1, 400}}, 100, 1'000)) << "too short to tell";
}

// -- seconds --------------------------------------------------------------

TEST(seconds_of_run, keep_what_happened_apart) {
  seconds_of_run s;
  s.at(0).good = 3;
  s.at(2'500'000'000).failed = 1;
  s.at(999'999'999).latency.add(4'000'000);
  s.at(2'000'000'000).late = 7;
  EXPECT_EQ(s.all().size(), 3U);
  EXPECT_THAT(s.good_per_second(), ElementsAre(Pair(0.0, 3.0), Pair(1.0, 0.0), Pair(2.0, 0.0)));
  EXPECT_THAT(s.failed_per_second(), ElementsAre(Pair(0.0, 0.0), Pair(1.0, 0.0), Pair(2.0, 1.0)));
  EXPECT_THAT(s.late_per_second(), ElementsAre(Pair(0.0, 0.0), Pair(1.0, 0.0), Pair(2.0, 7.0)));
  EXPECT_THAT(s.percentile_ms(99), ElementsAre(Pair(0.0, 4.0)));
}

} // namespace
} // namespace wakala::bench
