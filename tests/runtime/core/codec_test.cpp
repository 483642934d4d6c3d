#include "runtime/core/codec.hpp"

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace wakala {
namespace {

constexpr std::array<std::string_view, 3> colours{"red", "green", "blue"};

const std::vector<std::uint64_t> numbers{0,
                                         1,
                                         127,
                                         128,
                                         16'383,
                                         16'384,
                                         1'760'000'000'000,
                                         (std::uint64_t{1} << 53U) - 1,
                                         (std::uint64_t{1} << 63U) - 1,
                                         std::uint64_t{1} << 63U,
                                         std::numeric_limits<std::uint64_t>::max()};

const std::vector<std::string> texts{"",
                                     "0",
                                     "7",
                                     "007",
                                     "254700000001",
                                     "999999999999999999",
                                     "1000000000000000000",
                                     "99999999999999999999",
                                     "-1",
                                     "1 ",
                                     "red",
                                     "00ff",
                                     "00fF",
                                     "abc",
                                     "blue",
                                     "Habari \xF0\x9F\x91\x8B",
                                     std::string("a\0b", 3),
                                     std::string(300, 'x')};

TEST(codec, gives_back_every_kind_of_value) {
  for (const auto value : numbers) {
    encoder out(1);
    out.number(value);
    out.difference(static_cast<std::int64_t>(value));
    out.difference(-static_cast<std::int64_t>(value / 2));
    const auto bytes = out.take();
    decoder in(bytes);
    EXPECT_EQ(in.form(), 1);
    EXPECT_EQ(in.number(), value);
    EXPECT_EQ(in.difference(), static_cast<std::int64_t>(value));
    EXPECT_EQ(in.difference(), -static_cast<std::int64_t>(value / 2));
    EXPECT_TRUE(in.finished()) << value;
  }
  for (const auto& value : texts) {
    encoder out(7);
    out.blob(value);
    out.text(value);
    out.numeral(value);
    out.word(value, colours);
    out.hex(value);
    const auto bytes = out.take();
    decoder in(bytes);
    EXPECT_EQ(in.form(), 7);
    EXPECT_EQ(in.blob(), value);
    EXPECT_EQ(in.text(), value);
    EXPECT_EQ(in.numeral(), value);
    EXPECT_EQ(in.word(colours), value);
    EXPECT_EQ(in.hex(), value);
    EXPECT_TRUE(in.finished()) << value;
  }
}

TEST(codec, is_as_short_as_it_says) {
  const auto size = [](auto&& put) {
    encoder out(1);
    put(out);
    return out.size() - 1;
  };
  EXPECT_EQ(size([](encoder& out) { out.number(127); }), 1U);
  EXPECT_EQ(size([](encoder& out) { out.number(128); }), 2U);
  EXPECT_EQ(size([](encoder& out) { out.number(1'760'000'000'000); }), 6U);
  EXPECT_EQ(size([](encoder& out) { out.difference(-64); }), 1U);
  EXPECT_EQ(size([](encoder& out) { out.difference(86'400'000); }), 4U);
  EXPECT_EQ(size([](encoder& out) { out.numeral("254700000001"); }), 6U);
  EXPECT_EQ(size([](encoder& out) { out.numeral(""); }), 1U);
  EXPECT_EQ(size([](encoder& out) { out.hex("00112233445566778899aabbccddeeff"); }), 17U);
  EXPECT_EQ(size([](encoder& out) { out.word("green", colours); }), 1U);
  EXPECT_EQ(size([](encoder& out) { out.text("four"); }), 5U);
}

TEST(codec, mends_text_that_is_no_text_when_it_is_written_and_refuses_it_when_it_is_read) {
  encoder out(1);
  out.text("a\xFFz");
  out.numeral("1\xFF");
  out.word("\xC3", colours);
  const auto bytes = out.take();
  decoder in(bytes);
  EXPECT_EQ(in.text(), "a\xEF\xBF\xBDz");
  EXPECT_EQ(in.numeral(), "1\xEF\xBF\xBD");
  EXPECT_EQ(in.word(colours), "\xEF\xBF\xBD");
  EXPECT_TRUE(in.finished());
  encoder any(1);
  any.blob("a\xFFz");
  const auto raw = any.take();
  decoder as_text(raw);
  EXPECT_EQ(as_text.text(), "");
  EXPECT_FALSE(as_text.good());
}

TEST(codec, refuses_forms_that_it_never_writes) {
  const auto refused = [](std::string_view bytes, const std::function<void(decoder&)>& read) {
    const std::string whole = std::string(1, '\1') + std::string(bytes);
    decoder in(whole);
    read(in);
    return !in.good();
  };
  const auto number = [](decoder& in) { in.number(); };
  EXPECT_TRUE(refused("", number));
  EXPECT_TRUE(refused("\x80", number)) << "cut short";
  EXPECT_TRUE(refused(std::string_view("\x80\x00", 2), number)) << "longer than needed";
  EXPECT_TRUE(refused("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02", number)) << "65 bits";
  EXPECT_TRUE(refused("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", number)) << "eleven bytes";
  EXPECT_TRUE(refused("\x05", [](decoder& in) { in.number(4); }));
  EXPECT_TRUE(refused("\x80\x80\x80\x80\x10", [](decoder& in) { in.number32(); }));
  EXPECT_TRUE(refused("\x05"
                      "abcd",
                      [](decoder& in) { in.blob(); }))
      << "a length beyond the end";
  EXPECT_TRUE(refused("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", [](decoder& in) { in.blob(); }));
  EXPECT_TRUE(refused("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", [](decoder& in) { in.numeral(); }));
  EXPECT_TRUE(refused("\xFE\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", [](decoder& in) { in.numeral(); }));
  EXPECT_TRUE(refused("\x05", [](decoder& in) { in.hex(); }));
  EXPECT_TRUE(refused("\x04", [](decoder& in) { in.word(colours); })) << "beyond the list";
  EXPECT_FALSE(decoder("").good());
  EXPECT_FALSE(decoder(std::string_view("\1\1", 2)).finished()) << "bytes are left over";
}

TEST(codec, nothing_is_read_after_the_first_fault) {
  decoder in(std::string_view("\1\x05"
                              "ab\x07",
                              5));
  EXPECT_EQ(in.blob(), "");
  EXPECT_EQ(in.number(), 0U);
  EXPECT_EQ(in.difference(), 0);
  EXPECT_EQ(in.text(), "");
  EXPECT_EQ(in.numeral(), "");
  EXPECT_EQ(in.word(colours), "");
  EXPECT_EQ(in.byte(), 0);
  EXPECT_EQ(in.left(), 0U);
  EXPECT_FALSE(in.expect(true) && in.good());
}

// A random record, read by its own plan: whole, cut short anywhere, and with any bits flipped.
TEST(codec, survives_cuts_and_flipped_bits) {
  std::mt19937_64 random(11);
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  for (int round = 0; round < 300; ++round) {
    std::vector<std::size_t> plan(below(12) + 1);
    encoder out(1);
    for (auto& kind : plan) {
      kind = below(7);
      const auto number = random() >> below(64);
      const auto& text = texts[below(texts.size())];
      switch (kind) {
      case 0:
        out.byte(static_cast<std::uint8_t>(number));
        break;
      case 1:
        out.number(number);
        break;
      case 2:
        out.difference(static_cast<std::int64_t>(number));
        break;
      case 3:
        out.text(text);
        break;
      case 4:
        out.numeral(text);
        break;
      case 5:
        out.hex(text);
        break;
      default:
        out.word(text, colours);
      }
    }
    const auto whole = out.take();
    // Reads by the plan and writes what it read: the same bytes, if they were good.
    const auto copy = [&](std::string_view from, bool& good) {
      decoder in(from);
      encoder again(in.form());
      for (const auto kind : plan) {
        switch (kind) {
        case 0:
          again.byte(in.byte());
          break;
        case 1:
          again.number(in.number());
          break;
        case 2:
          again.difference(in.difference());
          break;
        case 3:
          again.text(in.text());
          break;
        case 4:
          again.numeral(in.numeral());
          break;
        case 5:
          again.hex(in.hex());
          break;
        default:
          again.word(in.word(colours), colours);
        }
      }
      good = in.finished();
      return again.take();
    };
    bool good = false;
    EXPECT_EQ(copy(whole, good), whole);
    EXPECT_TRUE(good);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      copy(whole.substr(0, size), good);
      EXPECT_FALSE(good) << "cut to " << size;
    }
    for (int flip = 0; flip < 40; ++flip) {
      auto damaged = whole;
      for (auto bits = below(3) + 1; bits > 0; --bits) {
        auto& at = damaged[below(damaged.size())];
        at = static_cast<char>(static_cast<unsigned char>(at) ^ (1U << below(8)));
      }
      const auto again = copy(damaged, good);
      EXPECT_LE(again.size(), damaged.size() * 20 + 64); // no more than what was there, a short number as its digits
    }
  }
}

} // namespace
} // namespace wakala
