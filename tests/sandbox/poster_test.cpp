#include "sandbox/webhook_poster.hpp"
#include "tests/sandbox/fixture.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

using namespace std::chrono_literals;

/// A poster whose POSTs are kept until the test answers them.
struct poster : ::testing::Test {
  boost::asio::io_context loop;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> busy{loop.get_executor()};
  timer_queue timers{loop.get_executor()};
  struct post {
    std::shared_ptr<const std::string> body;
    std::function<void(int)> done;
  };
  std::vector<post> posts;
  std::vector<std::string> acknowledged;

  webhook_poster make(poster_options options) {
    options.retry_base = 1ms;
    return webhook_poster{
        timers, options,
        [this](const business_number&, std::shared_ptr<const std::string> body, std::function<void(int)> done) {
          posts.push_back({std::move(body), std::move(done)});
        },
        [this](const webhook_update& update) { acknowledged.push_back(update.wamid); }};
  }
  void answer(std::size_t which, int status) {
    const auto done = posts[which].done; // a copy: the next POST may move the list
    done(status);
  }
  static webhook_update update(const std::string& id) {
    return {"1", {"100", R"({"field":"messages"})"}, {}, id, {}};
  }
  /// Lets timers run until so many POSTs were made.
  void until(std::size_t count) {
    while (posts.size() < count)
      loop.run_one();
  }
};

TEST_F(poster, tries_again_until_it_is_answered_200) {
  auto deliverer = make({});
  delivery_report report;
  deliverer.deliver(demo_number(), update("a"), [&](const delivery_report& how) { report = how; });
  for (const auto status : {503, 0, 404, 201}) {
    answer(posts.size() - 1, status);
    const auto made = posts.size();
    EXPECT_TRUE(acknowledged.empty());
    until(made + 1);
    EXPECT_EQ(posts.front().body, posts.back().body) << "the POST as it was sent";
  }
  answer(posts.size() - 1, 200);
  EXPECT_THAT(acknowledged, testing::ElementsAre("a"));
  EXPECT_TRUE(report.delivered);
  EXPECT_EQ(report.tries, 5);
  EXPECT_EQ(deliverer.counters().retried, 4U);
  EXPECT_EQ(deliverer.counters().delivered, 1U);
  EXPECT_EQ(deliverer.counters().waiting, 0U);
}

TEST_F(poster, counts_what_is_held_back_as_waiting_from_the_first) {
  auto deliverer = make({});
  delivery_report report;
  deliverer.deliver_after(5ms, demo_number(), update("a"), [&](const delivery_report& how) { report = how; });
  EXPECT_TRUE(posts.empty());
  EXPECT_EQ(deliverer.counters().waiting, 1U) << "whoever waits for all to be told must not miss it";
  until(1);
  EXPECT_EQ(deliverer.counters().waiting, 1U);
  answer(0, 200);
  EXPECT_TRUE(report.delivered);
  EXPECT_EQ(deliverer.counters().waiting, 0U);
}

TEST_F(poster, gives_up_when_told_to) {
  poster_options options;
  options.give_up = 0ms;
  auto deliverer = make(options);
  delivery_report report{true, 0, 0};
  deliverer.deliver(demo_number(), update("a"), [&](const delivery_report& how) { report = how; });
  answer(posts.size() - 1, 500);
  EXPECT_FALSE(report.delivered);
  EXPECT_EQ(report.status, 500);
  EXPECT_EQ(deliverer.counters().given_up, 1U);
  EXPECT_EQ(deliverer.counters().waiting, 0U);
}

TEST_F(poster, keeps_few_in_flight_per_url) {
  poster_options options;
  options.concurrency = 2;
  auto deliverer = make(options);
  for (const auto* id : {"a", "b", "c"})
    deliverer.deliver(demo_number(), update(id));
  auto elsewhere = demo_number();
  elsewhere.webhook_url = "http://127.0.0.1:2/hook";
  EXPECT_EQ(posts.size(), 2U);
  deliverer.deliver(elsewhere, update("d"));
  EXPECT_EQ(posts.size(), 3U) << "another URL has its own bound";
  answer(1, 200);
  EXPECT_EQ(posts.size(), 4U);
  EXPECT_THAT(acknowledged, testing::ElementsAre("b"));
}

TEST_F(poster, gathers_updates_when_asked) {
  poster_options options;
  options.batch_max = 3;
  options.batch_wait = 1ms;
  auto deliverer = make(options);
  for (const auto* id : {"a", "b", "c", "d"})
    deliverer.deliver(demo_number(), update(id));
  ASSERT_EQ(posts.size(), 1U) << "three at once, the fourth waits";
  EXPECT_EQ(parse(*posts[0].body)["entry"][0]["changes"].size(), 3U);
  until(2);
  EXPECT_EQ(parse(*posts[1].body)["entry"][0]["changes"].size(), 1U);
  answer(0, 200);
  answer(1, 200);
  EXPECT_THAT(acknowledged, testing::ElementsAre("a", "b", "c", "d"));
}

TEST_F(poster, posts_raw_bodies_alone_and_unchanged) {
  poster_options options;
  options.batch_max = 3;
  auto deliverer = make(options);
  auto raw = update("a");
  raw.raw_body = "{not json";
  deliverer.deliver(demo_number(), raw);
  ASSERT_EQ(posts.size(), 1U);
  EXPECT_EQ(*posts[0].body, "{not json");
}

TEST_F(poster, says_at_once_that_a_number_without_url_gets_nothing) {
  auto deliverer = make({});
  auto number = demo_number();
  number.webhook_url.clear();
  auto told = false;
  deliverer.deliver(number, update("a"), [&](const delivery_report& how) { told = !how.delivered; });
  EXPECT_TRUE(told);
  EXPECT_TRUE(posts.empty());
}

TEST(timer_queue, calls_in_order_of_time) {
  boost::asio::io_context loop;
  timer_queue timers{loop.get_executor()};
  std::string order;
  timers.after(3ms, [&] { order += 'c'; });
  timers.after(1ms, [&] { order += 'a'; });
  timers.after(2ms, [&] { order += 'b'; });
  timers.after(4ms, [&] { order += 'd'; });
  loop.run();
  EXPECT_EQ(order, "abcd");
}

} // namespace
} // namespace wakala::sandbox
