// What may become of an order, and what the books say of it.
#include "commerce/order_moves.hpp"
#include "commerce/stock_book.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace wakala::commerce::test {
namespace {

constexpr time_ms noon = 1'750'000'000'000;

placed_order order_of(std::int64_t total, std::vector<cart_line> lines = {{"rice", "Rice", 2, {500, "KES"}}}) {
  placed_order o;
  o.id = "0123456789abcdef0123456789abcdef";
  o.code = "K7Q2M";
  o.conversation = conversation_id{{1}};
  o.lines = std::move(lines);
  o.total = {total, "KES"};
  o.placed_at = noon;
  o.kept_until = noon + 60'000;
  return o;
}

payment cash(std::int64_t minor) { return {"cash", "", {minor, "KES"}, 0, false}; }

order_change must(result<order_change> change) {
  EXPECT_TRUE(change) << (change ? "" : change.error().what);
  return change ? *change : order_change{};
}

order_state after(placed_order& o, order_move by) {
  o = must(moved(o, by, {}, noon)).order;
  return o.state;
}

TEST(order_moves, the_usual_way_to_the_door) {
  auto o = order_of(1'000);
  const auto change = must(paid(o, cash(1'000), true, noon + 1));
  EXPECT_EQ(change.order.state, order_state::paid);
  EXPECT_EQ(change.sells, 1);
  EXPECT_TRUE(change.is_news);
  o = change.order;
  EXPECT_EQ(after(o, order_move::confirm), order_state::confirmed);
  EXPECT_EQ(after(o, order_move::pack), order_state::packed);
  move_options how;
  how.tracking_url = "https://rider.example/1";
  o = must(moved(o, order_move::ship, how, noon)).order;
  EXPECT_EQ(o.tracking_url, how.tracking_url);
  EXPECT_EQ(after(o, order_move::deliver), order_state::delivered);
  EXPECT_EQ(o.history.size(), 5U);
  EXPECT_EQ(o.history.front(), (order_step{order_state::paid, noon + 1}));
  EXPECT_EQ(placed_order_from(to_text(o)).value(), o);
}

TEST(order_moves, a_promised_day_is_kept_until_another_is_given) {
  move_options how;
  how.delivery_date = "2026-12-01";
  auto o = must(moved(order_of(1'000), order_move::confirm, how, noon)).order;
  EXPECT_EQ(o.delivery_date, "2026-12-01");
  EXPECT_EQ(news_of(o).delivery_date, "2026-12-01");
  EXPECT_EQ(placed_order_from(to_text(o)).value(), o);
  EXPECT_EQ(to_text(order_of(1'000)).find("delivery_date"), std::string::npos);
  EXPECT_EQ(after(o, order_move::pack), order_state::packed);
  EXPECT_EQ(must(moved(o, order_move::ship, {}, noon)).order.delivery_date, "2026-12-01");
  how.delivery_date = "2026-12-03";
  EXPECT_EQ(must(moved(o, order_move::ship, how, noon)).order.delivery_date, "2026-12-03");
}

TEST(order_moves, every_move_from_every_state_is_either_allowed_or_refused_by_name) {
  const std::map<order_state, std::set<order_move>> allowed{
      {order_state::awaiting_payment, {order_move::confirm, order_move::cancel, order_move::expire}},
      {order_state::paid, {order_move::confirm}},
      {order_state::confirmed, {order_move::pack, order_move::cancel}},
      {order_state::packed, {order_move::ship, order_move::deliver, order_move::cancel}},
      {order_state::shipped, {order_move::deliver, order_move::cancel}},
      {order_state::delivered, {}},
      {order_state::cancelled, {}},
      {order_state::refunded, {}},
      {order_state::expired, {}},
  };
  for (const auto& [state, moves] : allowed)
    for (const auto by : {order_move::confirm, order_move::pack, order_move::ship, order_move::deliver,
                          order_move::cancel, order_move::refund, order_move::expire}) {
      auto o = order_of(1'000);
      o.state = state;
      const auto change = moved(o, by, {}, noon);
      EXPECT_EQ(change.has_value(), moves.contains(by)) << to_string(state) << " " << to_string(by);
      if (!change) {
        EXPECT_EQ(change.error().code, errc::conflict);
        EXPECT_NE(change.error().what.find(to_string(state)), std::string::npos) << change.error().what;
      }
      o.paid = 1'000;
      EXPECT_EQ(moved(o, order_move::refund, {}, noon).has_value(), true) << to_string(state);
      EXPECT_FALSE(moved(o, order_move::cancel, {}, noon)) << "what was paid is given back";
    }
}

TEST(order_moves, too_little_waits_and_the_rest_pays) {
  auto o = must(paid(order_of(1'000), cash(400), true, noon)).order;
  EXPECT_EQ(o.state, order_state::awaiting_payment);
  EXPECT_EQ(o.paid, 400);
  o = must(paid(o, cash(600), true, noon)).order;
  EXPECT_EQ(o.state, order_state::paid);
  EXPECT_EQ(o.owed, 0);
}

TEST(order_moves, too_much_is_owed_and_given_back_with_the_rest) {
  const auto change = must(paid(order_of(1'000), cash(1'500), true, noon));
  EXPECT_EQ(change.order.paid, 1'000);
  EXPECT_EQ(change.order.owed, 500);
  EXPECT_EQ(change.booked->postings,
            (std::vector<posting>{{"money:cash", 1'500}, {"sales", -1'000}, {"owed_to_shoppers", -500}}));
  const auto back = must(moved(change.order, order_move::refund, {}, noon));
  EXPECT_EQ(back.booked->postings,
            (std::vector<posting>{{"money:cash", -1'500}, {"sales", 1'000}, {"owed_to_shoppers", 500}}));
  EXPECT_EQ(back.order.paid + back.order.owed, 0);
  EXPECT_EQ(back.sells, -1);
  EXPECT_EQ(must(moved(change.order, order_move::refund, {"cash", "", false, "", false, ""}, noon)).sells, 0)
      << "it is broken";
}

TEST(order_moves, a_second_payment_of_a_paid_order_is_owed) {
  const auto once = must(paid(order_of(1'000), cash(1'000), true, noon)).order;
  const auto twice = must(paid(once, {"mpesa", "SKM7XYZ123", {1'000, "KES"}, 0, false}, true, noon));
  EXPECT_EQ(twice.order.paid, 1'000);
  EXPECT_EQ(twice.order.owed, 1'000);
  EXPECT_FALSE(twice.is_news);
  EXPECT_EQ(twice.sells, 0);
}

TEST(order_moves, what_comes_too_late_pays_only_if_the_pieces_can_be_had) {
  auto o = must(moved(order_of(1'000), order_move::expire, {}, noon)).order;
  const auto revived = must(paid(o, cash(1'000), true, noon));
  EXPECT_EQ(revived.order.state, order_state::paid);
  EXPECT_EQ(revived.sells, 1);
  const auto gone = must(paid(o, cash(1'000), false, noon));
  EXPECT_EQ(gone.order.state, order_state::expired);
  EXPECT_EQ(gone.order.owed, 1'000);
  EXPECT_EQ(must(paid(o, cash(999), true, noon)).order.owed, 999) << "not enough for anything";
  const auto back = must(moved(gone.order, order_move::refund, {}, noon));
  EXPECT_EQ(back.order.state, order_state::expired);
  EXPECT_FALSE(back.is_news);
}

TEST(order_moves, what_was_paid_of_an_order_that_expires_is_owed) {
  const auto half = must(paid(order_of(1'000), cash(400), true, noon)).order;
  const auto lapsed = must(moved(half, order_move::expire, {}, noon));
  EXPECT_EQ(lapsed.order.owed, 400);
  EXPECT_EQ(lapsed.booked->postings, (std::vector<posting>{{"sales", 400}, {"owed_to_shoppers", -400}}));
  const auto rest = must(paid(lapsed.order, cash(600), true, noon));
  EXPECT_EQ(rest.order.state, order_state::paid) << "with what was paid before";
  EXPECT_EQ(rest.order.owed, 0);
}

TEST(order_moves, a_rounded_payment_counts_for_what_it_was_asked_for) {
  const auto change = must(paid(order_of(99'950), {"mpesa", "R1", {100'000, "KES"}, 99'950, false}, true, noon));
  EXPECT_EQ(change.order.state, order_state::paid);
  EXPECT_EQ(change.order.owed, 0);
  EXPECT_EQ(change.booked->postings,
            (std::vector<posting>{{"money:mpesa", 100'000}, {"sales", -99'950}, {"rounding", -50}}));
}

TEST(order_moves, a_refund_through_a_provider_is_owed_until_it_has_gone) {
  const auto whole = must(paid(order_of(1'000), {"stripe", "pi_1", {1'000, "KES"}, 0, false}, true, noon)).order;
  move_options how;
  how.is_still_owed = true;
  const auto owed = must(moved(whole, order_move::refund, how, noon));
  EXPECT_EQ(owed.order.state, order_state::refunded);
  EXPECT_EQ(owed.order.owed, 1'000);
  EXPECT_EQ(owed.sells, -1);
  EXPECT_EQ(owed.booked->postings, (std::vector<posting>{{"sales", 1'000}, {"owed_to_shoppers", -1'000}}));
  EXPECT_FALSE(given_back(owed.order, {"stripe", "re_1", {1'001, "KES"}, 0, false}, noon)) << "less is owed";
  EXPECT_EQ(given_back(owed.order, {"stripe", "re_1", {1, "UGX"}, 0, false}, noon).error().field, "/amount");
  const auto gone = must(given_back(owed.order, {"stripe", "re_1", {1'000, "KES"}, 0, false}, noon));
  EXPECT_EQ(gone.order.owed, 0);
  EXPECT_EQ(gone.booked->postings, (std::vector<posting>{{"money:stripe", -1'000}, {"owed_to_shoppers", 1'000}}));
  auto on_its_way = owed.order;
  on_its_way.returning = 1'000;
  EXPECT_EQ(moved(on_its_way, order_move::refund, {}, noon).error().code, errc::conflict) << "it would go back twice";
}

TEST(order_moves, money_on_its_way_back_pays_for_nothing_any_more) {
  auto o = must(moved(order_of(1'000), order_move::expire, {}, noon)).order;
  o.owed = 300;
  o.returning = 300;
  const auto late = must(paid(o, cash(700), true, noon)).order;
  EXPECT_EQ(late.state, order_state::expired);
  EXPECT_EQ(late.owed, 1'000);
  EXPECT_EQ(must(paid(o, cash(1'000), true, noon)).order.owed, 300) << "until it has gone";
}

TEST(ledger, what_belongs_to_no_order_waits_in_an_account_of_its_own) {
  const payment p{"mpesa", "R1", {500, "KES"}, 0, false};
  balances b;
  ASSERT_TRUE(b.add(unmatched_entry(p, false, noon).value()));
  EXPECT_EQ(b.sums().at("KES").at("unmatched"), -500);
  auto matched = p;
  matched.was_unmatched = true;
  ASSERT_TRUE(b.add(must(paid(order_of(500), matched, true, noon)).booked.value()));
  EXPECT_EQ(b.sums().at("KES").at("unmatched"), 0);
  EXPECT_EQ(b.sums().at("KES").at("money:mpesa"), 500);
  EXPECT_FALSE(unmatched_entry({"mpesa", "R2", {0, "KES"}, 0, false}, false, noon));
}

TEST(order_moves, an_order_without_price_is_confirmed_without_payment) {
  EXPECT_EQ(must(moved(order_of(0), order_move::confirm, {}, noon)).order.state, order_state::confirmed);
}

TEST(order_moves, money_that_is_none_is_refused_by_field) {
  EXPECT_EQ(paid(order_of(1'000), {"cash", "", {100, "UGX"}, 0, false}, true, noon).error().field, "/currency");
  EXPECT_EQ(paid(order_of(1'000), cash(0), true, noon).error().field, "/amount");
  EXPECT_EQ(paid(order_of(1'000), cash(-5), true, noon).error().field, "/amount");
  auto rich = order_of(1'000);
  rich.owed = std::numeric_limits<std::int64_t>::max() - 10;
  EXPECT_EQ(paid(rich, cash(100), true, noon).error().field, "/amount");
}

TEST(order_moves, are_named_and_nothing_else_is) {
  for (const auto by : {order_move::pay, order_move::confirm, order_move::pack, order_move::ship, order_move::deliver,
                        order_move::cancel, order_move::refund, order_move::expire})
    EXPECT_EQ(order_move_from(to_string(by)), by);
  EXPECT_FALSE(order_move_from("steal"));
  EXPECT_FALSE(order_state_from("stolen"));
}

// -- the books ---------------------------------------------------------------------------

TEST(ledger, an_entry_comes_back_as_it_was_and_only_if_it_balances) {
  const auto e = must(paid(order_of(1'000), cash(1'500), true, noon)).booked.value();
  EXPECT_EQ(ledger_entry_from(to_text(e)).value(), e);
  auto bent = e;
  bent.postings.front().minor += 1;
  EXPECT_FALSE(is_balanced(bent));
  EXPECT_FALSE(ledger_entry_from(to_text(bent)));
  balances b;
  EXPECT_FALSE(b.add(bent));
  EXPECT_EQ(b, balances{});
  bent.postings.clear();
  EXPECT_FALSE(is_balanced(bent)) << "of nothing";
  for (std::size_t size = 0; size < to_text(e).size(); ++size)
    EXPECT_FALSE(ledger_entry_from(to_text(e).substr(0, size)));
}

TEST(ledger, sums_are_kept_by_currency_and_come_back) {
  balances b;
  auto e = must(paid(order_of(1'000), cash(1'500), true, noon)).booked.value();
  ASSERT_TRUE(b.add(e));
  e.currency = "UGX";
  ASSERT_TRUE(b.add(e));
  ASSERT_TRUE(b.add(e));
  EXPECT_EQ(b.sums().at("KES").at("money:cash"), 1'500);
  EXPECT_EQ(b.sums().at("UGX").at("owed_to_shoppers"), -1'000);
  EXPECT_EQ(balances_from(to_text(b)).value(), b);
  EXPECT_FALSE(balances_from(R"({"KES":{"sales":-5}})")) << "does not balance";
  EXPECT_FALSE(balances_from(R"({"KES":5})"));
  EXPECT_FALSE(balances_from("null and void"));
}

TEST(ledger, a_sum_that_could_not_be_exact_is_not_made) {
  balances b;
  ledger_entry e{noon, "payment", "K7Q2M",
                 "",   "KES",     {{"a", std::int64_t{1} << 61}, {"b", -(std::int64_t{1} << 61)}}};
  ASSERT_TRUE(b.add(e));
  ASSERT_TRUE(b.add(e));
  const auto before = b;
  EXPECT_FALSE(b.add(e));
  EXPECT_EQ(b, before);
}

} // namespace
} // namespace wakala::commerce::test
