// What a shopper is told of an order, inside of the window and outside.
#include "commerce/order_templates.hpp"
#include "commerce/session.hpp"
#include "runtime/config/yaml_tree.hpp"
#include "tests/commerce/chat.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::commerce::test {
namespace {

using ::testing::HasSubstr;

class news : public ::testing::Test {
protected:
  void SetUp() override {
    c.say("unga").say("2").say("checkout");
    c.state.ordered = order_receipt{"K7Q2M", {50'000, "KES"}, start_time, start_time + 30 * 60'000};
  }

  order_news shipped() const {
    order_news n;
    n.code = "K7Q2M";
    n.state = order_state::shipped;
    n.total = {50'000, "KES"};
    n.items = 2;
    n.placed_at = start_time;
    n.tracking_url = "https://rider.example/7";
    n.delivery_date = "2026-12-01";
    return n;
  }
  /// One step of it; the state is not kept.
  step_result told(const order_news& what, const template_answer* may_reach = nullptr, bool has_templates = true) {
    static const auto templates =
        order_templates::make(load_yaml_tree(WAKALA_SOURCE_DIR "/strings/order-templates.yaml").value()).value();
    whatsapp::event e;
    e.kind = whatsapp::event_kind::order;
    e.value = to_text(what);
    e.at = c.now;
    step_context context;
    context.now = c.now;
    context.id_seed = 7;
    context.store_name = "Duka la Amani";
    context.currency = "KES";
    context.shelf = &c.shelf;
    context.phrases = &phrases();
    context.templates = has_templates ? &templates : nullptr;
    context.may_reach = may_reach;
    auto done = step(c.state, e, context);
    EXPECT_EQ(broken_limits(done.replies), "");
    return done;
  }
  static const whatsapp::template_message* template_of(const step_result& done) {
    return done.replies.size() == 1 ? std::get_if<whatsapp::template_message>(&done.replies[0].content) : nullptr;
  }

  chat c;
  template_answer yes{std::nullopt, "UTILITY"};
};

TEST_F(news, inside_the_window_it_is_said_in_the_shops_own_words) {
  const auto done = told(shipped());
  EXPECT_FALSE(done.wants_template);
  ASSERT_EQ(done.replies.size(), 1U);
  const auto& text = std::get<whatsapp::text_message>(done.replies[0].content).body;
  EXPECT_THAT(text, HasSubstr("Expected delivery: 1 December 2026\nYou can follow it here: https://rider.example/7"));
  EXPECT_TRUE(done.is_notice);
  auto delivered = shipped();
  delivered.state = order_state::delivered;
  EXPECT_EQ(std::get<whatsapp::text_message>(told(delivered).replies.at(0).content).body.find("Expected"),
            std::string::npos);
}

TEST_F(news, outside_the_home_is_asked_and_a_template_goes) {
  c.wait(2 * ms_per_day);
  const auto asking = told(shipped());
  EXPECT_EQ(asking.wants_template, (template_request{"order_shipped_en", "en"}));
  const auto done = told(shipped(), &yes);
  EXPECT_FALSE(done.wants_template);
  const auto* sent = template_of(done);
  ASSERT_NE(sent, nullptr);
  EXPECT_EQ(sent->name, "order_shipped_en");
  EXPECT_FALSE(done.replies[0].refused);
  EXPECT_THAT(done.replies[0].shown, HasSubstr("Dear Amina, your order K7Q2M from Duka la Amani is on its way"));
  EXPECT_TRUE(done.is_notice);
  EXPECT_EQ(done.from_number, "100");
  EXPECT_EQ(done.state.ordered->state, order_state::shipped);
  c.state = done.state;
  EXPECT_TRUE(told(shipped(), &yes).replies.empty()) << "told before";
  EXPECT_FALSE(told(shipped()).wants_template);
}

TEST_F(news, the_last_minute_of_the_window_counts_as_outside) {
  c.now = window_closes_at(c.state, "100") - 1;
  EXPECT_FALSE(told(shipped()).wants_template);
  ++c.now;
  EXPECT_TRUE(told(shipped()).wants_template);
}

TEST_F(news, it_is_in_the_language_spoken_and_by_the_name_on_the_order) {
  c.wait(2 * ms_per_day);
  c.state.spoken = language::kiswahili;
  c.state.getting.name = "Bi Wanjiku";
  EXPECT_EQ(told(shipped()).wants_template, (template_request{"order_shipped_sw", "sw"}));
  EXPECT_THAT(told(shipped(), &yes).replies.at(0).shown, HasSubstr("Mpendwa Bi Wanjiku, oda yako K7Q2M"));
  c.state.getting.name = " ";
  c.state.who.name.clear();
  EXPECT_THAT(told(shipped(), &yes).replies.at(0).shown, HasSubstr("Mpendwa mteja,"));
}

TEST_F(news, nothing_goes_to_who_is_blocked_or_has_written_stop) {
  c.wait(2 * ms_per_day);
  c.state.may.opted_out = true;
  EXPECT_FALSE(told(shipped()).wants_template);
  EXPECT_TRUE(told(shipped(), &yes).replies.empty());
  EXPECT_EQ(told(shipped()).state.ordered->state, order_state::shipped) << "it is seen when asking";
  c.state.may = {};
  c.state.may.is_blocked = true;
  EXPECT_FALSE(told(shipped()).wants_template);
  c.state.may = {};
  EXPECT_FALSE(told(shipped(), nullptr, false).wants_template) << "there are no templates";
  EXPECT_TRUE(told(shipped()).wants_template);
}

TEST_F(news, what_meta_would_refuse_is_shown_and_not_counted) {
  c.wait(2 * ms_per_day);
  const template_answer no{send_refusal{132015, "order_shipped_en (en) is PAUSED"}, "UTILITY"};
  const auto done = told(shipped(), &no);
  ASSERT_NE(template_of(done), nullptr);
  EXPECT_EQ(done.replies[0].refused, no.refused);
  EXPECT_EQ(done.figures.message_count, c.last.figures.message_count);
}

TEST_F(news, a_template_that_meta_holds_for_marketing_is_not_sent_to_who_has_stopped_that) {
  c.wait(2 * ms_per_day);
  const template_answer marketing{std::nullopt, "MARKETING"};
  EXPECT_FALSE(told(shipped(), &marketing).replies.at(0).refused);
  c.state.may.no_marketing = true;
  EXPECT_EQ(told(shipped(), &marketing).replies.at(0).refused->code, 131050);
  EXPECT_FALSE(told(shipped(), &yes).replies.at(0).refused) << "utility is not marketing";
}

TEST(template_answer, is_text_and_back) {
  for (const auto& a : {template_answer{}, template_answer{send_refusal{132001, "x \"y\""}, "MARKETING"}})
    EXPECT_EQ(template_answer_from(to_text(a)).value(), a);
  for (const auto* bad : {"", "[]", "{}", R"({"category":1,"refused":null})", R"({"category":"","refused":{}})"})
    EXPECT_EQ(template_answer_from(bad).error().code, errc::corrupt) << bad;
}

TEST(order_news, keeps_the_promised_day_only_when_there_is_one) {
  order_news n;
  n.code = "K7Q2M";
  EXPECT_EQ(to_text(n).find("delivery_date"), std::string::npos);
  EXPECT_EQ(order_news_from(to_text(n)).value(), n);
  n.delivery_date = "2026-12-01";
  EXPECT_EQ(order_news_from(to_text(n)).value(), n);
}

} // namespace
} // namespace wakala::commerce::test
