#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(storefront, plays_the_demo_purchase_in_english) {
  chat c;
  c.say("hi");
  EXPECT_EQ(c.body(), "Hi Amina, welcome to Duka la Amani. What would you like to do?");
  EXPECT_THAT(c.titles(), ElementsAre("Shop", "My order", "Talk to us"));
  EXPECT_EQ(c.state.current.last_intent, "greet");
  c.tap_title("Shop");
  EXPECT_EQ(c.body(), "Choose a category");
  EXPECT_TRUE(c.is_list());
  EXPECT_THAT(c.titles(), ElementsAre("Flour", "Tea", "Main menu"));
  c.tap_title("Flour");
  EXPECT_EQ(c.body(), "Flour: pick an item");
  EXPECT_TRUE(c.is_list());
  EXPECT_THAT(c.titles(), ElementsAre("Unga wa dola 2kg", "Pishori rice", "Back"));
  EXPECT_EQ(c.description_of("Unga wa dola 2kg"), "KES 250 \xC2\xB7 10 in stock");
  EXPECT_EQ(c.description_of("Pishori rice"), "KES 220 \xC2\xB7 in stock");
  c.tap_title("Unga wa dola 2kg");
  EXPECT_THAT(c.body(), StartsWith("Unga wa dola 2kg\nKES 250 \xC2\xB7 10 in stock"));
  EXPECT_THAT(c.titles(), ElementsAre("Add 1", "Add 2", "Back"));
  c.tap_title("Add 2");
  EXPECT_EQ(c.body(), "Added: Unga wa dola 2kg x2. Cart: KES 500.");
  EXPECT_THAT(c.titles(), ElementsAre("Keep shopping", "View cart", "Menu"));
  EXPECT_EQ(c.state.current.last_intent, "add");
  c.say("CART");
  EXPECT_EQ(c.body(), "Your cart:\n2 x Unga wa dola 2kg: KES 500\nTotal: KES 500");
  EXPECT_THAT(c.titles(), ElementsAre("Place order", "Change", "Keep shopping"));
  c.say("LANGUAGE");
  EXPECT_EQ(c.body(), "Kikapu chako:\n2 x Unga wa dola 2kg: KES 500\nJumla: KES 500");
  c.say("lugha");
  EXPECT_THAT(c.body(), StartsWith("Your cart:"));
}

TEST(storefront, plays_the_demo_purchase_in_kiswahili) {
  chat c;
  c.say("Habari");
  EXPECT_EQ(c.body(), "Habari Amina, karibu Duka la Amani. Ungependa kufanya nini?");
  EXPECT_THAT(c.titles(), ElementsAre("Nunua", "Oda yangu", "Ongea nasi"));
  c.tap_title("Nunua");
  EXPECT_EQ(c.body(), "Chagua aina ya bidhaa");
  c.tap_title("Flour");
  EXPECT_EQ(c.body(), "Flour: chagua bidhaa");
  c.tap_title("Unga wa dola 2kg");
  EXPECT_THAT(c.titles(), ElementsAre("Ongeza 1", "Ongeza 2", "Rudi"));
  c.say("ongeza 2");
  EXPECT_EQ(c.body(), "Imeongezwa: Unga wa dola 2kg x2. Kikapu: KES 500.");
  EXPECT_THAT(c.titles(), ElementsAre("Endelea kununua", "Ona kikapu", "Orodha"));
  c.say("kikapu");
  EXPECT_EQ(c.body(), "Kikapu chako:\n2 x Unga wa dola 2kg: KES 500\nJumla: KES 500");
  c.say("xyz");
  EXPECT_THAT(c.body(), StartsWith("Samahani, sijaelewa.\n\n"));
}

TEST(storefront, greets_by_name_only_when_it_is_known) {
  chat c;
  c.name = "";
  c.say("hello");
  EXPECT_EQ(c.body(), "Hi, welcome to Duka la Amani. What would you like to do?");
  c.name = "  \n ";
  c.say("hello");
  EXPECT_EQ(c.body(), "Hi, welcome to Duka la Amani. What would you like to do?");
  c.name = "{store} \n Mwangi";
  c.say("hello");
  EXPECT_EQ(c.body(), "Hi {store} Mwangi, welcome to Duka la Amani. What would you like to do?");
}

