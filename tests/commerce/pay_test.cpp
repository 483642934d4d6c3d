// Paying, as the shopper sees it: which way, from which number, and what came of it.
#include "commerce/storefront/pay.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::commerce::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using said = payment_answer::kind;
using told = payment_news::kind;

struct paying_chat : chat {
  explicit paying_chat(bool mpesa = true, bool card = true) {
    pay.mpesa = mpesa;
    pay.card = card;
    pay.by_hand = "PayBill 174379";
    home = [this](const order_request& r) {
      return order_answer{order_receipt{"K7Q2M", r.total, now, now + 30 * 60'000}, {}};
    };
    desk = [this](const payment_request& r) {
      asked.push_back(r);
      auto a = answer;
      if (a.payer.empty() && r.way == pay_way::mpesa)
        a.payer = "254712345678";
      return a;
    };
    say("hi").tap("add:unga:2").say("checkout");
  }
  /// News of the order that was placed.
  paying_chat& hear(payment_news p) {
    order_news news{"K7Q2M",
                    order_state::awaiting_payment,
                    state.ordered->total,
                    2,
                    state.ordered->placed_at,
                    state.ordered->kept_until,
                    "",
                    std::move(p),
                    ""};
    auto e = text_event("", now);
    e.kind = whatsapp::event_kind::order;
    e.value = to_text(news);
    receive(e);
    return *this;
  }
  std::vector<payment_request> asked;
  payment_answer answer{said::started, {50'000, "KES"}, {}, {}, 0};
};

TEST(paying, offers_the_ways_that_the_shop_has) {
  paying_chat both;
  EXPECT_THAT(both.body(),
              HasSubstr("Your order is K7Q2M, total KES 500. We keep your items for 30 minutes. How would "
                        "you like to pay?"));
  EXPECT_THAT(both.titles(), ElementsAre("Pay with M-Pesa", "Pay by card", "Talk to us"));
  EXPECT_THAT(paying_chat(true, false).titles(), ElementsAre("Pay with M-Pesa", "Talk to us"));
  EXPECT_THAT(paying_chat(false, false).titles(), ElementsAre("My order", "Shop", "Talk to us"));
  EXPECT_THAT(both.say("my order").titles(), ElementsAre("Pay now", "Cancel order", "Talk to us"));
}

TEST(paying, asks_which_number_pays_and_sends_the_prompt) {
  paying_chat c;
  c.state.who.phone = "254722000001";
  c.tap_title("Pay with M-Pesa");
  EXPECT_EQ(c.body(), "We will send an M-Pesa prompt for KES 500 to +254722000001. Is that the number that pays?");
  EXPECT_THAT(c.titles(), ElementsAre("Send the prompt", "Another number", "Back"));
  EXPECT_THAT(c.asked, IsEmpty()) << "nothing is sent before the shopper has seen amount and number";
  EXPECT_EQ(record_form(c.state), 6);
  EXPECT_EQ(unpacked(packed(c.state)).value(), c.state);
  c.tap_title("Another number");
  EXPECT_THAT(c.body(), StartsWith("Which number pays?"));
  c.say("0712 345-678");
  ASSERT_EQ(c.asked.size(), 1U);
  EXPECT_EQ(c.asked[0].payer, "0712345678");
  EXPECT_EQ(c.asked[0].order, "K7Q2M");
  EXPECT_EQ(c.asked[0].way, pay_way::mpesa);
  EXPECT_THAT(c.body(), StartsWith("An M-Pesa prompt for KES 500 is on its way to +254712345678."));
}

TEST(paying, asks_for_the_number_of_who_has_a_user_name_only) {
  paying_chat c;
  c.state.who.phone.clear();
  auto tap = tap_event("pay:mpesa", c.now);
  tap.from.reset();
  tap.sender = tap.from_user_id = "KE.1";
  c.receive(tap);
  EXPECT_THAT(c.body(), StartsWith("Which number pays?"));
  c.answer.what = said::bad_number;
  c.say("+44 20 7946 0958");
  EXPECT_THAT(c.body(), StartsWith("That is not a number that can pay by M-Pesa.\nWhich number pays?"));
  c.say("2 unga"); // not a number: the shop goes on
  EXPECT_THAT(c.body(), StartsWith("Found for"));
}

TEST(paying, shows_what_is_charged_before_it_is) {
  paying_chat c;
  c.state.ordered->total.minor = 50'050;
  c.tap("pay:mpesa");
  EXPECT_THAT(c.body(), StartsWith("M-Pesa takes whole shillings: KES 501 instead of KES 500.50.\n"));
}

TEST(paying, in_kiswahili) {
  paying_chat c;
  c.state.who.phone = "254722000001";
  c.say("kiswahili").say("lipa sasa");
  EXPECT_THAT(c.body(), StartsWith("Oda yako K7Q2M: KES 500 ya kulipa."));
  c.tap_title("Lipa na M-Pesa");
  c.tap_title("Tuma ombi");
  EXPECT_THAT(c.body(), StartsWith("Ombi la M-Pesa la KES 500 linatumwa kwa +254712345678."));
  c.hear({told::failed, pay_way::mpesa, "no_money", "", {50'000, "KES"}});
  EXPECT_THAT(c.body(), HasSubstr("hakuna pesa za kutosha"));
  c.answer.what = said::checking;
  c.say("nimelipa");
  EXPECT_THAT(c.body(), StartsWith("Asante. Tunaangalia sasa"));
  EXPECT_EQ(c.asked.back().what, payment_request::kind::check);
}

TEST(paying, says_every_answer_of_the_home) {
  paying_chat c;
  const auto after = [&](said what, const std::string& tap, std::string url = {}) {
    c.answer = {what, {50'000, "KES"}, {}, std::move(url), 0};
    return c.tap(tap).body();
  };
  EXPECT_THAT(after(said::started, "pay:card"), StartsWith("One moment, please"));
  EXPECT_EQ(after(said::under_way, "pay:card", "https://x.example/1"),
            "Please pay KES 500 for order K7Q2M here: https://x.example/1");
  EXPECT_THAT(after(said::under_way, "pay:from:0712345678"), HasSubstr("is on the phone already"));
  EXPECT_THAT(after(said::nothing, "pay:done"), StartsWith("No payment for order K7Q2M has arrived yet.\n"));
  EXPECT_THAT(after(said::too_much, "pay:from:0712345678"), HasSubstr("more than can be paid"));
  EXPECT_THAT(after(said::too_often, "pay:from:0712345678"),
              HasSubstr("You can also pay by hand: PayBill 174379, account K7Q2M, KES 500."));
  EXPECT_THAT(after(said::unavailable, "pay:from:0712345678"), StartsWith("That way of paying does not work"));
  EXPECT_THAT(c.titles(), ElementsAre("Try again", "Pay by card", "Talk to us"));
  EXPECT_THAT(after(said::paid, "pay:card"), StartsWith("Your order K7Q2M"));
}

TEST(paying, keeps_the_order_as_long_as_the_home_does) {
  paying_chat c;
  const auto until = c.state.ordered->kept_until + 5 * 60'000;
  c.answer.kept_until = until;
  c.tap("pay:card");
  EXPECT_EQ(c.state.ordered->kept_until, until);
}

TEST(paying, tells_how_it_went) {
  paying_chat c;
  c.hear({told::page, pay_way::card, "", "https://x.example/1", {50'000, "KES"}});
  EXPECT_EQ(c.body(), "Please pay KES 500 for order K7Q2M here: https://x.example/1");
  c.hear({told::failed, pay_way::mpesa, "refused", "", {50'000, "KES"}});
  EXPECT_THAT(c.body(), StartsWith("The payment of KES 500 for order K7Q2M did not work.\nYou can also pay by hand"));
  EXPECT_THAT(c.titles(), ElementsAre("Try again", "Pay by card", "Talk to us"));
  for (const auto* const reason : {"no_money", "wrong_pin", "unreachable", "busy", "declined"}) {
    c.hear({told::failed, pay_way::mpesa, reason, "", {50'000, "KES"}});
    EXPECT_THAT(c.body(), HasSubstr("K7Q2M")) << reason;
    EXPECT_NE(c.body().find("did not work.\n"), 0U) << reason << " has words of its own";
  }
  c.hear({told::cancelled, pay_way::mpesa, "", "", {50'000, "KES"}});
  EXPECT_THAT(c.body(), HasSubstr("cancelled on the phone"));
  c.hear({told::lapsed, pay_way::card, "", "", {50'000, "KES"}});
  EXPECT_THAT(c.titles(), ElementsAre("Try again", "Pay with M-Pesa", "Talk to us"));
  c.hear({told::too_late, pay_way::card, "", "", {50'000, "KES"}});
  EXPECT_THAT(c.body(), HasSubstr("You will get it back"));
  c.hear({told::returned, pay_way::card, "", "", {50'000, "KES"}});
  EXPECT_THAT(c.body(), HasSubstr("sent KES 500 back"));
  c.wait(25 * 3'600'000);
  c.hear({told::returned, pay_way::card, "", "", {50'000, "KES"}});
  EXPECT_EQ(c.replies(), 0U) << "outside the window nothing free-form may be said";
}

TEST(paying, needs_an_order_that_waits_for_it) {
  paying_chat c;
  c.wait(31 * 60'000).tap("pay:mpesa");
  EXPECT_THAT(c.body(), HasSubstr("was not paid in time"));
  EXPECT_THAT(c.asked, IsEmpty());
  chat fresh;
  fresh.pay.mpesa = true;
  fresh.say("hi").say("pay");
  EXPECT_THAT(fresh.titles(), ::testing::Not(::testing::Contains("Pay with M-Pesa")));
}

TEST(paying, finds_numbers_and_takes_nothing_else_for_one) {
  using storefront::number_in;
  EXPECT_EQ(number_in("0712 345 678"), "0712345678");
  EXPECT_EQ(number_in("+254 (712) 345-678"), "+254712345678");
  for (const auto* const other : {"", "2", "12345678", "call 0712345678", "0712345678901234", "unga"})
    EXPECT_FALSE(number_in(other)) << other;
}

TEST(paying, its_texts_come_back_as_they_were) {
  const payment_request r{payment_request::kind::check, "K7Q2M", start_time, pay_way::card, "254"};
  EXPECT_EQ(payment_request_from(to_text(r)).value(), r);
  const payment_answer a{said::under_way, {1, "KWD"}, "254", "https://x.example", start_time};
  EXPECT_EQ(payment_answer_from(to_text(a)).value(), a);
  for (const auto& text : {to_text(r), to_text(a)})
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_FALSE(payment_request_from(text.substr(0, size)));
      EXPECT_FALSE(payment_answer_from(text.substr(0, size)));
    }
  order_news news{"K7Q2M",    order_state::expired,
                  {1, "KES"}, 1,
                  2,          3,
                  "",         payment_news{told::too_late, pay_way::card, "declined", "u", {4, "KES"}},
                  ""};
  EXPECT_EQ(order_news_from(to_text(news)).value(), news);
}

TEST(paying, is_charged_only_where_it_can_be) {
  pay_offer offer;
  EXPECT_FALSE(offer.charge(pay_way::mpesa, {100, "KES"}));
  offer.mpesa = offer.card = true;
  EXPECT_FALSE(offer.charge(pay_way::mpesa, {100, "UGX"})) << "M-Pesa of Kenya";
  EXPECT_EQ(offer.charge(pay_way::card, {100, "UGX"}), (money{100, "UGX"}));
  EXPECT_EQ(offer.charge(pay_way::mpesa, {149, "KES"}), (money{100, "KES"}));
  offer.rule = rounding::down;
  EXPECT_FALSE(offer.charge(pay_way::mpesa, {99, "KES"})) << "nothing is left";
  EXPECT_FALSE(offer.charge(pay_way::card, {0, "KES"}));
}

} // namespace
} // namespace wakala::commerce::test
