#include "console/text.hpp"
#include "console/waterfall.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::console {
namespace {

using testing::ElementsAre;

std::vector<std::string> bars(const std::vector<hop>& hops, std::size_t columns) {
  std::vector<std::string> out;
  for (auto& each : waterfall(hops, columns)) {
    const line whole{each, "", false, {}};
    std::string text;
    for (const auto& part : each)
      text += part.text;
    EXPECT_EQ(columns_of(text), columns);
    out.push_back(text_of(whole));
  }
  return out;
}

hop one(const char* name, double waiting, double working) { return {name, "a", "", "", waiting, working, true}; }

TEST(waterfall, bars_follow_each_other_in_proportion) {
  EXPECT_THAT(bars({one("edge", 0, 100), one("transit", 0, 200), one("commit", 300, 400)}, 10),
              ElementsAre("█", " ▒▒", "   ░░░████"));
}

TEST(waterfall, what_took_any_time_is_seen) {
  EXPECT_THAT(bars({one("edge", 1, 1), one("commit", 0, 10'000), one("answer", 0, 1)}, 10),
              ElementsAre("░█", "  ███████", "         █"));
}

TEST(waterfall, nothing_took_time) {
  EXPECT_THAT(bars({one("edge", 0, 0)}, 5), ElementsAre(""));
  EXPECT_THAT(bars({one("edge", 5, 5)}, 0), ElementsAre(""));
  EXPECT_EQ(total_of({one("edge", 1, 2), one("commit", 3, 4)}), 10);
}

} // namespace
} // namespace wakala::console
