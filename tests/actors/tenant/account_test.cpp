// The standing of a merchant's account: what Meta says changes what may leave, and how fast.
#include "actors/outbound/message_post.hpp"
#include "tests/actors/support/shop.hpp"

#include <gmock/gmock.h>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json text_to(const std::string& to, const std::string& body) {
  return {{"messaging_product", "whatsapp"}, {"to", to}, {"type", "text"}, {"text", {{"body", body}}}};
}
json template_to(const std::string& to, const std::string& name) {
  return {{"messaging_product", "whatsapp"},
          {"to", to},
          {"type", "template"},
          {"template", {{"name", name}, {"language", {{"code", "en"}}}}}};
}

class account : public shop_fixture {
protected:
  void SetUp() override {
    limits.messages_per_second = 80;
    start();
    add_tenant("duka");
  }
  void TearDown() override { stop(); }

  /// A management field of the tenant's account, as of `age` ago.
  json management(const std::string& field, json value, std::chrono::milliseconds age = {}) const {
    return {{"object", "whatsapp_business_account"},
            {"entry",
             {{{"id", "waba-duka"},
               {"time", (now() - age.count()) / 1000},
               {"changes", {{{"field", field}, {"value", std::move(value)}}}}}}}};
  }
  void tell(const std::string& field, const json& value) {
    EXPECT_THAT(insist(management(field, value)), ElementsAre(event_outcome::committed));
    clock->advance(std::chrono::seconds{1}); // times of webhooks have whole seconds
  }
  void tell_template(const std::string& name, const std::string& status, const std::string& category = "UTILITY") {
    tell("message_template_status_update", {{"event", status},
                                            {"message_template_id", 7},
                                            {"message_template_name", name},
                                            {"message_template_language", "en"},
                                            {"message_template_category", category},
                                            {"reason", nullptr}});
  }
  void restrict(const std::string& type, std::chrono::seconds how_long) {
    tell("account_update",
         {{"event", "ACCOUNT_RESTRICTION"},
          {"restriction_info", {{{"restriction_type", type}, {"expiration", now() / 1000 + how_long.count()}}}}});
  }
  void write(const shopper& who, const std::string& id, const std::string& text) {
    insist(text_webhook("n-duka", who, id, text, now()));
  }
  json post_it(const json& body) {
    const auto key = "key:" + std::to_string(++keys_);
    json answer;
    EXPECT_TRUE(eventually([&] {
      auto post = std::get<message_post>(check_post(body, "n-duka", key).what);
      return !(answer = json_of(ask_tenant("duka", post))).is_null();
    }));
    return answer;
  }
  json view(bool are_templates = false) {
    json answer;
    EXPECT_TRUE(
        eventually([&] { return !(answer = json_of(ask_tenant("duka", account_query{are_templates}))).is_null(); }));
    return answer;
  }
  std::size_t sent(const std::string& what) const {
    const auto all = graph->messages();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const recorded_call& call) {
      return call.body.dump().find(what) != std::string::npos;
    }));
  }
  bool is_sent(const std::string& what) {
    return eventually([&] { return sent(what) > 0; });
  }
  void pass(std::chrono::milliseconds time) { clock->advance(time); }

private:
  int keys_ = 0;
};

TEST_F(account, a_management_webhook_changes_its_state_once_and_for_good) {
  const auto told = management("account_review_update", {{"decision", "APPROVED"}});
  EXPECT_THAT(insist(told), ElementsAre(event_outcome::committed));
  EXPECT_THAT(insist(told), ElementsAre(event_outcome::repeated));
  EXPECT_EQ(view().at("review").at("value"), "APPROVED");
  EXPECT_EQ(letters("duka", persistence::table::notice).size(), 1U) << "it is kept as it came, too";
  restart();
  EXPECT_EQ(view().at("review").at("value"), "APPROVED");
}

