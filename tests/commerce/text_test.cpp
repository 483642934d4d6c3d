#include "commerce/cart.hpp"
#include "commerce/conversation.hpp"
#include "commerce/keywords.hpp"
#include "commerce/phrase_rules.hpp"
#include "commerce/phrasebook.hpp"
#include "commerce/storefront/request.hpp"
#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <random>
#include <sstream>

namespace wakala::commerce::test {

namespace {

using nlohmann::json;
using ::testing::ElementsAre;

conversation_state full_state() {
  chat c;
  c.say("habari").tap("add:unga:2").tap("add:rice:1").tap("cart:edit:unga").say("??").say("human");
  c.state.who = {"254700000001", "KE.1", "amina", "Amina \"A\" \xF0\x9F\x98\x80"};
  c.state.talk.category = "Flour";
  c.state.talk.page = 3;
  c.state.talk.product_id = "unga";
  c.state.talk.misunderstood = 2;
  c.state.window_by_number["200"] = 17;
  return c.state;
}

TEST(conversation_codec, gives_back_what_it_was_given) {
  for (const auto& state : {conversation_state{}, full_state()})
    EXPECT_EQ(unpacked(packed(state)).value(), state);
  for (int p = 0; p <= static_cast<int>(dialogue_position::human); ++p)
    for (const bool human : {false, true}) {
      conversation_state state;
      state.talk.position = static_cast<dialogue_position>(p);
      state.talk.human = human;
      state.spoken = human ? language::english : language::kiswahili;
      EXPECT_EQ(unpacked(packed(state)).value(), state);
    }
  auto odd = full_state(); // forms that are not the usual ones take more bytes, and that is all
  odd.who.phone = "007";
  odd.current.id = "another id";
  odd.current.category = "of_a_later_day";
  odd.current.last_intent = "dance";
  odd.basket.id = "c_ABC";
  odd.basket.expires_at = 1;
  odd.basket.lines[1].price.currency = "UGX";
  odd.window_by_number = {{"", 1}, {"a", 0}, {std::string(40, '9'), start_time}};
  EXPECT_EQ(unpacked(packed(odd)).value(), odd);
}

TEST(conversation_codec, is_small) {
  chat c;
  c.say("hi").tap("menu:shop").tap("cat:Flour").tap("prod:unga");
  c.state.who.user_id = "KE.13491208655302741918";
  EXPECT_LE(packed(c.state).size(), 100U);
  c.tap("add:unga:2").tap("add:rice:1");
  EXPECT_LE(packed(c.state).size(), 160U);
}

TEST(conversation_codec, mends_a_name_that_is_no_text) {
  conversation_state state;
  state.who.name = "Am\xFFina";
  EXPECT_EQ(unpacked(packed(state)).value().who.name, "Am\xEF\xBF\xBDina");
}

TEST(conversation_codec, refuses_states_that_no_step_makes) {
  const std::vector<std::function<void(conversation_state&)>> damage{
      [](auto& s) { s.current.started_at = -1; },
      [](auto& s) { s.current.expires_at = std::numeric_limits<time_ms>::max(); },
      [](auto& s) { s.basket.expires_at = -1; },
      [](auto& s) { s.basket.lines[0].quantity = 0; },
      [](auto& s) { s.basket.lines[0].quantity = quantity_max + 1; },
      [](auto& s) { s.basket.lines[0].product_id.clear(); },
      [](auto& s) { s.basket.lines[0].product_id = s.basket.lines[1].product_id; },
      [](auto& s) { s.basket.lines[0].price.minor = -1; },
      [](auto& s) { s.basket.lines[0].price.currency = "KESH"; },
      [](auto& s) { s.basket.lines[0].price.currency.clear(); },
      [](auto& s) { s.basket.lines.resize(cart_lines_max + 1, s.basket.lines[0]); },
      [](auto& s) { s.talk.human_until = -1; },
      [](auto& s) { s.talk.position = static_cast<dialogue_position>(10); },
      [](auto& s) { s.window_by_number["200"] = -1; },
  };
  for (std::size_t i = 0; i < damage.size(); ++i) {
    auto state = full_state();
    damage[i](state);
    EXPECT_EQ(unpacked(packed(state)).error().code, errc::corrupt) << i;
  }
}

TEST(conversation_codec, survives_any_bytes) {
  const auto good = packed(full_state());
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(unpacked(good.substr(0, size))) << "cut to " << size;
  EXPECT_FALSE(unpacked(good + "x"));
  std::mt19937_64 random(7);
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    for (auto changes = random() % 4 + 1; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (const auto read = unpacked(bytes); read.has_error()) {
      EXPECT_EQ(read.error().code, errc::corrupt);
      ++refused;
    } else { // whatever is accepted is a state like any other
      EXPECT_EQ(unpacked(packed(*read)).value(), *read);
    }
  }
  EXPECT_GT(refused, 2'000U);
}

TEST(catalog, reads_and_writes_the_same_form) {
  const auto read = parse_catalog(R"({"products":[
    {"id":"a","name":"A","description":"d","category":"X","price":"250.00","currency":"KES","stock":3},
    {"id":"b","name":"B","category":"Y","price":7},
    {"id":"c:1","name":"C","category":"X","price":"0.05","stock":null}]})",
                                  "KES")
                        .value();
  EXPECT_EQ(read.products().at(0).price, (money{25'000, "KES"}));
  EXPECT_EQ(read.products().at(1).price, (money{700, "KES"}));
  EXPECT_EQ(read.products().at(0).stock, 3);
  EXPECT_EQ(read.products().at(2).stock, std::nullopt);
  EXPECT_THAT(read.categories(), ElementsAre("X", "Y"));
  EXPECT_THAT(read.in_category("X"), ElementsAre(&read.products().at(0), &read.products().at(2)));
  EXPECT_EQ(read.count_in_category("X"), 2U);
  EXPECT_EQ(read.count_in_category("none"), 0U);
  EXPECT_TRUE(read.in_category("none").empty());
  EXPECT_EQ(read.find("c:1"), &read.products().at(2));
  EXPECT_EQ(read.find("zz"), nullptr);
  EXPECT_EQ(read.find(""), nullptr);
  const auto again = parse_catalog(to_text(read), "KES").value();
  EXPECT_EQ(again.products(), read.products());
  EXPECT_EQ(parse_catalog(R"({"products":[]})", "KES").value().products().size(), 0U);
  const auto copy = read; // the index is the copy's own
  EXPECT_EQ(copy.find("b"), &copy.products().at(1));
  EXPECT_EQ(copy.in_category("Y").at(0), &copy.products().at(1));
}

TEST(catalog, names_what_is_wrong) {
  const std::string good = R"({"id":"a","name":"A","category":"X","price":"1"})";
  const auto refused = [&](const std::string& second) {
    const auto read = parse_catalog(R"({"products":[)" + good + "," + second + "]}", "KES");
    EXPECT_TRUE(read.has_error()) << second;
    return read.has_error() ? std::pair(read.error().code, read.error().field)
                            : std::pair(errc::corrupt, std::string{});
  };
  const auto at = [](const char* pointer) { return std::pair(errc::invalid_argument, std::string(pointer)); };
  EXPECT_EQ(refused("7"), at("/products/1"));
  EXPECT_EQ(refused(R"({"name":"A","category":"X","price":"1"})"), at("/products/1/id"));
  EXPECT_EQ(refused(R"({"id":"a","name":"A","category":"X","price":"1"})"), at("/products/1/id"));
  EXPECT_EQ(refused(R"({"id":"","name":"A","category":"X","price":"1"})"), at("/products/1/id"));
  EXPECT_EQ(refused(R"({"id":"b\n","name":"A","category":"X","price":"1"})"), at("/products/1/id"));
  EXPECT_EQ(refused(R"({"id":")" + std::string(101, 'i') + R"(","name":"A","category":"X","price":"1"})"),
            at("/products/1/id"));
  EXPECT_EQ(refused(R"({"id":5,"name":"A","category":"X","price":"1"})"), at("/products/1/id"));
  EXPECT_EQ(refused(R"({"id":"b","name":" \t","category":"X","price":"1"})"), at("/products/1/name"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","price":"1"})"), at("/products/1/category"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"","price":"1"})"), at("/products/1/category"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X"})"), at("/products/1/price"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X","price":2.5})"), at("/products/1/price"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X","price":"-1"})"), at("/products/1/price"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X","price":"1.005"})"), at("/products/1/price"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X","price":"1","currency":"USD"})"),
            at("/products/1/currency"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X","price":"1","stock":-1})"), at("/products/1/stock"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X","price":"1","stock":1.5})"), at("/products/1/stock"));
  EXPECT_EQ(refused(R"({"id":"b","name":"B","category":"X","price":"1","stock":18446744073709551615})"),
            at("/products/1/stock"));
  EXPECT_EQ(parse_catalog("[", "KES").error().code, errc::invalid_argument);
  EXPECT_EQ(parse_catalog("[]", "KES").error().code, errc::invalid_argument);
  EXPECT_EQ(parse_catalog(R"({"products":{}})", "KES").error().field, "/products");
}

