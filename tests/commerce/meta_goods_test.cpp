// Products as WhatsApp shows them itself, where Meta's catalog has them.
#include "commerce/cart.hpp"
#include "commerce/own_lists.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;

/// All of the shelf is at Meta.
chat with_meta(catalog shelf = small_shop()) {
  chat c(std::move(shelf));
  c.at_meta = meta_goods{"1948", {}};
  for (const auto& p : c.shelf.products())
    c.at_meta->products.insert(p.id);
  return c;
}

template <class T>
const T* shown(const chat& c) {
  return c.last.replies.empty() ? nullptr : std::get_if<T>(&c.last.replies.back().content);
}

std::vector<std::string> ids_of(const whatsapp::product_list_message& message) {
  std::vector<std::string> ids;
  for (const auto& section : message.sections)
    for (const auto& item : section.product_items)
      ids.push_back(item.product_retailer_id);
  return ids;
}

TEST(meta_goods, a_category_is_a_product_list) {
  auto c = with_meta();
  c.say("hi").tap("menu:shop");
  EXPECT_TRUE(c.is_list()) << "categories are ours";
  c.tap("cat:Flour");
  const auto* list = shown<whatsapp::product_list_message>(c);
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->header, "Flour");
  EXPECT_EQ(list->body, "Flour: pick an item");
  EXPECT_EQ(list->footer, "BACK to return, MENU to start again, CART to order");
  EXPECT_EQ(list->catalog_id, "1948");
  ASSERT_EQ(list->sections.size(), 1U);
  EXPECT_EQ(list->sections[0].title, "Flour");
  EXPECT_THAT(ids_of(*list), ElementsAre("duka_unga", "duka_rice"));
  EXPECT_TRUE(c.say("back").is_list());
  EXPECT_EQ(c.body(), "Choose a category");
}

TEST(meta_goods, what_meta_does_not_have_is_shown_in_our_own_lists) {
  auto c = with_meta();
  c.at_meta->products.erase("rice");
  c.say("hi").tap("cat:Flour");
  EXPECT_TRUE(c.is_list()) << "rice would be missing";
  EXPECT_NE(shown<whatsapp::product_list_message>(c.tap("cat:Tea")), nullptr);
  c.at_meta.reset();
  EXPECT_TRUE(c.tap("cat:Tea").is_list());
}

TEST(meta_goods, pages_hold_thirty) {
  auto c = with_meta(numbered(65));
  c.say("habari").tap("cat:Shelf");
  const auto* first = shown<whatsapp::product_list_message>(c);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(ids_of(*first).size(), 30U);
  EXPECT_EQ(first->footer, "ZAIDI kuona zaidi, RUDI kurudi, KIKAPU kuagiza");
  c.say("zaidi").say("zaidi");
  const auto* last = shown<whatsapp::product_list_message>(c);
  ASSERT_NE(last, nullptr);
  EXPECT_THAT(ids_of(*last), ElementsAre("duka_p61", "duka_p62", "duka_p63", "duka_p64", "duka_p65"));
  EXPECT_EQ(last->footer, "RUDI kurudi, ORODHA kuanza upya, KIKAPU kuagiza");
  c.say("rudi");
  EXPECT_EQ(ids_of(*shown<whatsapp::product_list_message>(c)).front(), "duka_p31");
}

TEST(meta_goods, a_few_that_were_found_stand_side_by_side) {
  auto c = with_meta(
      make_catalog({make_product("a", "Soap", 100, {}, "Blue soap"), make_product("b", "Soap", 100, {}, "Red soap"),
                    make_product("c", "Tea", 100, {}, "Green tea")}));
  c.say("hi").say("do you have soap please");
  const auto* carousel = shown<whatsapp::product_carousel_message>(c);
  if (carousel == nullptr) { // the category's name is the word
    c.say("red blue soap");
    carousel = shown<whatsapp::product_carousel_message>(c);
  }
  ASSERT_NE(carousel, nullptr) << c.body();
  ASSERT_EQ(carousel->cards.size(), 2U);
  EXPECT_EQ(carousel->cards[0].catalog_id, "1948");
  EXPECT_TRUE(carousel->cards[0].product_retailer_id.starts_with("duka_"));
  c.say("green tea");
  EXPECT_NE(shown<whatsapp::product_message>(c), nullptr);
}

TEST(meta_goods, many_that_were_found_have_their_categories_as_sections) {
  std::vector<product> products;
  for (int i = 0; i < 12; ++i)
    products.push_back(make_product("p" + std::to_string(i), "C" + std::to_string(i % 3), 100, {},
                                    "Soap number " + std::to_string(i)));
  auto c = with_meta(make_catalog(products));
  c.say("hi").say("soap");
  const auto* list = shown<whatsapp::product_list_message>(c);
  ASSERT_NE(list, nullptr);
  EXPECT_EQ(list->header, "soap");
  EXPECT_EQ(list->sections.size(), 3U);
  EXPECT_EQ(ids_of(*list).size(), 12U);
  for (int i = 0; i < 12; ++i)
    products[static_cast<std::size_t>(i)].category = "C" + std::to_string(i);
  auto scattered = with_meta(make_catalog(products));
  scattered.say("hi").say("soap");
  EXPECT_EQ(shown<whatsapp::product_list_message>(scattered)->sections.size(), 1U) << "there may be ten";
}

TEST(meta_goods, one_product_can_still_be_asked_for_by_a_number) {
  auto c = with_meta();
  c.say("hi").say("unga wa dola 2kg");
  const auto* one = shown<whatsapp::product_message>(c);
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->product_retailer_id, "duka_unga");
  EXPECT_EQ(one->body.substr(0, one->body.find('\n')), "Unga wa dola 2kg");
  c.say("3");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 3);
  c.say("kahawa");
  EXPECT_EQ(shown<whatsapp::product_message>(c), nullptr) << "sold out: there is nothing to put into a cart";
  EXPECT_THAT(c.titles(), ElementsAre("View cart", "Back"));
}

TEST(meta_goods, when_meta_does_not_show_them_we_do) {
  auto c = with_meta();
  c.say("hi").tap("cat:Flour");
  step_context context;
  context.now = c.now;
  context.currency = "KES";
  context.shelf = &c.shelf;
  context.phrases = &phrases();
  c.last = show_in_own_lists(c.state, context);
  EXPECT_TRUE(c.is_list());
  EXPECT_THAT(c.titles(), ElementsAre("Unga wa dola 2kg", "Pishori rice", "Back"));
  EXPECT_EQ(c.last.state.talk, c.state.talk);
  c.say("cart");
  EXPECT_TRUE(show_in_own_lists(c.state, context).replies.empty()) << "the shopper has gone on";
}

} // namespace
} // namespace wakala::commerce::test
