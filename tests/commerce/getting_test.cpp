// Shops that ask how an order gets to the shopper: delivery or pick-up, name, address, and the total before paying.
#include "commerce/cart.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

shop_settings both() {
  shop_settings shop;
  shop.areas = {{"Westlands", {20'000, "KES"}}, {"Kilimani", {15'050, "KES"}}};
  shop.pick_up = "Moi Avenue 12, Nairobi";
  return shop;
}

struct getting_chat : chat {
  explicit getting_chat(shop_settings settings = both()) {
    shop = std::move(settings);
    home = [this](const order_request& r) {
      asked.push_back(r);
      return order_answer{order_receipt{"K7Q2M", r.total, now, now + 30 * 60'000}, {}};
    };
    say("hi").tap("add:unga:2");
  }
  std::vector<order_request> asked;
};

TEST(getting, plays_a_delivery_in_english) {
  getting_chat c;
  c.tap("cart:view").tap_title("Place order");
  EXPECT_EQ(c.body(), "How would you like to get your order?");
  EXPECT_THAT(c.titles(), ElementsAre("Delivery", "Pick-up", "View cart"));
  c.tap_title("Delivery");
  EXPECT_EQ(c.body(), "Where shall we deliver?");
  EXPECT_THAT(c.titles(), ElementsAre("Westlands", "Kilimani", "Back"));
  EXPECT_EQ(c.description_of("Kilimani"), "Delivery: KES 150.50");
  c.tap_title("Westlands");
  EXPECT_EQ(c.body(), "What name shall we put on the order? Tap it, or type it.");
  EXPECT_THAT(c.titles(), ElementsAre("Amina", "Back"));
  c.say("Amina Wanjiru");
  EXPECT_EQ(c.body(),
            "Where in Westlands shall we bring it? Write the address (street, building, floor), or share your "
            "location. Write BACK to return.");
  c.say("Jambo House, 3rd floor");
  EXPECT_EQ(c.body(), "Your order, please check it:\n2 x Unga wa dola 2kg: KES 500\nDelivery to Westlands: KES 200\n"
                      "Total: KES 700\n\nName: Amina Wanjiru\nAddress: Jambo House, 3rd floor");
  EXPECT_THAT(c.titles(), ElementsAre("Confirm order", "Change", "View cart"));
  EXPECT_THAT(c.asked, IsEmpty()) << "nothing is ordered before the total was seen";
  EXPECT_EQ(record_form(c.state), 4);
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
  c.tap_title("Confirm order");
  ASSERT_EQ(c.asked.size(), 1U);
  EXPECT_EQ(c.asked[0].total, (money{70'000, "KES"}));
  EXPECT_EQ(c.asked[0].fee, (money{20'000, "KES"}));
  EXPECT_EQ(c.asked[0].area, "Westlands");
  EXPECT_EQ(c.asked[0].how, hand_over::delivery);
  EXPECT_THAT(to_text(c.asked[0]), ::testing::Not(HasSubstr("Amina"))) << "the books hold no personal data";
  EXPECT_THAT(to_text(c.asked[0]), ::testing::Not(HasSubstr("Jambo")));
  EXPECT_EQ(c.body(),
            "Thank you. Your order is K7Q2M, total KES 700. We keep your items for 30 minutes; one of us will "
            "write to you here about payment.\nWe bring it to Westlands.");
}

TEST(getting, plays_a_pick_up_in_kiswahili) {
  getting_chat c;
  c.say("kiswahili").say("weka oda");
  EXPECT_EQ(c.body(), "Ungependa kupata oda yako vipi?");
  c.say("nitachukua");
  EXPECT_EQ(c.body(), "Tuandike jina gani kwenye oda? Libonyeze, au liandike.");
  c.tap_title("Amina");
  EXPECT_EQ(c.body(), "Oda yako, tafadhali iangalie:\n2 x Unga wa dola 2kg: KES 500\nJumla: KES 500\n\n"
                      "Kuchukua: Moi Avenue 12, Nairobi\nJina: Amina");
  c.say("ndiyo");
  ASSERT_EQ(c.asked.size(), 1U);
  EXPECT_EQ(c.asked[0].how, hand_over::pick_up);
  EXPECT_EQ(c.asked[0].total, (money{50'000, "KES"}));
  EXPECT_THAT(c.body(), HasSubstr("\nUnaweza kuichukua hapa: Moi Avenue 12, Nairobi"));
}

TEST(getting, remembers_for_the_next_time) {
  getting_chat c;
  c.say("checkout").say("delivery").say("westlands").say("Amina W").say("House 7").say("yes");
  ASSERT_EQ(c.asked.size(), 1U);
  c.wait(3 * ms_per_day).say("hi").tap("add:rice:1").say("checkout");
  EXPECT_THAT(c.body(), StartsWith("Your order, please check it:\n1 x Pishori rice: KES 220\nDelivery to Westlands"));
  EXPECT_THAT(c.body(), HasSubstr("Address: House 7"));
  c.tap_title("Change");
  EXPECT_THAT(c.titles(),
              ElementsAre("Delivery or pick-up", "Delivery area", "Name", "Address", "Back to cart", "Back"));
  c.tap_title("Delivery area").tap_title("Kilimani");
  EXPECT_THAT(c.body(), StartsWith("Where in Kilimani")) << "an address is one of its area";
  c.say("Road 9");
  EXPECT_THAT(c.body(), HasSubstr("Total: KES 370.50"));
  c.tap("get:details").tap_title("Name").say("Wanjiru");
  EXPECT_THAT(c.body(), HasSubstr("Name: Wanjiru"));
  c.tap_title("Confirm order");
  ASSERT_EQ(c.asked.size(), 2U);
  EXPECT_EQ(c.asked[1].area, "Kilimani");
}

TEST(getting, keeps_a_shared_location_as_the_address) {
  getting_chat c;
  c.say("checkout").say("delivery").say("Kilimani").tap("get:myname");
  EXPECT_TRUE(std::holds_alternative<whatsapp::location_request_message>(c.last.replies.back().content));
  c.share(R"({"latitude":-1.2921,"longitude":36.8219})");
  EXPECT_THAT(c.body(), HasSubstr("Address: -1.2921,36.8219"));
  EXPECT_EQ(c.state.getting.place, "-1.2921,36.8219");
  c.share(R"({"latitude":-1.3,"longitude":36.8,"name":"Yaya Centre","address":"Argwings Kodhek Rd"})");
  EXPECT_THAT(c.body(), HasSubstr("Address: Yaya Centre, Argwings Kodhek Rd"));
  EXPECT_EQ(c.state.getting.place, "-1.3,36.8");
  c.share(R"({"latitude":100,"longitude":36.8})");
  EXPECT_THAT(c.body(), StartsWith("Sorry, I did not get that.")) << "no such place on earth";
  c.say("cart").share(R"({"latitude":1,"longitude":2})");
  EXPECT_EQ(c.state.getting.place, "-1.3,36.8") << "nobody asked for it";
}

TEST(getting, leads_back_from_every_question) {
  getting_chat c;
  c.say("checkout").say("delivery").say("Westlands").say("Amina").say("back");
  EXPECT_THAT(c.body(), StartsWith("What name"));
  c.say("rudi");
  EXPECT_EQ(c.body(), "Where shall we deliver?");
  c.tap_title("Back");
  EXPECT_EQ(c.body(), "How would you like to get your order?");
  c.say("back");
  EXPECT_THAT(c.body(), StartsWith("Your cart:"));
  c.say("checkout");
  EXPECT_THAT(c.body(), StartsWith("Where in Westlands")) << "goes on where something is missing";
  c.say("ghairi");
  EXPECT_THAT(c.body(), StartsWith("Your cart:")) << "nothing was ordered, and nothing is lost";
  EXPECT_THAT(c.asked, IsEmpty());
}

TEST(getting, words_for_the_shop_are_no_names_and_no_addresses) {
  getting_chat c;
  c.say("checkout").say("pick up").say("help");
  EXPECT_THAT(c.body(), StartsWith("You can write"));
  c.say("17");
  EXPECT_THAT(c.body(), StartsWith("What name"));
  c.say("hello");
  EXPECT_TRUE(c.state.getting.name.empty()) << "a greeting is no name";
  c.say("checkout").say("Salama Juma");
  EXPECT_EQ(c.state.getting.name, "Salama Juma");
  c.say("language");
  EXPECT_THAT(c.body(), StartsWith("Oda yako, tafadhali iangalie:"));
}

TEST(getting, asks_once_more_after_an_answer_that_is_no_choice) {
  getting_chat c;
  c.say("checkout").say("by helicopter");
  EXPECT_EQ(c.body(), "Sorry, I did not get that.\nHow would you like to get your order?");
  c.say("delivery").say("Karen");
  EXPECT_EQ(c.body(), "Sorry, I did not get that.\nWhere shall we deliver?");
  c.say("Karen!");
  EXPECT_THAT(c.titles(), ElementsAre("Talk to us", "Menu")) << "then a person";
  c.say("Kilimani");
  EXPECT_THAT(c.body(), StartsWith("What name"));
}

TEST(getting, orders_only_what_was_shown) {
  getting_chat c;
  c.say("checkout").say("delivery").say("Westlands").say("Amina").say("House 7");
  c.shop.areas[0].fee = {30'000, "KES"};
  c.tap("get:confirm");
  EXPECT_THAT(c.asked, IsEmpty());
  EXPECT_THAT(c.body(), StartsWith("The total has changed meanwhile.\nYour order, please check it:"));
  EXPECT_THAT(c.body(), HasSubstr("Total: KES 800"));
  c.tap("menu:home").tap("get:confirm"); // an old button, from another place
  EXPECT_THAT(c.asked, IsEmpty());
  EXPECT_THAT(c.body(), StartsWith("Your order, please check it:"));
  c.shelf = make_catalog({make_product("unga", "Flour", 25'000, 1, "Unga wa dola 2kg")});
  c.tap("get:confirm");
  EXPECT_THAT(c.asked, IsEmpty());
  EXPECT_THAT(c.body(), StartsWith("Please note: we are running low"));
  c.say("checkout").say("ok");
  ASSERT_EQ(c.asked.size(), 1U);
  EXPECT_EQ(c.asked[0].total, (money{55'000, "KES"}));
  c.tap("get:confirm"); // tapped twice
  EXPECT_EQ(c.asked.size(), 1U);
  EXPECT_THAT(c.body(), HasSubstr("Your order K7Q2M"));
}

TEST(getting, a_shop_with_one_way_does_not_ask_which) {
  auto settings = both();
  settings.pick_up.clear();
  getting_chat delivers(settings);
  delivers.say("checkout");
  EXPECT_EQ(delivers.body(), "Where shall we deliver?");
  EXPECT_EQ(delivers.titles().back(), "Back to cart");
  settings = both();
  settings.areas.clear();
  getting_chat fetched(settings);
  fetched.say("checkout");
  EXPECT_THAT(fetched.body(), StartsWith("What name"));
  fetched.say("Amina").say("yes");
  ASSERT_EQ(fetched.asked.size(), 1U);
  EXPECT_EQ(fetched.asked[0].how, hand_over::pick_up);
}

TEST(getting, follows_the_shop_when_it_changes_its_mind) {
  getting_chat c;
  c.say("checkout").say("delivery").say("Westlands").say("Amina").say("House 7");
  c.shop.areas = {{"Karen", {5'000, "KES"}}};
  c.tap("get:confirm");
  EXPECT_EQ(c.body(), "Where shall we deliver?");
  c.tap("get:area:Westlands");
  EXPECT_EQ(c.body(), "Where shall we deliver?") << "a button of another time";
  c.shop = {};
  c.tap("get:area:Karen");
  EXPECT_THAT(c.body(), StartsWith("Your cart:"));
  c.tap("get:address");
  EXPECT_THAT(c.body(), StartsWith("Your cart:"));
  c.tap("get:confirm");
  ASSERT_EQ(c.asked.size(), 1U) << "a shop that asks nothing places what is in the cart";
  EXPECT_EQ(c.asked[0].how, hand_over::undecided);
  EXPECT_EQ(to_text(c.asked[0]).find("getting"), std::string::npos);
}

TEST(getting, pages_many_areas) {
  shop_settings settings;
  for (int i = 1; i <= 20; ++i)
    settings.areas.push_back({"Area " + std::to_string(i), {i * 100, "KES"}});
  getting_chat c(settings);
  c.say("checkout").say("more");
  EXPECT_EQ(c.titles().front(), "Area 9");
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
  c.say("lugha");
  EXPECT_EQ(c.titles().front(), "Area 9");
  c.say("zaidi");
  EXPECT_EQ(c.titles().front(), "Area 17");
  c.say("rudi").say("rudi");
  EXPECT_EQ(c.titles().front(), "Area 1");
  c.say("area 13").say("Amina").say("House 1");
  EXPECT_THAT(c.body(), HasSubstr("Area 13: KES 13"));
}

TEST(getting, requests_come_back_as_they_were) {
  const order_request plain{"c_1", {{"rice", "Rice", 1, {100, "KES"}}}, {100, "KES"}};
  for (const auto how : {hand_over::undecided, hand_over::pick_up, hand_over::delivery}) {
    auto r = plain;
    r.how = how;
    if (how == hand_over::delivery) {
      r.area = "Westlands";
      r.fee = {5, "KES"};
    }
    EXPECT_EQ(order_request_from(to_text(r)).value(), r);
  }
  EXPECT_FALSE(order_request_from(
      R"({"cart_id":"c","lines":[],"total":{"minor":1,"currency":"KES"},"getting":{"how":"by drone"}})"));
}

TEST(getting, shops_that_ask_nothing_are_as_before) {
  getting_chat c{shop_settings{}};
  c.say("checkout");
  ASSERT_EQ(c.asked.size(), 1U);
  EXPECT_EQ(record_form(c.state), 2);
}

// -- mixed languages ---------------------------------------------------------------------

TEST(mixed_languages, two_keywords_in_a_row_change_the_language_and_one_does_not) {
  chat c;
  c.say("hi").say("kikapu");
  EXPECT_EQ(c.state.spoken, language::english);
  c.say("pishori rice").say("nunua"); // names of goods count for neither
  EXPECT_EQ(c.body(), "Chagua aina ya bidhaa");
  c.say("cart");
  EXPECT_THAT(c.body(), StartsWith("Kikapu")) << "English words are everybody's";
  c.say("msaada").say("menu");
  EXPECT_EQ(c.state.spoken, language::kiswahili) << "not in a row";
  c.say("shop");
  EXPECT_EQ(c.body(), "Choose a category");
  EXPECT_EQ(record_form(c.state), 1);
}

} // namespace
} // namespace wakala::commerce::test
