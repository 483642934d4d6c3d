#include "actors/outbound/message_post.hpp"
#include "tests/actors/support/shop.hpp"

#include <set>

namespace wakala::actors::test {
namespace {

using nlohmann::json;

json text_to(const std::string& to, const std::string& body = "hello") {
  return {{"messaging_product", "whatsapp"}, {"to", to}, {"type", "text"}, {"text", {{"body", body}}}};
}
json template_to(const std::string& to, const std::string& name = "order_update") {
  return {{"messaging_product", "whatsapp"},
          {"to", to},
          {"type", "template"},
          {"template", {{"name", name}, {"language", {{"code", "en"}}}}}};
}
message_post posted(const json& body, const std::string& key = "key:1", const std::string& number = "n-duka") {
  return std::get<message_post>(check_post(body, number, key).what);
}

// -- what may be posted -----------------------------------------------------------------------

TEST(check_post, makes_a_body_ready_to_be_sent) {
  auto body = text_to("0711 (222) 333");
  body.erase("messaging_product");
  body.erase("type");
  const auto checked = check_post(body, "n-1", "key:a");
  ASSERT_TRUE(checked.violations.empty());
  const auto post = std::get<message_post>(checked.what);
  EXPECT_EQ(post.phone, "0711222333");
  EXPECT_EQ(post.type, "text");
  EXPECT_EQ(post.summary, "hello");
  EXPECT_EQ(post.repeat_key, "key:a");
  EXPECT_EQ(post.priority, send_priority::reply);
  EXPECT_EQ(json::parse(post.request), (json{{"messaging_product", "whatsapp"},
                                             {"recipient_type", "individual"},
                                             {"to", "+0711222333"},
                                             {"type", "text"},
                                             {"text", {{"body", "hello"}}}}));
  EXPECT_EQ(posted(template_to("254711")).priority, send_priority::notification);
  json quoting = text_to("254711222333");
  quoting["context"] = {{"message_id", "wamid.q"}};
  EXPECT_EQ(posted(quoting).context_id, "wamid.q");
}

TEST(check_post, names_everything_that_is_wrong) {
  auto body = text_to("254711222333", std::string(4097, 'x'));
  body["biz_opaque_callback_data"] = "mine";
  body["recipient_type"] = "group";
  std::vector<std::string> paths;
  for (const auto& v : check_post(body, "n-1", "k").violations)
    paths.push_back(v.path);
  EXPECT_EQ(paths, (std::vector<std::string>{"/text/body", "/biz_opaque_callback_data", "/recipient_type"}));
  EXPECT_FALSE(check_post(json::array(), "n-1", "k").violations.empty());
  EXPECT_FALSE(check_post(json("text"), "n-1", "k").violations.empty());
}

TEST(check_post, what_is_too_large_to_be_kept_is_refused) {
  auto body = text_to("254711222333");
  body["unknown"] = std::string(request_bytes_max, 'x');
  const auto violations = check_post(body, "n-1", "k").violations;
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].code, "too_long");
}

TEST(check_post, a_read_receipt_is_something_else) {
  const json receipt{{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", "wamid.1"}};
  const auto checked = check_post(receipt, "n-1", "k");
  ASSERT_TRUE(checked.violations.empty());
  EXPECT_EQ(json::parse(std::get<read_post>(checked.what).request), receipt);
}

// -- what becomes of it -----------------------------------------------------------------------

class posting : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
  }
  void TearDown() override { stop(); }

  /// Again after a 503, as a client would: the key makes it harmless.
  json post_it(const message_post& post, const tenant_id& tenant = "duka") {
    json answer;
    EXPECT_TRUE(eventually([&] { return !(answer = json_of(ask_tenant(tenant, post))).is_null(); }));
    return answer;
  }
  /// Until it is settled, as Meta would.
  void write(const tenant_id& tenant, const shopper& who, const std::string& id, const std::string& text) {
    insist(text_webhook(number_of(tenant), who, id, text, now()));
  }
  /// Messages that reached Meta, without the shop's own replies.
  std::vector<recorded_call> sent(const std::string& text) const {
    auto all = graph->messages();
    std::erase_if(all, [&](const recorded_call& call) { return call.body.dump().find(text) == std::string::npos; });
    return all;
  }
};

