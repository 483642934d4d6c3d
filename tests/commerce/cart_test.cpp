#include "commerce/cart.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

TEST(cart, never_holds_more_than_stock) {
  chat c;
  c.say("hi").tap("add:unga:9");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 9);
  c.tap("add:unga:2");
  EXPECT_EQ(c.body(),
            "Sorry, we have only 10 of Unga wa dola 2kg, and 9 of them already in your cart. Please choose a "
            "smaller quantity.");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 9);
  c.tap("add:unga:1");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 10);
  c.tap("prod:unga");
  EXPECT_THAT(c.body(), HasSubstr("You already have all"));
  EXPECT_THAT(c.titles(), ElementsAre("View cart", "Back"));
  c.tap("cart:qty:unga:11");
  EXPECT_THAT(c.body(), StartsWith("Sorry, we have only 10 of Unga"));
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 10);
}

TEST(cart, offers_only_what_is_there) {
  chat c;
  c.say("hi").tap("prod:chai");
  EXPECT_THAT(c.titles(), ElementsAre("Add 1", "Back"));
  c.say("2");
  EXPECT_EQ(c.body(), "Sorry, we have only 1 of Majani ya chai. Please choose a smaller quantity.");
  EXPECT_THAT(c.state.basket.lines, IsEmpty());
  EXPECT_EQ(c.state.basket.id, "");
  c.tap("prod:kahawa");
  EXPECT_THAT(c.body(), HasSubstr("sold out"));
  EXPECT_THAT(c.titles(), ElementsAre("View cart", "Back"));
  c.tap("add:kahawa:1");
  EXPECT_EQ(c.body(), "Sorry, Kahawa is sold out.");
}

TEST(cart, quantities_go_from_1_to_99) {
  chat c;
  c.say("hi").tap("add:rice:99");
  EXPECT_EQ(c.body(), "Added: Pishori rice x99. Cart: KES 21780.");
  c.tap("add:rice:1");
  EXPECT_EQ(c.body(), "Sorry, a cart can hold at most 99 of one item.");
  EXPECT_EQ(quantity_of(c.state.basket, "rice"), 99);
  c.tap("add:rice:999999999");
  EXPECT_EQ(c.body(), "Sorry, a cart can hold at most 99 of one item.");
  c.tap("cart:qty:rice:0");
  EXPECT_THAT(c.state.basket.lines, IsEmpty());
}

TEST(cart, holds_at_most_fifty_products) {
  chat c(numbered(51));
  c.say("hi");
  for (int i = 1; i <= 51; ++i)
    c.tap("add:p" + std::to_string(i) + ":1");
  EXPECT_EQ(c.body(), "Sorry, a cart can hold at most 50 different items.");
  EXPECT_EQ(c.state.basket.lines.size(), 50U);
  EXPECT_EQ(c.total_text(), "KES 5000");
}

TEST(cart, totals_are_exact_and_bounded) {
  const std::int64_t most = std::int64_t{1} << 53;
  chat c(make_catalog({make_product("a", "C", most), make_product("b", "C", 1), make_product("c", "C", 33)}));
  c.say("hi").tap("add:c:3").tap("add:b:1");
  EXPECT_EQ(c.total_text(), "KES 1");
  c.tap("add:a:1");
  EXPECT_EQ(c.body(), "Sorry, that is more than one cart can hold.");
  EXPECT_EQ(c.total_text(), "KES 1");
  c.tap("cart:empty").tap("add:a:1");
  EXPECT_EQ(c.total_text(), "KES 90071992547409.92");
  c.tap("add:a:1");
  EXPECT_EQ(c.body(), "Sorry, that is more than one cart can hold.");
}

TEST(cart, an_empty_cart_costs_nothing) {
  EXPECT_EQ(total(cart{}, "KES").value(), (money{0, "KES"}));
  cart mixed;
  mixed.lines.push_back({"a", "a", 1, {5, "USD"}});
  EXPECT_EQ(total(mixed, "KES").error().code, errc::invalid_argument);
}

TEST(cart, expires_a_day_after_the_last_activity) {
  chat c;
  c.say("hi").tap("add:unga:1");
  const auto first = c.state.basket.id;
  EXPECT_THAT(first, MatchesRegex("c_[0-9a-f]{24}"));
  EXPECT_EQ(c.state.basket.expires_at, c.now + ms_per_day);
  c.wait(ms_per_day - 2 * ms_per_second).say("help");
  EXPECT_EQ(c.state.basket.id, first);
  EXPECT_EQ(c.state.basket.expires_at, c.now + ms_per_day);
  c.wait(ms_per_day - ms_per_second).say("cart"); // exactly a day after
  EXPECT_EQ(c.body(), "Your cart is empty.");
  EXPECT_EQ(c.state.basket, cart{});
  c.tap("add:unga:1");
  EXPECT_THAT(c.state.basket.id, MatchesRegex("c_[0-9a-f]{24}"));
  EXPECT_NE(c.state.basket.id, first);
}

TEST(cart, keeps_its_id_while_it_lives) {
  chat c;
  c.say("hi").tap("add:unga:1");
  const auto id = c.state.basket.id;
  c.tap("cart:empty").tap("add:rice:1");
  EXPECT_EQ(c.state.basket.id, id);
}

TEST(cart, follows_the_shelf_when_it_is_changed_or_shown) {
  chat c;
  c.say("hi").tap("add:unga:5").tap("add:rice:2");
  c.shelf = make_catalog({make_product("unga", "Flour", 25'000, 3, "Unga wa dola 2kg")});
  c.say("cart");
  EXPECT_EQ(c.body(), "Please note: we are running low on Unga wa dola 2kg. Left in your cart: 3.\n"
                      "Please note: Pishori rice is no longer for sale and was taken out of your cart.\n"
                      "Your cart:\n3 x Unga wa dola 2kg: KES 750\nTotal: KES 750");
  c.say("cart");
  EXPECT_THAT(c.body(), StartsWith("Your cart:"));
  c.shelf = make_catalog({make_product("unga", "Flour", 25'000, 0, "Unga wa dola 2kg")});
  c.tap("cart:qty:unga:1");
  EXPECT_THAT(c.body(), HasSubstr("Sorry, Unga wa dola 2kg is sold out."));
  EXPECT_THAT(c.state.basket.lines, IsEmpty());
}

TEST(cart, a_line_takes_a_new_price_only_when_it_is_touched) {
  chat c;
  c.say("hi").tap("add:unga:1").tap("add:rice:1");
  c.shelf = make_catalog({make_product("unga", "Flour", 30'000, 10), make_product("rice", "Flour", 90'000)});
  c.say("cart");
  EXPECT_EQ(c.total_text(), "KES 470");
  c.tap("add:unga:1");
  EXPECT_EQ(c.total_text(), "KES 820"); // 2 x 300 and 220
}

TEST(cart, my_order_shows_the_cart_until_there_are_orders) {
  chat c;
  c.say("hi").tap("add:unga:2").tap("menu:order");
  EXPECT_EQ(c.body(),
            "You have not placed an order yet. In your cart:\n2 x Unga wa dola 2kg: KES 500\nTotal: KES 500");
  EXPECT_EQ(c.state.current.last_intent, "order");
}

TEST(cart, survives_a_change_of_currency) {
  chat c;
  c.say("hi").tap("add:unga:2");
  c.state.basket.lines.front().price = {100, "USD"};
  c.say("cart");
  EXPECT_EQ(c.total_text(), "KES 500");
}

} // namespace

} // namespace wakala::commerce::test
