// The direct writer against the JSON library, and the shorthand in which requests are kept.
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/outbound.hpp"
#include "whatsapp/request_shorthand.hpp"
#include "whatsapp/write_request.hpp"

#include <gtest/gtest.h>

#include <random>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

const std::string own_id = "o00112233445566778899aabbccddeeff.12";
const std::string wamid = "wamid.HBgLMTY0NjcwNDM1OTUVAgASGBQzQTdCNTg5RjY1MEMyRjlGMjRGNgA=";

list_message long_list() {
  list_message m{"", "Groceries: pick an item", "", "Items", {{"Groceries", {}}}};
  for (int i = 0; i < 10; ++i)
    m.sections[0].rows.push_back({"prod:sukari-" + std::to_string(i) + "kg", "Sukari " + std::to_string(i) + "kg",
                                  "KES 155 \xC2\xB7 150 in stock"});
  return m;
}

const buttons_message menu{"",
                           "Hi Amina Wanjiku, welcome to Duka la Amani. What would you like to do?",
                           "",
                           {{"menu:shop", "Shop"}, {"menu:order", "My order"}, {"menu:human", "Talk to us"}}};

std::vector<outbound_content> contents() {
  return {
      text_message{"", false},
      text_message{"hello\n\"quoted\" \\ \t\x01\x1F\x7F / \xF0\x9F\x91\x8B \xE2\x80\xA8", true},
      text_message{std::string("nul\0inside", 10), false},
      text_message{std::string(4'096, 'x'), false},
      list_message{"", "body", "", "Choose", {{"Part", {{"a", "A", ""}, {"b", "B", "second"}}}}},
      list_message{"Head", "body", "foot", "Choose", {{"", {}}, {"One \"two\"", {{"a", "A", "d"}}}, {"Three", {}}}},
      list_message{"", "", "", "", {}},
      long_list(),
      menu,
      buttons_message{"Head", "body", "foot", {{"y", "Yes"}, {"n", "No"}}},
      buttons_message{"", "", "", {}},
      mark_as_read{wamid, false},
      mark_as_read{"wamid.\"1\"", true},
  };
}

std::string dumped(const json& j) { return j.dump(-1, ' ', false, json::error_handler_t::replace); }

TEST(request_text, says_what_the_json_library_says) {
  for (const recipient& to : {recipient{"254700000001", ""}, recipient{"+254700000001", "KE.1"},
                              recipient{"", "KE.13491208655302741918"}, recipient{}})
    for (const auto& content : contents())
      for (const std::string& callback : {std::string{}, own_id, std::string("a \"b\"")})
        for (const std::string& context : {std::string{}, wamid}) {
          const auto text = request_text(to, content, callback, context);
          EXPECT_EQ(json::parse(text), to_request(to, content, callback, context)) << text;
        }
}

TEST(request_text, writes_the_published_bodies) {
  std::size_t seen = 0;
  for (const auto& name : fixtures::names("requests")) {
    const auto golden = fixtures::parsed(name);
    if (!golden.contains("messaging_product"))
      continue; // goes to another call
    const auto content = parse_request(golden);
    ASSERT_TRUE(content) << name;
    const auto to = [&](const char* key) { return golden.contains(key) ? golden[key].get<std::string>() : ""; };
    const auto quoted = golden.contains("context") ? golden["context"]["message_id"].get<std::string>() : "";
    const auto text = request_text({to("to"), to("recipient")}, *content, "", quoted);
    EXPECT_EQ(json::parse(text), to_request({to("to"), to("recipient")}, *content, "", quoted)) << name;
    const auto again = parse_request(json::parse(text));
    ASSERT_TRUE(again) << name;
    EXPECT_EQ(request_text({to("to"), to("recipient")}, *again, "", quoted), text) << name;
    ++seen;
  }
  EXPECT_EQ(seen, 36U);
}

TEST(request_text, of_any_text_is_json) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 2'000; ++round) {
    std::string body;
    for (auto size = random() % 40; size > 0; --size)
      body += static_cast<char>(random() % (round % 2 == 0 ? 256 : 128));
    const text_message m{body, false};
    const auto read = json::parse(request_text({"1", ""}, m));
    if (round % 2 == 1) {
      EXPECT_EQ(read["text"]["body"].get<std::string>(), body);
    }
    EXPECT_EQ(read["type"], "text");
  }
}

TEST(request_shorthand, gives_back_every_byte) {
  for (const recipient& to : {recipient{"254700000001", ""}, recipient{"", "KE.13491208655302741918"}})
    for (const auto& content : contents())
      for (const std::string& callback : {std::string{}, own_id, std::string("o0011"), "o" + std::string(40, 'A')})
        for (const std::string& context : {std::string{}, wamid}) {
          const auto ours = request_text(to, content, callback, context);
          EXPECT_EQ(expand_request(shorten_request(ours)).value(), ours);
          const auto others = dumped(to_request(to, content, callback, context));
          EXPECT_EQ(expand_request(shorten_request(others)).value(), others);
        }
  std::string all;
  for (int value = 0; value < 256; ++value)
    all += static_cast<char>(value);
  for (const auto& text : {std::string{}, std::string("{}"), all, all + all, std::string("\"o00112233")})
    EXPECT_EQ(expand_request(shorten_request(text)).value(), text);
}

TEST(request_shorthand, is_short) {
  const auto size = [](const outbound_content& content) {
    return shorten_request(request_text({"254700000001", ""}, content, own_id)).size();
  };
  EXPECT_LE(size(text_message{"Habari", false}), 50U);
  EXPECT_LE(size(menu), 180U);
  EXPECT_LE(size(long_list()), 620U);
  EXPECT_LE(size(mark_as_read{wamid, false}), 64U);
}

TEST(request_shorthand, survives_any_bytes) {
  const auto good = shorten_request(request_text({"254700000001", ""}, menu, own_id));
  std::mt19937_64 random(7);
  std::size_t refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    auto bytes = good.substr(0, good.size() - random() % 4);
    for (auto changes = random() % 4 + 1; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const auto read = expand_request(bytes);
    refused += read ? 0U : 1U;
    if (read) {
      EXPECT_EQ(expand_request(shorten_request(*read)).value(), *read);
    } else {
      EXPECT_EQ(read.error().code, errc::corrupt);
    }
  }
  EXPECT_GT(refused, 5U);
  EXPECT_FALSE(expand_request("\x1D")) << "a piece of a later day";
  EXPECT_FALSE(expand_request("\x1F"
                              "fifteen bytes.."))
      << "an id cut short";
  EXPECT_FALSE(expand_request(std::string_view("\0", 1))) << "a literal cut short";
  EXPECT_FALSE(expand_request(std::string(1'000'000, '\x01'))) << "more than a request can be";
}

} // namespace

} // namespace wakala::whatsapp
