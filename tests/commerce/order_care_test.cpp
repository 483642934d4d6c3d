// What shoppers do with orders that they have placed: cancelling, and ordering the same again.
#include "commerce/cart.hpp"
#include "commerce/keywords.hpp"
#include "commerce/session.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr time_ms minute = 60 * ms_per_second;

/// Has ordered two of flour and one of rice.
chat with_order(const char* hello = "hi") {
  chat c;
  c.say(hello).say("2 unga wa dola 2kg").say("1 pishori rice").tap("cart:order");
  EXPECT_TRUE(c.state.ordered);
  return c;
}

whatsapp::event news_event(const order_news& news, time_ms at) {
  whatsapp::event e;
  e.kind = whatsapp::event_kind::order;
  e.value = to_text(news);
  e.at = at;
  return e;
}

TEST(order_care, words_of_both_languages_with_and_without_a_code) {
  const auto what = [](std::string_view text) {
    const auto care = find_order_care(text);
    return !care ? std::string("none")
                 : std::string(care->what == heard_order_care::kind::cancel ? "cancel" : "again") +
                       (care->tongue == language::english ? " en" : " sw") +
                       (care->code.empty() ? "" : " " + care->code);
  };
  EXPECT_EQ(what("cancel"), "cancel en");
  EXPECT_EQ(what("cancel my order"), "cancel en");
  EXPECT_EQ(what("ghairi oda"), "cancel sw");
  EXPECT_EQ(what("futa oda"), "cancel sw");
  EXPECT_EQ(what("cancel k7q2m"), "cancel en K7Q2M");
  EXPECT_EQ(what("cancel order k7q2m"), "cancel en K7Q2M");
  EXPECT_EQ(what("futa k7q2m"), "cancel sw K7Q2M");
  EXPECT_EQ(what("futa"), "none") << "out of the cart, perhaps";
  EXPECT_EQ(what("again"), "again en");
  EXPECT_EQ(what("same again"), "again en");
  EXPECT_EQ(what("tena"), "again sw");
  EXPECT_EQ(what("agiza tena k7q2m"), "again sw K7Q2M");
  EXPECT_EQ(what("k7q2m"), "none");
  EXPECT_EQ(what("cancel the meeting"), "none");
  EXPECT_EQ(what("cancel kilo1"), "none") << "no code has an I, an L or a 1";
  EXPECT_EQ(what(""), "none");
}

TEST(order_care, an_order_is_cancelled_after_one_question) {
  auto c = with_order();
  c.say("my order");
  EXPECT_THAT(c.titles(), ElementsAre("Cancel order", "Shop", "Talk to us"));
  c.tap_title("Cancel order");
  EXPECT_EQ(c.body(), "Shall we cancel your order K7Q2M, total KES 720?");
  EXPECT_THAT(c.titles(), ElementsAre("Yes, cancel it", "Keep it", "Talk to us"));
  EXPECT_EQ(c.books[0].state, order_state::awaiting_payment) << "nothing has happened yet";
  c.tap_title("Yes, cancel it");
  EXPECT_EQ(c.body(), "Your order K7Q2M, total KES 720, is cancelled, and its items are for sale again.");
  EXPECT_EQ(c.books[0].state, order_state::cancelled);
  EXPECT_EQ(c.state.ordered->state, order_state::cancelled);
  EXPECT_EQ(c.state.current.last_intent, "cancel");
  c.tap("ord:drop:K7Q2M"); // tapped twice
  EXPECT_THAT(c.body(), HasSubstr("is cancelled"));
  c.say("my order");
  EXPECT_THAT(c.titles(), ElementsAre("Order again", "Shop", "Talk to us"));
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
}

