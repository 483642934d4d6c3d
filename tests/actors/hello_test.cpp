#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

class hello : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
  }
};

TEST_F(hello, is_answered_and_both_sides_are_in_the_transcript) {
  EXPECT_EQ(say("duka", amina, "wamid.in.1", "hi"), event_outcome::committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto reply = graph->messages().at(0);
  EXPECT_EQ(reply.phone_number_id, "n-duka");
  EXPECT_EQ(reply.access_token, "token-duka");
  EXPECT_EQ(reply.body.at("to"), "+" + amina.phone);
  EXPECT_EQ(reply.text(), "Hi Amina, welcome to Duka duka. What would you like to do?");
  EXPECT_TRUE(stands_at("duka", amina.phone, reply.callback(), "accepted"));
  const auto lines = transcript_of("duka", amina.phone);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("direction"), "in");
  EXPECT_EQ(lines[0].at("id"), "wamid.in.1");
  EXPECT_EQ(lines[0].at("text"), "hi");
  EXPECT_EQ(lines[1].at("direction"), "out");
  EXPECT_EQ(lines[1].at("wamid"), wamid_of(reply));
  EXPECT_EQ(graph->read_marks(), 1U);
}

} // namespace
} // namespace wakala::actors::test
