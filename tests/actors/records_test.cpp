#include "actors/conversation_records.hpp"
#include "actors/directory.hpp"
#include "actors/identity_records.hpp"
#include "actors/letters.hpp"
#include "actors/send_policy.hpp"
#include "actors/tenant_config.hpp"
#include "persistence/memory/memory_store.hpp"
#include "tests/actors/support/fake_graph.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using verdict = send_decision::verdict;

conversation_id some_id() {
  conversation_id id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i)
    id.bytes[i] = static_cast<std::uint8_t>(i * 17);
  return id;
}

TEST(records, come_back_as_they_were) {
  conversation_record c;
  c.shop.who = {"254700000001", "KE.1", "amina", "Amina \"A\" \n"};
  c.next_ordinal = 12'345'678'901;
  c.mapped = {{"aa", ""}, {"bb", "cc"}};
  EXPECT_EQ(conversation_record_from(to_text(c)).value(), c);
  transcript_entry e{"wamid.1", false, "text", "Habari \xF0\x9F\x91\x8B", "n-1", "wamid.0", 17, true, true};
  EXPECT_EQ(transcript_entry_from(to_text(e)).value(), e);
  delivery_record d{whatsapp::delivery_status::ambiguous, "wamid.2", 5, "131026", "why", 3, 2};
  EXPECT_EQ(delivery_record_from(to_text(d)).value(), d);
  outbox_item i{7, "n-1", "{}", true, true, 2, 1, 10, 20, 30};
  EXPECT_EQ(outbox_item_from(to_text(i)).value(), i);
  const identity_row row{some_id(), "ab"};
  EXPECT_EQ(identity_row_from(to_text(row)).value().conversation, row.conversation);
  EXPECT_EQ(identity_row_from(to_text(row)).value().user, "ab");
  const message_row m{some_id(), 99};
  EXPECT_EQ(message_row_from(to_text(m)).value().ordinal, 99U);
}

TEST(records, refuse_damage) {
  for (const auto* text : {"", "{", "[]", "{}", "null", R"({"shop":5,"next":1,"mapped":{}})",
                           R"({"status":"lost","wamid":"","at":0,"code":"","why":"","attempts":0,"ambiguous":0})"}) {
    EXPECT_EQ(conversation_record_from(text).error().code, errc::corrupt) << text;
    EXPECT_EQ(transcript_entry_from(text).error().code, errc::corrupt) << text;
    EXPECT_EQ(delivery_record_from(text).error().code, errc::corrupt) << text;
    EXPECT_EQ(outbox_item_from(text).error().code, errc::corrupt) << text;
    EXPECT_EQ(identity_row_from(text).error().code, errc::corrupt) << text;
    EXPECT_EQ(message_row_from(text).error().code, errc::corrupt) << text;
    EXPECT_EQ(letter_from(text).error().code, errc::corrupt) << text;
    EXPECT_EQ(unpack_event(text).error().code, errc::corrupt) << text;
  }
}

TEST(records, an_outbox_id_names_conversation_and_ordinal_and_nothing_else_does) {
  const auto id = outbox_id(some_id(), 42);
  const auto back = parse_outbox_id(id);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->first, some_id());
  EXPECT_EQ(back->second, 42U);
  EXPECT_LE(id.size(), 512U);
  for (const auto& bad : {std::string{}, std::string("some data"), id.substr(1), id + "x", id.substr(0, 34),
                          "p" + id.substr(1), id.substr(0, 34) + "0", id.substr(0, 34) + "-1",
                          id.substr(0, 34) + "99999999999999999999", "o" + std::string(32, 'g') + ".1"})
    EXPECT_FALSE(parse_outbox_id(bad)) << bad;
  EXPECT_EQ(parse_ordinal_row_key(ordinal_row_key(some_id(), 7))->second, 7U);
  EXPECT_FALSE(parse_ordinal_row_key("short"));
  EXPECT_LT(ordinal_row_key(some_id(), 255), ordinal_row_key(some_id(), 256)) << "keys do not sort by ordinal";
}

