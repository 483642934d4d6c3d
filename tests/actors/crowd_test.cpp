/// \file
/// More shoppers than a tenant remembers by itself, all awake.
#include "tests/actors/support/shop.hpp"

#include <gmock/gmock.h>

namespace wakala::actors::test {
namespace {

class crowd : public shop_fixture {
protected:
  void SetUp() override {
    limits.unfolded_rows = 100'000;
    start();
    add_tenant("duka");
  }
  void TearDown() override { stop(); }

  /// Each gives one thumb up, to which nobody answers.
  outcomes everybody_writes(int shoppers, const std::string& run) {
    outcomes all;
    constexpr int at_once = 500;
    for (int first = 0; first < shoppers; first += at_once) {
      change news{number_of("duka"), {}, nlohmann::json::array(), nlohmann::json::array()};
      for (int i = first; i < std::min(first + at_once, shoppers); ++i) {
        auto message = text_message(with_phone("2547" + std::to_string(10'000'000 + i)),
                                    "wamid." + run + std::to_string(i), "", now());
        message["type"] = "reaction";
        message.erase("text");
        message["reaction"] = {{"message_id", "wamid.none"}, {"emoji", "\U0001F44D"}};
        news.messages.push_back(std::move(message));
      }
      const auto some = insist(webhook({news}));
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
};

TEST_F(crowd, is_known_without_the_store_while_it_is_awake) {
  constexpr int many = 36'000;
  using ::testing::Each;
  ASSERT_THAT(everybody_writes(many, "a"), Each(event_outcome::committed));
  ASSERT_EQ(running->context()->count->conversations_live.load(), many);
  const auto looked_up = store->names_looked_up();
  EXPECT_GE(looked_up, std::size_t{many}) << "each was a stranger once";
  EXPECT_THAT(everybody_writes(many, "b"), Each(event_outcome::committed));
  EXPECT_EQ(store->names_looked_up(), looked_up);
  EXPECT_EQ(running->context()->count->conversations_live.load(), many) << "and nobody is taken for somebody else";
}

} // namespace
} // namespace wakala::actors::test
