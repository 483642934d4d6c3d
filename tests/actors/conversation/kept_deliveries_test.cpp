#include "actors/conversation/kept_deliveries.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace wakala::actors {
namespace {

delivery_record delivery(std::string id, time_ms at = 0) {
  delivery_record d;
  d.message_id = std::move(id);
  d.at = at;
  return d;
}

TEST(kept_deliveries, are_found_by_ordinal_and_by_message_id) {
  kept_deliveries all;
  EXPECT_FALSE(all.find(1));
  EXPECT_FALSE(all.ordinal_of("wamid.a"));
  all.put(5, delivery("wamid.c"));
  all.put(2, delivery("wamid.a")); // from the store, later than a newer one
  all.put(3, delivery(""));        // its id is not known yet
  ASSERT_TRUE(all.find(2));
  EXPECT_EQ(all.find(2)->message_id, "wamid.a");
  EXPECT_FALSE(all.find(4));
  EXPECT_EQ(all.ordinal_of("wamid.c"), 5U);
  EXPECT_FALSE(all.ordinal_of("wamid.b"));
  all.put(3, delivery("wamid.b"));
  EXPECT_EQ(all.ordinal_of("wamid.b"), 3U);
  EXPECT_EQ(all.size(), 3U);
}

TEST(kept_deliveries, are_given_back_as_they_came) {
  delivery_record full;
  full.status = whatsapp::delivery_status::failed;
  full.message_id = "wamid.HBgMMjU0NzAwMDAwMDAwFQIAERgSNUE3QjNDRDlFMUYyMDM0NTY3AA==";
  full.at = 1'700'000'000'000;
  full.error_code = "131047";
  full.error_text = "Re-engagement message";
  full.attempts = 3;
  full.ambiguous = 1;
  auto only_text = full;
  only_text.error_code.clear();
  auto without_error = only_text;
  without_error.error_text.clear();
  kept_deliveries all;
  all.put(1, full);
  all.put(2, only_text);
  all.put(3, without_error);
  all.put(4, {});
  EXPECT_EQ(all.find(1), full);
  EXPECT_EQ(all.find(2), only_text);
  EXPECT_EQ(all.find(3), without_error);
  EXPECT_EQ(all.find(4), delivery_record{});
  all.put(1, without_error);
  EXPECT_EQ(all.find(1), without_error);
}

TEST(kept_deliveries, a_message_id_means_its_newest_message) {
  kept_deliveries all;
  all.put(1, delivery("wamid.a"));
  all.put(2, delivery("wamid.a"));
  EXPECT_EQ(all.ordinal_of("wamid.a"), 2U);
  all.erase(2);
  EXPECT_EQ(all.ordinal_of("wamid.a"), 1U);
}

TEST(kept_deliveries, forget_what_is_erased_and_nothing_else) {
  kept_deliveries all;
  for (std::uint64_t i = 1; i <= 9; ++i)
    all.put(i, delivery("wamid." + std::to_string(i)));
  all.erase(4);
  all.erase(40);
  EXPECT_EQ(all.size(), 8U);
  EXPECT_FALSE(all.find(4));
  for (const std::uint64_t i : {1U, 2U, 3U, 5U, 6U, 7U, 8U, 9U}) {
    EXPECT_EQ(all.ordinal_of("wamid." + std::to_string(i)), i);
    ASSERT_TRUE(all.find(i));
    all.erase(i);
  }
  EXPECT_EQ(all.size(), 0U);
}

TEST(kept_deliveries, forget_the_oldest_first) {
  kept_deliveries all;
  for (std::uint64_t i = 1; i <= 10; ++i)
    all.put(i, delivery("wamid." + std::to_string(i), static_cast<time_ms>(i * 100)));
  all.trim(8);
  EXPECT_FALSE(all.find(2));
  EXPECT_TRUE(all.find(3));
  all.trim(100);
  EXPECT_EQ(all.size(), 8U);
  all.trim_before(501, 2);
  EXPECT_FALSE(all.find(5));
  EXPECT_TRUE(all.find(6));
  all.trim_before(100'000, 2);
  EXPECT_EQ(all.size(), 2U);
  EXPECT_TRUE(all.find(9));
  EXPECT_TRUE(all.find(10));
}

// Boost's own insertion asserts wrongly when there is one delivery and room only behind it.
TEST(kept_deliveries, come_and_go_in_any_order) {
  kept_deliveries all;
  std::map<std::uint64_t, std::string> expected;
  std::mt19937_64 random{1};
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t ordinal = 1 + random() % 6;
    if (random() % 2 == 0) {
      const auto id = "wamid." + std::to_string(step);
      all.put(ordinal, delivery(id));
      expected[ordinal] = id;
    } else {
      all.erase(ordinal);
      expected.erase(ordinal);
    }
    ASSERT_EQ(all.size(), expected.size());
    for (const auto& [at, id] : expected) {
      ASSERT_EQ(all.ordinal_of(id), at);
      ASSERT_EQ(all.find(at)->message_id, id);
    }
  }
}

} // namespace
} // namespace wakala::actors
