#include "commerce/cart.hpp"
#include "commerce/stock_book.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace wakala::commerce::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr time_ms minute = 60'000;

cart_line line(std::string id, std::int64_t quantity) { return {id, id, quantity, {100, "KES"}}; }

placed_order some_order(std::string id, std::vector<cart_line> lines, time_ms kept_until) {
  placed_order o;
  o.id = std::move(id);
  o.code = "K7Q2M";
  o.conversation = conversation_id{{1, 2, 3}};
  o.lines = std::move(lines);
  o.total = {12'345, "KES"};
  o.placed_at = 5;
  o.kept_until = kept_until;
  return o;
}

// -- records ---------------------------------------------------------------------------

TEST(order, comes_back_as_it_was) {
  const auto o = some_order("ab", {line("rice", 3), {"unga", "Unga \"wa\" dola\n", 99, {1, "UGX"}}}, 7);
  EXPECT_EQ(placed_order_from(to_text(o)).value(), o);
  const order_request r{"c_1", o.lines, o.total};
  EXPECT_EQ(order_request_from(to_text(r)).value(), r);
  const order_answer yes{order_receipt{"K7Q2M", {5, "KES"}, 6, 7}, {}};
  EXPECT_EQ(order_answer_from(to_text(yes)).value(), yes);
  const order_answer no{std::nullopt, {{"rice", 2, true}, {"gone", 0, false}}};
  EXPECT_EQ(order_answer_from(to_text(no)).value(), no);
}

TEST(order, anything_else_is_refused) {
  const auto text = to_text(some_order("ab", {line("rice", 3)}, 7));
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(placed_order_from(std::string_view(text).substr(0, size))) << size;
  EXPECT_FALSE(placed_order_from(to_text(some_order("ab", {}, 7)))) << "of nothing";
  EXPECT_FALSE(placed_order_from(to_text(some_order("ab", {line("rice", 0)}, 7))));
  EXPECT_FALSE(placed_order_from(to_text(some_order("ab", {line("rice", quantity_max + 1)}, 7))));
  EXPECT_FALSE(order_request_from(R"({"lines":[{"product_id":"rice"}],"total":null})"));
  EXPECT_FALSE(order_answer_from("{}"));
  EXPECT_FALSE(order_answer_from("[]"));
}

TEST(order, codes_are_short_and_hard_to_mistake) {
  std::mt19937_64 random{5};
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const auto code = make_order_code(random());
    EXPECT_EQ(code.size(), order_code_length);
    EXPECT_EQ(code.find_first_of("01OILUoil"), std::string::npos) << code;
    seen.insert(code);
  }
  EXPECT_GT(seen.size(), 990U);
}

// -- who keeps what ----------------------------------------------------------------------

TEST(stock_book, keeps_pieces_until_the_order_lapses) {
  const auto shelf = make_catalog({make_product("rice", "C", 100, 10), make_product("air", "C", 100)});
  stock_book book;
  EXPECT_THAT(book.short_of({line("rice", 10), line("air", 99)}, shelf, 0), IsEmpty());
  book.put(some_order("a", {line("rice", 7)}, 100));
  EXPECT_THAT(book.short_of({line("rice", 3)}, shelf, 99), IsEmpty());
  EXPECT_THAT(book.short_of({line("rice", 4)}, shelf, 99), ElementsAre(shortage{"rice", 3, true}));
  EXPECT_THAT(book.short_of({line("rice", 2), line("rice", 2)}, shelf, 99), ElementsAre(shortage{"rice", 3, true}))
      << "two lines of one product count together";
  EXPECT_THAT(book.short_of({line("gone", 1)}, shelf, 99), ElementsAre(shortage{"gone", 0, false}));
  ASSERT_NE(book.find("a", 99), nullptr);
  EXPECT_EQ(book.find("a", 100), nullptr);
  EXPECT_THAT(book.short_of({line("rice", 10)}, shelf, 100), IsEmpty()) << "nobody had to look at the clock before";
  EXPECT_EQ(book.lapsed(99, 5).size(), 0U);
  EXPECT_THAT(book.lapsed(100, 5), ElementsAre(some_order("a", {line("rice", 7)}, 100)));
  book.erase("a");
  EXPECT_EQ(book.size(), 0U);
  EXPECT_EQ(book.kept("rice", 0), 0);
}

TEST(stock_book, a_shelf_that_shrinks_leaves_nothing_to_keep) {
  stock_book book;
  book.put(some_order("a", {line("rice", 7)}, 100));
  const auto less = make_catalog({make_product("rice", "C", 100, 5)});
  EXPECT_THAT(book.short_of({line("rice", 1)}, less, 0), ElementsAre(shortage{"rice", 0, true}));
}

TEST(stock_book, counts_as_a_plain_list_does) {
  std::mt19937_64 random{11};
  const auto below = [&](std::uint64_t n) { return static_cast<std::int64_t>(random() % n); };
  const auto shelf = make_catalog({make_product("p0", "C", 1, 40), make_product("p1", "C", 1, 25)});
  stock_book book;
  std::map<std::string, placed_order> plain;
  time_ms now = 0;
  for (int i = 0; i < 5'000; ++i) {
    now += below(3);
    const auto id = std::to_string(below(30));
    switch (below(4)) {
    case 0: {
      auto o = some_order(id, {line("p" + std::to_string(below(2)), 1 + below(9))}, now + below(60));
      plain[id] = o;
      book.put(std::move(o));
      break;
    }
    case 1:
      plain.erase(id);
      book.erase(id);
      break;
    case 2:
      for (const auto& lapsed : book.lapsed(now, 3)) {
        book.erase(lapsed.id);
        EXPECT_LE(lapsed.kept_until, now);
        EXPECT_EQ(plain.erase(lapsed.id), 1U);
      }
      break;
    default:
      break;
    }
    ASSERT_EQ(book.size(), plain.size());
    for (const std::string product : {"p0", "p1"}) {
      std::int64_t kept = 0;
      for (const auto& [key, o] : plain)
        if (o.kept_until > now && o.lines[0].product_id == product)
          kept += o.lines[0].quantity;
      ASSERT_EQ(book.kept(product, now), kept) << i;
      const auto left = std::max<std::int64_t>(*shelf.find(product)->stock - kept, 0);
      ASSERT_EQ(book.short_of({line(product, left + 1)}, shelf, now).size(), 1U);
      ASSERT_TRUE(left == 0 || book.short_of({line(product, left)}, shelf, now).empty());
    }
  }
}

