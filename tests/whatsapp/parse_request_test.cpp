// What reading a request refuses and where, and what people see of a message.
#include "tests/whatsapp/fixtures.hpp"
#include "tests/whatsapp/print.hpp"
#include "tests/whatsapp/published_definitions.hpp"
#include "whatsapp/outbound.hpp"
#include "whatsapp/write_request.hpp"

#include <gtest/gtest.h>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

const recipient amina{"254700000001", {}};

/// Where reading fails; `read` when it does not.
std::string failure(const json& request) {
  const auto read = parse_request(request);
  if (read)
    return "read";
  EXPECT_EQ(read.error().code, errc::invalid_argument);
  return read.error().field;
}

std::string failure(const char* text) { return failure(json::parse(text)); }

TEST(parse_request, names_what_is_missing) {
  EXPECT_EQ(failure(R"({"type":"text"})"), "/text");
  EXPECT_EQ(failure(R"({"type":"image","image":{"caption":"c"}})"), "/image/id");
  EXPECT_EQ(failure(R"({"type":"image","image":{"id":null}})"), "/image/id");
  EXPECT_EQ(failure(R"({"type":"location","location":{"latitude":1}})"), "/location/longitude");
  EXPECT_EQ(failure(R"({"type":"contacts"})"), "/contacts");
  EXPECT_EQ(failure(R"({"type":"contacts","contacts":[{"name":{}}]})"), "/contacts/0/name/formatted_name");
  EXPECT_EQ(failure(R"({"type":"reaction","reaction":{"message_id":"w"}})"), "/reaction/emoji");
  EXPECT_EQ(failure(R"({"type":"interactive"})"), "/interactive");
  EXPECT_EQ(failure(R"({"type":"interactive","interactive":{}})"), "/interactive/type");
  EXPECT_EQ(failure(R"({"type":"interactive","interactive":{"type":"button","header":{"type":"image"},
    "body":{"text":"b"},"action":{"buttons":[]}}})"),
            "/interactive/header/image");
  EXPECT_EQ(failure(R"({"type":"interactive","interactive":{"type":"flow","body":{"text":"b"},"action":{"name":"flow",
    "parameters":{"flow_message_version":"3","flow_cta":"Go"}}}})"),
            "/interactive/action/parameters/flow_id");
  EXPECT_EQ(failure(R"({"type":"template","template":{"name":"n","language":{}}})"), "/template/language/code");
  EXPECT_EQ(failure(R"({"type":"template","template":{"name":"n","language":{"code":"sw"},"components":[
    {"type":"button","sub_type":"url","parameters":[]}]}})"),
            "/template/components/0/index");
  EXPECT_EQ(failure(R"({"status":"read"})"), "/message_id");
}

TEST(parse_request, names_a_word_that_it_does_not_know) {
  EXPECT_EQ(failure(R"({"messaging_product":"sms","type":"text","text":{"body":"b"}})"), "/messaging_product");
  EXPECT_EQ(failure(R"({"recipient_type":"crowd","type":"text","text":{"body":"b"}})"), "/recipient_type");
  EXPECT_EQ(failure(R"({"type":"read","message_id":"w"})"), "/type");
  EXPECT_EQ(failure(R"({"status":"sent","message_id":"w"})"), "/status");
  EXPECT_EQ(failure(R"({"type":"template","template":{"name":"n","language":{"code":"sw"},"components":[
    {"type":"sidebar"}]}})"),
            "/template/components/0/type");
  EXPECT_EQ(failure(R"({"type":"template","template":{"name":"n","language":{"code":"sw"},"components":[
    {"type":"body","parameters":[{"type":"audio"}]}]}})"),
            "/template/components/0/parameters/0/type");
}