TEST(letters_text, every_event_of_every_fixture_comes_back_whole) {
  std::size_t seen = 0;
  for (const auto& file : std::filesystem::directory_iterator(WAKALA_SOURCE_DIR "/tests/data/payloads")) {
    if (file.path().extension() != ".json")
      continue;
    std::ifstream in(file.path());
    std::stringstream body;
    body << in.rdbuf();
    const auto decoded = whatsapp::decode(body.str());
    if (!decoded)
      continue;
    for (const auto& update : decoded->events) {
      ++seen;
      routed_event e;
      e.update = update;
      e.tenant = "duka";
      e.key = {12, {9, 8, 7}};
      e.other_bucket = 3;
      e.index = 5;
      e.aside = aside_reason::unknown_number;
      e.origin = "soko";
      const auto back = unpack_event(pack_event(e));
      ASSERT_TRUE(back) << file.path();
      EXPECT_EQ(pack_event(*back), pack_event(e)) << file.path();
      EXPECT_EQ(whatsapp::to_index_line(back->update), whatsapp::to_index_line(update)) << file.path();
      EXPECT_EQ(back->key, e.key);
      EXPECT_EQ(back->update.raw, update.raw);
      EXPECT_EQ(back->update.callback_data, update.callback_data);
      EXPECT_EQ(back->update.at, update.at);
      const auto l = letter_from(to_text(letter{e, "why", 77}));
      ASSERT_TRUE(l);
      EXPECT_EQ(l->why, "why");
      EXPECT_EQ(l->at, 77);
      auto description = describe(*l);
      // Some fixtures use one run of digits for everything.
      description.erase("phone_number_id");
      description.erase("waba_id");
      const auto shown = description.dump();
      EXPECT_TRUE(update.from.value_or("").size() < 7 || shown.find(*update.from) == std::string::npos) << shown;
      EXPECT_TRUE(update.text.size() < 9 || shown.find(update.text) == std::string::npos) << shown;
    }
  }
  EXPECT_GT(seen, 100U);
}

// -- keys
// --------------------------------------------------------------------------------------------------------------

class event_keys : public ::testing::Test {
protected:
  std::shared_ptr<persistence::store> store = persistence::make_memory_store(1);
  std::shared_ptr<seeded_random> random = std::make_shared<seeded_random>(5);
  std::shared_ptr<persistence::keyring> ring = persistence::keyring::open({}, *store, random).value();
  persistence::tenant_keys_ptr keys = ring->unwrap_tenant("duka", ring->new_tenant_key("duka")).value();
  persistence::tenant_keys_ptr others = ring->unwrap_tenant("soko", ring->new_tenant_key("soko")).value();
  const time_ms now = 1'760'000'000'000;

  routed_event keyed(whatsapp::event u, const persistence::tenant_keys& with) {
    routed_event e;
    e.update = std::move(u);
    assign_key(e, with, now);
    return e;
  }
  whatsapp::event message() const {
    whatsapp::event u;
    u.kind = whatsapp::event_kind::message;
    u.id = "wamid.1";
    u.from = "254700000001";
    u.phone_number_id = "n-1";
    u.at = now - ms_per_hour;
    return u;
  }
};

TEST_F(event_keys, name_message_number_and_kind) {
  const auto base = keyed(message(), *keys).key;
  EXPECT_EQ(keyed(message(), *keys).key, base);
  EXPECT_NE(keyed(message(), *others).key.hash, base.hash) << "tenants can be compared by their keys";
  auto u = message();
  u.text = "another text, same message";
  EXPECT_EQ(keyed(u, *keys).key, base);
  u = message();
  u.id = "wamid.2";
  EXPECT_NE(keyed(u, *keys).key.hash, base.hash);
  u = message();
  u.phone_number_id = "n-2";
  EXPECT_NE(keyed(u, *keys).key.hash, base.hash);
  u = message();
  u.kind = whatsapp::event_kind::echo;
  EXPECT_NE(keyed(u, *keys).key.hash, base.hash);
}

