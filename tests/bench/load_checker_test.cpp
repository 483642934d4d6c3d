#include "bench/load/body.hpp"
#include "bench/load/checker.hpp"
#include "bench/load/population.hpp"
#include "bench/load/reply_ids.hpp"
#include "bench/load/transcripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace wakala::bench {
namespace {

constexpr std::uint64_t run_id = 7;
constexpr std::uint32_t conversation = 3;
constexpr std::uint32_t messages = 12;

/// A conversation in which one message follows the other's acknowledgement, each reply was read, and the node
/// remembers all of it. Tests then change what the node remembers, or what was acknowledged.
struct checked_conversation : ::testing::Test {
  ledger book{10};
  std::vector<transcript_line> lines;

  checked_conversation() {
    for (std::uint32_t i = 0; i < messages; ++i) {
      const planned_message m{i, conversation, i, 0, false};
      book.plan(m);
      book.note_sent({m, update_kind::text, false}, 100 * i);
      book.note_acknowledged({m, update_kind::text, false}, 100 * i + 50);
      for (const auto kind : {update_kind::sent, update_kind::delivered, update_kind::read}) {
        book.note_sent({m, kind, false}, 100 * i + 60);
        book.note_acknowledged({m, kind, false}, 100 * i + 70);
      }
      add(i, i);
    }
  }

  /// The node's lines of a message at that place.
  void add(std::uint32_t number, std::uint64_t rank, const std::string& status = "read") {
    const auto ordinals = ordinals_of(rank);
    lines.push_back(
        {true, inbound_message_id({number, conversation, 0, 0, false}, run_id), {}, "received", ordinals.inbound});
    lines.push_back({false, "o.1", reply_message_id(phone_of(conversation), rank), status, ordinals.reply});
  }

  transcript_line& inbound(std::size_t place) { return lines[2 * place]; }
  transcript_line& reply(std::size_t place) { return lines[2 * place + 1]; }