TEST_F(account, one_that_could_not_be_written_is_told_again) {
  const auto stopped = stop_at_the_end();
  std::atomic<bool> cut{true};
  store->on_append([&](const auto&) { return cut ? fault::before : fault::none; });
  const auto told = management("account_review_update", {{"decision", "REJECTED"}});
  EXPECT_THAT(post(told), ElementsAre(event_outcome::retry));
  cut = false;
  EXPECT_THAT(insist(told), ElementsAre(event_outcome::committed));
  restart();
  EXPECT_EQ(view().at("review").at("value"), "REJECTED");
}

TEST_F(account, a_template_that_is_paused_is_refused_before_meta_refuses_it) {
  EXPECT_EQ(post_it(template_to(amina.phone, "unheard_of")).at("outcome"), "accepted");
  tell_template("order_update", "APPROVED");
  EXPECT_EQ(post_it(template_to(amina.phone, "order_update")).at("outcome"), "accepted");
  tell_template("order_update", "PAUSED");
  const auto refused = post_it(template_to(amina.phone, "order_update"));
  EXPECT_EQ(refused.at("outcome"), "refused");
  EXPECT_EQ(refused.at("code"), 132015);
  EXPECT_EQ(refused.at("path"), "/template/name");
  EXPECT_THAT(refused.at("details").get<std::string>(), HasSubstr("PAUSED"));
  tell_template("order_update", "APPROVED");
  EXPECT_EQ(post_it(template_to(amina.phone, "order_update")).at("outcome"), "accepted");
  EXPECT_EQ(view(true).at("templates").size(), 1U);
}

TEST_F(account, who_may_not_be_written_to_freely_is_told_the_templates_that_would_fit) {
  tell_template("order_update", "APPROVED");
  tell_template("offer", "APPROVED", "MARKETING");
  tell_template("old", "DISABLED");
  for (const bool is_known : {false, true}) {
    if (is_known) {
      write(amina, "wamid.1", "hi");
      pass(std::chrono::hours{25});
    }
    const auto refused = post_it(text_to(amina.phone, "hello"));
    EXPECT_EQ(refused.at("outcome"), "window_closed");
    EXPECT_EQ(refused.at("templates"), (json{"order_update (en, UTILITY)", "offer (en, MARKETING)"}));
  }
}

TEST_F(account, without_the_right_to_start_conversations_replies_go_on) {
  write(amina, "wamid.1", "HUMAN");
  restrict("RESTRICTED_BIZ_INITIATED_MESSAGING", std::chrono::seconds{600});
  const auto refused = post_it(template_to(amina.phone, "order_update"));
  EXPECT_EQ(refused.at("outcome"), "refused");
  EXPECT_EQ(refused.at("reason"), "account_restricted");
  EXPECT_EQ(refused.at("code"), 368);
  EXPECT_EQ(post_it(text_to(amina.phone, "a person answers")).at("outcome"), "accepted");
  EXPECT_TRUE(is_sent("a person answers"));
  EXPECT_TRUE(view().at("held").at("templates"));
  EXPECT_FALSE(view().at("held").at("others"));
  pass(std::chrono::seconds{601});
  EXPECT_EQ(post_it(template_to(amina.phone, "order_update")).at("outcome"), "accepted");
}

TEST_F(account, a_banned_account_keeps_its_replies_until_it_is_reinstated) {
  tell("account_update", {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "DISABLE"}}}});
  write(amina, "wamid.1", "hi");
  EXPECT_TRUE(eventually([&] { return transcript_of("duka", amina.phone).size() >= 2; })) << "it is answered";
  EXPECT_EQ(post_it(text_to(amina.phone, "hello")).at("outcome"), "refused");
  EXPECT_EQ(graph->calls().size(), 0U) << "but nothing leaves";
  restart();
  write(amina, "wamid.2", "catalog");
  EXPECT_EQ(graph->calls().size(), 0U) << "after a restart neither";
  tell("account_update", {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "REINSTATE"}}}});
  EXPECT_TRUE(graph->wait_for_messages(2)) << "what waited goes out";
}