TEST_F(event_keys, of_statuses_name_status_and_recipient_too) {
  auto u = message();
  u.kind = whatsapp::event_kind::status;
  u.type = "sent";
  const auto base = keyed(u, *keys).key.hash;
  auto other = u;
  other.type = "read";
  EXPECT_NE(keyed(other, *keys).key.hash, base);
  other = u;
  other.from = "254700000002";
  EXPECT_NE(keyed(other, *keys).key.hash, base);
}

TEST_F(event_keys, lie_in_the_hour_of_young_events_and_in_none_of_old_ones) {
  auto u = message();
  const auto young = keyed(u, *keys);
  EXPECT_EQ(young.key.bucket, static_cast<std::uint32_t>(u.at / ms_per_hour));
  EXPECT_EQ(young.other_bucket, 0U);
  u.at = now - ms_per_day;
  EXPECT_NE(keyed(u, *keys).key.bucket, 0U);
  u.at = now - ms_per_day - 1;
  EXPECT_EQ(keyed(u, *keys).key.bucket, 0U);
  EXPECT_EQ(keyed(u, *keys).other_bucket, static_cast<std::uint32_t>(u.at / ms_per_hour));
  u.at = 0;
  EXPECT_EQ(keyed(u, *keys).key.bucket, 0U);
  u.at = now + 400 * ms_per_day; // nonsense must not stay for ever
  EXPECT_EQ(keyed(u, *keys).key.bucket, 0U);
  EXPECT_EQ(keyed(u, *keys).other_bucket, 0U);
}

TEST_F(event_keys, of_management_events_name_their_time_and_content) {
  whatsapp::event u;
  u.kind = whatsapp::event_kind::management;
  u.id = "1689556908129832";
  u.waba_id = "w";
  u.entry_time = "1";
  u.raw = R"({"a":1})";
  const auto base = keyed(u, *keys).key.hash;
  auto other = u;
  other.entry_time = "2";
  EXPECT_NE(keyed(other, *keys).key.hash, base);
  other = u;
  other.raw = R"({"a":2})";
  EXPECT_NE(keyed(other, *keys).key.hash, base);
  EXPECT_EQ(keyed(u, *keys).key.hash, base);
}

TEST_F(event_keys, of_a_replay_are_new_and_always_the_same) {
  const auto base = keyed(message(), *keys).key;
  EXPECT_NE(replay_key(base), base);
  EXPECT_EQ(replay_key(base), replay_key(base));
  EXPECT_EQ(replay_key(base).bucket, base.bucket);
}

// -- sending
// -----------------------------------------------------------------------------------------------------------