TEST_F(posting, inside_the_window_anything_is_sent) {
  write("duka", amina, "wamid.1", "hi");
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto answer = post_it(posted(text_to(amina.phone, "your parcel is here")));
  ASSERT_EQ(answer.at("outcome"), "accepted");
  ASSERT_TRUE(graph->wait_for_messages(2));
  const auto call = sent("your parcel").at(0);
  EXPECT_EQ(call.body.at("to"), "+" + amina.phone);
  EXPECT_EQ(call.callback(), answer.at("id"));
  EXPECT_EQ(call.phone_number_id, "n-duka");
  const auto transcript = transcript_of("duka", amina.phone);
  EXPECT_EQ(transcript.back().at("text"), "your parcel is here");
  EXPECT_EQ(transcript.back().at("id"), answer.at("id"));
  EXPECT_TRUE(stands_at("duka", amina.phone, answer.at("id"), "accepted"));
  EXPECT_EQ(report("duka", call, "read"), event_outcome::committed) << "its statuses come back to it";
  EXPECT_TRUE(stands_at("duka", amina.phone, answer.at("id"), "read"));
}

TEST_F(posting, outside_of_the_window_only_templates_are) {
  EXPECT_EQ(post_it(posted(text_to(amina.phone))).at("outcome"), "window_closed");
  EXPECT_TRUE(conversation_of("duka", amina.phone).is_null()) << "nobody is made up for a refusal";
  write("duka", amina, "wamid.1", "hi");
  clock->advance(std::chrono::hours{24} - std::chrono::seconds{61});
  EXPECT_EQ(post_it(posted(text_to(amina.phone), "key:2")).at("outcome"), "accepted");
  clock->advance(std::chrono::seconds{2});
  const auto refused = post_it(posted(text_to(amina.phone), "key:3"));
  EXPECT_EQ(refused.at("outcome"), "window_closed") << "a minute before it closes: the message has a way to go";
  EXPECT_TRUE(refused.at("closed_at").is_number());
  EXPECT_EQ(post_it(posted(template_to(amina.phone), "key:4")).at("outcome"), "accepted");
}

TEST_F(posting, the_window_is_of_one_number) {
  add_tenant("soko", {{"phone_numbers", json::array({{{"id", "n-soko"}, {"display", "254711000001"}},
                                                     {{"id", "n-two"}, {"display", "254711000002"}}})}});
  write("soko", amina, "wamid.1", "hi");
  EXPECT_EQ(post_it(posted(text_to(amina.phone), "key:1", "n-soko"), "soko").at("outcome"), "accepted");
  EXPECT_EQ(post_it(posted(text_to(amina.phone), "key:2", "n-two"), "soko").at("outcome"), "window_closed");
}

TEST_F(posting, a_template_to_somebody_new_makes_a_conversation_that_their_answer_finds) {
  const auto answer = post_it(posted(template_to("+" + baraka.phone)));
  ASSERT_EQ(answer.at("outcome"), "accepted");
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(report("duka", graph->messages().at(0), "delivered"), event_outcome::committed);
  write("duka", baraka, "wamid.b", "hi");
  const auto transcript = transcript_of("duka", baraka.phone);
  ASSERT_GE(transcript.size(), 2U);
  EXPECT_EQ(transcript[0].at("id"), answer.at("id"));
  EXPECT_EQ(transcript[1].at("id"), "wamid.b");
  restart();
  EXPECT_EQ(transcript_of("duka", baraka.phone).size(), transcript.size()) << "the name is on disk";
}