TEST(catalog, the_demo_shop_is_a_good_one) {
  std::stringstream text;
  text << std::ifstream(std::string(WAKALA_SOURCE_DIR) + "/deploy/demo/catalog.json").rdbuf();
  const auto shop = parse_catalog(text.str(), "KES").value();
  EXPECT_GE(shop.products().size(), 24U);
  EXPECT_GE(shop.categories().size(), 4U);
  EXPECT_GT(shop.in_category("Groceries").size(), 10U);
  chat c(shop);
  c.say("hi").tap_title("Shop").tap_title("Flour & grains").tap_title("Unga wa dola 2kg").say("add 2");
  EXPECT_EQ(c.body(), "Added: Unga wa dola 2kg x2. Cart: KES 500.");
}

TEST(phrasebook, refuses_texts_that_the_dialogue_cannot_use) {
  const auto field_after = [](auto&& change) {
    auto texts = texts_of("sw");
    change(texts);
    const auto made = phrasebook::make(texts_of("en"), std::move(texts));
    return made.has_error() && made.error().code == errc::invalid_argument ? made.error().field : std::string{};
  };
  EXPECT_EQ(field_after([](auto&) {}), "");
  EXPECT_EQ(field_after([](auto& t) { t.erase("cart.added"); }), "sw.cart.added");
  EXPECT_EQ(field_after([](auto& t) { t["new.text"] = "x"; }), "sw.new.text");
  EXPECT_EQ(field_after([](auto& t) { t["unknown.text"] = " \n"; }), "sw.unknown.text");
  EXPECT_EQ(field_after([](auto& t) { t["cart.added"] = "{name} {quantity}"; }), "sw.cart.added");
  EXPECT_EQ(field_after([](auto& t) { t["unknown.text"] = "{name}"; }), "sw.unknown.text");
  EXPECT_EQ(field_after([](auto& t) { t["button.shop"] = std::string(21, 'x'); }), "sw.button.shop");
  EXPECT_EQ(field_after([](auto& t) { t["button.shop"] = " Nunua"; }), "sw.button.shop");
  EXPECT_EQ(field_after([](auto& t) { t["button.shop"] = t["button.menu"]; }), "sw.button.menu");
  EXPECT_EQ(field_after([](auto& t) { t["row.more"] = "a\nb"; }), "sw.row.more");
  EXPECT_EQ(field_after([](auto& t) { t["help.text"] = "\xFF"; }), "sw.help.text");
  EXPECT_EQ(field_after([](auto& t) { t["help.text"] = "braces { } {Name} {} stay {2}"; }), "");
  EXPECT_EQ(phrasebook::make({}, texts_of("sw")).error().field, "en.greet.named");
}

