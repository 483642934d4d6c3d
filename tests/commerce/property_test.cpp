// Whatever the shelf holds and whoever writes whatever: nothing throws, every message is one that Meta accepts, and
// no cart holds what the shop does not have. Reproducible: each case runs from its seed.
#include "commerce/cart.hpp"
#include "runtime/core/encoding.hpp"
#include "tests/commerce/chat.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

namespace wakala::commerce::test {

namespace {

class dice {
public:
  explicit dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(engine_() % bound); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::uint64_t any() { return engine_(); }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(std::size(list))];
  }

private:
  std::mt19937_64 engine_;
};

const std::array<std::string, 14> pieces{"a",
                                         "Unga ",
                                         "9",
                                         "{name}",
                                         ":",
                                         "\"",
                                         "\xC3\xA9",
                                         "\xF0\x9F\x98\x80",
                                         "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7",
                                         "\xF0\x9F\x87\xB0\xF0\x9F\x87\xAA",
                                         "e\xCC\x81",
                                         "\xE2\x80\x8F",
                                         "  ",
                                         "*_~`"};

/// Text of up to `max` code points, with something visible in it.
std::string random_text(dice& d, std::size_t max) {
  std::string text = "n";
  const auto length = d.one_in(4) ? max : d.below(30);
  for (std::size_t i = 0; i < length; ++i) {
    const auto& piece = d.pick(pieces);
    if (code_points(text) + code_points(piece) > max)
      break;
    text += piece;
  }
  return text;
}