TEST(parse_request, knows_the_members_of_the_envelope_and_no_others) {
  json request = to_request(amina, text_message{"b"}, "o-1", "wamid.1");
  EXPECT_EQ(failure(request), "read");
  for (const char* key : {"ttl", "status_callback", "message_id", "typing_indicator", "image"}) {
    auto changed = request;
    changed[key] = "x";
    EXPECT_EQ(failure(changed), std::string("/") + key);
  }
  request["context"]["from"] = "254";
  EXPECT_EQ(failure(request), "/context/from");
  EXPECT_EQ(failure(R"({"to":5,"type":"text","text":{"body":"b"}})"), "/to");
  EXPECT_EQ(failure(R"({"biz_opaque_callback_data":{},"type":"text","text":{"body":"b"}})"),
            "/biz_opaque_callback_data");
  EXPECT_EQ(failure(R"({"text":{"body":"b"}})"), "read") << "text is what is meant when no type is given";
  json receipt = to_request(amina, mark_as_read{"wamid.1", true});
  receipt["to"] = "254700000001";
  EXPECT_EQ(failure(receipt), "read");
  receipt["text"] = {{"body", "b"}};
  EXPECT_EQ(failure(receipt), "/text");
}

TEST(parse_request, takes_type_words_of_templates_in_any_letter_case) {
  const auto read = parse_request(json::parse(R"({"type":"template","template":{"name":"n","language":{"code":"sw"},
    "components":[{"type":"BODY","parameters":[{"type":"TEXT","text":"x"}]}]}})"));
  ASSERT_TRUE(read) << read.error().field;
  EXPECT_EQ(std::get<template_message>(*read), (template_message{"n", "sw", {template_body{{text_parameter{"x"}}}}}));
}

TEST(to_request, data_that_is_no_json_is_not_hidden) {
  flow_message m{.body = "b", .flow_cta = "Go", .flow_id = "1", .payload = flow_action_payload{"S", "{broken"}};
  const auto found = validate_request(to_request(amina, m));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "/interactive/action/parameters/flow_action_payload/data");
}

TEST(to_request, numbers_stay_numbers_and_text_stays_text) {
  const auto at = [](const location_message& m, const char* key) { return to_request(amina, m)["location"][key]; };
  EXPECT_EQ(at({"-1.2833330", 36.5}, "latitude"), "-1.2833330");
  EXPECT_EQ(at({"-1.2833330", 36.5}, "longitude"), 36.5);
}

TEST(summary_text, is_what_a_person_wants_to_read) {
  const std::vector<std::tuple<outbound_content, std::string, std::string>> table{
      {text_message{"hello"}, "text", "hello"},
      {list_message{"head", "body", "foot", "Choose", {}}, "interactive", "body"},
      {buttons_message{image_message{.id = "1"}, "body", "", {}}, "interactive", "body"},
      {mark_as_read{"wamid.1"}, "read", ""},
      {image_message{.id = "1", .caption = "A cup"}, "image", "A cup"},
      {image_message{.link = "https://x.example/a.png"}, "image", "https://x.example/a.png"},
      {video_message{.id = "17"}, "video", "17"},
      {audio_message{.id = "18", .voice = true}, "audio", "18"},
      {document_message{.id = "1", .filename = "a.pdf", .caption = "Receipt"}, "document", "Receipt"},
      {document_message{.id = "1", .filename = "a.pdf"}, "document", "a.pdf"},
      {sticker_message{.id = "19"}, "sticker", "19"},
      {location_message{-1.25, "36.8", "Duka", "Moi Avenue"}, "location", "Duka, Moi Avenue"},
      {location_message{-1.25, "36.8"}, "location", "-1.25, 36.8"},
      {contacts_message{{{.name = {"Amina W"}}, {.name = {"Baraka"}}}}, "contacts", "Amina W, Baraka"},
      {reaction_message{"wamid.1", "👍"}, "reaction", "👍"},
      {cta_url_message{{}, "see", "", {"Open", "https://x.example"}}, "interactive", "see"},
      {location_request_message{"where"}, "interactive", "where"},
      {contact_request_message{{}, "number?"}, "interactive", "number?"},
      {address_message{{}, "address?", "", "IN"}, "interactive", "address?"},
      {product_message{"", "", "1", "sku-7"}, "interactive", "sku-7"},
      {product_message{"this", "", "1", "sku-7"}, "interactive", "this"},
      {product_list_message{"head", "these", "", "1", {}}, "interactive", "these"},
      {catalog_message{"all"}, "interactive", "all"},
      {media_carousel_message{"swipe", {}}, "interactive", "swipe"},
      {product_carousel_message{"swipe", {}}, "interactive", "swipe"},
      {flow_message{.body = "book", .flow_cta = "Go"}, "interactive", "book"},
      {template_message{"order_update", "sw"}, "template", "order_update"},
  };
  for (const auto& [content, type, summary] : table) {
    EXPECT_EQ(type_name(content), type);
    EXPECT_EQ(summary_text(content), summary);
  }
}

