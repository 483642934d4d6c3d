#include "runtime/core/encoding.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <string>

namespace wakala {
namespace {

TEST(hex, both_ways) {
  EXPECT_EQ(to_hex(as_span(std::string_view("\x00\x0f\xff", 3))), "000fff");
  EXPECT_EQ(from_hex("000fFF"), std::string("\x00\x0f\xff", 3));
  EXPECT_EQ(from_hex(""), "");
}

TEST(hex, refuses_anything_else) {
  for (const auto* text : {"0", "0g", "0x00", " 00", "é0"})
    EXPECT_EQ(from_hex(text), std::nullopt) << text;
}

TEST(base64, vectors_of_rfc_4648) {
  const std::array<std::pair<const char*, const char*>, 7> vectors{{{"", ""},
                                                                    {"f", "Zg=="},
                                                                    {"fo", "Zm8="},
                                                                    {"foo", "Zm9v"},
                                                                    {"foob", "Zm9vYg=="},
                                                                    {"fooba", "Zm9vYmE="},
                                                                    {"foobar", "Zm9vYmFy"}}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64(as_span(plain)), encoded);
    EXPECT_EQ(from_base64(encoded), plain);
  }
  EXPECT_EQ(from_base64("Zg"), "f"); // padding is optional
  EXPECT_EQ(to_base64(as_span("\xfb\xff\xfe")), "+//+");
}

TEST(base64, refuses_other_alphabets) {
  for (const auto* text : {"Zm9v-", "Zm 9v", "Zm=9v", "Zg==\n"})
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(big_endian, byte_order_is_number_order) {
  bytes low;
  bytes high;
  append_u64(low, 255);
  append_u64(high, 256);
  EXPECT_LT(low, high);
  EXPECT_EQ(read_u64(low), 255U);
  bytes word;
  append_u32(word, 0xDEADBEEF);
  EXPECT_EQ(word, "\xDE\xAD\xBE\xEF");
  EXPECT_EQ(read_u32(word), 0xDEADBEEF);
}

TEST(conversation_ids, read_back_from_their_text) {
  conversation_id id;
  id.bytes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255};
  EXPECT_EQ(to_string(id), "000102030405060708090a0b0c0d0eff");
  EXPECT_EQ(parse_conversation_id(to_string(id)), id);
  EXPECT_EQ(parse_conversation_id("00"), std::nullopt);
  EXPECT_FALSE(id.is_nil());
  EXPECT_TRUE(conversation_id{}.is_nil());
}

TEST(utf8, tells_well_formed_text) {
  for (const auto* text : {"", "plain", "é", "€", "😮", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const auto* text :
       {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "a\xe2\x82"})
    EXPECT_FALSE(is_utf8(text)) << to_hex(as_span(text));
}

TEST(utf8, repairs_what_is_not) {
  EXPECT_EQ(to_valid_utf8("a\xff"
                          "b"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(to_valid_utf8("fine 😮"), "fine 😮");
  EXPECT_TRUE(is_utf8(to_valid_utf8("\xe2\x82\xc3\x28\xf0\x9f")));
}

TEST(utf8, counts_code_points) {
  EXPECT_EQ(code_points(""), 0U);
  EXPECT_EQ(code_points("Lucía"), 5U);
  EXPECT_EQ(code_points("👍🏽"), 2U);
}

TEST(url, decodes_components) {
  EXPECT_EQ(url_decode("a%20b%2Bc+d"), "a b+c+d");
  EXPECT_EQ(url_decode("a+b", true), "a b");
  EXPECT_EQ(url_decode("%00"), std::string(1, '\0'));
  for (const auto* text : {"%", "%2", "%zz", "a%2"})
    EXPECT_EQ(url_decode(text), std::nullopt) << text;
}

TEST(url, encodes_what_decodes_back) {
  const std::string text = "wamid.HBg+/= é&?#";
  EXPECT_EQ(url_encode(text), "wamid.HBg%2B%2F%3D%20%C3%A9%26%3F%23");
  EXPECT_EQ(url_decode(url_encode(text)), text);
}

// The bytes before it decide whether eight are looked at together.
TEST(utf8, malformed_anywhere_is_found) {
  for (std::size_t before = 0; before < 20; ++before)
    for (std::size_t after = 0; after < 20; ++after) {
      const std::string front(before, 'a');
      const std::string back(after, 'z');
      EXPECT_TRUE(is_utf8(front + "\xC3\xA9" + back));
      EXPECT_TRUE(is_utf8(front + back));
      EXPECT_FALSE(is_utf8(front + "\xFF" + back));
      EXPECT_FALSE(is_utf8(front + "\xC3" + back));
      EXPECT_EQ(to_valid_utf8(front + "\xFF" + back), front + "\xEF\xBF\xBD" + back);
      EXPECT_EQ(to_valid_utf8(front + "\xC3\xA9" + back), front + "\xC3\xA9" + back);
    }
}

TEST(base64, every_byte_comes_back) {
  std::string all;
  for (int value = 0; value < 256; ++value) {
    all += static_cast<char>(value);
    EXPECT_EQ(from_base64(to_base64(as_span(all))), all);
    EXPECT_EQ(from_hex(to_hex(as_span(all))), all);
  }
  for (int value = 0; value < 256; ++value) {
    const bool digit = std::isalnum(value) != 0 || value == '+' || value == '/';
    EXPECT_EQ(from_base64(std::string("AA") + static_cast<char>(value) + "A").has_value(), digit) << value;
  }
}

TEST(json_string, escapes_what_it_must_and_nothing_else) {
  const auto quoted = [](std::string_view text) {
    std::string out = "[";
    append_json_string(out, text);
    return out.substr(1);
  };
  EXPECT_EQ(quoted(""), R"("")");
  EXPECT_EQ(quoted("plain / text \xC3\xA9\x7F"), "\"plain / text \xC3\xA9\x7F\"");
  EXPECT_EQ(quoted("\b\t\n\f\r\"\\"), R"("\b\t\n\f\r\"\\")");
  EXPECT_EQ(quoted(std::string_view("\0\x1F", 2)), R"("\u0000\u001f")");
  EXPECT_EQ(quoted("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
  for (std::size_t before = 0; before < 20; ++before)
    for (std::size_t after = 0; after < 20; ++after)
      for (const auto& [raw, escaped] :
           {std::pair{"\"", "\\\""}, {"\\", "\\\\"}, {"\n", "\\n"}, {"\x80", "\xEF\xBF\xBD"}})
        EXPECT_EQ(quoted(std::string(before, 'a') + raw + std::string(after, 'z')),
                  '"' + std::string(before, 'a') + escaped + std::string(after, 'z') + '"');
}

} // namespace
} // namespace wakala
