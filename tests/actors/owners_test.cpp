#include "tests/actors/support/shop.hpp"

namespace wakala::actors::test {
namespace {

using enum event_outcome;
using nlohmann::json;
using persistence::table;

/// Whose an update is, and how tenants come, change and go.
class owners : public shop_fixture {
protected:
  void SetUp() override {
    start();
    add_tenant("duka");
  }
  void TearDown() override { stop(); }

  text_answer put(const json& form) { return ask_registry(tenant_put{form.dump(), form.at("id"), true}); }
  text_answer create(const json& form) { return ask_registry(tenant_put{form.dump(), {}, false}); }
};

TEST_F(owners, an_old_event_is_recorded_and_not_answered) {
  EXPECT_EQ(post(text_webhook("n-duka", amina, "wamid.old", "hi", now() - 25 * ms_per_hour)), outcomes{committed});
  EXPECT_EQ(say("duka", baraka, "wamid.new", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(graph->calls().size(), 2U) << "the old message was answered or marked as read";
  const auto lines = transcript_of("duka", amina.phone);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].at("answered"), false);
}

TEST_F(owners, a_filter_keeps_messages_out_of_the_dialogue_but_not_out_of_the_books) {
  add_tenant("kimya", {{"event_filters", json::array({"status"})}});
  EXPECT_EQ(say("kimya", amina, "wamid.1", "hi"), committed);
  EXPECT_EQ(say("duka", amina, "wamid.2", "hi"), committed);
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(graph->messages().at(0).phone_number_id, "n-duka");
  EXPECT_EQ(inbound_ids("kimya", amina.phone), std::vector<std::string>{"wamid.1"});
  EXPECT_EQ(transcript_of("kimya", amina.phone).size(), 1U);
}

TEST_F(owners, an_unknown_number_is_set_aside_and_comes_back_with_its_owner) {
  const auto body = text_webhook("n-mpya", amina, "wamid.1", "hi", now());
  EXPECT_EQ(post(body), outcomes{set_aside});
  EXPECT_EQ(post(body), outcomes{repeated});
  const auto aside = letters(system_tenant, table::aside);
  ASSERT_EQ(aside.size(), 1U);
  EXPECT_EQ(aside[0].at("reason"), "unknown_number");
  EXPECT_EQ(aside.dump().find(amina.phone), std::string::npos);
  add_tenant("mpya");
  EXPECT_TRUE(eventually([&] { return inbound_ids("mpya", amina.phone) == std::vector<std::string>{"wamid.1"}; }));
  ASSERT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(graph->messages().at(0).phone_number_id, "n-mpya");
  EXPECT_TRUE(eventually([&] { return letters(system_tenant, table::aside).empty(); }));
  EXPECT_EQ(post(body), outcomes{repeated}) << "Meta's redelivery was applied a second time";
  EXPECT_EQ(inbound_ids("mpya", amina.phone).size(), 1U);
}

TEST_F(owners, a_url_may_not_carry_another_tenants_number) {
  add_tenant("siri", {{"app_secret", "of siri"}});
  using outcome_list = outcomes;
  EXPECT_EQ(post(text_webhook("n-duka", amina, "wamid.1", "hi", now()), "siri"), outcome_list{set_aside});
  EXPECT_EQ(post(text_webhook("n-siri", amina, "wamid.2", "hi", now())), outcome_list{set_aside})
      << "the app's URL reached a tenant that has a secret of its own";
  EXPECT_EQ(post(text_webhook("n-siri", amina, "wamid.3", "hi", now()), "siri"), outcome_list{committed});
  EXPECT_TRUE(inbound_ids("duka", amina.phone).empty());
  EXPECT_EQ(inbound_ids("siri", amina.phone), std::vector<std::string>{"wamid.3"});
  const auto aside = letters(system_tenant, table::aside);
  ASSERT_EQ(aside.size(), 2U);
  for (const auto& l : aside)
    EXPECT_EQ(l.at("reason"), "foreign");
  // A forged copy does not take the place of the true one.
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
}

TEST_F(owners, what_was_foreign_does_not_come_back_by_itself) {
  add_tenant("siri", {{"app_secret", "of siri"}});
  EXPECT_EQ(post(text_webhook("n-mpya", amina, "wamid.1", "hi", now()), "siri"), outcomes{set_aside});
  add_tenant("mpya");
  add_tenant("nyingine");
  EXPECT_EQ(letters(system_tenant, table::aside).size(), 1U);
  EXPECT_TRUE(inbound_ids("mpya", amina.phone).empty()) << "siri forged a message for mpya";
}

TEST_F(owners, more_set_aside_updates_than_a_page_all_come_back) {
  std::vector<change> changes;
  for (int i = 0; i < 250; ++i)
    for (const auto* tenant : {"moja", "mbili"}) {
      change c{number_of(tenant), {}, {}, {}};
      c.messages.push_back(text_message(amina, std::string(tenant) + std::to_string(i), "hi", now()));
      changes.push_back(std::move(c));
    }
  EXPECT_EQ(post(webhook(changes)), outcomes(500, set_aside));
  EXPECT_TRUE(eventually([&] { return shard_state(system_tenant).at("unfolded_rows") == 0; }));
  store->on_fold([](shard_id) { return fault::before; }); // the erasures stay in the tail
  limits.outbox_per_conversation = 1'000;
  for (const auto* tenant : {"moja", "mbili"}) {
    add_tenant(tenant);
    EXPECT_TRUE(eventually([&] {
      ask_registry(tenants_import{"{}"});
      caf::anon_send(running->registry(), replay_set_aside{});
      return inbound_ids(tenant, amina.phone).size() >= 100;
    })) << inbound_ids(tenant, amina.phone).size();
  }
}

TEST_F(owners, parts_that_cannot_be_read_are_set_aside_beside_the_good_ones) {
  change c{"n-duka", {}, {}, {}};
  c.messages.push_back(text_message(amina, "wamid.1", "hi", now()));
  c.messages.push_back("not a message");
  c.messages.push_back(text_message(amina, "wamid.2", "help", now()));
  const auto body = webhook({c});
  const auto all = post(body);
  EXPECT_EQ(std::count(all.begin(), all.end(), committed), 2);
  EXPECT_EQ(std::count(all.begin(), all.end(), set_aside), 1);
  const auto again = post(body);
  EXPECT_EQ(std::count(again.begin(), again.end(), repeated), 3);
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 2U);
  EXPECT_EQ(post(json{{"hello", "world"}}), outcomes{set_aside});
}

TEST_F(owners, are_created_read_changed_and_removed) {
  const json form{{"id", "soko"},
                  {"name", "Soko"},
                  {"phone_numbers", json::array({{{"id", "n-1"}}})},
                  {"access_token", "t"},
                  {"app_secret", "s"}};
  const auto made = json_of(create(form));
  EXPECT_EQ(made.at("app_secret"), (json{{"set", true}}));
  EXPECT_EQ(made.at("access_token"), (json{{"set", true}}));
  EXPECT_EQ(made.at("verify_token"), (json{{"set", false}}));
  EXPECT_EQ(create(form).why.code, errc::conflict);
  auto thief = form;
  thief["id"] = "mwizi";
  const auto refused = create(thief);
  EXPECT_EQ(refused.why.code, errc::conflict);
  EXPECT_EQ(refused.why.field, "/phone_numbers/0/id");
  auto next = made;
  next["name"] = "Soko Kuu";
  EXPECT_TRUE(put(next).value);
  const auto kept = running->context()->tenants->get()->find("soko")->config;
  EXPECT_EQ(kept.name, "Soko Kuu");
  EXPECT_EQ(kept.app_secret, "s");
  EXPECT_EQ(kept.access_token, "t");
  restart();
  EXPECT_EQ(running->context()->tenants->get()->find("soko")->config, kept);
  EXPECT_TRUE(ask_registry(tenant_delete{"soko"}).value);
  EXPECT_EQ(ask_registry(tenant_delete{"soko"}).why.code, errc::not_found);
  EXPECT_EQ(put(next).why.code, errc::not_found);
  EXPECT_TRUE(create(thief).value);
  restart();
  EXPECT_FALSE(running->context()->tenants->get()->find("soko"));
  EXPECT_TRUE(running->context()->tenants->get()->by_number("n-1"));
}

TEST_F(owners, never_name_the_systems_own_tenant) {
  EXPECT_EQ(ask_registry(tenant_delete{system_tenant}).why.code, errc::not_found);
  EXPECT_FALSE(create(json{{"id", system_tenant}}).value);
  EXPECT_FALSE(ask_registry(tenant_put{"{}", system_tenant, true}).value);
  EXPECT_FALSE(ask_registry(tenant_put{"no json", "", false}).value);
}

TEST_F(owners, are_imported_from_routes_with_secrets_of_the_environment) {
  const json routes{{"tenant_123",
                     {{"webhook_url", "https://x.example/v1/webhooks/tenant_123"},
                      {"hmac_secret", "${SHOP_SECRET}"},
                      {"event_filters", json::array({"messages", "status", "errors"})}}}};
  const auto done = json_of(ask_registry(tenants_import{routes.dump()}));
  EXPECT_EQ(done.at("created"), json::array({"tenant_123"}));
  EXPECT_EQ(running->context()->tenants->get()->find("tenant_123")->config.app_secret, "s3cret");
  EXPECT_EQ(json_of(ask_registry(tenants_import{routes.dump()})).at("updated"), json::array({"tenant_123"}));
  auto bad = routes;
  bad["tenant_123"]["hmac_secret"] = "${NOT_THERE}";
  const auto refused = ask_registry(tenants_import{bad.dump()});
  EXPECT_EQ(refused.why.code, errc::invalid_argument);
  EXPECT_NE(refused.why.what.find("NOT_THERE"), std::string::npos);
}

TEST_F(owners, that_are_removed_answer_nothing_and_keep_others_working) {
  add_tenant("soko");
  EXPECT_EQ(say("soko", amina, "wamid.1", "hi"), committed);
  EXPECT_TRUE(ask_registry(tenant_delete{"soko"}).value);
  EXPECT_EQ(post(text_webhook("n-soko", amina, "wamid.2", "hi", now())), outcomes{set_aside});
  EXPECT_EQ(ask_tenant("soko", conversation_query{amina.phone}).why.code, errc::not_found);
  EXPECT_EQ(say("duka", amina, "wamid.3", "hi"), committed);
}

// -- catalog
// -----------------------------------------------------------------------------------------------------------

const char* const shelf = R"({"products":[
  {"id":"unga","name":"Unga","category":"Flour","price":"250.00","stock":10},
  {"id":"chai","name":"Chai","category":"Tea","price":"140.00"}]})";

