#include "console/json_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::console {
namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const nlohmann::json& value, std::size_t width = 60) {
  std::vector<std::string> out;
  for (const auto& each : json_lines(value, width, "k:"))
    out.push_back(text_of(each));
  return out;
}

TEST(json_lines, names_values_and_depth) {
  EXPECT_THAT(
      texts({{"cart", {{"items", {{{"name", "Unga"}, {"price", {{"amount", "180.00"}, {"currency", "KES"}}}}}}}},
             {"human", false},
             {"order", nullptr},
             {"tags", {"a", "b"}}}),
      ElementsAre(" cart",                           //
                  "   items",                        //
                  "     1",                          //
                  "       name          Unga",       //
                  "       price         180.00 KES", //
                  " human               false",      //
                  " order               –",          //
                  " tags                a, b"));
}

TEST(json_lines, long_texts_are_wrapped_and_every_line_can_be_reached) {
  const auto lines = json_lines({{"text", std::string(60, 'x')}}, 50, "k:");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].key, "k:0");
  EXPECT_EQ(lines[2].key, "k:2");
}

TEST(json_lines, other_values_are_lines_too) {
  EXPECT_THAT(texts(7), ElementsAre("                     7"));
  EXPECT_TRUE(texts(nlohmann::json::object()).empty());
}

} // namespace
} // namespace wakala::console