TEST_F(account, marketing_is_refused_to_who_has_stopped_it_and_only_that) {
  tell_template("offer", "APPROVED", "MARKETING");
  tell_template("order_update", "APPROVED");
  write(amina, "wamid.1", "hi");
  const auto prefer = [&](const char* what) {
    insist({{"object", "whatsapp_business_account"},
            {"entry",
             {{{"id", "waba-duka"},
               {"changes",
                {{{"field", "user_preferences"},
                  {"value",
                   {{"messaging_product", "whatsapp"},
                    {"metadata", {{"display_phone_number", "254711000000"}, {"phone_number_id", "n-duka"}}},
                    {"contacts", {{{"wa_id", amina.phone}}}},
                    {"user_preferences",
                     {{{"wa_id", amina.phone},
                       {"detail", "User requested"},
                       {"category", "marketing_messages"},
                       {"value", what},
                       {"timestamp", now() / 1000}}}}}}}}}}}}});
    clock->advance(std::chrono::seconds{1});
  };
  prefer("stop");
  EXPECT_EQ(conversation_of("duka", amina.phone).at("marketing"), "stopped");
  const auto refused = post_it(template_to(amina.phone, "offer"));
  EXPECT_EQ(refused.at("code"), 131050);
  EXPECT_EQ(refused.at("path"), "/to");
  EXPECT_EQ(post_it(template_to(amina.phone, "order_update")).at("outcome"), "accepted");
  EXPECT_EQ(post_it(text_to(amina.phone, "hello")).at("outcome"), "accepted");
  restart();
  EXPECT_EQ(post_it(template_to(amina.phone, "offer")).at("outcome"), "refused");
  prefer("resume");
  EXPECT_EQ(post_it(template_to(amina.phone, "offer")).at("outcome"), "accepted");
}

TEST_F(account, who_has_written_stop_is_sent_nothing_that_nobody_asked_for) {
  tell_template("offer", "APPROVED", "MARKETING");
  tell_template("order_update", "APPROVED");
  write(amina, "wamid.1", "hi");
  write(amina, "wamid.2", "stop by tomorrow");
  EXPECT_EQ(conversation_of("duka", amina.phone).at("marketing"), "allowed");
  write(amina, "wamid.3", "ACHA");
  EXPECT_EQ(conversation_of("duka", amina.phone).at("marketing"), "stopped");
  restart();
  const auto refused = post_it(template_to(amina.phone, "offer"));
  EXPECT_EQ(refused.at("outcome"), "refused");
  EXPECT_EQ(refused.at("reason"), "opted_out");
  EXPECT_EQ(refused.at("path"), "/to");
  EXPECT_EQ(post_it(template_to(amina.phone, "order_update")).at("outcome"), "accepted") << "of what was ordered";
  EXPECT_EQ(post_it(text_to(amina.phone, "hello")).at("outcome"), "accepted") << "people answer";
  write(amina, "wamid.4", "ANZA");
  EXPECT_EQ(conversation_of("duka", amina.phone).at("marketing"), "allowed");
  EXPECT_EQ(post_it(template_to(amina.phone, "offer")).at("outcome"), "accepted");
}

TEST_F(account, what_waits_is_dropped_when_the_shopper_writes_stop) {
  tell_template("offer", "APPROVED", "MARKETING");
  write(amina, "wamid.1", "HUMAN");
  ASSERT_TRUE(graph->wait_for_messages(1));
  graph->answer_with([](const recorded_call&, std::size_t) { return refused(131016); }); // try again later
  EXPECT_EQ(post_it(text_to(amina.phone, "one moment")).at("outcome"), "accepted");
  ASSERT_TRUE(is_sent("one moment"));
  const auto offer = post_it(template_to(amina.phone, "offer")); // waits behind it
  ASSERT_EQ(offer.at("outcome"), "accepted");
  write(amina, "wamid.2", "STOP");
  EXPECT_TRUE(stands_at("duka", amina.phone, offer.at("id").get<std::string>(), "failed"));
  graph->answer_with([](const recorded_call& call, std::size_t) { return accepted(call); });
  EXPECT_TRUE(eventually([&] {
    pass(std::chrono::seconds{10});
    return sent("no more offers") > 0;
  })) << "what was said before and the confirmation still leave";
  EXPECT_EQ(sent(R"("name":"offer")"), 0U);
}

