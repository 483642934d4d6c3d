// Carts that shoppers fill in WhatsApp's own catalog: our prices and stock count, and what differs is said.
#include "commerce/cart.hpp"
#include "tests/commerce/chat.hpp"
#include "whatsapp/location_reference.hpp"
#include "whatsapp/order_reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST(native_order, fills_the_cart) {
  chat c;
  c.order(R"([{"product_retailer_id":"duka_unga","quantity":2,"item_price":250,"currency":"KES"},
              {"product_retailer_id":"rice","quantity":"1","item_price":"220.00","currency":"KES"}])");
  EXPECT_EQ(c.body(), "Your cart:\n2 x Unga wa dola 2kg: KES 500\n1 x Pishori rice: KES 220\nTotal: KES 720");
  EXPECT_THAT(c.titles(), ElementsAre("Place order", "Change", "Keep shopping"));
  EXPECT_FALSE(c.state.basket.id.empty());
  EXPECT_GT(c.state.basket.expires_at, c.now);
  EXPECT_EQ(c.state.current.last_intent, "goods");
  c.order(R"([{"product_retailer_id":"duka_unga","quantity":3,"item_price":250,"currency":"KES"}])");
  EXPECT_EQ(quantity_of(c.state.basket, "unga"), 3) << "as the shopper last said, not more and more";
  EXPECT_EQ(quantity_of(c.state.basket, "rice"), 1);
  c.say("checkout");
  EXPECT_TRUE(c.state.ordered);
}

TEST(native_order, explains_what_differs) {
  chat c;
  c.order(R"([{"product_retailer_id":"duka_unga","quantity":12,"item_price":199.99,"currency":"KES"},
              {"product_retailer_id":"duka_kahawa","quantity":1,"item_price":390.5,"currency":"KES"},
              {"product_retailer_id":"duka_gone","quantity":1,"item_price":1,"currency":"KES"},
              {"product_retailer_id":"duka_rice","quantity":0,"item_price":220,"currency":"KES"}])");
  EXPECT_EQ(c.body(), "You asked for 12 of Unga wa dola 2kg; we can give you 10.\n"
                      "Unga wa dola 2kg costs KES 250; WhatsApp showed KES 199.99.\n"
                      "Sorry, Kahawa is sold out.\n"
                      "No longer for sale, and left out: 2.\n"
                      "Your cart:\n10 x Unga wa dola 2kg: KES 2500\nTotal: KES 2500");
  chat sw;
  sw.say("habari").order(
      R"([{"product_retailer_id":"duka_rice","quantity":1000,"item_price":220,"currency":"KES"}])");
  EXPECT_THAT(sw.body(), StartsWith("Uliomba 1000 za Pishori rice; tunaweza kukupa 99."));
}

TEST(native_order, of_nothing_that_is_sold_says_so) {
  chat c;
  c.order(R"([{"product_retailer_id":"other_unga","quantity":1,"item_price":1,"currency":"KES"}])");
  EXPECT_EQ(c.body(), "No longer for sale, and left out: 1.\nYour cart is empty.");
  EXPECT_TRUE(c.state.basket.id.empty());
}

TEST(native_order, tells_few_of_many_differences) {
  std::vector<product> products;
  std::string items;
  for (int i = 1; i <= 60; ++i) {
    products.push_back(
        make_product("p" + std::to_string(i), "C", 10'000, {}, std::to_string(i) + std::string(190, 'n')));
    items += (i > 1 ? "," : "") + (R"({"product_retailer_id":"p)" + std::to_string(i)) +
             R"(","quantity":1,"item_price":90,"currency":"KES"})";
  }
  chat c(make_catalog(std::move(products)));
  c.order("[" + items + "]");
  EXPECT_EQ(c.state.basket.lines.size(), cart_lines_max);
  EXPECT_THAT(c.body(), HasSubstr("\xE2\x80\xA6 and more differences: "));
}

TEST(native_order, that_cannot_be_read_is_not_understood) {
  for (const auto* items : {"[]", "{}", "[7]", R"([{"quantity":1}])", R"([{"product_retailer_id":""}])"}) {
    chat c;
    c.order(items);
    EXPECT_THAT(c.body(), StartsWith("Sorry, I did not get that.")) << items;
    EXPECT_THAT(c.state.basket.lines, IsEmpty());
  }
}

TEST(native_order, is_read_as_it_came) {
  whatsapp::event e;
  e.type = "order";
  e.raw = whatsapp::raw_json(
      R"({"order":{"product_items":[{"product_retailer_id":7,"quantity":"-1","item_price":99.99,"currency":"USD"},
          {"product_retailer_id":"b","quantity":1.5},{"product_retailer_id":"c","quantity":99999999999}]}})");
  EXPECT_THAT(whatsapp::ordered_items(e),
              ElementsAre(whatsapp::ordered_item{"7", 0, "99.99", "USD"}, whatsapp::ordered_item{"b", 0, "", ""},
                          whatsapp::ordered_item{"c", 0, "", ""}));
  e.type = "text";
  EXPECT_THAT(whatsapp::ordered_items(e), IsEmpty());
  e.type = "location";
  EXPECT_FALSE(whatsapp::location_of(e));
}

} // namespace
} // namespace wakala::commerce::test