TEST(storefront, the_first_message_chooses_the_language) {
  for (const auto* word : {"habari", "HABARI YAKO!", "Hujambo", "mambo vipi", "sasa?", "orodha", "Kikapu", "mhudumu",
                           "lugha", "msaada", "nunua", "kiswahili"}) {
    chat c;
    c.say(word);
    EXPECT_EQ(c.state.spoken, language::kiswahili) << word;
    EXPECT_TRUE(c.last.answered) << word;
  }
  for (const auto* word : {"hi", "hello there", "menu", "cart", "human", "help", "what is this"}) {
    chat c;
    c.say(word);
    EXPECT_EQ(c.state.spoken, language::english) << word;
  }
  chat c;
  c.say("hi").say("habari");
  EXPECT_EQ(c.state.spoken, language::english);
  c.say("english");
  EXPECT_EQ(c.state.spoken, language::english);
  c.say("kiswahili");
  EXPECT_EQ(c.state.spoken, language::kiswahili);
}

/// Puts a chat at each place of the dialogue.
std::vector<std::pair<std::string, chat>> everywhere() {
  std::vector<std::pair<std::string, chat>> places;
  const auto at = [&](std::string place, std::vector<std::string> taps) {
    chat c;
    c.say("hi").tap("add:unga:3").tap("add:rice:1").tap("menu:home");
    for (const auto& id : taps)
      c.tap(id);
    places.emplace_back(std::move(place), std::move(c));
  };
  at("menu", {});
  at("categories", {"menu:shop"});
  at("products", {"cat:Flour"});
  at("product", {"prod:unga"});
  at("added", {"prod:unga", "add:unga:1"});
  at("cart", {"cart:view"});
  at("lines", {"cart:lines:0"});
  at("edit", {"cart:edit:unga"});
  at("human", {"menu:human"});
  places.emplace_back("start", chat{});
  places.back().second.say("hi").tap("add:unga:3").tap("add:rice:1");
  places.back().second.state.talk = {};
  return places;
}

TEST(storefront, keywords_work_in_every_state_and_language) {
  for (const auto& [place, there] : everywhere()) {
    for (const auto tongue : {language::english, language::kiswahili}) {
      const bool en = tongue == language::english;
      const auto after = [&, &from = there](std::string_view word) {
        chat c = from;
        c.state.spoken = tongue;
        c.say(word);
        return c;
      };
      for (const auto* word : {"MENU", "orodha", "  Menu. "}) {
        const auto c = after(word);
        EXPECT_THAT(c.body(), HasSubstr(en ? "What would you like to do?" : "Ungependa kufanya nini?")) << place;
        EXPECT_FALSE(c.state.talk.human) << place;
        EXPECT_EQ(c.state.talk.position, dialogue_position::menu) << place;
      }
      for (const auto* word : {"CART", "Kikapu"})
        EXPECT_THAT(after(word).body(), HasSubstr(en ? "Your cart:" : "Kikapu chako:")) << place << word;
      for (const auto* word : {"HELP", "msaada"})
        EXPECT_THAT(after(word).body(), HasSubstr(en ? "MENU" : "ORODHA")) << place << word;
      for (const auto* word : {"LANGUAGE", "LUGHA"}) {
        const auto c = after(word);
        EXPECT_NE(c.state.spoken, tongue) << place;
        EXPECT_EQ(c.replies(), 1U) << place;
        EXPECT_EQ(c.state.talk.position == dialogue_position::start ? dialogue_position::menu : c.state.talk.position,
                  there.state.talk.position == dialogue_position::start ? dialogue_position::menu
                                                                        : there.state.talk.position)
            << place;
      }
      for (const auto* word : {"HUMAN", "mhudumu"}) {
        const auto c = after(word);
        EXPECT_TRUE(c.state.talk.human) << place;
        if (place == "human")
          EXPECT_EQ(c.replies(), 0U); // confirmed once already
        else
          EXPECT_THAT(c.body(), HasSubstr(en ? "Write MENU" : "Andika ORODHA")) << place;
      }
    }
  }
}