TEST(request_text, replaces_what_is_not_utf8_in_every_kind) {
  const auto text = request_text(amina, image_message{.id = "1", .caption = "a\xFF"});
  EXPECT_EQ(json::parse(text)["image"]["caption"], "a\xEF\xBF\xBD");
}

TEST(template_definition, every_kind_of_component_and_button_reads_back) {
  const template_definition all{
      .name = "everything",
      .language = "sw",
      .category = template_category::marketing,
      .components = {header_definition{.text = "{{who}}", .header_text_named = {{"who", "Amina"}}},
                     header_definition{.format = header_format::gif, .header_handle = {"4::x"}},
                     header_definition{.format = header_format::video}, body_definition{.text = "plain"},
                     body_definition{.add_security_recommendation = false}, footer_definition{.text = "foot"},
                     call_permission_request_definition{}, limited_time_offer_definition{"Soon over"},
                     buttons_definition{
                         {flow_definition{
                              .text = "Open", .flow_id = "1", .flow_action = "navigate", .navigate_screen = "FIRST"},
                          flow_definition{.text = "Open", .flow_json = "{}"}, voice_call_definition{"Call"},
                          request_contact_info_definition{}, copy_code_definition{"CODE", "Copy"},
                          otp_definition{.type = otp_type::zero_tap,
                                         .supported_apps = {{"com.example", "K8a"}, {"b", "c"}}}}},
                     carousel_definition{{{{body_definition{.text = "card"}}}}}},
      .parameter_format = parameter_format::positional,
      .message_send_ttl_seconds = -1};
  for (const auto words : {word_case::lower, word_case::upper}) {
    auto definition = all;
    definition.words = words;
    const auto read = parse_template_definition(to_request(definition));
    ASSERT_TRUE(read) << read.error().field << " " << read.error().what;
    EXPECT_EQ(*read, definition);
  }
}

TEST(template_definition, names_what_it_cannot_read) {
  const auto failure = [](const char* text) {
    const auto read = parse_template_definition(json::parse(text));
    return read ? std::string("read") : read.error().field;
  };
  EXPECT_EQ(failure(R"([])"), "");
  EXPECT_EQ(failure(R"({"name":"n","language":"sw","category":"ads","components":[]})"), "/category");
  EXPECT_EQ(failure(R"({"name":"n","language":"sw","category":"UTILITY"})"), "/components");
  EXPECT_EQ(failure(R"({"name":"n","language":"sw","category":"UTILITY","components":[{"type":"BUTTONS","buttons":[
    {"type":"FLOW","text":"t"}]}]})"),
            "/components/0/buttons/0/flow_id");
  EXPECT_EQ(failure(R"({"name":"n","language":"sw","category":"UTILITY","components":[{"type":"HEADER",
    "format":"AUDIO"}]})"),
            "/components/0/format");
}

TEST(catalog_batch, tells_a_key_that_is_taken_away_from_one_that_is_left_alone) {
  const catalog_batch batch{
      .requests = {{catalog_method::update,
                    {.id = "1",
                     .sale_price = "",
                     .image = {{"https://x.example/1.jpg"}},
                     .additional_image_link = std::vector<std::string>{"https://x.example/2.jpg"}}}}};
  const auto body = to_request(batch);
  EXPECT_EQ(body["requests"][0]["data"]["sale_price"], "");
  EXPECT_FALSE(body["requests"][0]["data"].contains("price"));
  EXPECT_EQ(parse_catalog_batch(body).value(), batch);
  auto changed = body;
  changed["requests"][0]["method"] = "MERGE";
  EXPECT_EQ(parse_catalog_batch(changed).error().field, "/requests/0/method");
}

} // namespace

} // namespace wakala::whatsapp