// -- the dialogue -------------------------------------------------------------------------

TEST(check_out, asks_first_and_then_tells) {
  chat c;
  std::vector<order_request> asked;
  c.home = [&](const order_request& r) {
    asked.push_back(r);
    return order_answer{order_receipt{"K7Q2M", r.total, c.now, c.now + 30 * minute}, {}};
  };
  c.say("hi").tap("add:unga:2").tap("cart:view").tap_title("Place order");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_THAT(asked[0].lines, ElementsAre(cart_line{"unga", "Unga wa dola 2kg", 2, {25'000, "KES"}}));
  EXPECT_EQ(asked[0].total, (money{50'000, "KES"}));
  EXPECT_EQ(c.body(), "Thank you. Your order is K7Q2M, total KES 500. We keep your items for 30 minutes; one of us "
                      "will write to you here about payment.");
  EXPECT_THAT(c.titles(), ElementsAre("My order", "Shop", "Talk to us"));
  EXPECT_EQ(c.state.basket, cart{});
  EXPECT_EQ(c.state.current.last_intent, "checkout");
  c.wait(10 * minute).tap_title("My order");
  EXPECT_EQ(c.body(), "Your order K7Q2M, total KES 500: we keep your items for 20 more minutes.");
  c.tap("cart:order"); // tapped twice: the second finds an empty cart
  EXPECT_EQ(asked.size(), 1U);
  EXPECT_THAT(c.body(), HasSubstr("K7Q2M"));
  c.wait(30 * minute).say("oda yangu");
  EXPECT_THAT(c.body(), HasSubstr("was not paid in time"));
}

TEST(check_out, a_step_that_asks_has_no_other_effect) {
  chat c;
  c.say("hi").tap("add:unga:2");
  step_context context;
  context.now = c.now;
  context.store_name = "Duka";
  context.currency = "KES";
  context.shelf = &c.shelf;
  context.phrases = &phrases();
  const auto asked = step(c.state, text_event("checkout", c.now), context);
  ASSERT_TRUE(asked.wants_order);
  EXPECT_THAT(asked.replies, IsEmpty());
  EXPECT_FALSE(asked.answered);
}

TEST(check_out, what_is_short_is_explained_and_left_out) {
  chat c;
  c.home = [](const order_request&) {
    return order_answer{std::nullopt, {{"unga", 1, true}, {"rice", 0, false}, {"other", 0, true}}};
  };
  c.say("hi").tap("add:unga:2").tap("add:rice:1").say("weka oda");
  EXPECT_EQ(c.body(), "Please note: we are running low on Unga wa dola 2kg. Left in your cart: 1.\n"
                      "Please note: Pishori rice is no longer for sale and was taken out of your cart.\n"
                      "Your cart:\n1 x Unga wa dola 2kg: KES 250\nTotal: KES 250");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 1);
  EXPECT_FALSE(c.state.ordered);
  c.home = [](const order_request&) { return order_answer{std::nullopt, {{"unga", 0, true}}}; };
  c.say("checkout");
  EXPECT_EQ(c.body(), "Sorry, Unga wa dola 2kg is sold out.\nYour cart is empty.");
  EXPECT_THAT(c.state.basket.lines, IsEmpty());
}

TEST(check_out, shows_what_the_shop_has_changed_before_it_orders) {
  chat c;
  bool asked = false;
  c.home = [&](const order_request& r) {
    asked = true;
    return order_answer{order_receipt{"K7Q2M", r.total, c.now, c.now + minute}, {}};
  };
  c.say("hi").tap("add:unga:5");
  c.shelf = make_catalog({make_product("unga", "Flour", 25'000, 3, "Unga wa dola 2kg")});
  c.say("place order");
  EXPECT_FALSE(asked);
  EXPECT_THAT(c.body(), HasSubstr("running low"));
  EXPECT_THAT(c.titles(), ElementsAre("Place order", "Change", "Keep shopping"));
  c.say("agiza");
  EXPECT_TRUE(asked);
}

TEST(check_out, of_an_empty_cart_orders_nothing) {
  chat c;
  c.home = [](const order_request&) -> order_answer { throw std::runtime_error("nobody should ask"); };
  c.say("hi").say("checkout");
  EXPECT_EQ(c.body(), "Your cart is empty.");
  c.tap("add:unga:1").wait(2 * ms_per_day).tap("cart:order");
  EXPECT_EQ(c.body(), "Your cart is empty.");
}

TEST(check_out, a_state_with_an_order_comes_back_and_one_without_is_written_as_before) {
  chat c;
  c.say("hi").tap("add:unga:1");
  EXPECT_EQ(packed(c.state).front(), 1);
  c.say("checkout");
  ASSERT_TRUE(c.state.ordered);
  EXPECT_EQ(packed(c.state).front(), 2);
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
}

} // namespace

} // namespace wakala::commerce::test