TEST(storefront, the_bot_is_silent_while_a_person_answers) {
  chat c;
  c.say("hi").say("HUMAN");
  EXPECT_EQ(c.replies(), 1U);
  EXPECT_EQ(c.state.current.last_intent, "human");
  for (const auto* word : {"hi", "where is my flour?", "2", "shop", "human"}) {
    c.say(word);
    EXPECT_EQ(c.replies(), 0U) << word;
    EXPECT_FALSE(c.last.answered) << word;
  }
  c.say("cart");
  EXPECT_EQ(c.replies(), 1U);
  c.say("thanks");
  EXPECT_EQ(c.replies(), 0U);
  c.say("orodha");
  EXPECT_EQ(c.replies(), 1U);
  c.say("hi");
  EXPECT_EQ(c.replies(), 1U);
}

TEST(storefront, a_tap_calls_the_bot_back) {
  chat c;
  c.say("hi").tap_title("Talk to us");
  EXPECT_TRUE(c.state.talk.human);
  c.tap("menu:human");
  EXPECT_EQ(c.replies(), 0U);
  c.tap("prod:unga");
  EXPECT_FALSE(c.state.talk.human);
  EXPECT_THAT(c.body(), StartsWith("Unga wa dola"));
}

TEST(storefront, the_silence_ends_a_day_after_the_last_sign_of_a_person) {
  chat c;
  c.say("hi").say("human").wait(20 * ms_per_hour).say("anybody?");
  EXPECT_EQ(c.replies(), 0U);
  c.wait(5 * ms_per_hour).say("hi");
  EXPECT_EQ(c.replies(), 1U);
  EXPECT_FALSE(c.state.talk.human);
}

TEST(storefront, unknown_input_gets_help_and_then_a_person) {
  chat c;
  c.say("hi").say("qwerty");
  EXPECT_THAT(c.body(), StartsWith("Sorry, I did not get that.\n\nYou can write"));
  EXPECT_THAT(c.titles(), IsEmpty());
  c.say("asdf");
  EXPECT_THAT(c.body(), StartsWith("Sorry, I did not get that."));
  EXPECT_THAT(c.titles(), ElementsAre("Talk to us", "Menu"));
  EXPECT_EQ(c.state.talk.misunderstood, 2U);
  EXPECT_EQ(c.state.current.last_intent, "unknown");
  c.say("menu");
  EXPECT_EQ(c.state.talk.misunderstood, 0U);
  c.say("qwerty");
  EXPECT_THAT(c.titles(), IsEmpty());
  c.say("asdf").tap_title("Talk to us");
  EXPECT_TRUE(c.state.talk.human);
}

TEST(storefront, media_and_orders_are_not_understood_but_answered) {
  for (const auto* type : {"image", "audio", "video", "document", "sticker", "location", "contacts", "order"}) {
    chat c;
    auto e = text_event("", c.now);
    e.type = type;
    c.receive(e);
    EXPECT_THAT(c.body(), StartsWith("Sorry, I did not get that.")) << type;
  }
  chat c;
  auto e = text_event("menu", c.now);
  e.type = "image"; // a caption is text like any other
  c.receive(e);
  EXPECT_THAT(c.body(), HasSubstr("What would you like to do?"));
}