TEST_F(posting, a_template_to_somebody_new_and_their_first_message_at_once_are_one_conversation) {
  for (int i = 0; i < 20; ++i) {
    const auto who = with_phone("25473300" + std::to_string(1'000 + i));
    auto said = post_later(text_webhook("n-duka", who, "wamid.first." + std::to_string(i), "hi", now()));
    const auto answer = post_it(posted(template_to(who.phone), "key:first" + std::to_string(i)));
    EXPECT_EQ(answer.at("outcome"), "accepted");
    ASSERT_EQ(said.wait_for(patience), std::future_status::ready);
    insist(text_webhook("n-duka", who, "wamid.first." + std::to_string(i), "hi", now()));
    bool has_template = false;
    bool has_text = false;
    for (const auto& entry : transcript_of("duka", who.phone)) {
      has_template = has_template || entry.at("id") == answer.at("id");
      has_text = has_text || entry.at("id") == "wamid.first." + std::to_string(i);
    }
    EXPECT_TRUE(has_template && has_text) << i;
  }
}

TEST_F(posting, the_same_key_is_sent_once) {
  write("duka", amina, "wamid.1", "hi");
  const auto first = post_it(posted(text_to(amina.phone, "only once")));
  EXPECT_EQ(post_it(posted(text_to(amina.phone, "only once"))).at("id"), first.at("id"));
  // An answer that is lost with its conversation would hold the next message until the attempt is settled.
  EXPECT_TRUE(stands_at("duka", amina.phone, first.at("id"), "accepted"));
  restart();
  EXPECT_EQ(post_it(posted(text_to(amina.phone, "only once"))).at("id"), first.at("id"));
  const auto other = post_it(posted(text_to(amina.phone, "only once"), "key:other"));
  EXPECT_NE(other.at("id"), first.at("id"));
  EXPECT_TRUE(graph->wait_until([](const auto& calls) {
    return std::count_if(calls.begin(), calls.end(), [](const auto& c) { return c.text() == "only once"; }) >= 2;
  }));
  EXPECT_EQ(sent("only once").size(), 2U);
}

TEST_F(posting, the_same_key_for_two_shoppers_is_two_messages) {
  const auto first = post_it(posted(template_to(amina.phone), "key:campaign"));
  const auto second = post_it(posted(template_to(baraka.phone), "key:campaign"));
  EXPECT_NE(first.at("id"), second.at("id"));
  EXPECT_TRUE(graph->wait_for_messages(2));
  EXPECT_EQ(transcript_of("duka", baraka.phone).size(), 1U);
}

TEST_F(posting, a_shopper_known_by_one_of_two_names_stays_the_same) {
  const shopper both{"", "KE.77", "Amina"};
  write("duka", both, "wamid.u", "hi");
  restart(); // nothing of it is at hand
  auto body = template_to("254799000001");
  body["recipient"] = "KE.77";
  EXPECT_EQ(post_it(posted(body)).at("outcome"), "accepted");
  const auto transcript = transcript_of("duka", "KE.77");
  EXPECT_EQ(transcript.at(0).at("id"), "wamid.u");
  EXPECT_EQ(transcript.back().at("type"), "template");
}

TEST_F(posting, copies_at_the_same_time_are_sent_once) {
  write("duka", amina, "wamid.1", "hi");
  std::vector<std::future<json>> answers;
  for (int i = 0; i < 8; ++i)
    answers.push_back(
        std::async(std::launch::async, [this] { return post_it(posted(text_to(amina.phone, "copies"))); }));
  std::set<std::string> ids;
  for (auto& answer : answers)
    ids.insert(answer.get().at("id").get<std::string>());
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_TRUE(stands_at("duka", amina.phone, *ids.begin(), "accepted"));
  EXPECT_EQ(sent("copies").size(), 1U);
}

TEST_F(posting, one_that_could_not_be_written_was_not_sent) {
  write("duka", amina, "wamid.1", "hi");
  // What Meta said to the reply is on disk, so that nothing is ambiguous and holds up what follows.
  ASSERT_TRUE(eventually([&] { return transcript_of("duka", amina.phone).back().at("status") == "accepted"; }));
  const auto stopped = stop_at_the_end();
  std::atomic<bool> cut{true};
  store->on_append([&](const auto&) { return cut ? fault::before : fault::none; });
  const auto answer = ask_tenant("duka", posted(text_to(amina.phone, "lost")));
  EXPECT_FALSE(answer.value);
  EXPECT_EQ(sent("lost").size(), 0U);
  cut = false;
  const auto again = post_it(posted(text_to(amina.phone, "lost")));
  EXPECT_TRUE(stands_at("duka", amina.phone, again.at("id"), "accepted"));
  EXPECT_EQ(sent("lost").size(), 1U);
}

class posting_limits : public posting {
protected:
  void SetUp() override {
    start();
    add_tenant("duka", {{"limits", {{"messages_per_hour", 6}, {"templates_per_day", 2}}}});
    write("duka", amina, "wamid.1", "hi"); // the reply is the first of the six
    ASSERT_TRUE(graph->wait_for_messages(1));
  }
  json nth(int n, bool is_template = false) {
    const auto body = is_template ? template_to(amina.phone) : text_to(amina.phone);
    return post_it(posted(body, "key:" + std::to_string(n)));
  }
};

TEST_F(posting_limits, an_hour_has_so_many_messages_and_a_restart_forgets_none) {
  clock->advance(std::chrono::seconds{1}); // after the reply
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(nth(i).at("outcome"), "accepted");
    clock->advance(std::chrono::minutes{1});
  }
  const auto over = nth(5);
  EXPECT_EQ(over.at("outcome"), "limited");
  EXPECT_EQ(over.at("limit"), "messages_per_hour");
  const auto wait = over.at("retry_after_ms").get<time_ms>();
  EXPECT_NEAR(static_cast<double>(wait), 55.0 * 60'000, 60'000);
  restart();
  EXPECT_EQ(nth(5).at("outcome"), "limited") << "rebuilt from what is on disk";
  clock->advance(std::chrono::milliseconds{wait});
  EXPECT_EQ(nth(5).at("outcome"), "accepted");
  EXPECT_EQ(nth(6).at("outcome"), "limited") << "one place became free";
}

TEST_F(posting_limits, a_day_has_so_many_templates) {
  EXPECT_EQ(nth(0, true).at("outcome"), "accepted");
  EXPECT_EQ(nth(1, true).at("outcome"), "accepted");
  const auto over = nth(2, true);
  EXPECT_EQ(over.at("limit"), "templates_per_day");
  EXPECT_EQ(nth(3).at("outcome"), "accepted") << "other messages go on";
  restart();
  EXPECT_EQ(nth(4, true).at("limit"), "templates_per_day");
  clock->advance(std::chrono::hours{24});
  EXPECT_EQ(nth(5, true).at("outcome"), "accepted");
}

TEST_F(posting_limits, a_repeat_does_not_count) {
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(nth(0).at("outcome"), "accepted");
  for (int i = 1; i < 5; ++i)
    EXPECT_EQ(nth(i).at("outcome"), "accepted");
  EXPECT_EQ(nth(5).at("outcome"), "limited");
}

TEST_F(posting_limits, what_was_refused_does_not_count) {
  clock->advance(std::chrono::hours{25});
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(nth(i).at("outcome"), "window_closed");
  write("duka", amina, "wamid.2", "hi");
  for (int i = 10; i < 15; ++i)
    EXPECT_EQ(nth(i).at("outcome"), "accepted");
  EXPECT_EQ(nth(15).at("outcome"), "limited");
}

TEST_F(posting_limits, replies_count_when_they_leave_and_wait_for_their_turn) {
  // Each of these asks for one more.
  for (int i = 0; i < 8; ++i) {
    write("duka", with_phone("25476600000" + std::to_string(i)), "wamid.r" + std::to_string(i), "HELP");
    clock->advance(std::chrono::seconds{1});
  }
  EXPECT_TRUE(graph->wait_for_messages(6));
  EXPECT_EQ(nth(1).at("outcome"), "limited") << "the hour is used up";
  EXPECT_EQ(graph->messages().size(), 6U);
  restart();
  EXPECT_EQ(nth(2).at("outcome"), "limited") << "and after a restart it still is";
  EXPECT_EQ(graph->messages().size(), 6U);
  clock->advance(std::chrono::hours{1});
  EXPECT_TRUE(graph->wait_for_messages(9)) << "what waited leaves";
  EXPECT_EQ(graph->messages().size(), 9U);
}

TEST_F(posting_limits, a_reply_that_meta_did_not_take_does_not_count) {
  int refusals = 0;
  graph->answer_with([&](const recorded_call& call, std::size_t) {
    return !call.is_read_mark() && refusals++ < 20 ? refused(130429) : accepted(call);
  });
  write("duka", baraka, "wamid.b", "HELP");
  EXPECT_TRUE(eventually([&] {
    clock->advance(std::chrono::seconds{5});
    return transcript_of("duka", baraka.phone).back().at("status") == "accepted";
  }));
  graph->answer_with([](const recorded_call& call, std::size_t) { return accepted(call); });
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(nth(i).at("outcome"), "accepted") << "two replies have left, whatever was tried " << i;
  EXPECT_EQ(nth(4).at("outcome"), "limited");
}

TEST_F(posting_limits, what_is_posted_does_not_wait_behind_replies) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(nth(i).at("outcome"), "accepted");
  for (int i = 0; i < 3; ++i)
    write("duka", with_phone("25476600000" + std::to_string(i)), "wamid.r" + std::to_string(i), "HELP");
  EXPECT_TRUE(graph->wait_for_messages(6));
  EXPECT_EQ(sent("hello").size(), 3U);
  EXPECT_EQ(nth(9).at("outcome"), "limited");
}