TEST_F(account, a_send_refused_for_stopped_marketing_is_remembered) {
  tell_template("offer", "APPROVED", "MARKETING");
  write(amina, "wamid.1", "HUMAN");
  graph->answer_with([](const recorded_call& call, std::size_t) {
    return call.body.value("type", "") == "template" ? refused(131050) : accepted(call);
  });
  EXPECT_EQ(post_it(template_to(amina.phone, "offer")).at("outcome"), "accepted");
  EXPECT_TRUE(eventually([&] { return conversation_of("duka", amina.phone).at("marketing") == "stopped"; }));
  EXPECT_EQ(post_it(template_to(amina.phone, "offer")).at("outcome"), "refused");
}

TEST_F(account, a_marketing_message_that_failed_later_is_remembered_too) {
  tell_template("offer", "APPROVED", "MARKETING");
  write(amina, "wamid.1", "HUMAN");
  const auto answer = post_it(template_to(amina.phone, "offer"));
  ASSERT_TRUE(is_sent("offer"));
  auto failed = status_webhook("n-duka", "wamid.x", "failed", amina.phone, answer.at("id"), now());
  failed["entry"][0]["changes"][0]["value"]["statuses"][0]["errors"] = {{{"code", 131050}, {"title", "stopped"}}};
  insist(failed);
  EXPECT_EQ(conversation_of("duka", amina.phone).at("marketing"), "stopped");
}

