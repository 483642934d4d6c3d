#include "actors/records/letters.hpp"
#include "actors/shards/held_batches.hpp"
#include "actors/shards/link_messages.hpp"

#include <gtest/gtest.h>

namespace wakala::actors {
namespace {

routed_event sample(const std::string& id) {
  routed_event e;
  e.update.kind = whatsapp::event_kind::message;
  e.update.id = id;
  e.update.text = "Habari \xF0\x9F\x98\x80";
  e.update.raw = std::string(R"({"id":"x"})");
  e.tenant = "duka";
  e.key.bucket = 17;
  e.key.hash[3] = 0xFE;
  e.other_bucket = 4;
  e.index = 2;
  e.origin = "duka";
  return e;
}

TEST(link_messages, a_batch_comes_through_whole) {
  link_batch batch{31, 2, 1'700'000'000'123, -5, {sample("a"), sample("b")}};
  const auto back = batch_from(to_frame(batch)).value();
  EXPECT_EQ(back.shard, 31U);
  EXPECT_EQ(back.hops, 2);
  EXPECT_EQ(back.received_at, 1'700'000'000'123);
  EXPECT_EQ(back.deadline, -5);
  ASSERT_EQ(back.events.size(), 2U);
  EXPECT_EQ(event_to_bytes(back.events[1]), event_to_bytes(sample("b")));
}

template <class T>
T through(const T& question) {
  const auto back = query_from(to_frame(link_query{7, "duka", question}));
  EXPECT_TRUE(back);
  EXPECT_EQ(back->shard, 7U);
  EXPECT_EQ(back->tenant, "duka");
  return std::get<T>(back->what);
}

TEST(link_messages, every_question_comes_through_whole) {
  EXPECT_EQ(through(conversation_query{"254"}).contact, "254");
  const auto messages = through(messages_query{"254", "after", 7});
  EXPECT_EQ(messages.contact, "254");
  EXPECT_EQ(messages.after, "after");
  EXPECT_EQ(messages.limit, 7U);
  const auto conversations = through(conversations_query{"x", 500});
  EXPECT_EQ(conversations.after, "x");
  EXPECT_EQ(conversations.limit, 500U);
  EXPECT_EQ(through(catalog_put{R"({"products":[]})"}).json, R"({"products":[]})");
  through(catalog_get{});
  const auto import = through(catalog_import{"id,name", true, false});
  EXPECT_EQ(import.text, "id,name");
  EXPECT_TRUE(import.is_csv);
  EXPECT_FALSE(import.is_partial);
  EXPECT_TRUE(through(catalog_import{"{}", false, true}).is_partial);
  const auto letters = through(letters_query{persistence::table::aside, "y", 9, true});
  EXPECT_EQ(letters.where, persistence::table::aside);
  EXPECT_EQ(letters.after, "y");
  EXPECT_EQ(letters.limit, 9U);
  EXPECT_TRUE(letters.packed);
  const auto action = through(letter_action{persistence::table::notice, "id", true});
  EXPECT_EQ(action.where, persistence::table::notice);
  EXPECT_EQ(action.id, "id");
  EXPECT_TRUE(action.replay);
  const auto put = through(tenant_put{"{}", "duka", true});
  EXPECT_EQ(put.form, "{}");
  EXPECT_EQ(put.id, "duka");
  EXPECT_TRUE(put.must_exist);
  EXPECT_EQ(through(tenant_delete{"duka"}).id, "duka");
  EXPECT_EQ(through(tenants_import{"{}"}).form, "{}");
  const conversation_id whose{{7}};
  const auto post = through(
      message_post{"n", "254", "KE.1", "text", "hi", "wamid.q", "{}", "key:1", send_priority::broadcast, whose});
  EXPECT_EQ(post.number_id + post.phone + post.user_id + post.type, "n254KE.1text");
  EXPECT_EQ(post.summary + post.context_id + post.request + post.repeat_key, "hiwamid.q{}key:1");
  EXPECT_EQ(post.priority, send_priority::broadcast);
  EXPECT_EQ(post.conversation, whose);
  const auto receipt = through(read_post{"n", "{}"});
  EXPECT_EQ(receipt.number_id + receipt.request, "n{}");
  message_post campaign;
  campaign.broadcast = "june";
  campaign.template_name = "offer";
  campaign.template_language = "sw";
  campaign.category = "MARKETING";
  campaign.refusal = "{}";
  campaign.may_reach_out = false;
  campaign = through(campaign);
  EXPECT_EQ(campaign.broadcast + campaign.template_name + campaign.template_language + campaign.category,
            "juneofferswMARKETING");
  EXPECT_EQ(campaign.refusal, "{}");
  EXPECT_FALSE(campaign.may_reach_out);
  EXPECT_TRUE(through(account_query{true}).are_templates);
  const auto errand = through(account_errand{true, "123456", "https://shop.example/hook"});
  EXPECT_TRUE(errand.is_onboarding);
  EXPECT_EQ(errand.pin + errand.callback_url, "123456https://shop.example/hook");
  EXPECT_FALSE(errand.submits_order_templates);
  EXPECT_TRUE(through(account_errand{false, "", "", true}).submits_order_templates);
  const auto unblock = through(shopper_block{"254", false, whose});
  EXPECT_EQ(unblock.contact, "254");
  EXPECT_FALSE(unblock.is_blocked);
  EXPECT_EQ(unblock.conversation, whose);
  const auto hooks = through(hooks_query{"failed", "h", 6});
  EXPECT_EQ(hooks.state + hooks.after, "failedh");
  EXPECT_EQ(hooks.limit, 6U);
  const auto hook = through(hook_action{"evt_1", "retry"});
  EXPECT_EQ(hook.id + hook.action, "evt_1retry");
  message_post from_agent;
  from_agent.is_agent = true;
  from_agent = through(from_agent);
  EXPECT_TRUE(from_agent.is_agent);
  EXPECT_TRUE(from_agent.may_reach_out);
  EXPECT_FALSE(campaign.is_agent);
  const auto turn = through(human_turn{"254", false, true, whose});
  EXPECT_EQ(turn.contact, "254");
  EXPECT_FALSE(turn.begins);
  EXPECT_TRUE(turn.greets);
  EXPECT_EQ(turn.conversation, whose);
  EXPECT_FALSE(through(human_turn{"254", true, false}).greets);
  const auto orders = through(orders_query{"z", 8});
  EXPECT_EQ(orders.after, "z");
  EXPECT_EQ(orders.limit, 8U);
  const conversation_id id{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  EXPECT_EQ(through(conversation_query{"254", id}).conversation, id);
  EXPECT_EQ(through(messages_query{"254", "after", 7, id}).conversation, id);
}

template <class T>
T between_places(const T& question) {
  return std::get<T>(through(place_question{question}).what);
}

TEST(link_messages, every_question_between_places_comes_through_whole) {
  const conversation_id id{{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  const auto leave = between_places(leave_place{5, 1'000});
  EXPECT_EQ(leave.generation, 5U);
  EXPECT_EQ(leave.epoch, 1'000U);
  const auto begin = between_places(begin_place{6, 4, 1'001, 1'700});
  EXPECT_EQ(begin.generation, 6U);
  EXPECT_EQ(begin.width, 4U);
  EXPECT_EQ(begin.epoch, 1'001U);
  EXPECT_EQ(begin.after, 1'700);
  between_places(read_again{});
  between_places(settle_here{});
  const auto there = between_places(wake_there{id, "cart", 17});
  EXPECT_EQ(there.conversation, id);
  EXPECT_EQ(there.timer, "cart");
  EXPECT_EQ(there.due, 17);
  const auto wanted = between_places(sends_wanted{"n-duka", 3, 60'000});
  EXPECT_EQ(wanted.number_id, "n-duka");
  EXPECT_EQ(wanted.count, 3U);
  EXPECT_EQ(wanted.paused, 60'000);
  const auto order = between_places(order_wanted{id, {9, 8, 7}, R"({"lines":[]})"});
  EXPECT_EQ(order.conversation, id);
  EXPECT_EQ(order.event, (event_hash{9, 8, 7}));
  EXPECT_EQ(order.request, R"({"lines":[]})");
  const auto news = between_places(number_news{"n-duka", 131048, true, true});
  EXPECT_EQ(news.number_id, "n-duka");
  EXPECT_EQ(news.code, 131048);
  EXPECT_TRUE(news.is_recovery);
  EXPECT_TRUE(news.is_of_status);
  const auto reach = between_places(template_wanted{id, {9, 8, 7}, "order_shipped_sw", "sw"});
  EXPECT_EQ(reach.conversation, id);
  EXPECT_EQ(reach.event, (event_hash{9, 8, 7}));
  EXPECT_EQ(reach.name + " " + reach.language, "order_shipped_sw sw");
  const auto replies = between_places(replies_wanted{16, 3});
  EXPECT_EQ(replies.count, 16U);
  EXPECT_EQ(replies.returned, 3U);
  auto handed = sample("a");
  handed.handed = handing{id, 12, 3, 4, 5};
  const auto back = batch_from(to_frame(link_batch{1, 1, 2, 3, {handed, sample("b")}})).value();
  EXPECT_EQ(back.events.at(0).handed, handed.handed);
  EXPECT_FALSE(back.events.at(1).handed);
}

TEST(link_messages, answers_and_errors_come_through_whole) {
  EXPECT_EQ(answer_from(to_frame(text_answer{"{}", {}})).value, "{}");
  const auto why = make_error(errc::conflict, "taken", "/id");
  EXPECT_EQ(answer_from(to_frame(text_answer{std::nullopt, why})).why, why);
  const std::vector<event_outcome> outcomes{
      event_outcome::committed, event_outcome::repeated,       event_outcome::set_aside, event_outcome::dead_lettered,
      event_outcome::retry,     event_outcome::handler_failed, event_outcome::unmatched};
  EXPECT_EQ(outcomes_from(to_frame(outcomes)).value(), outcomes);
}

TEST(link_messages, damaged_ones_are_refused_whole) {
  const auto batch = to_frame(link_batch{1, 1, 2, 3, {sample("a")}});
  const auto question = to_frame(link_query{3, "duka", messages_query{"254", "after", 7, conversation_id{{9}}}});
  const auto outcomes = to_frame(std::vector<event_outcome>(3, event_outcome::committed));
  const auto answer = to_frame(text_answer{"text", {}});
  for (std::size_t size = 0; size < batch.size(); ++size)
    EXPECT_FALSE(batch_from(std::string_view(batch).substr(0, size))) << size;
  for (std::size_t size = 0; size < question.size(); ++size)
    EXPECT_FALSE(query_from(std::string_view(question).substr(0, size))) << size;
  for (std::size_t size = 0; size < outcomes.size(); ++size)
    EXPECT_FALSE(outcomes_from(std::string_view(outcomes).substr(0, size))) << size;
  for (std::size_t size = 0; size < answer.size(); ++size)
    EXPECT_EQ(answer_from(std::string_view(answer).substr(0, size)).why.code, errc::corrupt) << size;
  EXPECT_FALSE(batch_from(question));
  EXPECT_FALSE(query_from(batch));
  EXPECT_FALSE(batch_from(batch + "x"));
}

struct held_batches_test : ::testing::Test {
  std::vector<event_outcome> got;
  held_batches held;

  shard_batch batch(std::size_t events, time_ms deadline) {
    shard_batch b;
    for (std::uint32_t i = 0; i < events; ++i) {
      b.events.push_back(sample("a"));
      b.places.push_back(i);
    }
    b.deadline = deadline;
    b.to = std::make_shared<posted>(events, nullptr, [this](std::vector<event_outcome> outcomes) {
      got.insert(got.end(), outcomes.begin(), outcomes.end());
    });
    return b;
  }
};

TEST_F(held_batches_test, what_is_held_goes_on_in_order) {
  held.hold(batch(1, 10'000), 0);
  held.hold(batch(2, 10'000), 0);
  std::vector<std::size_t> sizes;
  std::vector<shard_batch> kept;
  held.let_go([&](shard_batch b) {
    sizes.push_back(b.events.size());
    kept.push_back(std::move(b));
  });
  EXPECT_EQ(sizes, (std::vector<std::size_t>{1, 2}));
  EXPECT_TRUE(held.empty());
  EXPECT_TRUE(got.empty());
}

TEST_F(held_batches_test, nothing_is_held_beyond_its_time_or_its_deadline) {
  held.hold(batch(1, 400), 0);
  held.expire(399);
  EXPECT_TRUE(got.empty());
  held.expire(400);
  EXPECT_EQ(got, std::vector<event_outcome>{event_outcome::retry});
  held.hold(batch(1, 1'000'000), 500);
  held.expire(500 + hold_time - 1);
  EXPECT_EQ(got.size(), 1U);
  held.expire(500 + hold_time);
  EXPECT_EQ(got.size(), 2U);
}

TEST_F(held_batches_test, too_much_is_refused_at_once) {
  held.hold(batch(held_events_max, 10'000), 0);
  EXPECT_TRUE(got.empty());
  held.hold(batch(1, 10'000), 0);
  EXPECT_EQ(got, std::vector<event_outcome>{event_outcome::retry});
  held.let_go([](const shard_batch&) {});
  got.clear();
  held.hold(batch(1, 10'000), 0);
  EXPECT_TRUE(got.empty());
}

} // namespace
} // namespace wakala::actors