TEST(phrasebook, fills_placeholders_once) {
  const auto& book = phrases();
  EXPECT_EQ(book.say(language::english, "cart.added", {{"name", "{total}"}, {"quantity", "2"}, {"total", "KES 5"}}),
            "Added: {total} x2. Cart: KES 5.");
  EXPECT_EQ(book.say(language::english, "cart.added", {{"total", ""}, {"other", "x"}}),
            "Added: {name} x{quantity}. Cart: .");
  auto braces = texts_of("sw");
  braces["help.text"] = "{a {} {Name} }{";
  EXPECT_EQ(phrasebook::make(texts_of("en"), braces).value().say(language::kiswahili, "help.text"),
            "{a {} {Name} }{");
  EXPECT_EQ(book.say(language::kiswahili, "unknown.text"), "Samahani, sijaelewa.");
}

TEST(phrasebook, both_languages_have_every_text) {
  const auto en = texts_of("en");
  const auto sw = texts_of("sw");
  EXPECT_EQ(en.size(), phrase_rules().size());
  EXPECT_EQ(sw.size(), phrase_rules().size());
}

TEST(text_cut, cuts_at_character_boundaries) {
  EXPECT_EQ(cut("short", 5), "short");
  EXPECT_EQ(cut("longer", 5), "long\xE2\x80\xA6");
  EXPECT_EQ(cut("two words", 5), "two\xE2\x80\xA6");
  EXPECT_EQ(cut("", 0), "");
  EXPECT_EQ(cut("abc", 0), "");
  const std::string kenya = "\xF0\x9F\x87\xB0\xF0\x9F\x87\xAA";
  EXPECT_EQ(cut("a" + kenya + kenya, 4), "a" + kenya + "\xE2\x80\xA6");
  EXPECT_EQ(cut("a" + kenya + kenya, 3), "a\xE2\x80\xA6");
  const std::string accent = "e\xCC\x81"; // e and a combining accent
  EXPECT_EQ(cut(accent + accent + accent, 4), accent + "\xE2\x80\xA6");
  std::string stacked = "x";
  for (int i = 0; i < 30; ++i)
    stacked += "\xCC\x81";
  EXPECT_EQ(code_points(cut(stacked, 24)), 24U);
  EXPECT_TRUE(is_utf8(cut("\xFF\xFE\xFD\xFC", 3)));
}