TEST_F(owners, a_catalog_is_used_by_the_next_step_and_survives_a_restart) {
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
  EXPECT_FALSE(ask_tenant("duka", catalog_put{"{"}).value);
  EXPECT_FALSE(ask_tenant("duka", catalog_put{R"({"products":[{"id":""}]})"}).value);
  const auto stored = ask_tenant("duka", catalog_put{shelf});
  ASSERT_TRUE(stored.value) << stored.why.what;
  EXPECT_EQ(say("duka", amina, "wamid.2", "unga"), committed);
  ASSERT_TRUE(graph->wait_for_messages(2));
  EXPECT_NE(graph->messages().at(1).text().find("Unga"), std::string::npos) << graph->messages().at(1).text();
  restart();
  EXPECT_EQ(json_of(ask_tenant("duka", catalog_get{})), json::parse(*stored.value));
  EXPECT_EQ(say("duka", baraka, "wamid.3", "chai"), committed);
  ASSERT_TRUE(graph->wait_for_messages(3));
  EXPECT_NE(graph->messages().at(2).text().find("Chai"), std::string::npos) << graph->messages().at(2).text();
}

TEST_F(owners, see_their_conversations_page_by_page) {
  for (int i = 0; i < 7; ++i)
    EXPECT_EQ(say("duka", with_phone("25470000300" + std::to_string(i)), "wamid." + std::to_string(i), "hi"),
              committed);
  std::set<std::string> seen;
  std::string after;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = json_of(ask_tenant("duka", conversations_query{after, 3}));
    for (const auto& c : page.at("conversations"))
      EXPECT_TRUE(seen.insert(c.at("conversation_id").get<std::string>()).second);
    if (!page.at("next").is_string())
      break;
    after = page.at("next").get<std::string>();
  }
  EXPECT_EQ(seen.size(), 7U);
  EXPECT_EQ(ask_tenant("duka", conversations_query{"no cursor", 3}).why.code, errc::invalid_argument);
  EXPECT_EQ(ask_tenant("duka", messages_query{"254700003000", "no cursor", 3}).why.code, errc::invalid_argument);
  EXPECT_EQ(ask_tenant("duka", conversation_query{"nobody"}).why.code, errc::not_found);
  EXPECT_EQ(ask_tenant("nowhere", conversation_query{"nobody"}).why.code, errc::not_found);
}

TEST_F(owners, a_post_beyond_its_deadline_is_answered_and_dropped) {
  limits.webhook_deadline = std::chrono::milliseconds{-1};
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), retry);
  limits.webhook_deadline = std::chrono::milliseconds{2'500};
  EXPECT_TRUE(inbound_ids("duka", amina.phone).empty());
  EXPECT_EQ(say("duka", amina, "wamid.1", "hi"), committed);
}

} // namespace
} // namespace wakala::actors::test
