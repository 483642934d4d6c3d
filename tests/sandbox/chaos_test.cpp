#include "runtime/core/encoding.hpp"
#include "sandbox/chaos.hpp"
#include "sandbox/ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace wakala::sandbox {
namespace {

TEST(chaos_spec, reads_every_kind_of_value) {
  const auto spec =
      parse_chaos("duplicate=0.1, reorder=0.2,delay_ms=0-200,answer_ms=50,pair_limit=on,throughput=80").value();
  EXPECT_DOUBLE_EQ(spec.duplicate, 0.1);
  EXPECT_DOUBLE_EQ(spec.reorder, 0.2);
  EXPECT_EQ(spec.delay_ms, (span_ms{0, 200}));
  EXPECT_EQ(spec.answer_ms, (span_ms{50, 50}));
  EXPECT_TRUE(spec.pair_limit);
  EXPECT_EQ(spec.throughput, 80);
}

TEST(chaos_spec, writes_what_it_reads) {
  const auto* const text = "duplicate=0.1,delay_ms=0-200,lost_answer=0.05,pair_limit=on";
  const auto spec = parse_chaos(text).value();
  EXPECT_EQ(to_string(spec), text);
  EXPECT_EQ(parse_chaos(to_string(spec)).value(), spec);
  EXPECT_EQ(to_string(chaos_spec{}), "none");
  EXPECT_EQ(parse_chaos("none").value(), chaos_spec{});
  EXPECT_EQ(parse_chaos("").value(), chaos_spec{});
}

TEST(chaos_spec, keys_not_named_keep_their_value) {
  const auto base = parse_chaos("duplicate=0.5,fail=0.25").value();
  const auto spec = parse_chaos("fail=0", base).value();
  EXPECT_DOUBLE_EQ(spec.duplicate, 0.5);
  EXPECT_DOUBLE_EQ(spec.fail, 0);
}

TEST(chaos_spec, names_the_key_that_is_wrong) {
  for (const auto& [text, key] : std::vector<std::pair<std::string, std::string>>{
           {"duplicates=0.1", "duplicates"},
           {"duplicate=1.1", "duplicate"},
           {"duplicate=-0.1", "duplicate"},
           {"duplicate=nan", "duplicate"},
           {"duplicate=0.1x", "duplicate"},
           {"duplicate", "duplicate"},
           {"delay_ms=200-100", "delay_ms"},
           {"delay_ms=-5", "delay_ms"},
           {"delay_ms=9999999", "delay_ms"},
           {"pair_limit=yes", "pair_limit"},
           {"fail=0.1,throughput=1.5", "throughput"},
           {"=1", ""},
       }) {
    const auto spec = parse_chaos(text);
    ASSERT_TRUE(spec.has_error()) << text;
    EXPECT_EQ(spec.error().field, key) << text;
    EXPECT_EQ(spec.error().code, errc::invalid_argument);
    EXPECT_THAT(spec.error().what, testing::HasSubstr("\"" + key + "\"")) << text;
  }
}

TEST(chaos_spec, help_names_every_key_it_takes) {
  EXPECT_THAT(chaos_help(), testing::AllOf(testing::HasSubstr("lost_answer"), testing::HasSubstr("window"),
                                           testing::HasSubstr("reorder_ms")));
}

TEST(chaos_dice, fall_the_same_way_for_the_same_seed_only) {
  const chaos_dice one{7};
  const chaos_dice same{7};
  const chaos_dice other{8};
  auto differing = 0;
  for (std::uint64_t n = 0; n < 100; ++n) {
    EXPECT_EQ(one.roll("duplicate", "a|b", n), same.roll("duplicate", "a|b", n));
    differing += one.roll("duplicate", "a|b", n) != other.roll("duplicate", "a|b", n) ? 1 : 0;
  }
  EXPECT_EQ(differing, 100);
}

TEST(chaos_dice, are_fair) {
  const chaos_dice dice{42};
  auto hits = 0;
  std::set<std::int64_t> picked;
  for (std::uint64_t n = 0; n < 20'000; ++n) {
    hits += dice.chance(0.1, "duplicate", "254712345678", n) ? 1 : 0;
    const auto wait = dice.pick({5, 9}, "delay", "254712345678", n);
    ASSERT_GE(wait, 5);
    ASSERT_LE(wait, 9);
    picked.insert(wait);
  }
  EXPECT_NEAR(hits, 2'000, 150);
  EXPECT_EQ(picked.size(), 5U);
  EXPECT_FALSE(dice.chance(0, "x", "y", 1));
  EXPECT_TRUE(dice.chance(1, "x", "y", 1));
}

TEST(ids, message_ids_hold_the_number_and_never_repeat) {
  id_source ids{1};
  std::set<std::string> seen;
  for (auto i = 0; i < 5'000; ++i)
    seen.insert(ids.message_id("254712345678", i % 2 == 0));
  EXPECT_EQ(seen.size(), 5'000U);
  for (const auto& id : seen) {
    ASSERT_TRUE(id.starts_with("wamid.HBgM")) << id; // as Meta's start for a number of 12 digits
    const auto raw = from_base64(id.substr(6));
    ASSERT_TRUE(raw.has_value());
    EXPECT_NE(raw->find("254712345678"), std::string::npos);
    EXPECT_GE(id.size(), 40U);
    EXPECT_LE(id.size(), 130U);
  }
}

TEST(ids, have_the_outside_shape_of_metas) {
  id_source ids{1};
  // Cloud API reference, responses/send-ok.json: the record of an outgoing message to an 11-digit number.
  const auto theirs = from_base64("HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA").value();
  const auto ours = from_base64(ids.message_id("16467043595", true).substr(6)).value();
  ASSERT_EQ(ours.size(), theirs.size());
  EXPECT_EQ(ours.substr(0, 20), theirs.substr(0, 20));
  EXPECT_EQ(ours.back(), theirs.back());
  EXPECT_EQ(ids.media_id().size(), 16U);
  EXPECT_EQ(ids.trace_id().size(), 23U);
}

} // namespace
} // namespace wakala::sandbox