TEST(storefront, pages_long_shelves) {
  struct expectation {
    std::size_t products;
    std::vector<std::size_t> pages;
  };
  for (const auto& [products, pages] : std::vector<expectation>{{1, {1}},
                                                                {8, {8}},
                                                                {9, {9}},
                                                                {10, {8, 2}},
                                                                {11, {8, 3}},
                                                                {17, {8, 9}},
                                                                {18, {8, 8, 2}},
                                                                {20, {8, 8, 4}},
                                                                {21, {8, 8, 5}},
                                                                {25, {8, 8, 9}}}) {
    chat c(numbered(products));
    c.say("hi").tap_title("Shop").tap_title("Shelf");
    std::size_t seen = 0;
    for (std::size_t page = 0; page < pages.size(); ++page) {
      const auto ids = c.ids();
      ASSERT_LE(ids.size(), 10U);
      for (std::size_t i = 0; i < pages[page]; ++i)
        EXPECT_EQ(ids.at(i), "prod:p" + std::to_string(++seen)) << products;
      const bool last = page + 1 == pages.size();
      EXPECT_EQ(ids.size(), pages[page] + (last ? 1 : 2)) << products;
      EXPECT_EQ(c.titles().back(), "Back");
      EXPECT_EQ(ids.back(), page == 0   ? "menu:shop"
                            : page == 1 ? "cat:Shelf"
                                        : "page:Shelf:" + std::to_string(page - 1));
      if (!last) {
        EXPECT_EQ(c.description_of("More"),
                  "Page " + std::to_string(page + 2) + " of " + std::to_string(pages.size()));
        c.tap_title("More");
      }
    }
    EXPECT_EQ(seen, products);
    for (std::size_t page = pages.size(); page-- > 0;)
      c.tap_title("Back");
    EXPECT_EQ(c.body(), "Choose a category");
  }
}

TEST(storefront, pages_many_categories) {
  std::vector<product> products;
  for (int i = 1; i <= 21; ++i)
    products.push_back(make_product("p" + std::to_string(i), "C" + std::to_string(i), 100));
  chat c(make_catalog(products));
  c.say("shop");
  EXPECT_EQ(c.titles().front(), "C1");
  EXPECT_EQ(c.titles().back(), "Main menu");
  c.say("more");
  EXPECT_EQ(c.titles().front(), "C9");
  c.say("ZAIDI");
  EXPECT_EQ(c.titles().front(), "C17");
  c.say("more"); // there is no more: stays on the last page
  EXPECT_EQ(c.titles().front(), "C17");
  c.tap_title("C20").tap_title("Back");
  EXPECT_EQ(c.titles().front(), "C17");
  c.tap_title("C20").say("back");
  EXPECT_EQ(c.titles().front(), "C17");
  c.say("back").say("rudi");
  EXPECT_EQ(c.titles().front(), "C1");
  c.say("back");
  EXPECT_EQ(c.state.talk.position, dialogue_position::menu);
}

TEST(storefront, a_product_card_leads_back_to_its_page) {
  chat c(numbered(20));
  c.say("hi").tap_title("Shop").tap_title("Shelf").tap_title("More").tap_title("p10").tap_title("Back");
  EXPECT_EQ(c.ids().front(), "prod:p9");
  c.tap_title("p11").say("language");
  EXPECT_THAT(c.titles(), ElementsAre("Ongeza 1", "Ongeza 2", "Rudi"));
  c.tap_title("Rudi");
  EXPECT_EQ(c.ids().front(), "prod:p9");
}

TEST(storefront, typed_quantities_add_to_the_product_being_shown) {
  for (const auto* text : {"2", "add 2", "ADD 2", "x2", "2x", "ongeza 2", "weka 2", "add x2"}) {
    chat c;
    c.say("hi").tap("prod:unga").say(text);
    EXPECT_EQ(c.body(), "Added: Unga wa dola 2kg x2. Cart: KES 500.") << text;
  }
  chat c;
  c.say("hi").tap("prod:unga").say("add");
  EXPECT_EQ(c.body(), "Added: Unga wa dola 2kg x1. Cart: KES 250.");
  c.say("0");
  EXPECT_THAT(c.body(), StartsWith("Sorry, I did not get that."));
  c.tap("menu:home").say("2");
  EXPECT_THAT(c.body(), StartsWith("Sorry, I did not get that."));
}

