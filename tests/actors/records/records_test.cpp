#include "actors/config/directory.hpp"
#include "actors/config/tenant_config.hpp"
#include "actors/conversation/send_policy.hpp"
#include "actors/records/conversation_records.hpp"
#include "actors/records/identity_records.hpp"
#include "actors/records/letters.hpp"
#include "persistence/memory/memory_store.hpp"
#include "tests/actors/support/fake_graph.hpp"
#include "whatsapp/write_request.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <random>
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

const std::string wamid = "wamid.HBgMMjU0NzAwMDAwMDAxFQIAEhggQUJDREVGMDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODkA";
const std::string sent_wamid = "wamid.HBgMMjU0NzAwMDAwMDAxFQIAERgSQkQ5QTJERDVFNEJERDVBMTAwAA==";
constexpr time_ms some_time = 1'760'000'000'000;

/// A shopper like most, with two things in the cart.
conversation_record typical_record() {
  conversation_record c;
  c.shop.who = {"254700000001", "KE.13491208655302741918", "", "Amina Wanjiku"};
  c.shop.current = {"s_0123456789abcdef01234567", "service", some_time, some_time + ms_per_day, 12, "add"};
  c.shop.basket.id = "c_76543210fedcba9876543210";
  c.shop.basket.lines = {{"sukari-1kg", "Sukari 1kg", 2, {15'500, "KES"}},
                         {"majani-chai-250g", "Majani ya chai 250g", 1, {14'000, "KES"}}};
  c.shop.basket.expires_at = some_time + ms_per_day;
  c.shop.talk.position = commerce::dialogue_position::product;
  c.shop.talk.category = "Groceries";
  c.shop.talk.product_id = "majani-chai-250g";
  c.shop.window_by_number = {{"106540352242922", some_time}};
  c.next_ordinal = 24;
  const std::string user(16, 'u');
  c.mapped.put(user, user);
  c.mapped.put(std::string(16, 'p'), user);
  return c;
}

outbox_item typical_item() {
  const whatsapp::buttons_message menu{
      "",
      "Hi Amina Wanjiku, welcome to Duka la Amani. What would you like to do?",
      "",
      {{"menu:shop", "Shop"}, {"menu:order", "My order"}, {"menu:human", "Talk to us"}}};
  outbox_item i;
  i.ordinal = 12;
  i.number_id = "106540352242922";
  i.request = whatsapp::request_text({"254700000001", {}}, menu, outbox_id(some_id(), 12));
  i.created_at = some_time;
  i.attempt_at = some_time + 3;
  i.attempting = true;
  return i;
}

template <class T, class Read>
void expect_back(const T& value, Read&& read) {
  const auto packed = to_text(value);
  const auto back = read(packed);
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, value);
}

TEST(records, come_back_as_they_were) {
  expect_back(conversation_record{}, conversation_record_from);
  expect_back(typical_record(), conversation_record_from);
  auto c = typical_record();
  c.next_ordinal = std::numeric_limits<std::uint64_t>::max();
  c.mapped.put(std::string(16, 'u'), "");
  c.mapped.put(std::string(16, 'x'), std::string(16, 'y')); // a user who is not among the keys
  c.mapped.put(std::string(16, 'z'), std::string(16, 'x'));
  expect_back(c, conversation_record_from);

  for (const auto& id :
       {wamid, sent_wamid, outbox_id(some_id(), 12), std::string("wamid.1"), std::string("wamid."),
        std::string("wamid.AB=="), std::string("wamid.AA=="), std::string("wamid.QUI"), std::string{},
        std::string("wamid.D254700000001.12"), "O" + outbox_id(some_id(), 12).substr(1),
        outbox_id(some_id(), 12) + "x", outbox_id(some_id(), std::numeric_limits<std::uint64_t>::max()),
        "o" + std::string(32, 'A') + ".1", "o" + std::string(32, 'a') + ".01"})
    for (const auto* type : {"text", "interactive", "", "of a later day"}) {
      expect_back(transcript_entry{id, false, type, "Habari \xF0\x9F\x91\x8B", "n-1", id, some_time, true, true},
                  transcript_entry_from);
      expect_back(delivery_record{whatsapp::delivery_status::ambiguous, id, some_time, "131026", "why", 3, 2},
                  delivery_record_from);
    }
  for (int flags = 0; flags < 8; ++flags)
    expect_back(transcript_entry{wamid, (flags & 1) != 0, "text", "", "1", "", 0, (flags & 2) != 0, (flags & 4) != 0},
                transcript_entry_from);
  for (const auto& media : {whatsapp::media_reference{},
                            {"1003383421387256", "image/jpeg", std::string(64, 'a'), "", false, false},
                            {"no number", "application/x-odd", "", "risiti \xF0\x9F\x91\x8B.pdf", true, true}}) {
    transcript_entry e{wamid, true, "image", "", "1", "", some_time, true, false};
    e.media = media;
    expect_back(e, transcript_entry_from);
  }
  for (int status = 0; status <= static_cast<int>(whatsapp::delivery_status::expired); ++status) {
    expect_back(delivery_record{static_cast<whatsapp::delivery_status>(status), "", 0, "", "", 0, 0},
                delivery_record_from);
    expect_back(delivery_record{static_cast<whatsapp::delivery_status>(status), wamid, 1, "", "why", 0, 1},
                delivery_record_from);
  }
  expect_back(outbox_item{}, outbox_item_from);
  expect_back(typical_item(), outbox_item_from);
  expect_back(outbox_item{7, "n-1", "{}", true, true, 2, 1, 10, 20, 30}, outbox_item_from);
  expect_back(outbox_item{7, "n-1", "{}", false, false, 2, 1, 30, 20, 10}, outbox_item_from);
  expect_back(outbox_item{7, "n-1", R"({"type":"template"})", false, true, 2, 1, 30, 20, 10, true, 1},
              outbox_item_from);
  expect_back(outbox_item{7, "n-1", "{}", false, true, 2, 1, 30, 20, 10, true, 2}, outbox_item_from);
  expect_back(outbox_item{7, "n-1", "{}", false, true, 2, 1, 30, 20, 10, false, 2}, outbox_item_from);
  for (const auto& user : {std::string{}, std::string("ab"), std::string(32, 'c'), std::string("no hex")}) {
    const identity_row row{some_id(), user};
    EXPECT_EQ(identity_row_from(to_text(row)).value().conversation, row.conversation);
    EXPECT_EQ(identity_row_from(to_text(row)).value().user, user);
  }
  const message_row m{some_id(), 99};
  EXPECT_EQ(message_row_from(to_text(m)).value().conversation, m.conversation);
  EXPECT_EQ(message_row_from(to_text(m)).value().ordinal, 99U);
}

TEST(records, are_small) {
  EXPECT_LE(to_text(typical_record()).size(), 240U);
  EXPECT_LE(to_text(transcript_entry{wamid, true, "text", "hi there", "106540352242922", "", some_time, true, false})
                .size(),
            90U);
  EXPECT_LE(to_text(transcript_entry{outbox_id(some_id(), 12), false, "interactive", std::string(70, 'x'),
                                     "106540352242922", "", some_time, false, false})
                .size(),
            110U);
  EXPECT_LE(
      to_text(delivery_record{whatsapp::delivery_status::delivered, sent_wamid, some_time, "", "", 1, 0}).size(),
      54U);
  EXPECT_LE(to_text(typical_item()).size(), 220U);
  EXPECT_LE(to_text(identity_row{some_id(), std::string(32, 'a')}).size(), 34U);
  EXPECT_LE(to_text(message_row{some_id(), 12}).size(), 18U);
}

// Rows of before messages named their files.
TEST(records, of_messages_are_read_as_they_were_written_before) {
  const transcript_entry e{wamid, true, "image", "Pic", "106540352242922", "", some_time, true, false};
  const auto packed = to_text(e);
  EXPECT_EQ(packed.front(), '\1');
  EXPECT_EQ(transcript_entry_from(packed).value(), e);
  auto with_media = e;
  with_media.media = {"1003383421387256", "image/jpeg", std::string(64, 'a'), "", false, false};
  const auto longer = to_text(with_media);
  EXPECT_EQ(longer.front(), '\2');
  EXPECT_EQ(longer.substr(1, packed.size() - 1), packed.substr(1)) << "what is new stands at the end";
  EXPECT_LE(longer.size(), packed.size() + 50);
}

TEST(records, mend_what_is_no_text) {
  transcript_entry e{"wamid.\xFF", true, "\xFF", "a\xFFz", "\xFF", "\xFF", 1, false, false};
  const auto back = transcript_entry_from(to_text(e)).value();
  EXPECT_EQ(back.text, "a\xEF\xBF\xBDz");
  EXPECT_EQ(back.id, "wamid.\xEF\xBF\xBD");
  EXPECT_EQ(back.type + back.number_id + back.context_id, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

routed_event some_event() {
  routed_event e;
  e.update.kind = whatsapp::event_kind::message;
  e.update.id = wamid;
  e.update.from = "254700000001";
  e.update.text = "hi";
  e.tenant = "duka";
  e.key = {12, {9, 8, 7}};
  return e;
}

/// One of each kind of record with its reader, which says whether it took it.
struct kind_of_record {
  const char* name;
  bytes packed;
  std::function<std::optional<error>(std::string_view)> refusal;
};

template <class Read>
kind_of_record kind(const char* name, bytes packed, Read read) {
  return {name, std::move(packed), [read](std::string_view from) -> std::optional<error> {
            const auto value = read(from);
            return value ? std::nullopt : std::optional(value.error());
          }};
}

std::vector<kind_of_record> every_kind() {
  const transcript_entry e{wamid, true, "text", "hi there", "106540352242922", sent_wamid, some_time, true, false};
  auto with_file = e;
  with_file.media = {"1003383421387256", "image/jpeg", std::string(64, 'a'), "a.jpg", false, false};
  const delivery_record d{whatsapp::delivery_status::failed, sent_wamid, some_time, "131026", "why", 1, 1};
  return {kind("conversation", to_text(typical_record()), conversation_record_from),
          kind("transcript", to_text(e), transcript_entry_from),
          kind("transcript with a file", to_text(with_file), transcript_entry_from),
          kind("delivery", to_text(d), delivery_record_from),
          kind("outbox", to_text(typical_item()), outbox_item_from),
          kind("identity", to_text(identity_row{some_id(), std::string(32, 'a')}), identity_row_from),
          kind("message", to_text(message_row{some_id(), 300}), message_row_from),
          kind("letter", to_text(letter{some_event(), "why", some_time}), letter_from)};
}

TEST(records, refuse_damage) {
  for (const auto& k : every_kind()) {
    EXPECT_FALSE(k.refusal(k.packed)) << k.name;
    for (const auto& text : {bytes{}, bytes("{"), bytes("{}"), bytes("null"), bytes(1, '\1'), bytes(100, '\0'),
                             bytes(100, '\xFF'), k.packed + '\0'}) {
      const auto refusal = k.refusal(text);
      ASSERT_TRUE(refusal) << k.name << ": " << text;
      EXPECT_EQ(refusal->code, errc::corrupt);
    }
    for (std::size_t size = 0; size < k.packed.size(); ++size)
      EXPECT_TRUE(k.refusal(std::string_view(k.packed).substr(0, size))) << k.name << " cut to " << size;
  }
  for (const auto* text : {"", "{", "[]", "AQ", "AQ==", "AQEB", "~~~"})
    EXPECT_EQ(unpack_event(text).error().code, errc::corrupt) << text;
}

TEST(records, of_a_form_that_is_not_known_yet_are_told_from_damage) {
  for (const auto& k : every_kind()) {
    auto later = k.packed;
    later.front() = '\7';
    const auto refusal = k.refusal(later);
    ASSERT_TRUE(refusal) << k.name;
    EXPECT_EQ(refusal->code, errc::corrupt);
    EXPECT_NE(refusal->what.find("unknown form"), std::string::npos) << k.name << ": " << refusal->what;
  }
}

TEST(records, survive_flipped_bits) {
  std::mt19937_64 random(3);
  for (const auto& k : every_kind()) {
    std::size_t refused = 0;
    for (int round = 0; round < 4'000; ++round) {
      auto damaged = k.packed;
      for (auto flips = random() % 3 + 1; flips > 0; --flips) {
        auto& at = damaged[random() % damaged.size()];
        at = static_cast<char>(static_cast<unsigned char>(at) ^ (1U << (random() % 8)));
      }
      if (const auto refusal = k.refusal(damaged)) {
        EXPECT_EQ(refusal->code, errc::corrupt);
        ++refused;
      }
    }
    EXPECT_GT(refused, 100U) << k.name; // what is accepted has other values, and that is for the seal to notice
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

TEST_F(event_keys, lie_in_the_second_of_young_events_and_in_none_of_old_ones) {
  auto u = message();
  const auto young = keyed(u, *keys);
  EXPECT_EQ(young.key.bucket, bucket_at(u.at));
  EXPECT_EQ(young.other_bucket, 0U);
  u.at = now - ms_per_day;
  EXPECT_NE(keyed(u, *keys).key.bucket, 0U);
  u.at = now - ms_per_day - 1;
  EXPECT_EQ(keyed(u, *keys).key.bucket, 0U);
  EXPECT_EQ(keyed(u, *keys).other_bucket, bucket_at(u.at));
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
  EXPECT_EQ(decide(item, refused(131'000, 500), random, false).what, verdict::retry)
      << "Meta is down, not the message";
  item.tries = 1'000;
  EXPECT_EQ(of(of_kind(send_outcome::kind::not_sent)).what, verdict::retry);
  EXPECT_LE(of(of_kind(send_outcome::kind::not_sent)).wait, 30'000);
}

TEST(send_policy, listens_for_an_echo_before_an_attempt_is_made_again) {
  outbox_item item;
  item.attempt_at = 5'000;
  const std::chrono::milliseconds grace{45'000};
  EXPECT_EQ(may_repeat_at(item, grace), 50'000);
  item.in_doubt_from = 4'000;
  EXPECT_EQ(may_repeat_at(item, grace), 50'000) << "a later attempt has a grace of its own";
  item.in_doubt_from = 9'000;
  EXPECT_EQ(may_repeat_at(item, grace), 54'000);
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
      {R"({"id":"a","limits":{"inbound_per_s":0}})", "/limits/inbound_per_s"},
      {R"({"id":"a","limits":{"inbound_per_s":1.5}})", "/limits/inbound_per_s"},
      {R"({"id":"a","limits":{"inbound_per_s":"200"}})", "/limits/inbound_per_s"},
      {R"({"id":"a","limits":200})", "/limits"},
      {R"({"id":"a","shop":7})", "/shop"},
      {R"({"id":"a","shop":{"colour":"red"}})", "/shop/colour"},
      {R"({"id":"a","shop":{"delivery":{}}})", "/shop/delivery/areas"},
      {R"({"id":"a","shop":{"delivery":{"areas":[]}}})", "/shop/delivery/areas"},
      {R"({"id":"a","shop":{"delivery":{"areas":[{"name":"W"}]}}})", "/shop/delivery/areas/0/fee"},
      {R"({"id":"a","shop":{"delivery":{"areas":[{"name":"W","fee":"1.005"}]}}})", "/shop/delivery/areas/0/fee"},
      {R"({"id":"a","shop":{"delivery":{"areas":[{"name":"W","fee":"-1"}]}}})", "/shop/delivery/areas/0/fee"},
      {R"({"id":"a","shop":{"delivery":{"areas":[{"name":"W","fee":200}]}}})", "/shop/delivery/areas/0/fee"},
      {R"({"id":"a","shop":{"delivery":{"areas":[{"name":" W","fee":"1"}]}}})", "/shop/delivery/areas/0/name"},
      {R"({"id":"a","shop":{"delivery":{"areas":[{"name":"W","fee":"1"},{"name":"w","fee":"2"}]}}})",
       "/shop/delivery/areas/1/name"},
      {R"({"id":"a","shop":{"delivery":{"areas":[{"name":"W","fee":"1","eta":"2h"}]}}})",
       "/shop/delivery/areas/0/eta"},
      {R"({"id":"a","shop":{"pick_up":"here"}})", "/shop/pick_up"},
      {R"({"id":"a","shop":{"pick_up":{"address":""}}})", "/shop/pick_up/address"},
      {R"({"id":"a","shop":{"hours":{"monday":"08:00-18:00"}}})", "/shop/hours/monday"},
      {R"({"id":"a","shop":{"hours":{"mon":"8-18"}}})", "/shop/hours/mon"},
      {R"({"id":"a","shop":{"hours":{"mon":"18:00-08:00"}}})", "/shop/hours/mon"},
      {R"({"id":"a","shop":{"hours":{"mon":"08:00-24:01"}}})", "/shop/hours/mon"},
      {R"({"id":"a","shop":{"hours":{"mon":["08:00-12:00","11:00-13:00"]}}})", "/shop/hours/mon/1"},
      {R"({"id":"a","time_zone":"Europe/Berlin","shop":{"hours":{"mon":"08:00-18:00"}}})", "/shop/hours"},
      {R"({"id":"a","shop":{"synonyms":[["sugar"]]}})", "/shop/synonyms/0"},
      {R"({"id":"a","shop":{"cart_reminder_hours":0}})", "/shop/cart_reminder_hours"},
      {R"({"id":"a","shop":{"cart_reminder_hours":21}})", "/shop/cart_reminder_hours"},
      {R"({"id":"a","shop":{"cart_reminder_hours":"4"}})", "/shop/cart_reminder_hours"},
      {R"({"id":"a","shop":{"cart_reminder_hours":1.5}})", "/shop/cart_reminder_hours"},
      {R"({"id":"a","shop":{"synonyms":[["sugar","brown sugar"]]}})", "/shop/synonyms/0/1"},
      {R"({"id":"a","shop":{"synonyms":[["sugar",7]]}})", "/shop/synonyms/0/1"},
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

TEST(tenant_forms, keep_how_a_shop_sells) {
  const auto form =
      json::parse(R"({"delivery":{"areas":[{"name":"Westlands","fee":"200.00"},{"name":"CBD","fee":"0.00"}]},
    "pick_up":{"address":"Moi Avenue 12"},"hours":{"mon":["08:00-12:00","14:00-24:00"],"sun":["09:30-10:00"]},
    "synonyms":[["sugar","sukari"]],
    "cart_reminder_hours":4})");
  const auto config = parse_tenant({{"id", "a"}, {"shop", form}}, nullptr, "").value();
  EXPECT_EQ(config.shop.areas[0].fee, (money{20'000, "KES"}));
  EXPECT_EQ(config.shop.hours.utc_offset, 180);
  EXPECT_EQ(to_form(config).at("shop"), form);
  EXPECT_EQ(from_stored(to_stored(config)).value(), config);
  const auto single = json::parse(R"({"id":"a","shop":{"hours":{"mon":"08:00-12:00"}}})");
  EXPECT_EQ(parse_tenant(single, nullptr, "").value().shop.hours.spans.size(), 1U);
  EXPECT_FALSE(to_form(parse_tenant(json{{"id", "a"}}, nullptr, "").value()).contains("shop"))
      << "a node of the version before can read a shop that has configured nothing";
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
