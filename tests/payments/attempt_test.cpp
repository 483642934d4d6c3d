// One try to be paid (payments reference §6): facts in any order, repeated, late, and forged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payments/attempt.hpp"
#include "payments/attempt_facts.hpp"
#include <algorithm>
#include <random>

namespace wakala::payments {
namespace {

const money due{125000, "KES"};

attempt fresh() {
  attempt a;
  a.id = "a1";
  a.order_id = "o1";
  a.provider = payment_provider::mpesa;
  a.due = due;
  a.account = "174379";
  return a;
}

attempt_fact of(fact_kind kind, std::int64_t send = 0) {
  attempt_fact fact;
  fact.kind = kind;
  fact.send = send;
  return fact;
}
attempt_fact paid(const std::string& receipt = "R1", money amount = due) {
  auto fact = of(fact_kind::succeeded);
  fact.source = fact_source::callback;
  fact.amount = amount;
  fact.receipt = receipt;
  return fact;
}
attempt_fact queried_paid() {
  auto fact = of(fact_kind::succeeded);
  fact.source = fact_source::query;
  return fact;
}
attempt_fact refund(const std::string& id, std::int64_t minor, refund_status status) {
  auto fact = of(fact_kind::refund);
  fact.amount = money{minor, "KES"};
  fact.refund_id = id;
  fact.refund = status;
  return fact;
}
attempt_fact failed(failure_reason reason) {
  auto fact = of(fact_kind::failed);
  fact.reason = reason;
  return fact;
}

attempt after(const std::vector<attempt_fact>& facts) {
  auto a = fresh();
  for (const auto& fact : facts)
    a = advance(std::move(a), fact);
  return a;
}

/// Every order of the facts, and each of them twice somewhere: what all of them end as, or all that they end as.
std::vector<attempt> ends_of(std::vector<attempt_fact> facts) {
  std::vector<std::size_t> order(facts.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::vector<attempt> ends;
  const auto keep = [&](attempt a) {
    if (std::ranges::find(ends, a) == ends.end())
      ends.push_back(std::move(a));
  };
  std::mt19937 random{7};
  do {
    std::vector<attempt_fact> once;
    for (const auto i : order)
      once.push_back(facts[i]);
    keep(after(once));
    auto twice = once;
    for (const auto& fact : once) // a repeat comes after its first, wherever
      twice.insert(twice.end() - static_cast<std::ptrdiff_t>(random() % (once.size())), fact);
    keep(after(twice));
  } while (std::ranges::next_permutation(order).found);
  return ends;
}

TEST(payment_attempt, goes_the_way_of_the_reference) {
  EXPECT_EQ(after({}).state, attempt_state::created);
  EXPECT_EQ(after({of(fact_kind::sending, 1)}).state, attempt_state::sent);
  EXPECT_EQ(after({of(fact_kind::sending, 1), of(fact_kind::ambiguous)}).state, attempt_state::unknown);
  EXPECT_EQ(after({of(fact_kind::sending, 1), of(fact_kind::ambiguous), of(fact_kind::taken)}).state,
            attempt_state::pending);
  EXPECT_EQ(after({of(fact_kind::sending, 1), of(fact_kind::not_taken, 1)}).state, attempt_state::created);
  EXPECT_EQ(after({of(fact_kind::sending, 1), of(fact_kind::not_taken, 1), of(fact_kind::sending, 2)}).state,
            attempt_state::sent);
  EXPECT_EQ(after({of(fact_kind::taken), paid()}).state, attempt_state::paid);
  const auto broke = after({of(fact_kind::taken), failed(failure_reason::no_money)});
  EXPECT_EQ(broke.state, attempt_state::failed);
  EXPECT_EQ(broke.failure, failure_reason::no_money);
  EXPECT_EQ(after({of(fact_kind::refused)}).failure, failure_reason::refused);
  EXPECT_EQ(after({of(fact_kind::taken), of(fact_kind::expired)}).state, attempt_state::expired);
  EXPECT_EQ(after({of(fact_kind::taken), of(fact_kind::cancelled)}).state, attempt_state::cancelled);
}

TEST(payment_attempt, money_that_comes_late_is_told_apart) {
  for (const auto& end : {of(fact_kind::expired), of(fact_kind::cancelled), failed(failure_reason::unreachable)}) {
    EXPECT_EQ(after({of(fact_kind::taken), end, paid()}).state, attempt_state::paid_late);
    EXPECT_EQ(after({of(fact_kind::taken), paid(), end}).state, attempt_state::paid) << "paid never goes back";
    EXPECT_EQ(after({end, paid(), end, paid(), of(fact_kind::taken)}).state, attempt_state::paid_late);
  }
}

TEST(payment_attempt, any_order_and_repetition_ends_the_same) {
  const std::vector<std::vector<attempt_fact>> stories{
      {of(fact_kind::sending, 1), of(fact_kind::ambiguous), of(fact_kind::taken), paid(), queried_paid()},
      {of(fact_kind::sending, 1), of(fact_kind::taken), of(fact_kind::cancelled), of(fact_kind::expired)},
      {of(fact_kind::sending, 1), of(fact_kind::taken), failed(failure_reason::no_money), of(fact_kind::expired)},
      {failed(failure_reason::no_money), failed(failure_reason::unreachable), of(fact_kind::cancelled)},
      {of(fact_kind::taken), paid("R1"), paid("R2"), paid("R3", {100, "KES"})},
      {paid(), refund("re_1", 25000, refund_status::pending), refund("re_1", 25000, refund_status::succeeded),
       refund("re_2", 100000, refund_status::succeeded)},
      {paid(), refund("re_1", 125000, refund_status::succeeded), refund("re_1", 125000, refund_status::failed)},
      {of(fact_kind::sending, 1), of(fact_kind::not_taken, 1), of(fact_kind::sending, 2),
       of(fact_kind::not_taken, 2)},
  };
  const std::vector<attempt_state> ends{attempt_state::paid,      attempt_state::cancelled, attempt_state::failed,
                                        attempt_state::cancelled, attempt_state::paid,      attempt_state::refunded,
                                        attempt_state::paid,      attempt_state::created};
  for (std::size_t i = 0; i < stories.size(); ++i) {
    SCOPED_TRACE(i);
    const auto found = ends_of(stories[i]);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].state, ends[i]) << to_string(found[0].state);
  }
}

TEST(payment_attempt, is_paid_exactly_when_the_right_money_arrived) {
  // Random facts of every kind, forged ones among them: whatever their order, money and no money are never mixed up.
  std::mt19937 random{11};
  const std::vector<attempt_fact> pool{of(fact_kind::sending, 1),
                                       of(fact_kind::ambiguous),
                                       of(fact_kind::taken),
                                       of(fact_kind::refused),
                                       of(fact_kind::cancelled),
                                       of(fact_kind::expired),
                                       paid("R1"),
                                       paid("R2"),
                                       paid("F1", {100, "KES"}),
                                       paid("F2", {125000, "UGX"}),
                                       queried_paid(),
                                       failed(failure_reason::wrong_pin)};
  for (int round = 0; round < 3'000; ++round) {
    auto a = fresh();
    bool money_came = false;
    bool wrong_came = false;
    for (auto left = random() % 8; left > 0; --left) {
      const auto& fact = pool[random() % pool.size()];
      const auto before = a;
      a = advance(std::move(a), fact);
      if (fact.kind == fact_kind::succeeded)
        (!fact.amount || *fact.amount == due ? money_came : wrong_came) = true;
      ASSERT_EQ(holds_money(a.state), money_came);
      ASSERT_EQ(a.state == attempt_state::review, wrong_came && !money_came);
      ASSERT_EQ(a.mismatch, wrong_came);
      ASSERT_TRUE(!holds_money(before.state) || before.state == a.state) << "paid stays as it is";
      ASSERT_EQ(advance(a, fact), a) << "twice is once";
    }
    ASSERT_EQ(attempt_from(to_text(a)).value(), a);
  }
}

TEST(payment_attempt, wrong_money_is_reviewed) {
  EXPECT_EQ(after({of(fact_kind::taken), paid("R1", {124900, "KES"})}).state, attempt_state::review);
  EXPECT_EQ(after({of(fact_kind::taken), paid("R1", {125000, "UGX"})}).state, attempt_state::review);
  auto elsewhere = paid();
  elsewhere.account = "600000";
  EXPECT_EQ(after({of(fact_kind::taken), elsewhere}).state, attempt_state::review);
  auto here = paid();
  here.account = "174379";
  EXPECT_EQ(after({of(fact_kind::taken), here}).state, attempt_state::paid);
  auto unreadable = paid();
  unreadable.amount.reset();
  unreadable.amount_unreadable = true;
  EXPECT_EQ(after({unreadable}).state, attempt_state::review);
}

TEST(payment_attempt, facts_about_something_else_change_nothing) {
  auto mine = of(fact_kind::taken);
  mine.reference = "ws_CO_1";
  auto forged = paid();
  forged.reference = "ws_CO_2";
  const auto pending = after({mine});
  EXPECT_EQ(advance(pending, forged), pending);
  forged.reference = "ws_CO_1";
  EXPECT_EQ(advance(pending, forged).state, attempt_state::paid);
}

TEST(payment_attempt, a_second_receipt_is_a_refund_case) {
  const auto once = after({paid("R1"), paid("R1"), queried_paid()});
  EXPECT_TRUE(payments_too_many(once).empty());
  EXPECT_TRUE(once.confirmed);
  EXPECT_FALSE(after({paid("R1")}).confirmed) << "anybody could have said that";
  const auto twice = after({paid("R2"), paid("R1"), paid("R3", {1, "KES"})});
  ASSERT_EQ(payments_too_many(twice).size(), 1U);
  EXPECT_EQ(payments_too_many(twice)[0].receipt, "R2");
  std::vector<attempt_fact> flood;
  for (int i = 0; i < 1'000; ++i)
    flood.push_back(paid("R" + std::to_string(i), {1, "KES"}));
  EXPECT_LE(after(flood).payments.size(), 32U);
}

TEST(payment_attempt, refunds_add_up) {
  const auto part = refund("re_1", 25000, refund_status::succeeded);
  EXPECT_EQ(after({paid(), part}).state, attempt_state::partly_refunded);
  EXPECT_EQ(after({part, paid()}).state, attempt_state::partly_refunded);
  EXPECT_EQ(after({paid(), refund("re_1", 25000, refund_status::pending)}).state, attempt_state::paid);
  auto all = of(fact_kind::refunded_so_far);
  all.amount = due;
  EXPECT_EQ(after({paid(), all, part}).state, attempt_state::refunded);
  EXPECT_EQ(refunded(after({paid(), all})), due);
  EXPECT_EQ(after({paid(), all, refund("re_1", 125000, refund_status::failed)}).state, attempt_state::paid);
  EXPECT_EQ(
      after({paid(), refund("a", 100000, refund_status::succeeded), refund("b", 25000, refund_status::succeeded)})
          .state,
      attempt_state::refunded);
}

TEST(payment_attempt, text_that_is_none_is_corrupt) {
  for (const std::string text : {"", "{}", "[]", "7"})
    EXPECT_EQ(attempt_from(text).error().code, errc::corrupt);
  auto text = to_text(fresh());
  text.replace(text.find("created"), 7, "wished!");
  EXPECT_EQ(attempt_from(text).error().code, errc::corrupt);
}

TEST(attempt_facts, of_prompts) {
  stk_report report;
  report.checkout_request_id = "ws_CO_1";
  report.what = stk_result::paid;
  report.amount = due;
  report.receipt = "SKM7XYZ123";
  EXPECT_EQ(advance(fresh(), fact_of(report, fact_source::callback)).state, attempt_state::paid);
  report.amount.reset();
  EXPECT_EQ(advance(fresh(), fact_of(report, fact_source::callback)).state, attempt_state::review);
  EXPECT_EQ(advance(fresh(), fact_of(report, fact_source::query)).state, attempt_state::paid);
  report.what = stk_result::still_processing;
  EXPECT_EQ(advance(fresh(), fact_of(report, fact_source::query)).state, attempt_state::pending);
  report.what = stk_result::unreachable;
  EXPECT_EQ(advance(fresh(), fact_of(report, fact_source::query)).failure, failure_reason::unreachable);
  report.what = stk_result::cancelled;
  EXPECT_EQ(advance(fresh(), fact_of(report, fact_source::callback)).state, attempt_state::cancelled);
  const auto taken = read_stk_push_answer(200, R"({"ResponseCode":"0","CheckoutRequestID":"ws_CO_1"})");
  EXPECT_EQ(advance(fresh(), fact_of(taken, 1)).reference, "ws_CO_1");
  EXPECT_EQ(advance(fresh(), fact_of(read_stk_push_answer(503, ""), 1)).state, attempt_state::unknown);
  EXPECT_EQ(advance(fresh(), fact_of(read_stk_push_answer(429, ""), 1)).state, attempt_state::created);
  EXPECT_EQ(advance(fresh(), fact_of(read_stk_push_answer(400, "{}"), 1)).state, attempt_state::failed);
  c2b_payment by_hand;
  by_hand.trans_id = "SKM7XYZ123";
  by_hand.amount = due;
  by_hand.short_code = "174379";
  const auto a = advance(fresh(), fact_of(by_hand));
  report.what = stk_result::paid;
  report.amount = due;
  EXPECT_TRUE(payments_too_many(advance(a, fact_of(report, fact_source::callback))).empty()) << "one receipt, once";
}

TEST(attempt_facts, of_events) {
  stripe_event event;
  event.session_id = "cs_1";
  event.payment_intent = "pi_1";
  event.amount = due;
  const auto state = [&](stripe_fact fact) {
    event.fact = fact;
    const auto made = fact_of(event);
    return made ? advance(fresh(), *made).state : attempt_state::created;
  };
  EXPECT_EQ(state(stripe_fact::paid), attempt_state::paid);
  EXPECT_EQ(state(stripe_fact::pending), attempt_state::pending);
  EXPECT_EQ(state(stripe_fact::failed), attempt_state::failed);
  EXPECT_EQ(state(stripe_fact::try_failed), attempt_state::created);
  EXPECT_EQ(state(stripe_fact::expired), attempt_state::expired);
  EXPECT_EQ(state(stripe_fact::cancelled), attempt_state::cancelled);
  EXPECT_EQ(state(stripe_fact::dispute), attempt_state::created);
  event.payment_link = "plink_1";
  event.fact = stripe_fact::paid;
  EXPECT_EQ(fact_of(event)->reference, "plink_1");
  event.amount.reset();
  EXPECT_EQ(state(stripe_fact::paid), attempt_state::review);
}

} // namespace
} // namespace wakala::payments