TEST_F(account, an_upgrade_quality_and_spam_set_the_pace) {
  EXPECT_EQ(view().at("messages_per_second").at("n-duka"), 80);
  tell("phone_number_quality_update", {{"display_phone_number", "254711000000"},
                                       {"event", "THROUGHPUT_UPGRADE"},
                                       {"current_limit", "TIER_UNLIMITED"}});
  EXPECT_EQ(view().at("messages_per_second").at("n-duka"), 1'000);
  EXPECT_EQ(view().at("messaging_limit"), -1);
  write(amina, "wamid.1", "HUMAN");
  graph->answer_with([](const recorded_call& call, std::size_t) {
    return call.text() == "too much" ? refused(131048) : accepted(call);
  });
  EXPECT_EQ(post_it(text_to(amina.phone, "too much")).at("outcome"), "accepted");
  EXPECT_TRUE(eventually([&] { return view().at("messages_per_second").at("n-duka") == 250; }));
  restart();
  EXPECT_EQ(view().at("messages_per_second").at("n-duka"), 250) << "for hours";
  pass(std::chrono::hours{6});
  EXPECT_EQ(view().at("messages_per_second").at("n-duka"), 1'000);
}

TEST_F(account, a_number_that_is_also_in_the_phone_app_goes_slowly) {
  const json echo{{"object", "whatsapp_business_account"},
                  {"entry",
                   {{{"id", "waba-duka"},
                     {"changes",
                      {{{"field", "smb_message_echoes"},
                        {"value",
                         {{"messaging_product", "whatsapp"},
                          {"metadata", {{"display_phone_number", "254711000000"}, {"phone_number_id", "n-duka"}}},
                          {"message_echoes",
                           {{{"from", "254711000000"},
                             {"to", amina.phone},
                             {"id", "wamid.echo"},
                             {"timestamp", std::to_string(now() / 1000)},
                             {"type", "text"},
                             {"text", {{"body", "I answer myself"}}}}}}}}}}}}}}};
  insist(echo);
  EXPECT_TRUE(eventually([&] { return view().at("messages_per_second").at("n-duka") == 20; }));
  EXPECT_EQ(graph->calls().size(), 0U) << "the bot does not answer the merchant";
  restart();
  EXPECT_EQ(view().at("messages_per_second").at("n-duka"), 20);
}

TEST_F(account, a_refused_token_is_shown_until_there_is_another_one) {
  graph->answer_with([](const recorded_call& call, std::size_t) {
    return call.access_token == "token-duka" ? refused(190, 401) : accepted(call);
  });
  write(amina, "wamid.1", "hi");
  EXPECT_TRUE(eventually([&] { return view().at("trouble").is_object(); }));
  EXPECT_EQ(view().at("trouble").at("code"), 190);
  restart();
  EXPECT_EQ(view().at("trouble").at("code"), 190);
  auto form = json_of(
      ask_registry(tenant_put{json{{"id", "duka"},
                                   {"name", "Duka"},
                                   {"currency", "KES"},
                                   {"waba_id", "waba-duka"},
                                   {"phone_numbers", json::array({{{"id", "n-duka"}, {"display", "254711000000"}}})},
                                   {"access_token", "token-new"}}
                                  .dump(),
                              "duka", true}));
  ASSERT_TRUE(form.is_object());
  pass(std::chrono::minutes{1});
  write(amina, "wamid.2", "catalog");
  // Whoever still had the old token may have been refused once more, and pauses.
  EXPECT_TRUE(eventually([&] {
    pass(std::chrono::seconds{1});
    return view().at("trouble").is_null();
  }));
  EXPECT_TRUE(eventually([&] {
    pass(std::chrono::seconds{1});
    const auto all = graph->messages();
    return std::any_of(all.begin(), all.end(), [](const auto& call) { return call.access_token == "token-new"; });
  }));
}

TEST_F(account, shoppers_outside_of_their_window_are_reached_up_to_the_messaging_limit) {
  tell("business_capability_update", {{"max_daily_conversations_per_business", 2}});
  const auto reach = [&](int who) {
    return post_it(template_to("25479900000" + std::to_string(who), "order_update"));
  };
  EXPECT_EQ(reach(1).at("outcome"), "accepted");
  EXPECT_EQ(reach(2).at("outcome"), "accepted");
  const auto over = reach(3);
  EXPECT_EQ(over.at("outcome"), "limited");
  EXPECT_EQ(over.at("limit"), "messaging_limit");
  EXPECT_GT(over.at("retry_after_ms"), 0);
  EXPECT_EQ(reach(1).at("outcome"), "accepted") << "who was reached today is not one more";
  write(amina, "wamid.1", "HUMAN");
  EXPECT_EQ(post_it(template_to(amina.phone, "order_update")).at("outcome"), "accepted") << "inside of a window";
  restart();
  EXPECT_EQ(reach(3).at("outcome"), "limited");
  pass(std::chrono::hours{24});
  EXPECT_EQ(reach(3).at("outcome"), "accepted");
}

TEST_F(account, so_many_broadcasts_a_week) {
  const auto campaign = [&](int n, int to) {
    auto post = std::get<message_post>(check_post(template_to("25479900000" + std::to_string(to), "offer"), "n-duka",
                                                  "key:c" + std::to_string(n) + "." + std::to_string(to))
                                           .what);
    post.broadcast = "campaign-" + std::to_string(n);
    json answer;
    EXPECT_TRUE(eventually([&] { return !(answer = json_of(ask_tenant("duka", post))).is_null(); }));
    return answer;
  };
  for (int n = 0; n < 10; ++n)
    EXPECT_EQ(campaign(n, n).at("outcome"), "accepted") << n;
  EXPECT_EQ(campaign(10, 1).at("limit"), "broadcasts_per_week");
  EXPECT_EQ(campaign(9, 1).at("outcome"), "accepted") << "one that has begun goes on";
}

TEST_F(account, a_shopper_who_writes_without_end_is_heard_and_not_answered) {
  stop();
  SetUp();
  add_tenant("soko", {{"limits", {{"shopper_messages_per_minute", 5}}}});
  for (int i = 0; i < 9; ++i)
    insist(text_webhook("n-soko", amina, "wamid." + std::to_string(i), "hi", now()));
  const auto transcript = transcript_of("soko", amina.phone);
  const auto heard = [&](bool was_answered) {
    return std::count_if(transcript.begin(), transcript.end(), [&](const json& m) {
      return m.at("direction") == "in" && m.at("answered") == was_answered;
    });
  };
  EXPECT_EQ(heard(true), 5);
  EXPECT_EQ(heard(false), 4) << "recorded all the same";
  pass(std::chrono::minutes{1});
  insist(text_webhook("n-soko", amina, "wamid.later", "hi", now()));
  EXPECT_EQ(transcript_of("soko", amina.phone).back().at("direction"), "out");
}

TEST_F(account, a_blocked_shopper_is_recorded_and_sent_nothing) {
  graph->answer_questions_with([](const graph_question& q) -> result<graph_reply> {
    if (q.path.find("block_users") == std::string::npos)
      return graph_reply{200, "{}"};
    return graph_reply{200, R"({"messaging_product":"whatsapp","block_users":{"added_users":[]}})"};
  });
  write(amina, "wamid.1", "hi");
  ASSERT_TRUE(graph->wait_for_messages(1));
  json answer;
  ASSERT_TRUE(eventually([&] {
    return !(answer = json_of(ask_tenant("duka", shopper_block{amina.phone, true}))).is_null();
  }));
  EXPECT_EQ(answer.at("blocked"), true);
  EXPECT_EQ(answer.at("at_meta").at(0).at("ok"), true);
  restart();
  const auto before = transcript_of("duka", amina.phone).size();
  write(amina, "wamid.2", "hi");
  EXPECT_EQ(transcript_of("duka", amina.phone).size(), before + 1);
  EXPECT_EQ(post_it(text_to(amina.phone, "hello")).at("reason"), "shopper_blocked");
  EXPECT_EQ(conversation_of("duka", amina.phone).at("blocked"), true);
  ASSERT_TRUE(eventually([&] { return !json_of(ask_tenant("duka", shopper_block{amina.phone, false})).is_null(); }));
  write(amina, "wamid.3", "hi");
  EXPECT_EQ(transcript_of("duka", amina.phone).back().at("direction"), "out");
  EXPECT_EQ(ask_tenant("duka", shopper_block{"254799999999", true}).why.code, errc::not_found);
}

TEST_F(account, what_waits_for_a_shopper_who_is_blocked_never_leaves) {
  tell("account_update", {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "DISABLE"}}}});
  write(amina, "wamid.1", "hi");
  ASSERT_TRUE(eventually([&] { return transcript_of("duka", amina.phone).size() >= 2; }));
  ASSERT_TRUE(eventually([&] { return !json_of(ask_tenant("duka", shopper_block{amina.phone, true})).is_null(); }));
  EXPECT_EQ(transcript_of("duka", amina.phone).back().at("status"), "failed");
  tell("account_update", {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "REINSTATE"}}}});
  write(baraka, "wamid.2", "hi");
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(graph->messages().at(0).body.at("to"), "+" + baraka.phone);
}