  check_summary check(bool names_statuses = true) const {
    check_summary summary;
    check_conversation(book, {run_id, names_statuses}, conversation, lines, summary);
    return summary;
  }
};

TEST_F(checked_conversation, is_good_when_all_is_as_acknowledged) {
  const auto found = check();
  EXPECT_EQ(found.problems(), 0U) << ::testing::PrintToString(found.examples);
  EXPECT_EQ(found.statuses_behind, 0U);
  EXPECT_EQ(found.conversations, 1U);
  EXPECT_EQ(found.acknowledged, messages);
  EXPECT_EQ(found.found, messages);
  EXPECT_EQ(found.replies, messages);
  EXPECT_TRUE(found.examples.empty());
}

TEST_F(checked_conversation, a_lost_message_is_found) {
  lines.erase(lines.begin() + 8, lines.begin() + 10);
  const auto found = check();
  EXPECT_EQ(found.lost, 1U);
  EXPECT_THAT(found.examples.front(), ::testing::HasSubstr("message 4 was acknowledged and is not there"));
}

TEST_F(checked_conversation, everything_lost_is_found) {
  lines.clear();
  EXPECT_EQ(check().lost, messages);
}

TEST_F(checked_conversation, a_doubled_message_is_found) {
  add(5, messages);
  EXPECT_EQ(check().doubled, 1U);
}

TEST_F(checked_conversation, an_invented_message_is_found) {
  add(99, messages);
  EXPECT_EQ(check().invented, 1U);
}

TEST_F(checked_conversation, a_message_of_another_conversation_is_found) {
  const planned_message elsewhere{messages, 5, 0, 0, false};
  book.plan(elsewhere);
  book.note_sent({elsewhere, update_kind::text, false}, 1);
  lines.push_back({true, inbound_message_id(elsewhere, run_id), {}, "received", 37});
  lines.push_back({false, "o.1", reply_message_id(phone_of(conversation), messages), "accepted", 39});
  EXPECT_EQ(check().invented, 1U);
}

TEST_F(checked_conversation, a_message_that_was_given_up_before_it_was_sent_must_not_be_there) {
  book.plan({messages, conversation, messages, 0, false});
  EXPECT_EQ(check().problems(), 0U);
  add(messages, messages, "accepted");
  EXPECT_EQ(check().invented, 1U);
}

TEST_F(checked_conversation, swapped_messages_are_found) {
  std::swap(inbound(3).id, inbound(4).id);
  const auto found = check();
  EXPECT_EQ(found.swapped, 1U);
  EXPECT_EQ(found.lost, 0U);
}

TEST_F(checked_conversation, a_message_far_from_its_place_is_found) {
  const auto id = inbound(1).id;
  for (std::size_t i = 1; i + 1 < messages; ++i)
    inbound(i).id = inbound(i + 1).id;
  inbound(messages - 1).id = id;
  EXPECT_GE(check().swapped, 1U);
}

TEST_F(checked_conversation, messages_that_overlapped_may_stand_in_either_order) {
  const planned_message a{messages, conversation, messages, 0, false};
  const planned_message b{messages + 1, conversation, messages + 1, 0, false};
  for (const auto& m : {a, b}) {
    book.plan(m);
    book.note_sent({m, update_kind::text, false}, 5'000);
  }
  for (const auto& m : {a, b})
    book.note_acknowledged({m, update_kind::text, false}, 5'000); // the same moment: nothing is known
  add(b.number, messages, "accepted");
  add(a.number, messages + 1, "accepted");
  EXPECT_EQ(check().problems(), 0U);
}

TEST_F(checked_conversation, what_was_not_acknowledged_may_be_there_or_not) {
  const planned_message m{messages, conversation, messages, 0, false};
  book.plan(m);
  book.note_sent({m, update_kind::text, false}, 9'000);
  EXPECT_EQ(check().problems(), 0U);
  add(m.number, messages, "accepted");
  EXPECT_EQ(check().problems(), 0U);
}

TEST_F(checked_conversation, a_missing_or_second_reply_is_found) {
  auto whole = lines;
  lines.erase(lines.begin() + 7);
  EXPECT_EQ(check().wrong_replies, 1U);
  lines = whole;
  lines.insert(lines.begin() + 7, lines[7]);
  EXPECT_EQ(check().wrong_replies, 1U);
  lines = whole;
  lines.insert(lines.begin(), lines[1]);
  EXPECT_EQ(check().wrong_replies, 1U);
}

TEST_F(checked_conversation, a_reply_under_another_id_or_place_is_found) {
  reply(2).wamid = reply_message_id(phone_of(conversation), 8);
  EXPECT_EQ(check().wrong_replies, 1U);
  reply(2).wamid = reply_message_id(phone_of(conversation), 2);
  inbound(5).position += 1;
  EXPECT_EQ(check().wrong_replies, 1U);
}

TEST_F(checked_conversation, a_status_without_effect_is_found) {
  reply(6).status = "delivered";
  const auto found = check();
  EXPECT_EQ(found.statuses_behind, 1U);
  EXPECT_EQ(found.problems(), 0U) << "the server may have set it aside: who knows decides";
  EXPECT_THAT(found.examples.front(), ::testing::HasSubstr("though read was acknowledged"));
}

TEST_F(checked_conversation, a_status_that_nobody_sent_is_found) {
  const planned_message m{messages, conversation, messages, 0, false};
  book.plan(m);
  book.note_sent({m, update_kind::text, false}, 9'000);
  book.note_acknowledged({m, update_kind::text, false}, 9'001);
  add(m.number, messages, "delivered");
  EXPECT_EQ(check().statuses_ahead, 1U);
  book.note_sent({m, update_kind::delivered, false}, 9'002); // not acknowledged, but on its way
  EXPECT_EQ(check().problems(), 0U);
  reply(messages).status = "accepted";
  EXPECT_EQ(check().problems(), 0U);
  EXPECT_EQ(check().statuses_behind, 0U);
}

TEST_F(checked_conversation, a_reply_that_was_not_sent_is_found) {
  for (const auto* status : {"queued", "attempting", "ambiguous", "failed", "expired", ""}) {
    reply(0).status = status;
    EXPECT_EQ(check().unsettled, 1U) << status;
  }
}

TEST_F(checked_conversation, with_another_transport_ids_and_statuses_are_not_ours) {
  reply(0).wamid = "wamid.of.somebody";
  reply(1).status = "accepted";
  reply(2).status = "delivered";
  EXPECT_EQ(check(false).problems(), 0U);
  EXPECT_EQ(check(false).statuses_behind, 0U);
  reply(3).status = "queued";
  EXPECT_EQ(check(false).unsettled, 1U);
}

TEST_F(checked_conversation, summaries_add_up) {
  lines.erase(lines.begin(), lines.begin() + 2);
  auto sum = check();
  sum.merge(check());
  EXPECT_EQ(sum.lost, 2U);
  EXPECT_EQ(sum.conversations, 2U);
  EXPECT_EQ(sum.acknowledged, 2U * messages);
  EXPECT_GE(sum.examples.size(), 2U);
  for (int i = 0; i < 100; ++i)
    sum.merge(check());
  EXPECT_EQ(sum.examples.size(), check_summary::examples_max);
}

TEST(transcript_page, reads_what_the_admin_api_writes) {
  const auto page = parse_transcript_page(
      R"({"messages":[{"id":"wamid.A","position":1,"direction":"in","type":"text","text":"hi \"there\"","status":"received",
      "wamid":"wamid.A","context_id":null,"answered":true,"error":{"code":"id","position":9}},
      {"id":"o1.3","position":3,"direction":"out","wamid":null,"status":"queued","attempts":0}],"next":"3"})");
  ASSERT_TRUE(page);
  EXPECT_THAT(page->lines, ::testing::ElementsAre(transcript_line{true, "wamid.A", "wamid.A", "received", 1},
                                                  transcript_line{false, "o1.3", "", "queued", 3}));
  EXPECT_EQ(page->next, "3");
  const auto last = parse_transcript_page(R"({"messages":[],"next":null})");
  ASSERT_TRUE(last);
  EXPECT_TRUE(last->next.empty());
  EXPECT_TRUE(last->lines.empty());
}

TEST(transcript_page, refuses_what_is_none) {
  for (const auto* text : {"", "[]", "{}", R"({"messages":[{"id":)", R"({"next":null})", "not json"})
    EXPECT_FALSE(parse_transcript_page(text)) << text;
}

} // namespace
} // namespace wakala::bench