TEST(storefront, understands_names_of_categories_and_products) {
  chat c;
  c.say("hi").say("flour");
  EXPECT_EQ(c.body(), "Flour: pick an item");
  c.say("majani ya CHAI");
  EXPECT_THAT(c.body(), StartsWith("Majani ya chai"));
  c.say("add 2 pishori rice");
  EXPECT_EQ(c.body(), "Added: Pishori rice x2. Cart: KES 440.");
  c.say("unga wa dola 2kg x3");
  EXPECT_EQ(c.body(), "Added: Unga wa dola 2kg x3. Cart: KES 1190.");
}

TEST(storefront, changes_and_removes_through_lists) {
  chat c;
  c.say("hi").tap("add:unga:2").tap("add:rice:1").tap("cart:view").tap_title("Change");
  EXPECT_EQ(c.body(), "Which item would you like to change?");
  EXPECT_THAT(c.titles(), ElementsAre("Unga wa dola 2kg", "Pishori rice", "Empty cart", "Back to cart"));
  c.tap_title("Unga wa dola 2kg");
  EXPECT_EQ(c.body(), "Unga wa dola 2kg: 2 in your cart, KES 250 each. Choose a new quantity, or type it.");
  EXPECT_THAT(c.titles(), ElementsAre("1", "2", "3", "4", "5", "6", "7", "8", "Remove from cart", "Back to cart"));
  c.tap_title("3");
  EXPECT_EQ(c.body(), "Updated: Unga wa dola 2kg x3. Cart: KES 970.");
  c.tap("cart:edit:rice").tap_title("Remove from cart");
  EXPECT_EQ(c.body(), "Removed: Pishori rice. Cart: KES 750.");
  c.tap("cart:view").tap_title("Change").tap_title("Empty cart");
  EXPECT_EQ(c.body(), "Your cart is now empty.");
  EXPECT_THAT(c.state.basket.lines, IsEmpty());
  c.say("my order");
  EXPECT_EQ(c.body(), "You have no order yet, and your cart is empty.");
}

TEST(storefront, changes_and_removes_in_words) {
  chat c;
  c.say("hi").tap("add:unga:2").tap("add:rice:1").tap("cart:edit:unga").say("9");
  EXPECT_EQ(c.body(), "Updated: Unga wa dola 2kg x9. Cart: KES 2470.");
  c.say("change pishori 4");
  EXPECT_EQ(c.body(), "Updated: Pishori rice x4. Cart: KES 3130.");
  c.say("badilisha unga");
  EXPECT_THAT(c.body(), StartsWith("Unga wa dola 2kg: 9 in your cart"));
  c.say("0");
  EXPECT_EQ(c.body(), "Removed: Unga wa dola 2kg. Cart: KES 880.");
  c.tap("add:unga:1").say("cart").say("remove");
  EXPECT_THAT(c.body(), HasSubstr("remove sugar"));
  c.say("ondoa rice");
  EXPECT_EQ(c.body(), "Removed: Pishori rice. Cart: KES 250.");
  c.say("remove");
  EXPECT_EQ(c.body(), "Removed: Unga wa dola 2kg. Cart: KES 0.");
  c.tap("add:unga:1").say("cart").say("ondoa zote");
  EXPECT_EQ(c.body(), "Your cart is now empty.");
}

TEST(storefront, a_long_cart_is_shortened_and_paged) {
  std::vector<product> products;
  for (int i = 1; i <= 30; ++i)
    products.push_back(make_product("p" + std::to_string(i), "C", 100, {}, std::string(60, 'n') + std::to_string(i)));
  chat c(make_catalog(products));
  c.say("hi");
  for (int i = 1; i <= 30; ++i)
    c.tap("add:p" + std::to_string(i) + ":1");
  c.say("cart");
  EXPECT_THAT(c.body(), HasSubstr("and more items: "));
  EXPECT_THAT(c.body(), HasSubstr("Total: KES 30"));
  c.tap_title("Change");
  std::size_t lists = 1;
  for (; std::string(c.titles().at(c.titles().size() - 2)) == "More"; ++lists)
    c.tap_title("More");
  EXPECT_EQ(lists, 5U);
  EXPECT_EQ(c.ids().front(), "cart:edit:p29");
  c.say("language");
  EXPECT_EQ(c.ids().front(), "cart:edit:p29");
  c.say("rudi").say("rudi").say("rudi").say("rudi");
  EXPECT_EQ(c.ids().front(), "cart:edit:p1");
  c.say("rudi");
  EXPECT_THAT(c.body(), StartsWith("Kikapu chako:"));
}

