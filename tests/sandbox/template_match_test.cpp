// Does a message fill the template that was approved?
#include "sandbox/template_match.hpp"
#include "whatsapp/template_definition.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::sandbox {
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

json buttons(const json& list) { return {{"type", "BUTTONS"}, {"buttons", list}}; }
json url(const std::string& to, const json& example = json::array()) {
  json button{{"type", "URL"}, {"text", "Open"}, {"url", to}};
  if (!example.empty())
    button["example"] = example;
  return button;
}

TEST(template_match, counts_parameters) {
  auto made = with(plain("Order {{1}} is here, {{2}} it is", json::array({"7", "8"})),
                   buttons(json::array({url("https://x/{{1}}", json::array({"7"}))})));
  const auto definition = whatsapp::parse_template_definition(made).value();
  const json text{{"type", "text"}, {"text", "x"}};
  json message{{"components",
                {{{"type", "body"}, {"parameters", {text, text}}},
                 {{"type", "button"}, {"sub_type", "url"}, {"index", "0"}, {"parameters", {text}}}}}};
  EXPECT_EQ(mismatch(definition, message), "");
  auto short_body = message;
  short_body["components"][0]["parameters"].erase(1);
  EXPECT_EQ(mismatch(definition, short_body),
            "body: number of localizable_params (1) does not match the expected number of params (2)");
  auto no_button = message;
  no_button["components"].erase(1);
  EXPECT_NE(mismatch(definition, no_button), "");
  message["components"].push_back({{"type", "header"}, {"parameters", {text}}});
  EXPECT_NE(mismatch(definition, message), "");
}

} // namespace
} // namespace wakala::sandbox
