// Carts that shoppers are reminded of, and people who take conversations over.
#include "actors/outbound/message_post.hpp"
#include "actors/shards/shard_parts.hpp"
#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using std::chrono::hours;

class turns : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka", {{"shop", {{"cart_reminder_hours", 4}}}});
    const json shelf{
        {"products", json::array({{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", "250.00"}}})}};
    ASSERT_TRUE(ask_tenant("duka", catalog_put{shelf.dump()}).value);
  }
  void TearDown() override { stop(); }

  void tell(const std::string& text) {
    insist(text_webhook("n-duka", amina, "wamid." + std::to_string(++told_), text, now()));
  }
  std::size_t sent(const std::string& part) const {
    const auto all = graph->messages();
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&](const recorded_call& c) { return c.text().find(part) != std::string::npos; }));
  }
  std::size_t reminders() const { return sent(reminder); }
  /// As every few seconds.
  void look_at_timers() {
    const auto table = running->shards();
    for (shard_id shard = 0; shard < shard_count; ++shard)
      caf::anon_send((*table)[shard], timer_tick{});
  }
  bool is_reminded(std::size_t times = 1) {
    return eventually([&] {
      look_at_timers();
      return reminders() == times;
    });
  }
  /// Looks some times for what should not come, and each time waits until all that it may have begun is written.
  std::size_t reminders_after_some_looks() {
    for (int i = 0; i < 3; ++i) {
      look_at_timers();
      transcript_of("duka", amina.phone); // is read after the timers that are due
      const auto unknown = "wamid.unknown." + std::to_string(++told_);
      insist(
          status_webhook("n-duka", unknown, "delivered", amina.phone, "", now())); // is written after what they woke
    }
    const auto all = transcript_of("duka", amina.phone);
    const auto written = std::count_if(all.begin(), all.end(), [](const json& m) {
      return m.at("text").is_string() && m.at("text").get<std::string>().find(reminder) != std::string::npos;
    });
    return std::max(reminders(), static_cast<std::size_t>(written));
  }
  json turn(bool begins, bool greets = false) {
    json answer;
    EXPECT_TRUE(eventually([&] {
      return !(answer = json_of(ask_tenant("duka", human_turn{amina.phone, begins, greets}))).is_null();
    }));
    return answer.at("human");
  }
  json human() { return conversation_of("duka", amina.phone).at("human"); }
  json post_text(const std::string& text, const std::string& key, bool is_agent) {
    auto post = std::get<message_post>(
        check_post({{"to", amina.phone}, {"type", "text"}, {"text", {{"body", text}}}}, "n-duka", key).what);
    post.is_agent = is_agent;
    json answer;
    EXPECT_TRUE(eventually([&] { return !(answer = json_of(ask_tenant("duka", post))).is_null(); }));
    return answer;
  }

  static constexpr const char* reminder = "still waiting for you";
  int told_ = 0;
};

TEST_F(turns, a_cart_is_reminded_of_once_also_after_restarts) {
  tell("2 unga");
  EXPECT_EQ(reminders_after_some_looks(), 0U);
  restart();
  meta_has_all("duka");
  clock->advance(hours{4} + std::chrono::minutes{1});
  EXPECT_TRUE(is_reminded());
  EXPECT_EQ(reminders_after_some_looks(), 1U);
  restart();
  EXPECT_EQ(reminders_after_some_looks(), 1U);
  tell("1 unga");
  clock->advance(hours{5});
  EXPECT_EQ(reminders_after_some_looks(), 1U) << "once in its life";
  tell("checkout");
  tell("3 unga");
  clock->advance(hours{5});
  EXPECT_TRUE(is_reminded(2)) << "another cart";
}

TEST_F(turns, a_reminder_whose_commit_failed_comes_later_once) {
  tell("2 unga");
  ASSERT_TRUE(graph->wait_for_messages(1));
  meta_has_all("duka");
  std::atomic<bool> cut{true};
  std::atomic<int> refused{0};
  const auto stopped = stop_at_the_end();
  store->on_append([&](const std::vector<persistence::row_ptr>&) {
    refused += cut ? 1 : 0;
    return cut ? fault::before : fault::none;
  });
  clock->advance(hours{4} + std::chrono::minutes{1});
  look_at_timers();
  ASSERT_TRUE(eventually([&] { return refused > 0; }));
  EXPECT_EQ(reminders(), 0U);
  cut = false;
  EXPECT_TRUE(is_reminded());
  EXPECT_EQ(reminders_after_some_looks(), 1U);
}

TEST_F(turns, nobody_is_reminded_who_has_stopped_ordered_or_come_back) {
  tell("2 unga");
  clock->advance(hours{3});
  tell("help");
  clock->advance(hours{3});
  EXPECT_EQ(reminders_after_some_looks(), 0U) << "they were here three hours ago";
  tell("STOP");
  clock->advance(hours{5});
  EXPECT_EQ(reminders_after_some_looks(), 0U);
  tell("START");
  tell("checkout");
  clock->advance(hours{5});
  EXPECT_EQ(reminders_after_some_looks(), 0U);
  tell("2 unga");
  turn(true);
  clock->advance(hours{5});
  EXPECT_EQ(reminders_after_some_looks(), 0U) << "a person is with them";
  turn(false);
  EXPECT_TRUE(is_reminded()) << "and now nobody is";
}

TEST_F(turns, a_conversation_is_handed_over_and_back) {
  EXPECT_EQ(ask_tenant("duka", human_turn{"254799999999", true}).why.code, errc::not_found);
  tell("hi");
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(human(), (json{{"active", false}, {"until", nullptr}}));
  auto told = turn(true);
  EXPECT_EQ(told.at("active"), true);
  EXPECT_TRUE(told.at("until").is_string());
  EXPECT_EQ(turn(true).at("active"), true);
  tell("hello?");
  tell("2 unga");
  EXPECT_EQ(graph->messages().size(), 1U) << "the bot is silent";
  restart();
  meta_has_all("duka");
  tell("hello?");
  EXPECT_EQ(graph->messages().size(), 1U);
  told = turn(false, true);
  EXPECT_EQ(told, (json{{"active", false}, {"until", nullptr}}));
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_EQ(sent("welcome to"), 2U);
  turn(false, true);
  tell("hi");
  ASSERT_TRUE(graph->wait_for_messages(3));
  EXPECT_EQ(sent("welcome to"), 3U) << "greeted once, and answered";
}

TEST_F(turns, what_a_person_posts_keeps_the_bot_silent) {
  tell("hi");
  post_text("your parcel is here", "key:1", false);
  EXPECT_EQ(human().at("active"), false) << "a program said so";
  post_text("Hello, this is Wanjiru", "key:2", true);
  EXPECT_EQ(human().at("active"), true);
  clock->advance(hours{20});
  post_text("Are you there?", "key:3", false);
  const auto until = human().at("until");
  clock->advance(hours{1});
  EXPECT_EQ(post_text("Are you there?", "key:3", false).at("repeated"), true);
  EXPECT_EQ(human().at("until"), until) << "a repeat says nothing new";
  clock->advance(hours{2});
  post_text("Good bye", "key:4", false);
  EXPECT_GT(human().at("until"), until) << "the person is still there";
  clock->advance(hours{25});
  EXPECT_EQ(human(), (json{{"active", false}, {"until", nullptr}})) << "and is forgotten a day later";
  tell("hi");
  EXPECT_TRUE(eventually([&] { return sent("welcome to") == 2; }));
}

} // namespace
} // namespace wakala::actors::test