TEST(storefront, old_taps_get_friendly_answers) {
  chat c;
  c.say("hi").tap("prod:gone");
  EXPECT_EQ(c.body(), "Sorry, that item is no longer for sale.");
  EXPECT_THAT(c.titles(), ElementsAre("Shop", "View cart", "Menu"));
  EXPECT_EQ(c.state.current.last_intent, "gone");
  c.tap("add:gone:1");
  EXPECT_EQ(c.body(), "Sorry, that item is no longer for sale.");
  c.tap("cat:Shoes");
  EXPECT_EQ(c.body(), "Sorry, that category is no longer in our shop.");
  c.tap("cart:qty:unga:2");
  EXPECT_EQ(c.body(), "That item is not in your cart.");
  c.tap("cart:remove:unga");
  EXPECT_EQ(c.body(), "That item is not in your cart.");
  c.tap("cart:edit:unga");
  EXPECT_EQ(c.body(), "That item is not in your cart.");
  c.tap("nonsense");
  EXPECT_EQ(c.body(), "Sorry, that choice is no longer available.");
  EXPECT_EQ(c.state.talk.misunderstood, 0U);
  c.tap("page:Flour:7"); // the shelf became shorter
  EXPECT_EQ(c.body(), "Flour: pick an item");
  c.tap("add:unga:0"); // never offered
  EXPECT_THAT(c.body(), StartsWith("Unga wa dola 2kg"));
}

TEST(storefront, a_template_button_is_understood_by_its_title) {
  chat c;
  auto e = text_event("Menu", c.now);
  e.type = "button";
  e.reply_id = "merchant-payload";
  c.receive(e);
  EXPECT_THAT(c.body(), HasSubstr("What would you like to do?"));
}

TEST(storefront, an_empty_shop_says_so) {
  chat c{catalog{}};
  c.say("hi").tap_title("Shop");
  EXPECT_THAT(c.body(), StartsWith("There is nothing on our shelves"));
  EXPECT_FALSE(c.is_list());
  c.say("language");
  EXPECT_THAT(c.body(), StartsWith("Kwa sasa hakuna bidhaa"));
}

TEST(storefront, long_names_are_cut_between_characters) {
  const std::string family =
      "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7"; // one picture
  chat c(make_catalog({make_product("a", "C", 100, {}, std::string(21, 'x') + family + " and more"),
                       make_product("b", "C", 100, {}, std::string(24, 'y')),
                       make_product("c", "C", 100, {}, std::string(25, 'z'))}));
  c.say("hi").tap("cat:C");
  EXPECT_THAT(c.titles(), ElementsAre(std::string(21, 'x') + "\xE2\x80\xA6", std::string(24, 'y'),
                                      std::string(23, 'z') + "\xE2\x80\xA6", "Back"));
}

TEST(storefront, product_descriptions_are_shown_on_the_card) {
  auto p = make_product("a", "C", 9'950, 3, "Honey");
  p.description = "From Kitui\n\n*pure*";
  chat c(make_catalog({p}));
  c.say("hi").tap("prod:a");
  EXPECT_THAT(c.body(), StartsWith("Honey\nFrom Kitui *pure*\nKES 99.50 \xC2\xB7 3 in stock\n\n"));
}

TEST(storefront, interactive_answers_without_a_choice_are_left_alone) {
  chat c;
  auto e = tap_event("", c.now);
  c.receive(e);
  EXPECT_EQ(c.replies(), 0U);
  EXPECT_EQ(c.state.current.message_count, 1U);
}

} // namespace

} // namespace wakala::commerce::test
