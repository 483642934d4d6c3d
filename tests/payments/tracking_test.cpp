// What is to be done about an attempt, and when; what the books are to have of it; when a person has to look.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "payments/tracking.hpp"

namespace wakala::payments {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using stage = refund_work::stage;

constexpr time_ms noon = 1'790'000'000'000;
constexpr time_ms second = ms_per_second;
constexpr time_ms minute = 60 * second;
constexpr tracking_rules rules{500'000};

attempt_fact fact(fact_kind kind, fact_source source = fact_source::node) {
  attempt_fact f;
  f.kind = kind;
  f.source = source;
  return f;
}

attempt_fact success(const std::string& receipt, fact_source source, std::int64_t minor = 125'000) {
  auto f = fact(fact_kind::succeeded, source);
  f.receipt = receipt;
  f.amount = money{minor, "KES"};
  if (source == fact_source::query)
    f.amount.reset();
  return f;
}

tracked_attempt prompt(std::int64_t minor = 125'000) {
  tracked_attempt t;
  t.what.id = "0123456789abcdef0123456789abcdef";
  t.what.provider = payment_provider::mpesa;
  t.what.due = {minor, "KES"};
  t.order_row = "00";
  t.covers = minor;
  t.created_at = noon;
  return t;
}

tracked_attempt sent(tracked_attempt t, const std::string& name) {
  auto sending = fact(fact_kind::sending);
  sending.send = t.what.sends + 1;
  t = heard(std::move(t), sending, noon);
  t.sent_at = noon;
  auto taken = fact(fact_kind::taken, fact_source::answer);
  taken.reference = name;
  return heard(std::move(t), taken, noon);
}

tracked_attempt page() {
  auto t = prompt();
  t.what.provider = payment_provider::stripe;
  t.expires_at = noon + 35 * minute;
  return t;
}

TEST(tracking, a_prompt_is_started_asked_about_and_given_up) {
  auto t = prompt();
  EXPECT_EQ(next_of(t, rules), (next_step{step_kind::start, 0, 0}));
  t = sent(t, "ws_1");
  std::vector<time_ms> asked;
  for (auto step = next_of(t, rules); step.what == step_kind::query; step = next_of(t, rules)) {
    asked.push_back((step.at - noon) / second);
    note_look(t, step.at);
  }
  EXPECT_THAT(asked, ElementsAre(20, 45, 90, 180, 600)) << "payments reference §3.4";
  EXPECT_EQ(next_of(t, rules).what, step_kind::lapse);
  t = heard(t, fact(fact_kind::expired), noon + 601 * second);
  EXPECT_EQ(t.what.state, attempt_state::expired);
  EXPECT_EQ(next_of(t, rules).what, step_kind::none);
  EXPECT_FALSE(is_open(t, rules));
  t = heard(t, success("R1", fact_source::callback), noon + 11 * minute);
  EXPECT_EQ(t.what.state, attempt_state::paid_late);
  EXPECT_THAT(to_book(t, rules).receipts, ElementsAre("R1"));
}

TEST(tracking, a_prompt_without_a_name_is_never_sent_again_and_its_callback_is_waited_for) {
  auto t = prompt();
  auto sending = fact(fact_kind::sending);
  sending.send = 1;
  t = heard(t, sending, noon);
  t.sent_at = noon;
  EXPECT_EQ(next_of(t, rules), (next_step{step_kind::lapse, noon + 10 * minute, 0})) << "a crash: it may be out";
  t = heard(t, fact(fact_kind::ambiguous, fact_source::answer), noon);
  EXPECT_EQ(next_of(t, rules).what, step_kind::lapse) << "a timeout: the same";
  auto not_taken = fact(fact_kind::not_taken, fact_source::answer);
  not_taken.send = 1;
  t = heard(t, not_taken, noon);
  EXPECT_EQ(next_of(t, rules).what, step_kind::start) << "certainly nothing was done";
}

TEST(tracking, a_page_is_asked_for_again_under_its_key_until_it_would_be_too_late) {
  auto t = page();
  auto sending = fact(fact_kind::sending);
  sending.send = 1;
  t = heard(t, sending, noon);
  t = heard(t, fact(fact_kind::ambiguous, fact_source::answer), noon);
  put_off(t, noon);
  EXPECT_EQ(next_of(t, rules), (next_step{step_kind::start, noon + 2 * second, 0}));
  t.next_at = noon + 10 * minute;
  EXPECT_EQ(next_of(t, rules).what, step_kind::lapse);
}

TEST(tracking, a_page_is_closed_when_nobody_should_pay_with_it_any_more) {
  auto t = sent(page(), "cs_1");
  EXPECT_EQ(next_of(t, rules), (next_step{step_kind::query, noon + 36 * minute, 0})) << "its event may be lost";
  t.is_closing = true;
  EXPECT_EQ(next_of(t, rules).what, step_kind::close);
  t.is_closed = true;
  EXPECT_EQ(next_of(t, rules).what, step_kind::lapse);
  auto unsent = page();
  unsent.is_closing = true;
  EXPECT_EQ(next_of(unsent, rules).what, step_kind::lapse);
  auto link = sent(page(), "plink_1");
  link.expires_at = 0;
  link.is_link = true;
  EXPECT_EQ(next_of(link, rules).what, step_kind::none) << "it lives until it is closed";
  EXPECT_TRUE(is_open(link, rules));
}

TEST(tracking, a_large_payment_counts_only_when_it_was_asked_about) {
  auto t = heard(sent(prompt(500'000), "ws_1"), success("R1", fact_source::callback, 500'000), noon + minute);
  EXPECT_TRUE(t.what.money_arrived);
  EXPECT_FALSE(counts(t, rules));
  EXPECT_THAT(to_book(t, rules).receipts, IsEmpty());
  EXPECT_EQ(next_of(t, rules), (next_step{step_kind::query, noon + minute, 0})) << "at once";
  auto confirmed = heard(t, success("", fact_source::query), noon + minute);
  EXPECT_TRUE(counts(confirmed, rules));
  EXPECT_THAT(to_book(confirmed, rules).receipts, ElementsAre("R1"));
  auto denied = heard(t, fact(fact_kind::cancelled, fact_source::query), noon + minute);
  EXPECT_FALSE(counts(denied, rules));
  EXPECT_EQ(attention(denied, rules), "contradicted");
  EXPECT_EQ(next_of(denied, rules).what, step_kind::none);
  for (int i = 0; i < 6; ++i)
    note_look(t, noon + minute);
  EXPECT_EQ(attention(t, rules), "unconfirmed") << "Daraja does not answer: a person decides";
  t.is_settled = true;
  EXPECT_FALSE(is_open(t, rules));
}

TEST(tracking, a_payment_is_booked_once_whichever_word_comes_first) {
  auto t = heard(sent(prompt(), "ws_1"), success("", fact_source::query), noon);
  auto b = to_book(t, rules);
  EXPECT_THAT(b.receipts, ElementsAre("")) << "a query knows no receipt";
  note_booked(t, b, noon);
  EXPECT_THAT(to_book(t, rules).receipts, IsEmpty());
  t = heard(t, success("R1", fact_source::callback), noon);
  b = to_book(t, rules);
  EXPECT_THAT(b.receipts, IsEmpty()) << "the same money";
  EXPECT_THAT(b.named, ElementsAre("R1"));
  note_booked(t, b, noon);
  EXPECT_THAT(t.booked, ElementsAre("R1"));
  t = heard(t, success("R2", fact_source::callback), noon);
  EXPECT_THAT(to_book(t, rules).receipts, ElementsAre("R2")) << "paid twice";
  t = heard(t, success("R1", fact_source::callback), noon);
  EXPECT_THAT(to_book(t, rules).receipts, ElementsAre("R2"));
}

TEST(tracking, a_confirmation_by_hand_may_have_been_the_prompts_own) {
  auto t = sent(prompt(), "ws_1");
  t.by_hand_meanwhile = {"R1"};
  t = heard(t, success("", fact_source::query), noon);
  const auto b = to_book(t, rules);
  EXPECT_THAT(b.receipts, IsEmpty());
  EXPECT_THAT(b.named, ElementsAre("R1"));
  note_booked(t, b, noon);
  EXPECT_THAT(t.booked, ElementsAre("R1"));
}

TEST(tracking, wrong_money_is_never_booked_and_shown_to_a_person) {
  const auto t = heard(sent(prompt(), "ws_1"), success("R1", fact_source::callback, 100), noon);
  EXPECT_EQ(t.what.state, attempt_state::review);
  EXPECT_THAT(to_book(t, rules).receipts, IsEmpty());
  EXPECT_EQ(attention(t, rules), "review");
  EXPECT_TRUE(is_open(t, rules));
}

TEST(tracking, a_refund_is_asked_for_again_only_where_that_is_safe) {
  auto t = heard(sent(page(), "cs_1"), success("pi_1", fact_source::signed_event), noon);
  note_booked(t, to_book(t, rules), noon);
  t.refunds.push_back({1, "pi_1", {125'000, "KES"}, 125'000, stage::wanted, {}, {}, 0, noon});
  EXPECT_EQ(next_of(t, rules), (next_step{step_kind::give_back, noon, 1}));
  t.refunds[0].state = stage::sent;
  t.refunds[0].next_at = noon + minute;
  EXPECT_EQ(next_of(t, rules), (next_step{step_kind::give_back, noon + minute, 1})) << "under the same key";
  t.what.provider = payment_provider::mpesa;
  EXPECT_EQ(next_of(t, rules).what, step_kind::none) << "M-Pesa would pay back twice";
  t.refunds[0].state = stage::ambiguous;
  EXPECT_EQ(attention(t, rules), "refund_failed");
  t.refunds[0].state = stage::done;
  EXPECT_FALSE(is_open(t, rules));
}

TEST(tracking, comes_back_as_it_was_and_nothing_else_is_read) {
  auto t = heard(sent(prompt(), "ws_1"), success("R1", fact_source::callback), noon);
  t.refunds.push_back({2, "R1", {125'000, "KES"}, 125'000, stage::accepted, "r_1", "E1", 3, noon});
  t.by_hand_meanwhile = {"R9"};
  t.booked = {"R1", ""};
  t.url = "https://pay.example/1";
  t.is_link = t.is_closing = t.is_settled = t.is_disputed = true;
  t.payer = "AMINA …678";
  const auto text = to_text(t);
  EXPECT_EQ(tracked_attempt_from(text).value(), t);
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_FALSE(tracked_attempt_from(text.substr(0, size)));
  EXPECT_FALSE(tracked_attempt_from("[]"));
}

} // namespace
} // namespace wakala::payments
