// Reminding shoppers of a cart: once, and only where consent and rules allow.
#include "commerce/cart.hpp"
#include "commerce/cart_reminder.hpp"
#include "commerce/session.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;

chat left_a_cart(const char* hello = "hi", std::uint8_t hours = 4) {
  chat c;
  c.shop.cart_reminder_hours = hours;
  c.say(hello).say("2 unga wa dola 2kg");
  return c;
}

time_ms due(const chat& c, time_ms from = 0) { return reminder_due(c.state, c.shop, from); }

/// As when its timer fires.
chat& remind(chat& c) {
  step_context context;
  context.now = c.now;
  context.id_seed = 1;
  context.store_name = "Duka";
  context.currency = "KES";
  context.shelf = &c.shelf;
  context.phrases = &phrases();
  context.shop = &c.shop;
  c.last = remind_of_cart(c.state, context);
  EXPECT_EQ(broken_limits(c.last.replies), "");
  c.state = c.last.state;
  return c;
}

TEST(cart_reminder, comes_once_some_hours_after_the_last_activity) {
  auto c = left_a_cart();
  EXPECT_EQ(due(c), c.now + 4 * ms_per_hour);
  c.wait(ms_per_hour).say("help");
  EXPECT_EQ(due(c), c.now + 4 * ms_per_hour) << "the shopper is here";
  c.wait(4 * ms_per_hour - 1);
  EXPECT_EQ(remind(c).replies(), 0U);
  c.wait(1);
  EXPECT_EQ(remind(c).body(), "Your cart is still waiting for you:\n2 x Unga wa dola 2kg: KES 500\nTotal: KES 500\n"
                              "Write STOP and we will not remind you again.");
  EXPECT_THAT(c.titles(), ElementsAre("Place order", "View cart", "Keep shopping"));
  EXPECT_EQ(c.last.from_number, "100");
  EXPECT_TRUE(c.last.is_notice);
  EXPECT_EQ(due(c), 0);
  EXPECT_EQ(remind(c).replies(), 0U);
  c.say("1 pishori rice");
  EXPECT_EQ(due(c), 0) << "once in the cart's life, whatever happens to it";
  EXPECT_EQ(record_form(c.state), 6);
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
  c.tap("cart:order").say("2 pishori rice");
  EXPECT_NE(due(c), 0) << "another cart";
  EXPECT_LT(record_form(c.state), 6) << "older nodes can read it again";
}

TEST(cart_reminder, in_the_shoppers_language) {
  auto c = left_a_cart("habari");
  c.wait(4 * ms_per_hour);
  EXPECT_EQ(remind(c).body(), "Kikapu chako bado kinakusubiri:\n2 x Unga wa dola 2kg: KES 500\nJumla: KES 500\n"
                              "Andika ACHA na hatutakukumbusha tena.");
}

TEST(cart_reminder, is_for_nobody_who_does_not_want_it_or_needs_it) {
  EXPECT_EQ(due(left_a_cart("hi", 0)), 0) << "the shop sends none";
  auto c = left_a_cart();
  EXPECT_NE(due(c), 0);
  auto stopped = c;
  stopped.say("STOP");
  EXPECT_EQ(due(stopped), 0);
  stopped.say("START");
  EXPECT_NE(due(stopped), 0);
  stopped.state.may.no_marketing = true;
  EXPECT_EQ(due(stopped), 0);
  auto blocked = c;
  blocked.state.may.is_blocked = true;
  EXPECT_EQ(due(blocked), 0);
  auto with_person = c;
  with_person.say("human");
  EXPECT_EQ(due(with_person), 0);
  with_person.say("menu");
  EXPECT_NE(due(with_person), 0);
  auto ordered = c;
  ordered.tap("cart:order");
  EXPECT_EQ(due(ordered), 0);
  auto emptied = c;
  emptied.tap("cart:empty");
  EXPECT_EQ(due(emptied), 0);
}

TEST(cart_reminder, keeps_to_the_window) {
  auto c = left_a_cart("hi", 20);
  EXPECT_EQ(due(c), c.now + 20 * ms_per_hour);
  EXPECT_NE(due(c, c.now + 23 * ms_per_hour), 0);
  EXPECT_EQ(due(c, c.now + 23 * ms_per_hour + 30 * 60 * ms_per_second), 0) << "too late for an answer";
  c.wait(24 * ms_per_hour);
  EXPECT_EQ(remind(c).replies(), 0U) << "nobody was at work in time";
  EXPECT_FALSE(c.state.basket.reminded);
}

TEST(cart_reminder, comes_while_the_shop_is_open) {
  // start_time is a Thursday, 08:53 UTC.
  auto c = left_a_cart();
  c.shop.hours.spans = {{3, 8 * 60, 12 * 60}, {4, 6 * 60, 12 * 60}};
  const auto opens = due(c);
  EXPECT_FALSE(closed_until(c.shop.hours, opens));
  EXPECT_TRUE(closed_until(c.shop.hours, opens - 1));
  EXPECT_EQ(opens / ms_per_day, c.now / ms_per_day + 1) << "on Friday morning";
  EXPECT_EQ(opens % ms_per_day, 6 * ms_per_hour);
  c.shop.hours.utc_offset = -3 * 60;
  EXPECT_EQ(due(c), c.now + 4 * ms_per_hour) << "by the shop's clock it is ten in the morning";
  c.shop.hours = {{{3, 8 * 60, 12 * 60}, {5, 8 * 60, 12 * 60}}, 0};
  EXPECT_EQ(due(c), 0) << "on Saturday the window is closed";
}

TEST(cart_reminder, shows_what_can_be_had_today) {
  auto c = left_a_cart();
  c.shelf = make_catalog({make_product("unga", "Flour", 25'000, 1, "Unga wa dola 2kg")});
  c.wait(4 * ms_per_hour);
  EXPECT_EQ(remind(c).body().substr(0, 75),
            "Please note: we are running low on Unga wa dola 2kg. Left in your cart: 1.\n");
  auto gone = left_a_cart();
  gone.shelf = make_catalog({make_product("salt", "Salt", 100)});
  gone.wait(4 * ms_per_hour);
  EXPECT_EQ(remind(gone).replies(), 0U);
  EXPECT_TRUE(gone.state.basket.lines.empty());
  auto many = chat(numbered(60));
  many.shop.cart_reminder_hours = 1;
  for (int i = 1; i <= 50; ++i)
    many.tap("add:p" + std::to_string(i) + ":1");
  many.wait(ms_per_hour);
  EXPECT_EQ(remind(many).replies(), 1U) << "in one message";
}

TEST(cart_reminder, a_shop_that_is_silent_sends_none) {
  auto c = left_a_cart();
  c.wait(4 * ms_per_hour);
  step_context context;
  context.now = c.now;
  context.shelf = &c.shelf;
  context.phrases = &phrases();
  context.shop = &c.shop;
  context.silent = true;
  EXPECT_TRUE(remind_of_cart(c.state, context).replies.empty());
}

} // namespace
} // namespace wakala::commerce::test
