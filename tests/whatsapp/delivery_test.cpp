#include "whatsapp/delivery.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace wakala::whatsapp {
namespace {

using enum delivery_status;

constexpr std::array<delivery_status, 10> all{queued,    attempting, ambiguous, accepted, sent,
                                              delivered, read,       played,    failed,   expired};

TEST(delivery, names_read_back) {
  for (const auto s : all)
    EXPECT_EQ(parse_delivery_status(to_string(s)), s);
  EXPECT_EQ(parse_delivery_status("READ"), std::nullopt);
  EXPECT_EQ(parse_delivery_status(""), std::nullopt);
}

TEST(delivery, rank_table) {
  struct row {
    delivery_status current;
    // after accepted, sent, delivered, read, played, failed
    std::array<delivery_status, 6> after;
  };
  const std::vector<row> table{
      {queued, {accepted, sent, delivered, read, played, failed}},
      {attempting, {accepted, sent, delivered, read, played, failed}},
      {ambiguous, {accepted, sent, delivered, read, played, failed}},
      {expired, {accepted, sent, delivered, read, played, failed}},
      {accepted, {accepted, sent, delivered, read, played, failed}},
      {sent, {sent, sent, delivered, read, played, failed}},
      {delivered, {delivered, delivered, delivered, read, played, delivered}},
      {read, {read, read, read, read, played, read}},
      {played, {played, played, played, played, played, played}},
      {failed, {failed, failed, delivered, read, played, failed}},
  };
  constexpr std::array<const char*, 6> reported{"accepted", "sent", "delivered", "read", "played", "failed"};
  EXPECT_EQ(table.size(), all.size());
  for (const auto& [current, after] : table)
    for (std::size_t i = 0; i < reported.size(); ++i)
      EXPECT_EQ(to_string(merge_status(current, reported[i])), to_string(after[i]))
          << to_string(current) << " + " << reported[i];
}

TEST(delivery, words_that_are_no_rank_change_nothing) {
  for (const auto s : all)
    for (const auto* word : {"deleted", "warning", "", "Delivered", "queued", "expired", "attempting"})
      EXPECT_EQ(merge_status(s, word), s) << to_string(s) << " + " << word;
}

TEST(delivery, the_order_of_reports_does_not_matter) {
  std::vector<std::string> reports{"sent", "delivered", "read", "failed"};
  std::sort(reports.begin(), reports.end());
  do {
    auto s = attempting;
    for (const auto& r : reports)
      s = merge_status(s, r);
    EXPECT_EQ(s, read);
  } while (std::next_permutation(reports.begin(), reports.end()));
}

} // namespace
} // namespace wakala::whatsapp
