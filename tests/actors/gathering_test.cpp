#include "tests/actors/support/shop.hpp"

#include <gmock/gmock.h>

#include <mutex>

namespace wakala::actors::test {
namespace {

/// A store whose appends can be held up, as by a slow disk.
class gathering : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
    EXPECT_EQ(insist(text_webhook("n-duka", amina, "wamid.first", "hi", now())), outcomes{event_outcome::committed});
    ASSERT_TRUE(graph->wait_for_messages(1));
    ASSERT_TRUE(stands_at("duka", amina.phone, graph->messages().at(0).callback(), "accepted"));
    store->on_append([this](const auto& rows) {
      if (std::any_of(rows.begin(), rows.end(), [](const auto& row) { return row->key.has_value(); }))
        ++appends; // results of replies are written as they come
      const std::lock_guard wait{gate};
      return fault::none;
    });
  }

  std::mutex gate;
  std::atomic<int> appends{0};
};

TEST_F(gathering, what_comes_while_a_commit_is_out_goes_into_the_next_one_together_and_in_order) {
  const auto stopped = stop_at_the_end();
  std::vector<std::future<outcomes>> answers;
  std::vector<std::string> ids{"wamid.first"};
  {
    const std::lock_guard slow{gate};
    for (int i = 0; i < 20; ++i) {
      ids.push_back("wamid." + std::to_string(i));
      answers.push_back(post_later(text_webhook("n-duka", amina, ids.back(), "help", now())));
      if (i == 0) {
        ASSERT_TRUE(eventually([&] { return appends == 1; }));
      }
    }
    EXPECT_NE(answers.front().wait_for(std::chrono::milliseconds{20}), std::future_status::ready)
        << "answered before it was on disk";
  }
  for (auto& answer : answers) {
    ASSERT_EQ(answer.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(answer.get(), outcomes{event_outcome::committed});
  }
  EXPECT_EQ(inbound_ids("duka", amina.phone), ids);
  EXPECT_LE(appends, 10) << "the first, and what had reached the conversation by then";
  ASSERT_TRUE(graph->wait_for_messages(21));
}

TEST_F(gathering, a_poisoned_update_takes_none_of_its_companions_along) {
  const auto stopped = stop_at_the_end();
  std::vector<std::future<outcomes>> answers;
  stop();
  step = [](const commerce::conversation_state& state, const whatsapp::event& e,
            const commerce::step_context& about) {
    if (e.text == "poison")
      throw std::runtime_error("poison");
    return commerce::step(state, e, about);
  };
  start();
  {
    const std::lock_guard slow{gate};
    for (int i = 0; i < 9; ++i) {
      const auto before = appends.load();
      answers.push_back(
          post_later(text_webhook("n-duka", amina, "wamid." + std::to_string(i), i == 4 ? "poison" : "help", now())));
      if (i == 0) {
        ASSERT_TRUE(eventually([&] { return appends > before; }));
      }
    }
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_EQ(answers[i].wait_for(patience), std::future_status::ready);
    EXPECT_EQ(answers[i].get(), outcomes{i == 4 ? event_outcome::dead_lettered : event_outcome::committed}) << i;
  }
  EXPECT_THAT(inbound_ids("duka", amina.phone),
              ::testing::UnorderedElementsAre("wamid.first", "wamid.0", "wamid.1", "wamid.2", "wamid.3", "wamid.5",
                                              "wamid.6", "wamid.7", "wamid.8"));
  EXPECT_EQ(letters("duka").size(), 1U);
}

} // namespace
} // namespace wakala::actors::test