TEST_F(account, a_repeat_of_what_was_taken_is_answered_as_then) {
  tell_template("order_update", "APPROVED");
  const auto post =
      std::get<message_post>(check_post(template_to(amina.phone, "order_update"), "n-duka", "key:x").what);
  json first;
  ASSERT_TRUE(eventually([&] { return !(first = json_of(ask_tenant("duka", post))).is_null(); }));
  tell_template("order_update", "PAUSED");
  const auto again = json_of(ask_tenant("duka", post));
  EXPECT_EQ(again.at("outcome"), "accepted");
  EXPECT_EQ(again.at("id"), first.at("id"));
  EXPECT_EQ(post_it(template_to(amina.phone, "order_update")).at("outcome"), "refused");
}

TEST_F(account, of_another_account_nothing_holds) {
  tell("account_update", {{"event", "ACCOUNT_DELETED"}});
  ASSERT_TRUE(view().at("held").at("others"));
  ASSERT_TRUE(json_of(ask_registry(tenant_put{
                          json{{"id", "duka"},
                               {"name", "Duka"},
                               {"currency", "KES"},
                               {"waba_id", "waba-new"},
                               {"phone_numbers", json::array({{{"id", "n-duka"}, {"display", "254711000000"}}})},
                               {"access_token", "token-duka"}}
                              .dump(),
                          "duka", true}))
                  .is_object());
  EXPECT_TRUE(eventually([&] { return view().at("waba_id") == "waba-new"; }));
  EXPECT_FALSE(view().at("held").at("others"));
  restart();
  EXPECT_FALSE(view().at("held").at("others"));
  write(amina, "wamid.1", "hi");
  EXPECT_TRUE(graph->wait_for_messages(1));
}