catalog random_catalog(dice& d) {
  const std::array<std::size_t, 9> sizes{0, 1, 2, 9, 10, 11, 30, 100, 1000};
  const auto count = d.pick(sizes);
  std::vector<std::string> categories;
  for (auto i = d.below(25) + 1; i > 0; --i)
    categories.push_back(random_text(d, 100));
  std::vector<product> products;
  for (std::size_t i = 0; i < count; ++i) {
    auto p =
        make_product(random_text(d, 90) + ":" + std::to_string(i), d.pick(categories), 0, {}, random_text(d, 200));
    p.description = d.one_in(2) ? std::string{} : random_text(d, 200) + (d.one_in(5) ? std::string(3'000, 'd') : "");
    p.price.minor = d.one_in(20) ? (std::int64_t{1} << 53) : static_cast<std::int64_t>(d.below(1'000'000));
    if (!d.one_in(3))
      p.stock = static_cast<std::int64_t>(d.below(d.one_in(2) ? 4 : 200));
    products.push_back(std::move(p));
  }
  return make_catalog(std::move(products));
}

const std::array<std::string, 68> words{"hi",
                                        "habari",
                                        "MENU",
                                        "orodha",
                                        "cart",
                                        "kikapu",
                                        "human",
                                        "mhudumu",
                                        "language",
                                        "lugha",
                                        "help",
                                        "msaada",
                                        "shop",
                                        "more",
                                        "back",
                                        "2",
                                        "0",
                                        "99",
                                        "100",
                                        "add 3",
                                        "remove",
                                        "empty",
                                        "change",
                                        "add",
                                        "nonsense",
                                        "my order",
                                        "",
                                        "remove n",
                                        "change n 2",
                                        "english",
                                        "kiswahili",
                                        "?",
                                        "add 2 n",
                                        "n",
                                        "checkout",
                                        "weka oda",
                                        "stop",
                                        "ANZA",
                                        "sukari",
                                        "unag",
                                        "2 unga",
                                        "Westlands",
                                        "back",
                                        "yes",
                                        "ndiyo",
                                        "Amina W",
                                        "House 7",
                                        "cancel",
                                        "delivery",
                                        "more",
                                        "agiza",
                                        "rudi",
                                        "nitachukua",
                                        "n n n",
                                        "acha",
                                        "stop by tomorrow",
                                        "again",
                                        "tena",
                                        "ghairi",
                                        "no",
                                        "cancel order",
                                        "cancel B2B2B",
                                        "same again",
                                        "ghairi oda",
                                        "pay",
                                        "nimelipa",
                                        "0712 345 678",
                                        "i have paid"};
const std::array<std::string, 31> odd_taps{
    "menu:home",       "menu:shop",    "menu:order",   "menu:human",      "cats:99",          "cat:none",
    "prod:none",       "add:none:1",   "cart:qty:n:3", "cart:lines:1000", "lang:other",       "\xF0\x9F\x98\x80",
    "get:how",         "get:delivery", "get:areas:7",  "get:area:Mars",   "get:name",         "get:myname",
    "get:address",     "get:details",  "get:confirm",  "find:n:9",        "ord:cancel:K7Q2M", "ord:drop:K7Q2M",
    "ord:again:C3C3C", "pay:how",      "pay:mpesa",    "pay:card",        "pay:number",       "pay:from:+1",
    "pay:done"};

void expect_sound(const chat& c, const catalog& shelf, const std::string& what) {
  for (const auto& line : c.state.basket.lines) {
    EXPECT_GE(line.quantity, 1) << what;
    EXPECT_LE(line.quantity, quantity_max) << what;
    const auto* p = shelf.find(line.product_id);
    ASSERT_NE(p, nullptr) << what;
    EXPECT_LE(line.quantity, p->stock.value_or(quantity_max)) << what;
  }
  EXPECT_TRUE(total(c.state.basket, "KES").has_value()) << what;
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state) << what;
}

/// A shop that asks how an order gets to the shopper, in one way or another, and has any hours.
shop_settings random_settings(dice& d) {
  shop_settings shop;
  const std::array<std::size_t, 5> counts{0, 1, 3, 11, 100};
  for (auto i = d.pick(counts); i > 0; --i)
    shop.areas.push_back(
        {random_text(d, 50) + " " + std::to_string(i),
         {static_cast<std::int64_t>(d.one_in(9) ? std::uint64_t{1} << 53U : d.below(100'000)), "KES"}});
  if (d.one_in(2))
    shop.pick_up = random_text(d, 290) + " 1";
  if (d.one_in(2))
    shop.hours = {{{static_cast<std::uint8_t>(d.below(7)), 480, 1'020}}, 180};
  return shop;
}

TEST(storefront_property, every_message_is_one_that_meta_accepts) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    dice d(seed);
    chat c(random_catalog(d));
    c.name = random_text(d, 300);
    if (seed % 2 == 0)
      c.shop = random_settings(d);
    c.pay = {d.one_in(2), d.one_in(2), rounding::nearest, d.one_in(2) ? "PayBill 174379" : ""};
    if (seed % 3 == 0) {
      c.at_meta = meta_goods{"1948", {}};
      for (const auto& p : c.shelf.products())
        if (seed % 2 == 0 || !d.one_in(20))
          c.at_meta->products.insert(p.id);
    }
    std::size_t answered = 0;
    for (int turn = 0; turn < 60; ++turn) {
      std::string what;
      const auto& products = c.shelf.products();
      if (const auto shown = c.ids(); !shown.empty() && !d.one_in(4))
        c.tap(what = d.pick(shown));
      else if (!products.empty() && d.one_in(3))
        c.tap(what = "add:" + d.pick(products).id + ":" + std::to_string(d.below(120)));
      else if (!products.empty() && d.one_in(4))
        c.say(what = d.pick(products).name);
      else if (d.one_in(4))
        c.tap(what = d.pick(odd_taps));
      else if (d.one_in(9))
        c.share(what = R"({"latitude":-1.28,"longitude":36.82,"name":"Home"})");
      else if (!products.empty() && d.one_in(9))
        c.order(R"([{"product_retailer_id":")" + (what = "p1") +
                R"(","quantity":3,"item_price":9.5,"currency":"KES"}])");
      else
        c.say(what = d.pick(words));
      answered += c.last.answered ? 1U : 0U;
      expect_sound(c, c.shelf, "seed " + std::to_string(seed) + ": " + what);
      if (d.one_in(10))
        c.wait(static_cast<time_ms>(d.below(30)) * ms_per_hour);
      if (::testing::Test::HasFailure())
        return;
    }
    EXPECT_GT(answered, 10U) << seed;
  }
}

TEST(storefront_property, shelves_may_change_at_any_moment) {
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    dice d(seed);
    chat c(numbered(30));
    for (int turn = 0; turn < 60; ++turn) {
      if (d.one_in(5)) { // fewer products, other stock and prices
        std::vector<product> products;
        for (std::size_t i = 1; i <= 30; ++i)
          if (!d.one_in(4))
            products.push_back(make_product("p" + std::to_string(i), d.one_in(2) ? "Shelf" : "Other",
                                            static_cast<std::int64_t>(d.below(10'000)),
                                            static_cast<std::int64_t>(d.below(8))));
        c.shelf = make_catalog(std::move(products));
      }
      const auto shown = c.ids();
      if (!shown.empty() && !d.one_in(3))
        c.tap(d.pick(shown));
      else
        c.tap("add:p" + std::to_string(d.below(32)) + ":" + std::to_string(d.below(9)));
      c.say("cart"); // showing a cart brings it in line
      expect_sound(c, c.shelf, "seed " + std::to_string(seed));
      if (::testing::Test::HasFailure())
        return;
    }
  }
}

std::optional<std::string> maybe(dice& d, const std::string& text) {
  return d.one_in(3) ? std::nullopt : std::optional(text);
}

/// Anything that could be in an event, whether a decoder would write it or not.
whatsapp::event random_event(dice& d, time_ms now) {
  const std::array<std::string, 18> types{
      "text",        "image",   "interactive",     "button", "order",   "system",   "reaction", "edit",     "revoke",
      "unsupported", "unknown", "request_welcome", "",       "sticker", "location", "contacts", "document", "video"};
  const std::array<std::string, 8> people{"254700000001", "254700000002",       "KE.1", "KE.2", "", "+1 (2)",
                                          "\xFF\xFE",     std::string(500, '9')};
  const std::array<std::int64_t, 9> times{0,
                                          -1,
                                          1,
                                          std::numeric_limits<std::int64_t>::max(),
                                          std::numeric_limits<std::int64_t>::min(),
                                          now,
                                          now - ms_per_day,
                                          now - ms_per_day - 1,
                                          now + ms_per_hour};
  whatsapp::event e;
  e.kind = static_cast<whatsapp::event_kind>(d.below(12));
  if (!d.one_in(3))
    e.kind = whatsapp::event_kind::message;
  e.type = maybe(d, d.pick(types));
  e.from = maybe(d, d.pick(people));
  e.from_user_id = maybe(d, d.pick(people));
  e.to = maybe(d, d.pick(people));
  e.to_user_id = maybe(d, d.pick(people));
  e.sender = maybe(d, d.pick(people));
  e.contact_phone = d.pick(people);
  e.contact_user_id = d.pick(people);
  e.previous_user_id = d.pick(people);
  e.phone_number_id = maybe(d, d.one_in(2) ? "100" : "200");
  e.profile_name = d.one_in(5) ? std::string("\xED\xA0\x80\x00 x", 6) : random_text(d, 50);
  e.username = d.pick(people);
  e.text = d.one_in(10) ? std::string(65'536, 'm') : d.one_in(5) ? std::string("\xC3") : d.pick(words);
  e.reply_id = d.one_in(2) ? std::string{} : d.pick(odd_taps);
  e.group_id = d.one_in(6) ? "g" : "";
  e.at = d.pick(times);
  return e;
}

TEST(storefront_property, no_event_makes_a_step_throw) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    dice d(seed * 7919);
    chat c;
    for (int turn = 0; turn < 150; ++turn) {
      const auto event = random_event(d, c.now);
      const auto before = c.state;
      ASSERT_NO_THROW(c.receive(event)) << seed;
      EXPECT_LE(c.replies(), event.kind == whatsapp::event_kind::message ? 1U : 0U);
      EXPECT_EQ(c.last.answered, c.replies() > 0);
      EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
      EXPECT_GE(c.last.figures.duration_seconds, 0);
      EXPECT_TRUE(before.who.user_id.empty() || !c.state.who.user_id.empty());
      c.wait(static_cast<time_ms>(d.below(20)) * ms_per_hour);
      if (::testing::Test::HasFailure())
        return;
    }
  }
}

} // namespace

} // namespace wakala::commerce::test