TEST(order_care, it_can_be_answered_in_words) {
  auto c = with_order();
  c.say("cancel order").say("no");
  EXPECT_THAT(c.body(), HasSubstr("we keep your items for"));
  c.say("yes");
  EXPECT_EQ(c.books[0].state, order_state::awaiting_payment) << "to nothing that was asked";
  c.say("cancel").say("lugha");
  EXPECT_EQ(c.body(), "Tughairi oda yako K7Q2M, jumla KES 720?") << "the question, in the other language";
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state) << "while it is open";
  c.say("ndiyo");
  EXPECT_EQ(c.body(), "Oda yako K7Q2M, jumla KES 720, imeghairiwa, na bidhaa zake zinauzwa tena.");
  EXPECT_EQ(c.books[0].state, order_state::cancelled);

  auto sw = with_order("habari");
  sw.say("ghairi oda");
  EXPECT_THAT(sw.titles(), ElementsAre("Ndiyo, ghairi", "Iache", "Ongea nasi"));
  sw.say("menu").say("ndiyo");
  EXPECT_EQ(sw.books[0].state, order_state::awaiting_payment) << "the question is closed";
}

TEST(order_care, what_cannot_be_cancelled_is_explained_and_a_person_offered) {
  auto c = with_order();
  c.books[0].paid = 100; // a part of it
  c.tap("ord:drop:K7Q2M");
  EXPECT_EQ(c.body(),
            "Something was paid for your order K7Q2M, so it cannot be cancelled here. One of us can help you.");
  EXPECT_EQ(c.titles().front(), "Talk to us");
  c.books[0].state = order_state::packed; // the merchant was quicker than the news of it
  c.say("cancel").say("yes");
  EXPECT_EQ(c.body(), "Your order K7Q2M cannot be cancelled here any more: packed. One of us can help you.");
  EXPECT_EQ(c.state.ordered->state, order_state::packed);
  c.say("cancel order");
  EXPECT_THAT(c.body(), HasSubstr("any more: packed")) << "without asking anybody";

  auto late = with_order("habari");
  late.wait(31 * minute).say("ghairi");
  EXPECT_THAT(late.body(), HasSubstr("haikulipwa kwa wakati"));
  EXPECT_EQ(late.books[0].state, order_state::awaiting_payment);
  late.say("ghairi x").say("cancel B2B2B");
  EXPECT_EQ(late.body(), "Hatuioni oda yako B2B2B.");
}

TEST(order_care, the_news_of_it_are_none_any_more) {
  auto c = with_order();
  c.say("cancel order").say("yes");
  c.receive(news_event(news_of(c.books[0]), c.now));
  EXPECT_EQ(c.replies(), 0U);
  auto unheard = with_order();
  unheard.books[0].state = order_state::cancelled; // its answer was lost, and the news come first
  unheard.receive(news_event(news_of(unheard.books[0]), unheard.now));
  EXPECT_EQ(unheard.replies(), 1U);
}

TEST(order_care, an_earlier_order_is_named_by_its_code) {
  auto c = with_order();
  c.say("1 pishori rice").tap("cart:order");
  ASSERT_EQ(c.books.size(), 2U);
  c.say("Cancel order k7q2m").say("yes");
  EXPECT_EQ(c.books[0].state, order_state::cancelled);
  EXPECT_EQ(c.books[1].state, order_state::awaiting_payment);
  EXPECT_EQ(c.state.earlier[0].state, order_state::cancelled);
  c.say("cancel zzzzz");
  EXPECT_EQ(c.body(), "We cannot find an order ZZZZZ of yours.");
}

TEST(order_care, without_an_order_there_is_nothing_to_cancel) {
  chat c;
  c.say("hi").say("cancel order");
  EXPECT_EQ(c.body(), "You have no order yet, and your cart is empty.");
  c.say("again");
  EXPECT_EQ(c.body(), "You have no order yet, and your cart is empty.");
  EXPECT_EQ(c.tap("ord:drop:K7Q2M").body(), "You have no order yet, and your cart is empty.");
}

TEST(order_care, while_checking_out_cancel_means_the_questions) {
  chat c;
  c.shop.pick_up = "Moi Avenue";
  c.say("hi").say("2 unga wa dola 2kg").say("checkout").say("Amina").say("cancel");
  EXPECT_THAT(c.body(), HasSubstr("Your cart:"));
  c.say("checkout");
  c.state.talk.position = dialogue_position::checking_out;
  c.state.talk.page = 2; // what name?
  c.say("cancel order");
  EXPECT_NE(c.state.getting.name, "cancel order");
}