TEST_F(account, a_shopper_with_another_number_is_the_same_shopper) {
  write(amina, "wamid.1", "hi");
  auto change = text_webhook("n-duka", amina, "wamid.sys", "", now());
  auto& message = change["entry"][0]["changes"][0]["value"]["messages"][0];
  message.erase("text");
  message["type"] = "system";
  message["system"] = {{"body", "changed"}, {"wa_id", "254700009999"}, {"type", "user_changed_number"}};
  insist(change);
  const shopper moved{"254700009999", {}, "Amina"};
  EXPECT_EQ(conversation_of("duka", moved.phone).at("session").at("user_phone"), moved.phone);
  write(moved, "wamid.2", "hi");
  ASSERT_TRUE(eventually([&] { return transcript_of("duka", moved.phone).back().at("status") == "accepted"; }));
  restart(); // with nothing that is still on its way
  EXPECT_THAT(inbound_ids("duka", moved.phone), ElementsAre("wamid.1", "wamid.sys", "wamid.2"));
  EXPECT_EQ(post_it(text_to(moved.phone, "to the new number")).at("outcome"), "accepted");
  ASSERT_TRUE(is_sent("to the new number"));
  EXPECT_EQ(graph->messages().back().body.at("to"), "+" + moved.phone);
}

// -- asking Meta ------------------------------------------------------------

/// Answers as an account in good standing.
result<graph_reply> in_good_standing(const graph_question& q) {
  if (q.method == "POST")
    return graph_reply{200, R"({"success":true})"};
  if (q.path.find("/phone_numbers") != std::string::npos)
    return graph_reply{
        200,
        R"({"data":[{"id":"n-duka","display_phone_number":"+254 711 000000","verified_name":"Duka","name_status":"APPROVED",
           "quality_rating":"GREEN","status":"CONNECTED","throughput":{"level":"STANDARD"}},{"id":"n-other"}]})"};
  if (q.path.find("messaging_limit") != std::string::npos)
    return graph_reply{200, R"({"id":"n-duka","whatsapp_business_manager_messaging_limit":"TIER_2K"})"};
  if (q.path.find("/message_templates") != std::string::npos) {
    if (q.path.find("&after=") == std::string::npos)
      return graph_reply{200,
                         R"({"data":[{"name":"a","language":"en","status":"APPROVED","category":"UTILITY"}],
                             "paging":{"cursors":{"after":"x&y"},"next":"https://…"}})"};
    return graph_reply{200, R"({"data":[{"name":"b","language":"en","status":"PAUSED","category":"UTILITY"}]})"};
  }
  return graph_reply{
      200,
      R"({"id":"waba-duka","account_review_status":"APPROVED","business_verification_status":"verified",
          "health_status":{"can_send_message":"AVAILABLE"}})"};
}