// Texts that need nothing done are recognised by a quicker look; a line break in front takes the long way.
TEST(text_cut, sees_what_is_one_line_already) {
  const std::vector<std::string> parts{"a",    " ",        "  ",       "Unga 2kg",        "\t",
                                       "\x7F", "\xC2\xB7", "\xC2\xA0", "\xC3\xA9",        "\xE3\x80\x80",
                                       "\xFF", "\xC3",     ".",        "\xF0\x9F\x91\x8B"};
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (auto count = random() % 6; count > 0; --count)
      text += parts[random() % parts.size()];
    const auto line = one_line(text);
    EXPECT_EQ(line, one_line("\n" + text)) << text;
    EXPECT_EQ(one_line(line), line);
    for (const std::size_t max : {0, 1, 3, 10})
      EXPECT_EQ(cut_line(text, max), cut(line, max));
  }
}

TEST(text_cut, makes_one_line) {
  EXPECT_EQ(one_line(" a\t\n b \xC2\xA0\xE3\x80\x80 c "), "a b c");
  EXPECT_EQ(one_line(" \x01\x7F\n"), "");
  EXPECT_EQ(one_line(std::string_view("a\0b", 3)), "a b");
  EXPECT_EQ(fold("  \xE2\x80\x8F*MENU*! "), "menu");
  EXPECT_EQ(fold("?"), "?");
  EXPECT_EQ(fold("..."), "");
}

TEST(keywords, numbers_and_orders) {
  EXPECT_EQ(find_number("2"), 2);
  EXPECT_EQ(find_number("999999999"), 999'999'999);
  for (const auto* text : {"", "x", "1234567890", "2kg", "-1", "1.5", "xx2"})
    EXPECT_EQ(find_number(text), std::nullopt) << text;
  const auto heard = find_order("ondoa omo 500");
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->what, heard_order::kind::remove);
  EXPECT_EQ(heard->name, "omo");
  EXPECT_EQ(heard->rest, "omo 500");
  EXPECT_EQ(find_order("addition"), std::nullopt);
}

TEST(reply_ids, say_all_that_is_needed) {
  using storefront::request;
  using storefront::wish;
  const std::string long_id(100, 'i');
  for (const auto& r :
       {request{wish::menu, {}, 0}, request{wish::categories, {}, 0}, request{wish::categories, {}, 3},
        request{wish::category, "Flour: fine:1", 0}, request{wish::category, "Flour:2", 2},
        request{wish::product, "a:5", 0}, request{wish::add, "a:5", 2}, request{wish::cart, {}, 0},
        request{wish::cart_lines, {}, 0}, request{wish::cart_edit, "x", 0}, request{wish::cart_quantity, long_id, 99},
        request{wish::cart_remove, "x", 0}, request{wish::cart_empty, {}, 0}, request{wish::kiswahili, {}, 0},
        request{wish::help, {}, 0}, request{wish::order, {}, 0}, request{wish::human, {}, 0},
        request{wish::english, {}, 0}}) {
    const auto id = storefront::to_reply_id(r);
    EXPECT_LE(code_points(id), 200U);
    EXPECT_EQ(storefront::parse_reply_id(id), r) << id;
  }
  for (const auto* id :
       {"", "menu", "menu:", "cat:", "page:Flour", "page::1", "page:Flour:", "page:Flour:-1", "add:x", "add:x:01",
        "add:x:1234567890", "cart:", "cart:edit:", "cart:viewed", "prod", "lang:fr"})
    EXPECT_EQ(storefront::parse_reply_id(id), std::nullopt) << id;
}

} // namespace

} // namespace wakala::commerce::test
