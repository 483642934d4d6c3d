#include "console/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::console {
namespace {

using testing::ElementsAre;

table shops() {
  return {{{"name", "NAME", alignment::left, 4, 9},
           {"orders", "ORDERS", alignment::right, 0, 5},
           {"city", "CITY", alignment::left, 0, 1}},
          {{"d", {{"duka"}, {"12", look::plain, 12}, {"Nairobi"}}},
           {"s", {{"soko"}, {"7", look::plain, 7}, {"Mombasa"}}},
           {"k", {{"kahawa"}, {"–"}, {"Kisumu"}}}}};
}

std::vector<std::string> texts(const std::vector<line>& lines) {
  std::vector<std::string> out;
  for (const auto& each : lines)
    out.push_back(text_of(each));
  return out;
}

std::vector<std::string> keys(const table& of) {
  std::vector<std::string> out;
  for (const auto& each : of.rows)
    out.push_back(each.key);
  return out;
}

TEST(table, is_laid_out_with_its_heading) {
  EXPECT_THAT(texts(lay_out(shops(), 40, {"orders", true})), ElementsAre(" NAME   ORDERS▼ CITY", //
                                                                         " duka        12 Nairobi",
                                                                         " soko         7 Mombasa", //
                                                                         " kahawa       – Kisumu"));
}

TEST(table, narrow_screens_lose_the_least_important_column_first_and_then_squeeze) {
  EXPECT_THAT(texts(lay_out(shops(), 16)).front(), " NAME   ORDERS");
  EXPECT_THAT(texts(lay_out(shops(), 13)),
              ElementsAre(" NAME ORDERS", " duka     12", " soko      7", " kah…      –"));
  EXPECT_THAT(texts(lay_out(shops(), 8)).front(), " NAME") << "what matters most never goes";
}

TEST(table, nothing_is_squeezed_for_what_hardly_matters) {
  auto all = shops();
  all.columns[2].narrowest = 3;
  EXPECT_THAT(texts(lay_out(all, 18)).front(), " NAME   ORDERS");
}

TEST(table, sorts_figures_as_figures_and_keeps_what_has_none_last) {
  auto all = shops();
  sort_rows(all, {"orders", true});
  EXPECT_THAT(keys(all), ElementsAre("d", "s", "k"));
  sort_rows(all, {"orders", false});
  EXPECT_THAT(keys(all), ElementsAre("s", "d", "k"));
  sort_rows(all, {"name", false});
  EXPECT_THAT(keys(all), ElementsAre("d", "k", "s"));
  sort_rows(all, {"unknown", false});
  EXPECT_THAT(keys(all), ElementsAre("d", "k", "s"));
}

TEST(table, filters_by_every_cell_whatever_the_case) {
  auto all = shops();
  filter_rows(all, "KISU");
  EXPECT_THAT(keys(all), ElementsAre("k"));
  filter_rows(all, "elsewhere");
  EXPECT_TRUE(all.rows.empty());
}

TEST(table, headings_know_where_they_stand) {
  const auto lines = lay_out(shops(), 40);
  ASSERT_EQ(lines[0].spots.size(), 3U);
  EXPECT_EQ(lines[0].spots[1].column, "orders");
  EXPECT_EQ(lines[0].spots[1].begin, 8U);
  EXPECT_EQ(lines[0].spots[1].end, 15U);
}

TEST(table, a_column_is_taken_out_with_its_cells) {
  auto all = shops();
  drop_column(all, "orders");
  drop_column(all, "unknown");
  EXPECT_EQ(texts(lay_out(all, 40))[1], " duka   Nairobi");
}

} // namespace
} // namespace wakala::console
