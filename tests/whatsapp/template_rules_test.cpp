// What validation refuses in a template.
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/template_rules.hpp"
#include "whatsapp/template_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace wakala::whatsapp {
namespace {

using nlohmann::json;

json plain(const std::string& text, const json& examples = json::array()) {
  json body{{"type", "BODY"}, {"text", text}};
  if (!examples.empty())
    body["example"]["body_text"] = json::array({examples});
  return {{"name", "order_update"}, {"language", "en_US"}, {"category", "UTILITY"}, {"components", {body}}};
}

json with(json made, const json& component) {
  made["components"].push_back(component);
  return made;
}

/// -1: it was accepted.
int subcode(const json& body) {
  const auto fault = fault_in(parse_template_definition(body).value());
  return fault ? fault->subcode : -1;
}

json buttons(const json& list) { return {{"type", "BUTTONS"}, {"buttons", list}}; }
json quick(const std::string& text) { return {{"type", "QUICK_REPLY"}, {"text", text}}; }
json url(const std::string& to, const json& example = json::array()) {
  json button{{"type", "URL"}, {"text", "Open"}, {"url", to}};
  if (!example.empty())
    button["example"] = example;
  return button;
}

TEST(template_text, finds_variables) {
  EXPECT_THAT(variables_of("Hi {{1}}, your {{2}} is here").names, testing::ElementsAre("1", "2"));
  EXPECT_FALSE(variables_of("Hi {{1}} there").at_edge);
  for (const auto* text : {"{{1}} there", "Hi {{1}}", "Hi {{1}}!", "*{{1}} there"})
    EXPECT_TRUE(variables_of(text).at_edge) << text;
  EXPECT_TRUE(variables_of("a {{1}} {{2}} b").side_by_side);
  EXPECT_TRUE(variables_of("a {{1}}{{2}} b").side_by_side);
  EXPECT_FALSE(variables_of("a {{1}}, {{2}} b").side_by_side);
  for (const auto* text : {"a {1} b", "a {{1} b", "a {{$}} b", "a {{}} b", "a {{A}} b", "a }} b"})
    EXPECT_FALSE(variables_of(text).well_formed) << text;
}

TEST(template_rules, take_every_golden_template) {
  auto taken = 0;
  for (const auto& file : std::filesystem::directory_iterator(fixtures::folder() / "requests")) {
    const auto name = file.path().filename().string();
    if (!name.starts_with("create-template"))
      continue;
    const auto fault = fault_in(parse_template_definition(fixtures::parsed(file.path())).value());
    EXPECT_FALSE(fault) << name << ": " << (fault ? fault->message : "");
    ++taken;
  }
  EXPECT_GE(taken, 12);
}

TEST(template_rules, names_languages_and_times) {
  auto made = plain("Your order is on its way.");
  EXPECT_EQ(subcode(made), -1);
  for (const auto* name : {"Order", "order-update", "order update"}) {
    made["name"] = name;
    EXPECT_EQ(subcode(made), 0) << name;
  }
  made["name"] = std::string(512, 'a');
  EXPECT_EQ(subcode(made), -1);
  made["name"] = std::string(513, 'a');
  EXPECT_EQ(subcode(made), 2388040);
  made = plain("Your order is on its way.");
  made["language"] = "english";
  EXPECT_EQ(subcode(made), 0);
  for (const auto& [seconds, wanted] : {std::pair{29, 0}, {30, -1}, {43'200, -1}, {43'201, 0}, {-1, -1}}) {
    made = plain("Your order is on its way.");
    made["message_send_ttl_seconds"] = seconds;
    EXPECT_EQ(subcode(made), wanted) << seconds;
  }
}

TEST(template_rules, bodies) {
  EXPECT_EQ(subcode(plain(std::string(1'024, 'a'))), -1);
  EXPECT_EQ(subcode(plain(std::string(1'025, 'a'))), 2388040);
  EXPECT_EQ(subcode(plain("Order {{1}} is here now", json::array({"7"}))), -1);
  EXPECT_EQ(subcode(plain("Order {{1}} is here now")), 2388072) << "no example";
  EXPECT_EQ(subcode(plain("Order {{2}} is here now", json::array({"7"}))), 2388072) << "a gap";
  EXPECT_EQ(subcode(plain("Order {{name}} is here now", json::array({"7"}))), 2388072);
  EXPECT_EQ(subcode(plain("Your order is {{1}}!", json::array({"7"}))), 2388299);
  EXPECT_EQ(subcode(plain("Hi {{1}}, {{2}} now", json::array({"7", "8"}))), 2388293);
  EXPECT_EQ(subcode(plain("a\n\nb")), -1);
  EXPECT_EQ(subcode(plain("a\n\n\nb")), 2388072);
  auto named = plain("Order {{number}} is here now");
  named["parameter_format"] = "named";
  EXPECT_EQ(subcode(named), 2388072);
  named["components"][0]["example"] = {{"body_text_named_params", {{{"param_name", "number"}, {"example", "7"}}}}};
  EXPECT_EQ(subcode(named), -1);
}

TEST(template_rules, headers_and_footers) {
  const auto made = plain("Your order is on its way.");
  EXPECT_EQ(subcode(with(made, {{"type", "HEADER"}, {"format", "TEXT"}, {"text", std::string(60, 'a')}})), -1);
  EXPECT_EQ(subcode(with(made, {{"type", "HEADER"}, {"format", "TEXT"}, {"text", std::string(61, 'a')}})), 2388040);
  EXPECT_EQ(subcode(with(made, {{"type", "HEADER"}, {"format", "TEXT"}, {"text", "Hi {{1}}"}})), 2388047);
  EXPECT_EQ(subcode(with(made, {{"type", "HEADER"}, {"format", "IMAGE"}})), 2388047);
  EXPECT_EQ(subcode(with(made, {{"type", "HEADER"}, {"format", "PRODUCT"}})), 2388047) << "marketing only";
  EXPECT_EQ(subcode(with(made, {{"type", "FOOTER"}, {"text", std::string(60, 'a')}})), -1);
  EXPECT_EQ(subcode(with(made, {{"type", "FOOTER"}, {"text", std::string(61, 'a')}})), 2388040);
  EXPECT_EQ(subcode(with(made, {{"type", "FOOTER"}, {"text", "Hi {{1}}"}})), 2388073);
  EXPECT_EQ(subcode(with(made, {{"type", "BODY"}, {"text", "twice"}})), 0);
}

TEST(template_rules, rows_of_buttons) {
  const auto made = plain("Your order is on its way.");
  auto many = json::array();
  for (auto i = 0; i < 10; ++i)
    many.push_back(quick("b" + std::to_string(i)));
  EXPECT_EQ(subcode(with(made, buttons(many))), -1);
  many.push_back(quick("b10"));
  EXPECT_EQ(subcode(with(made, buttons(many))), 0);
  EXPECT_EQ(subcode(with(made, buttons(json::array({quick(std::string(25, 'a'))})))), -1);
  EXPECT_EQ(subcode(with(made, buttons(json::array({quick(std::string(26, 'a'))})))), 2388040);
  EXPECT_EQ(subcode(with(made, buttons(json::array({quick("a"), url("https://x"), quick("b")})))), 0) << "apart";
  EXPECT_EQ(subcode(with(made, buttons(json::array({url("https://x"), url("https://y")})))), -1);
  EXPECT_EQ(subcode(with(made, buttons(json::array({url("https://x"), url("https://y"), url("https://z")})))), 0);
  EXPECT_EQ(subcode(with(made, buttons(json::array({url("https://x/{{1}}", json::array({"7"}))})))), -1);
  EXPECT_EQ(subcode(with(made, buttons(json::array({url("https://x/{{1}}")})))), 0) << "no example";
  EXPECT_EQ(subcode(with(made, buttons(json::array({url("https://{{1}}/x", json::array({"7"}))})))), 0)
      << "not at the end";
  EXPECT_EQ(subcode(with(made, buttons(json::array({json{{"type", "OTP"}, {"otp_type", "COPY_CODE"}}})))), 0);
}

} // namespace
} // namespace wakala::whatsapp
