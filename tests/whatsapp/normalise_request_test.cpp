// Lists with their sections in the wrong place become lists that can be sent; nothing else changes.
#include "tests/whatsapp/fixtures.hpp"
#include "tests/whatsapp/print.hpp"
#include "whatsapp/normalise_request.hpp"
#include "whatsapp/outbound.hpp"

#include <gtest/gtest.h>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

json normalised(json request) {
  normalise_request(request);
  return request;
}

const json sections = json::parse(R"([{"title":"Teas","rows":[{"id":"t1","title":"Chai","description":"250 g"}]}])");

const json proper{{"messaging_product", "whatsapp"},
                  {"to", "+254700000001"},
                  {"type", "interactive"},
                  {"interactive",
                   {{"type", "list"},
                    {"header", {{"type", "text"}, {"text", "Menu"}}},
                    {"body", {{"text", "What would you like?"}}},
                    {"footer", {{"text", "Prices with tax"}}},
                    {"action", {{"button", "Choose"}, {"sections", sections}}}}}};

TEST(decode_members, reads_parameters_that_are_json_in_a_text) {
  json request{
      {"to", "+254700000001"}, {"type", "contacts"},    {"contacts", R"([{"name":{"formatted_name":"Juma"}}])"},
      {"text", "{not json"},   {"image", "\"a text\""}, {"biz_opaque_callback_data", R"({"mine":1})"}};
  decode_members(request);
  EXPECT_EQ(request.at("contacts"), json::parse(R"([{"name":{"formatted_name":"Juma"}}])"));
  EXPECT_EQ(request.at("text"), "{not json");
  EXPECT_EQ(request.at("image"), "\"a text\"");
  EXPECT_EQ(request.at("biz_opaque_callback_data"), R"({"mine":1})") << "a text by right";
  json other = json::array();
  decode_members(other);
  EXPECT_EQ(other, json::array());
}

TEST(error_code_of, tells_what_is_no_message_from_what_is_missing_and_what_is_wrong) {
  EXPECT_EQ(error_code_of({"", "an object", "", "invalid"}), 100);
  EXPECT_EQ(error_code_of({"/type", "a type", "x", "invalid"}), 100);
  EXPECT_EQ(error_code_of({"/text", "", "", "required"}), 131008);
  EXPECT_EQ(error_code_of({"/text/body", "max 4096", "4097", "too_long"}), 131009);
}

TEST(normalise_request, puts_a_list_of_the_top_level_right) {
  const json plain{
      {"messaging_product", "whatsapp"}, {"to", "+254700000001"},       {"type", "list"},     {"header", "Menu"},
      {"body", "What would you like?"},  {"footer", "Prices with tax"}, {"button", "Choose"}, {"sections", sections}};
  EXPECT_EQ(normalised(plain), proper);
  auto wrapped = plain;
  wrapped["header"] = {{"text", "Menu"}};
  wrapped["body"] = {{"text", "What would you like?"}};
  wrapped["footer"] = {{"text", "Prices with tax"}};
  EXPECT_EQ(normalised(wrapped), proper);
  wrapped["header"]["type"] = "text";
  EXPECT_EQ(normalised(wrapped), proper);
  EXPECT_EQ(validate_request(normalised(plain)), std::vector<violation>{});
  EXPECT_TRUE(parse_request(normalised(plain)));
}

TEST(normalise_request, puts_a_list_of_the_interactive_level_right) {
  auto flat = proper;
  auto& interactive = flat["interactive"];
  interactive["sections"] = sections;
  interactive["button"] = "Choose";
  interactive.erase("action");
  EXPECT_EQ(normalised(flat), proper);
  interactive["header"] = "Menu";
  interactive["body"] = "What would you like?";
  interactive["footer"] = "Prices with tax";
  EXPECT_EQ(normalised(flat), proper);
  interactive.erase("button");
  interactive["action"] = {{"button", "Choose"}};
  EXPECT_EQ(normalised(flat), proper) << "only the sections are in the wrong place";
  flat.erase("type");
  EXPECT_EQ(normalised(flat), proper);
}

TEST(normalise_request, leaves_what_may_be_missing_missing) {
  const json shortest{{"to", "254700000001"}, {"type", "list"}, {"body", "b"}, {"sections", sections}};
  const json want{
      {"to", "254700000001"},
      {"type", "interactive"},
      {"interactive", {{"type", "list"}, {"body", {{"text", "b"}}}, {"action", {{"sections", sections}}}}}};
  EXPECT_EQ(normalised(shortest), want);
}

TEST(normalise_request, leaves_everything_else_alone) {
  for (const auto& name : fixtures::names("requests"))
    EXPECT_EQ(normalised(fixtures::parsed(name)), fixtures::parsed(name)) << name;
  auto two_places = proper;
  two_places["interactive"]["sections"] = sections;
  for (const json& other :
       {json(), json(7), json("list"), json::array(), json::object(), json{{"type", "list"}},
        json{{"type", "list"}, {"sections", "none"}},
        json{{"type", "list"}, {"sections", sections}, {"interactive", 1}},
        json{{"type", "list"}, {"sections", sections}, {"action", "tap"}},
        json{{"type", "menu"}, {"sections", sections}},
        json{{"type", "text"}, {"interactive", {{"type", "list"}, {"sections", sections}}}}, two_places})
    EXPECT_EQ(normalised(other), other);
}

TEST(normalise_request, once_is_enough) {
  const json flat{{"type", "list"}, {"body", "b"}, {"button", "c"}, {"sections", sections}};
  EXPECT_EQ(normalised(normalised(flat)), normalised(flat));
}

} // namespace

} // namespace wakala::whatsapp