TEST_F(posting, a_read_receipt_goes_straight_out) {
  write("duka", amina, "wamid.1", "HUMAN");
  ASSERT_TRUE(graph->wait_for_messages(1));
  const auto marks = graph->read_marks();
  const json receipt{{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", "wamid.1"}};
  const auto checked = check_post(receipt, "n-duka", "k");
  EXPECT_EQ(json_of(ask_tenant("duka", std::get<read_post>(checked.what))).at("outcome"), "accepted");
  EXPECT_EQ(graph->read_marks(), marks + 1);
}

TEST_F(posting, replies_overtake_notifications_and_those_overtake_broadcasts) {
  // One message may leave every now and then; the queue of the number fills behind it.
  std::vector<shopper> all;
  for (int i = 0; i < 12; ++i)
    all.push_back(with_phone("25474400" + std::to_string(1'000 + i)));
  for (const auto& who : all)
    write("duka", who, "wamid.hi." + who.phone, "HUMAN"); // the shop itself is silent from now on
  ASSERT_TRUE(graph->wait_for_messages(12));
  graph->answer_with(
      [](const recorded_call&, std::size_t) { return std::nullopt; }); // nobody answers: places run out
  std::vector<shopper> blockers;
  for (int i = 0; i < 40; ++i) {
    const auto who = with_phone("25474500" + std::to_string(1'000 + i));
    post_it(posted(template_to(who.phone, "blocker"), "key:block" + std::to_string(i)));
  }
  const auto before = 12 + calls_in_flight_max;
  ASSERT_TRUE(graph->wait_for_messages(before));
  int n = 0;
  for (const auto priority : {send_priority::broadcast, send_priority::notification, send_priority::reply})
    for (int i = 0; i < 4; ++i) {
      const auto& who = all[static_cast<std::size_t>(n)];
      auto post =
          posted(text_to(who.phone, "p" + std::to_string(static_cast<int>(priority))), "key:p" + std::to_string(n++));
      post.priority = priority;
      EXPECT_EQ(post_it(post).at("outcome"), "accepted");
    }
  // One place after the other becomes free, so that the calls come in the order in which the places are given.
  std::string order;
  for (auto seen = before; order.size() < 12 * 3; ++seen) {
    ASSERT_TRUE(graph->release_one([](const recorded_call& call) { return accepted(call); })) << order;
    ASSERT_TRUE(graph->wait_for_messages(seen + 1)) << order;
    const auto latest = graph->messages().at(seen).text();
    if (latest.starts_with("p"))
      order += latest + " ";
  }
  EXPECT_EQ(order, "p0 p0 p0 p0 p1 p1 p1 p1 p2 p2 p2 p2 ");
}

} // namespace
} // namespace wakala::actors::test