TEST(send_policy, follows_the_table_of_codes) {
  seeded_random random(3);
  outbox_item item;
  const auto of = [&](const send_outcome& outcome) { return decide(item, outcome, random); };
  EXPECT_EQ(of(of_kind(send_outcome::kind::accepted)).what, verdict::accepted);
  EXPECT_EQ(of(of_kind(send_outcome::kind::unknown)).what, verdict::ambiguous);
  EXPECT_EQ(of(of_kind(send_outcome::kind::not_sent)).what, verdict::retry);
  EXPECT_EQ(of(refused(131'000, 500)).what, verdict::retry);
  EXPECT_GT(of(refused(131'000, 500)).wait, 0);
  EXPECT_EQ(of(refused(100)).what, verdict::failed);
  EXPECT_EQ(of(refused(131'047)).what, verdict::failed) << "the window is closed";
  EXPECT_EQ(of(refused(131'026)).what, verdict::failed);
  EXPECT_EQ(of(refused(190, 401)).what, verdict::retry);
  EXPECT_TRUE(of(refused(190, 401)).pause_number);
  item.tries = 0;
  EXPECT_EQ(of(refused(131'056)).wait, 1'000) << "4^0 seconds";
  item.tries = 2;
  EXPECT_EQ(of(refused(131'056)).wait, 16'000) << "4^2 seconds";
  item.tries = transient_tries_max - 1;
  EXPECT_EQ(of(refused(131'000, 500)).what, verdict::failed) << "it is retried for ever";
  item.tries = 1'000;
  EXPECT_EQ(of(of_kind(send_outcome::kind::not_sent)).what, verdict::retry);
  EXPECT_LE(of(of_kind(send_outcome::kind::not_sent)).wait, 30'000);
}

// -- tenants
// -----------------------------------------------------------------------------------------------------------

TEST(tenant_forms, that_break_a_rule_are_refused_with_the_place) {
  const std::pair<const char*, const char*> bad[] = {
      {R"([])", ""},
      {R"({})", "/id"},
      {R"({"id":""})", "/id"},
      {R"({"id":"a b"})", "/id"},
      {R"({"id":"~system"})", "/id"},
      {R"({"id":7})", "/id"},
      {R"({"id":"a","colour":"red"})", "/colour"},
      {R"({"id":"a","name":""})", "/name"},
      {R"({"id":"a","currency":"kes"})", "/currency"},
      {R"({"id":"a","phone_numbers":{}})", "/phone_numbers"},
      {R"({"id":"a","phone_numbers":[{}]})", "/phone_numbers/0/id"},
      {R"({"id":"a","phone_numbers":[{"id":"1"},{"id":"1"}]})", "/phone_numbers/1/id"},
      {R"({"id":"a","phone_numbers":[{"id":"1","x":"y"}]})", "/phone_numbers/0/x"},
      {R"({"id":"a","app_secret":5})", "/app_secret"},
      {R"({"id":"a","event_filters":["all"]})", "/event_filters/0"},
      {R"({"id":"a","event_filters":"messages"})", "/event_filters"},
      {R"({"id":"a","limits":{"x":0}})", "/limits/x"},
  };
  for (const auto& [form, place] : bad) {
    const auto config = parse_tenant(json::parse(form), nullptr, "");
    ASSERT_FALSE(config) << form;
    EXPECT_EQ(config.error().code, errc::invalid_argument) << form;
    EXPECT_EQ(config.error().field, place) << form;
  }
  EXPECT_EQ(parse_tenant(json::parse(R"({"id":"a"})"), nullptr, "b").error().field, "/id");
}

TEST(tenant_forms, survive_the_store_with_their_secrets) {
  const auto config = parse_tenant(json::parse(R"({"id":"a","name":"A","phone_numbers":[{"id":"1","display":"254"}],
    "app_secret":"s","verify_token":"v","access_token":"t","event_filters":["messages"],"limits":{"x":3}})"),
                                   nullptr, "")
                          .value();
  EXPECT_EQ(from_stored(to_stored(config)).value(), config);
  EXPECT_EQ(from_stored("{").error().code, errc::corrupt);
  const auto shown = to_form(config);
  EXPECT_EQ(parse_tenant(shown, &config, "a").value(), config)
      << "a form that is read and written back changed secrets";
  EXPECT_EQ(shown.at("app_secret"), (json{{"set", true}}));
}

TEST(directory_of_tenants, knows_an_account_only_while_one_tenant_has_it) {
  const auto entry = [](const char* id, const char* waba, const char* number) {
    auto e = std::make_shared<tenant_entry>();
    e->config.id = id;
    e->config.waba_id = waba;
    e->config.phone_numbers = {{number, ""}};
    return e;
  };
  directory all;
  all.add(entry("a", "w1", "1"));
  all.add(entry("b", "w1", "2"));
  all.add(entry("c", "w2", "3"));
  EXPECT_FALSE(all.by_waba("w1"));
  EXPECT_EQ(all.by_waba("w2")->config.id, "c");
  EXPECT_EQ(all.by_number("2")->config.id, "b");
  all.remove("b");
  EXPECT_EQ(all.by_waba("w1")->config.id, "a");
  EXPECT_FALSE(all.by_number("2"));
  EXPECT_FALSE(all.by_number("nothing"));
}

} // namespace
} // namespace wakala::actors::test
