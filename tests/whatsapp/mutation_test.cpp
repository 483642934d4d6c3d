// Damaged copies of the fixtures: whatever happens to one update, decode stays total and its neighbours survive.
#include "runtime/core/random.hpp"
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/event.hpp"

#include <gtest/gtest.h>

namespace wakala::whatsapp {
namespace {

using nlohmann::json;

constexpr std::uint64_t seed = 20'261'122;
constexpr int rounds = 15; // a fixture

json odd_value(random_source& random) {
  switch (random.below(12)) {
  case 0:
    return nullptr;
  case 1:
    return true;
  case 2:
    return random.next_u64();
  case 3:
    return -1.5e300;
  case 4:
    return "";
  case 5:
    return "\xEF\xBF\xBD\xE2\x80\xAE";
  case 6:
    return json::array();
  case 7:
    return json::object();
  case 8:
    return json::array({nullptr, 1, "x", json::object()});
  case 9:
    return {{"id", 7}, {"type", json::array()}};
  case 10:
    return std::string(5000, '\0');
  default:
    return "text";
  }
}

/// Replaces or removes one member somewhere below `root`.
void damage(json& root, random_source& random) {
  json* at = &root;
  while (at->is_structured() && !at->empty()) {
    auto next = at->begin();
    std::advance(next, static_cast<json::difference_type>(random.below(at->size())));
    if (random.below(4) == 0 || !next->is_structured() || next->empty()) {
      if (random.below(3) == 0)
        at->erase(next);
      else
        *next = odd_value(random);
      return;
    }
    at = &*next;
  }
  *at = odd_value(random);
}

void expect_sound(const decoded_webhook& out) {
  for (const auto& e : out.events) {
    EXPECT_TRUE(json::accept(to_index_line(e)));
    EXPECT_TRUE(json::accept(e.raw.text()));
    EXPECT_EQ(e.id_is_derived, !e.id.has_value());
    EXPECT_EQ(e.id_is_derived, !e.derived_id.empty());
  }
  for (const auto& part : out.malformed) {
    EXPECT_TRUE(json::accept(part.raw));
    EXPECT_FALSE(part.why.empty());
  }
}

TEST(mutation, damaged_bytes_never_throw) {
  seeded_random random(seed);
  for (const auto& name : fixtures::names()) {
    const auto original = fixtures::text(name);
    for (int round = 0; round < rounds; ++round) {
      auto body = original;
      for (auto hits = 1 + random.below(4); hits > 0 && !body.empty(); --hits) {
        const auto at = static_cast<std::size_t>(random.below(body.size()));
        switch (random.below(4)) {
        case 0:
          body[at] = static_cast<char>(random.below(256));
          break;
        case 1:
          body.erase(at, static_cast<std::size_t>(random.below(20)));
          break;
        case 2:
          body.insert(at, 1, R"({}[]",:\-0e)"[random.below(11)]);
          break;
        default:
          body.resize(at);
        }
      }
      SCOPED_TRACE(name);
      if (const auto out = decode(body))
        expect_sound(*out);
      else
        EXPECT_EQ(out.error().code, errc::invalid_argument);
    }
  }
}

TEST(mutation, a_damaged_document_is_still_decoded) {
  seeded_random random(seed + 1);
  for (const auto& name : fixtures::names()) {
    const auto original = fixtures::parsed(name);
    for (int round = 0; round < rounds; ++round) {
      auto document = original;
      for (auto hits = 1 + random.below(3); hits > 0; --hits)
        damage(document, random);
      SCOPED_TRACE(testing::Message() << name << " round " << round);
      const auto out = decode(document.dump());
      ASSERT_TRUE(out.has_value());
      expect_sound(*out);
    }
  }
}

TEST(mutation, good_neighbours_survive_a_damaged_update) {
  seeded_random random(seed + 2);
  const auto before = fixtures::parsed("inbound-text.json");
  const auto after = fixtures::parsed("status-sent-callback-data.json");
  const auto first = to_index_line(decode(before.dump())->events.front());
  const auto last = to_index_line(decode(after.dump())->events.front());
  for (const auto& name : fixtures::names()) {
    for (const auto& entry : fixtures::parsed(name).at("entry")) {
      for (int round = 0; round < rounds; ++round) {
        auto broken = entry;
        damage(broken, random);
        const json document{{"object", "whatsapp_business_account"},
                            {"entry", {before.at("entry").at(0), broken, after.at("entry").at(0)}}};
        SCOPED_TRACE(testing::Message() << name << " round " << round);
        const auto out = decode(document.dump());
        ASSERT_TRUE(out.has_value());
        expect_sound(*out);
        ASSERT_GE(out->events.size(), 2U);
        EXPECT_EQ(to_index_line(out->events.front()), first);
        EXPECT_EQ(to_index_line(out->events.back()), last);
      }
    }
  }
}

TEST(mutation, good_messages_survive_inside_the_same_array) {
  seeded_random random(seed + 3);
  const auto document = fixtures::parsed("inbound-text.json");
  const json::json_pointer messages("/entry/0/changes/0/value/messages");
  const auto good = document.at(messages).at(0);
  for (int round = 0; round < 2000; ++round) {
    auto broken = good;
    damage(broken, random);
    if (random.below(5) == 0)
      broken = odd_value(random);
    auto changed = document;
    changed[messages] = {good, broken, good};
    const auto out = decode(changed.dump());
    ASSERT_TRUE(out.has_value());
    EXPECT_EQ(out->events.size() + out->malformed.size(), 3U);
    EXPECT_EQ(out->events.front().id, good.at("id").get<std::string>());
    EXPECT_EQ(out->events.back().id, good.at("id").get<std::string>());
    expect_sound(*out);
  }
}

} // namespace
} // namespace wakala::whatsapp