TEST(order_care, the_same_again_goes_into_the_cart) {
  auto c = with_order();
  c.wait(31 * minute).say("same again");
  EXPECT_EQ(c.body(), "Your cart:\n2 x Unga wa dola 2kg: KES 500\n1 x Pishori rice: KES 220\nTotal: KES 720");
  EXPECT_EQ(c.state.current.last_intent, "again");
  EXPECT_FALSE(c.state.basket.id.empty());
  EXPECT_EQ(c.state.basket.expires_at, c.now + cart_lifetime);
  c.say("tena");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 2) << "again and again is not more and more";
  c.tap("add:unga:3").say("again");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 5) << "what is there already is not taken away";
  c.tap("cart:order");
  EXPECT_EQ(c.books.size(), 2U);
}

TEST(order_care, what_has_changed_since_is_explained) {
  auto c = with_order();
  auto& lines = c.books[0].lines;
  lines.push_back({"gone", "Old soap", 1, {5'000, "KES"}});
  lines.push_back({"kahawa", "Kahawa", 1, {39'050, "KES"}});
  c.shelf = make_catalog({make_product("unga", "Flour", 26'000, 1, "Unga wa dola 2kg"),
                          make_product("rice", "Flour", 22'000, std::nullopt, "Pishori rice"),
                          make_product("kahawa", "Tea", 39'050, 0, "Kahawa")});
  c.wait(31 * minute).say("my order").tap_title("Order again");
  EXPECT_EQ(c.body(), "You asked for 2 of Unga wa dola 2kg; we can give you 1.\n"
                      "Unga wa dola 2kg is KES 260 now; last time it was KES 250.\n"
                      "Sorry, Kahawa is sold out.\n"
                      "No longer for sale, and left out: Old soap.\n"
                      "Your cart:\n1 x Unga wa dola 2kg: KES 260\n1 x Pishori rice: KES 220\nTotal: KES 480");
  auto sw = with_order("habari");
  sw.shelf = make_catalog({make_product("unga", "Flour", 24'000, 9, "Unga wa dola 2kg")});
  sw.say("agiza tena");
  EXPECT_THAT(sw.body(), HasSubstr("Unga wa dola 2kg sasa ni KES 240; mara iliyopita ilikuwa KES 250."));
  EXPECT_THAT(sw.body(), HasSubstr("Haziuzwi tena, na zimeachwa: Pishori rice."));
}

TEST(order_care, nothing_of_it_is_left) {
  auto c = with_order();
  for (int i = 0; i < 8; ++i)
    c.books[0].lines.push_back({"g" + std::to_string(i), "Gone " + std::to_string(i), 1, {1, "KES"}});
  c.shelf = make_catalog({make_product("salt", "Salt", 100)});
  c.say("again");
  EXPECT_EQ(c.body(), "No longer for sale, and left out: Unga wa dola 2kg, Pishori rice, Gone 0, Gone 1, Gone 2, …"
                      ".\nYour cart is empty.");
  c.books.clear();
  c.say("again");
  EXPECT_EQ(c.body(), "We cannot find an order K7Q2M of yours.") << "the home knows none";
}

TEST(order_care, questions_about_orders_are_read_back) {
  order_request asked;
  asked.about = order_question{order_question::kind::cancel, "K7Q2M", 17};
  EXPECT_EQ(order_request_from(to_text(asked)).value(), asked);
  asked.about->what = order_question::kind::look;
  EXPECT_EQ(order_request_from(to_text(asked)).value(), asked);
  EXPECT_FALSE(order_request_from(
      R"({"cart_id":"","lines":[],"total":{"minor":0,"currency":""},"about":{"what":"eat","code":"A","placed_at":1}})"));
  auto c = with_order();
  order_answer told;
  told.about = c.books[0];
  EXPECT_EQ(order_answer_from(to_text(told)).value(), told);
  EXPECT_FALSE(order_answer_from(R"({"placed":null,"short_of":[],"about":"{}"})"));
}

} // namespace
} // namespace wakala::commerce::test