TEST_F(account, asking_meta_learns_all_of_it) {
  tell_template("gone", "APPROVED");
  graph->answer_questions_with(in_good_standing);
  const auto answer = json_of(ask_tenant("duka", account_errand{}));
  ASSERT_TRUE(answer.is_object());
  for (const auto& each : answer.at("steps"))
    EXPECT_TRUE(each.at("ok")) << each;
  EXPECT_EQ(answer.at("numbers").size(), 2U) << "also those that this tenant does not have yet";
  for (const bool again : {false, true}) {
    if (again)
      restart();
    const auto known = view();
    EXPECT_EQ(known.at("health").at("value"), "AVAILABLE");
    EXPECT_EQ(known.at("messaging_limit"), 2'000);
    EXPECT_EQ(known.at("numbers").at(0).at("quality").at("value"), "GREEN");
    EXPECT_EQ(known.at("numbers").size(), 1U);
    const auto templates = view(true).at("templates");
    ASSERT_EQ(templates.size(), 3U);
    EXPECT_EQ(templates.at(1).at("status").at("value"), "PAUSED") << "of the second page";
    EXPECT_EQ(templates.at(2).at("status").at("value"), "DELETED") << "Meta no longer has it";
  }
  EXPECT_EQ(graph->questions().at(0).access_token, "token-duka");
}

TEST_F(account, onboarding_subscribes_registers_and_then_asks) {
  graph->answer_questions_with(in_good_standing);
  ASSERT_TRUE(json_of(ask_tenant("duka", account_errand{true, "123456", ""})).is_object());
  const auto asked = graph->questions();
  ASSERT_GE(asked.size(), 2U);
  EXPECT_EQ(asked[0].method + " " + asked[0].path, "POST waba-duka/subscribed_apps");
  EXPECT_EQ(asked[1].path, "n-duka/register");
  EXPECT_EQ(json::parse(asked[1].body).at("pin"), "123456");
  EXPECT_EQ(asked[2].method, "GET");
  EXPECT_EQ(ask_tenant("duka", account_errand{true, "", "https://shop.example/hook"}).why.field, "verify_token");
}

TEST_F(account, a_step_that_fails_is_shown_and_a_refused_token_ends_it) {
  graph->answer_questions_with([](const graph_question& q) -> result<graph_reply> {
    if (q.path.find("/register") != std::string::npos)
      return graph_reply{400, R"({"error":{"code":133005,"message":"(#133005) wrong PIN"}})"};
    if (q.path.find("/phone_numbers") != std::string::npos)
      return make_error(errc::unavailable, "connection refused");
    if (q.path.find("messaging_limit") != std::string::npos)
      return graph_reply{401, R"({"error":{"code":190,"message":"expired"}})"};
    return in_good_standing(q);
  });
  const auto steps = json_of(ask_tenant("duka", account_errand{true, "000000", ""})).at("steps");
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps.at(1).at("code"), 133005);
  EXPECT_EQ(steps.at(2).at("ok"), true);
  EXPECT_EQ(steps.at(3).at("details"), "connection refused");
  EXPECT_EQ(steps.at(4).at("code"), 190);
  EXPECT_EQ(steps.at(5).at("tried"), false);
}

TEST_F(account, it_asks_by_itself_now_and_then) {
  limits.conversation_idle = std::chrono::milliseconds{200}; // looks around every 50 ms
  stop();
  start();
  add_tenant("duka");
  graph->answer_questions_with(in_good_standing);
  view();
  ASSERT_TRUE(eventually([&] { return view().at("asked_at").is_string(); }));
  const auto first = graph->questions().size();
  pass(std::chrono::hours{5});
  view();
  EXPECT_FALSE(eventually([&] { return graph->questions().size() > first; }, std::chrono::milliseconds{200}));
  pass(std::chrono::hours{2});
  EXPECT_TRUE(eventually([&] { return graph->questions().size() > first; }));
}

} // namespace
} // namespace wakala::actors::test
