// The rules a decoder needs to survive real traffic (Cloud API reference §19), one by one.
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/event.hpp"
#include "whatsapp/json_text.hpp"
#include "whatsapp/sha256.hpp"

#include <gtest/gtest.h>

namespace wakala::whatsapp {
namespace {

using nlohmann::json;

/// A webhook around one `value`, as text.
std::string around(std::string_view value, std::string_view field = "messages") {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":")" + std::string(field) +
         R"(","value":)" + std::string(value) + "}]}]}";
}

std::string message(std::string_view members) {
  return around(R"({"metadata":{"phone_number_id":"9"},"messages":[{)" + std::string(members) + "}]}");
}

decoded_webhook decoded(std::string_view body) {
  auto out = decode(body);
  EXPECT_TRUE(out.has_value()) << body.substr(0, 200);
  return out ? std::move(*out) : decoded_webhook{};
}

event only_event(std::string_view body) {
  auto out = decoded(body);
  EXPECT_EQ(out.events.size(), 1U) << body;
  EXPECT_TRUE(out.malformed.empty()) << body;
  return out.events.empty() ? event{} : std::move(out.events.front());
}

constexpr const char* good =
    R"({"id":"wamid.good","from":"254700000001","timestamp":"1750000000","type":"text","text":{"body":"hi"}})";

TEST(rule_2, a_bad_item_is_set_aside_and_the_rest_proceeds) {
  for (const auto* bad : {"7", "\"text\"", "[]", "true", "null", "[{}]"}) {
    SCOPED_TRACE(bad);
    const auto out = decoded(around("{\"messages\":[" + std::string(good) + "," + bad + "," + good + "]}"));
    ASSERT_EQ(out.events.size(), 2U);
    EXPECT_EQ(out.events[1].id, "wamid.good");
    ASSERT_EQ(out.malformed.size(), 1U);
    EXPECT_EQ(out.malformed[0].where, "/entry/0/changes/0/value/messages/1");
    EXPECT_EQ(out.malformed[0].raw, bad);
    EXPECT_EQ(out.malformed[0].waba_id, "1");
  }
}

TEST(rule_2, garbage_at_every_level_has_its_pointer) {
  const auto out = decoded(R"({"object":"whatsapp_business_account","entry":[5,{"id":"1"},{"id":"2","changes":[
    "x",{"field":"messages"},{"field":"messages","value":[]},{"value":7},
    {"field":"messages","value":{"messages":{"id":"1"},"statuses":4,"errors":null}},
    {"field":"history","value":{"history":[{"threads":[{"id":"a"},{"messages":[1]}]},{"errors":[2]}]}}]}]})");
  std::vector<std::string> where;
  for (const auto& part : out.malformed)
    where.push_back(part.where);
  EXPECT_EQ(where, (std::vector<std::string>{"/entry/0", "/entry/1", "/entry/2/changes/0", "/entry/2/changes/1",
                                             "/entry/2/changes/2", "/entry/2/changes/3",
                                             "/entry/2/changes/4/value/messages", "/entry/2/changes/4/value/statuses",
                                             "/entry/2/changes/5/value/history/0/threads/0",
                                             "/entry/2/changes/5/value/history/0/threads/1/messages/0",
                                             "/entry/2/changes/5/value/history/1/errors/0"}));
  EXPECT_TRUE(out.events.empty());
}

TEST(rule_2, a_webhook_without_entries_is_kept_whole) {
  const auto out = decoded(R"({"object":"whatsapp_business_account"})");
  EXPECT_TRUE(out.is_webhook);
  ASSERT_EQ(out.malformed.size(), 1U);
  EXPECT_EQ(out.malformed[0].where, "");
}

TEST(rule_3, an_unknown_field_type_or_word_is_kept_raw) {
  const auto field = only_event(around(R"({"novelty":1})", "telepathy"));
  EXPECT_EQ(field.kind, event_kind::management);
  EXPECT_EQ(field.type, "telepathy");
  EXPECT_EQ(field.raw, R"({"novelty":1})");

  const auto shape = only_event(around(R"({"novelty":[1]})"));
  EXPECT_EQ(shape.kind, event_kind::management);
  EXPECT_EQ(shape.field, "messages");

  const auto scalar = only_event(around("\"maintenance\"", "telepathy"));
  EXPECT_EQ(scalar.kind, event_kind::management);
  EXPECT_EQ(scalar.raw, R"({"field":"telepathy","value":"maintenance"})");

  const auto type =
      only_event(message(R"("id":"a","from":"1","timestamp":"2","type":"hologram","hologram":{"id":"3"})"));
  EXPECT_EQ(type.kind, event_kind::message);
  EXPECT_EQ(type.type, "hologram");
  EXPECT_EQ(type.value, std::nullopt);
  EXPECT_NE(type.raw.text().find("hologram\":{\"id"), std::string::npos);

  const auto word = only_event(around(R"({"statuses":[{"id":"a","status":"teleported","recipient_id":"1"}]})"));
  EXPECT_EQ(word.kind, event_kind::status);
  EXPECT_EQ(word.type, "teleported");
}

TEST(rule_3, errors_mean_something_else_in_other_fields) {
  const auto flow =
      only_event(around(R"({"event":"ENDPOINT_ERROR_RATE","errors":[{"error_type":"TIMEOUT"}]})", "flows"));
  EXPECT_EQ(flow.kind, event_kind::management);
  EXPECT_EQ(flow.value, "ENDPOINT_ERROR_RATE");
}

TEST(rule_4, optional_objects_of_a_wrong_type_count_as_absent) {
  for (const auto* wrong : {"null", "7", "\"x\"", "[]", "true", "{}"}) {
    SCOPED_TRACE(wrong);
    const std::string w = wrong;
    const auto e = only_event(around(R"({"metadata":)" + w + R"(,"contacts":)" + w +
                                     R"(,"messages":[{"id":"a","from":"1","timestamp":"5","type":"text","text":)" +
                                     w + ",\"context\":" + w + ",\"errors\":" + w + ",\"referral\":" + w + "}]}"));
    EXPECT_EQ(e.id, "a");
    EXPECT_EQ(e.value, std::nullopt);
    EXPECT_EQ(e.phone_number_id, std::nullopt);
    EXPECT_EQ(e.text, "");
  }
  for (const auto* type : {"image", "location", "contacts", "button", "interactive", "order", "system", "edit",
                           "revoke", "unsupported", "sticker"})
    for (const auto* wrong : {"null", "7", "[]", "[7]", "\"x\"", "{}", R"({"type":7})", R"({"type":"x"})"}) {
      const auto e =
          only_event(message(R"("id":"a","from":"1","type":")" + std::string(type) + "\",\"" + type + "\":" + wrong));
      EXPECT_EQ(e.type, type);
    }
}

TEST(rule_5, ids_and_times_are_text_or_numbers_and_keep_every_digit) {
  const auto e = only_event(around(
      R"({"metadata":{"phone_number_id":106540352242922},"messages":[{"id":9223372036854775808,"from":254700000001,
          "timestamp":1750000000,"type":"image","image":{"id":12345678901234567890123456789012345}}]})"));
  EXPECT_EQ(e.phone_number_id, "106540352242922");
  EXPECT_EQ(e.id, "9223372036854775808");
  EXPECT_EQ(e.from, "254700000001");
  EXPECT_EQ(e.timestamp, "1750000000");
  EXPECT_EQ(e.at, 1'750'000'000'000);
  EXPECT_EQ(e.value, "12345678901234567890123456789012345");
}

TEST(rule_5, beyond_two_to_the_53rd) {
  const auto e = only_event(
      around(R"({"message_template_id":9007199254740993,"event":"APPROVED"})", "message_template_status_update"));
  EXPECT_EQ(e.id, "9007199254740993");
}

TEST(rule_7, amounts_keep_their_decimal_text) {
  const auto e = only_event(message(R"("id":"a","type":"order","order":{"catalog_id":"1","product_items":[
      {"item_price":99.99},{"item_price":0.1234567890123456789},{"item_price":1e2}]})"));
  EXPECT_NE(e.raw.text().find("\"item_price\":99.99"), std::string::npos);
  EXPECT_NE(e.raw.text().find("0.1234567890123456789"), std::string::npos);
  EXPECT_NE(e.raw.text().find("\"1e2\""), std::string::npos);
}

TEST(rule_7, a_number_too_large_for_anything_does_not_hide_its_neighbours) {
  const auto out =
      decoded(around("{\"messages\":[{\"id\":\"a\",\"type\":\"location\",\"location\":{\"latitude\":1e999,"
                     "\"longitude\":-1}}," +
                     std::string(good) + "]}"));
  ASSERT_EQ(out.events.size(), 2U);
  EXPECT_EQ(out.events[0].value, "1e999,-1");
  EXPECT_EQ(out.events[1].id, "wamid.good");
}

TEST(rule_8, an_unusable_time_is_marked_by_zero) {
  for (const auto* time : {"\"\"", "\"soon\"", "\"-5\"", "\"1750000000.5\"", "1.5", "\"0\"", "\"1750000000000000\"",
                           "\"99999999999999999999999\"", "null", "{}", "\" 1750000000\""})
    EXPECT_EQ(only_event(message(R"("id":"a","from":"1","timestamp":)" + std::string(time))).at, 0) << time;
}

TEST(rule_9, a_missing_id_is_derived_from_the_content) {
  const std::string body = R"("from":"254700000001","timestamp":"1750000000","type":"text","text":{"body":"hi"})";
  const auto e = only_event(message(body));
  EXPECT_EQ(e.id, std::nullopt);
  EXPECT_TRUE(e.id_is_derived);
  EXPECT_EQ(e.derived_id.size(), 64U);
  // The same update in another order of keys, or in a batch, is the same update.
  EXPECT_EQ(
      only_event(message(R"("text":{"body":"hi"},"type":"text","timestamp":"1750000000","from":"254700000001")"))
          .derived_id,
      e.derived_id);
  for (const auto* other : {R"("from":"254700000002","timestamp":"1750000000","type":"text","text":{"body":"hi"})",
                            R"("from":"254700000001","timestamp":"1750000001","type":"text","text":{"body":"hi"})",
                            R"("from":"254700000001","timestamp":"1750000000","type":"text","text":{"body":"ho"})"})
    EXPECT_NE(only_event(message(other)).derived_id, e.derived_id) << other;
  EXPECT_TRUE(only_event(message("\"id\":\"\"," + body)).id_is_derived);
  const auto sent = only_event(message("\"id\":\"wamid.1\"," + body));
  EXPECT_FALSE(sent.id_is_derived);
  EXPECT_EQ(sent.derived_id, "");
}

TEST(rule_10, a_message_may_have_no_sender) {
  const auto e = only_event(message(R"("id":"a","type":"text","text":{"body":"hi"})"));
  EXPECT_EQ(e.sender, std::nullopt);
  EXPECT_TRUE(json::parse(to_index_line(e)).at("sender").is_null());
}

TEST(rule_10, the_sender_is_looked_for_everywhere) {
  const auto sender = [](const std::string& contact, const std::string& from) {
    return only_event(around(R"({"contacts":[)" + contact + R"(],"messages":[{"id":"a")" + from + "}]}")).sender;
  };
  EXPECT_EQ(sender(R"({"wa_id":"2","user_id":"KE.3"})", R"(,"from":"1","from_user_id":"KE.9")"), "1");
  EXPECT_EQ(sender(R"({"wa_id":"2","user_id":"KE.3"})", R"(,"from_user_id":"KE.9")"), "KE.9");
  EXPECT_EQ(sender(R"({"wa_id":"2","user_id":"KE.3"})", ""), "2");
  EXPECT_EQ(sender(R"({"user_id":"KE.3"})", ""), "KE.3");
  EXPECT_EQ(sender(R"({"wa_id":"2"},{"wa_id":"3"})", ""), std::nullopt);
}

TEST(rule_11, routing_keys_are_those_of_the_change) {
  const auto out = decoded(fixtures::text("batch-mixed.json"));
  ASSERT_EQ(out.events.size(), 6U);
  EXPECT_EQ(out.events[0].phone_number_id, "106540352242922");
  EXPECT_EQ(out.events[4].phone_number_id, "1122334455667");
  EXPECT_EQ(out.events[5].phone_number_id, std::nullopt);
  EXPECT_EQ(out.events[5].entry_time, "1751247548");
}

TEST(rule_13, only_the_messages_field_makes_messages) {
  const std::string value = "{\"messages\":[" + std::string(good) + "]}";
  EXPECT_EQ(only_event(around(value, "messages")).kind, event_kind::message);
  EXPECT_EQ(only_event(around(value, "history")).kind, event_kind::history);
  EXPECT_EQ(only_event(around(value, "smb_message_echoes")).kind, event_kind::history);
  EXPECT_EQ(only_event(around(value, "standby")).kind, event_kind::management);
}

TEST(rule_15, any_unicode_passes) {
  const auto body = [](std::string_view text) {
    return only_event(message(R"("id":"a","from":"1","type":"text","text":{"body":")" + std::string(text) + "\"}"))
        .text;
  };
  const std::string replaced = "\xEF\xBF\xBD";
  EXPECT_EQ(body(R"(\u0000)"), std::string(1, '\0'));
  EXPECT_EQ(body(R"(\ud83d\ude2e)"), "😮");
  EXPECT_EQ(body(R"(\ud83d)"), replaced);
  EXPECT_EQ(body(R"(\uDE2E)"), replaced);
  EXPECT_EQ(body(R"(\ud83d\ud83d\ude2e)"), replaced + "😮");
  EXPECT_EQ(body(R"(\ude2e\ud83d)"), replaced + replaced);
  EXPECT_EQ(body(R"(\ud83dx\ude2e)"), replaced + "x" + replaced);
  EXPECT_EQ(body(R"(\\ud83d)"), R"(\ud83d)");
  EXPECT_EQ(body(R"(\\\ud83d)"), "\\" + replaced);
  EXPECT_EQ(body("\u202eabc e\u0301 \U0001F468\u200D\U0001F469"), "\u202eabc e\u0301 \U0001F468\u200D\U0001F469");
  EXPECT_EQ(body(R"([[[[ {{{{ \" ]]]] 12345678901234567890123)"), R"([[[[ {{{{ " ]]]] 12345678901234567890123)");
}

TEST(rule_15, the_index_line_is_json_whatever_the_text) {
  const auto e =
      only_event(message(R"("id":"a","from":"1","type":"text","text":{"body":"\u0000\n\ud83d \u202e\""})"));
  EXPECT_EQ(json::parse(to_index_line(e)).at("value").get<std::string>(), e.text);
  EXPECT_EQ(to_index_line(e).find('\n'), std::string::npos);
}

TEST(rule_16, sixty_four_levels_pass_and_one_more_is_refused) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(decode(nested(64)).has_value());
  const auto refused = decode(nested(65));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, errc::invalid_argument);
  // The webhook around it takes seven levels.
  EXPECT_TRUE(decode(around("{\"messages\":[{\"x\":" + nested(56) + "}]}")).has_value());
  EXPECT_FALSE(decode(around("{\"messages\":[{\"x\":" + nested(57) + "}]}")).has_value());
  EXPECT_FALSE(decode(std::string(3'000'000, '[')).has_value());
  std::string objects;
  for (int i = 0; i < 500'000; ++i)
    objects += "{\"a\":";
  EXPECT_FALSE(decode(objects).has_value());
  EXPECT_TRUE(decode("\"" + std::string(100'000, '[') + "\"").has_value());
}

TEST(not_json, is_refused_with_invalid_argument) {
  for (const std::string_view body : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "]",
                                      "{]",
                                      "nul",
                                      "{'a':1}",
                                      "{\"a\":1,}",
                                      "[1,]",
                                      "{\"a\":1} x",
                                      "{\"a\":1}{}",
                                      "01",
                                      "1.",
                                      ".5",
                                      "+1",
                                      "1e",
                                      "-",
                                      "--1",
                                      "00000000000000000000000",
                                      "12345678901234567890x",
                                      "1.2.3e5",
                                      "NaN",
                                      "Infinity",
                                      "\"\t\"",
                                      "\"abc",
                                      "\"\\ud83\"",
                                      "\"\\x41\"",
                                      "\"\\",
                                      "\"\\ud800",
                                      "// hi\n{}",
                                      "\"\xff\"",
                                      "\"\xed\xa0\x80\"",
                                      "\"\xc0\x80\"",
                                      "\x80",
                                      "{\"\xff\":1}"}) {
    const auto out = decode(body);
    ASSERT_FALSE(out.has_value()) << body;
    EXPECT_EQ(out.error().code, errc::invalid_argument);
  }
  for (const auto body : {std::string_view("{}\0", 3), std::string_view("{}\0x", 4), std::string_view("\0{}", 3),
                          std::string_view("[1\0]", 4), std::string_view("\"\0\"", 3)})
    EXPECT_FALSE(decode(body).has_value());
}

TEST(not_a_webhook, is_said_and_carries_no_events) {
  for (const auto* body :
       {"null", "7", "\"text\"", "[]", "{}", R"({"entry":7})", R"({"object":"page","entry":[{"id":"1",
        "changes":[{"field":"feed","value":{}}]}]})",
        R"({"object":"instagram"})", R"([{"object":"whatsapp_business_account"}])"}) {
    const auto out = decoded(body);
    EXPECT_FALSE(out.is_webhook) << body;
    EXPECT_TRUE(out.events.empty()) << body;
    EXPECT_TRUE(out.malformed.empty()) << body;
  }
  EXPECT_TRUE(decoded(R"({"entry":[]})").is_webhook);
}

TEST(duplicate_keys, the_last_one_counts) {
  EXPECT_EQ(only_event(message(R"("id":"a","id":"b","from":"1","type":"text")")).id, "b");
}

TEST(numbers_as_json, stay_what_they_are_when_nothing_is_lost) {
  for (const auto* text : {"0", "-1", "18446744073709551615", "-9223372036854775808", "1.5", "-0.001", "99.99"})
    EXPECT_EQ(parse_json(text, 1)->dump(), text);
  EXPECT_EQ(parse_json("18446744073709551616", 1)->dump(), "\"18446744073709551616\"");
  EXPECT_EQ(parse_json("-9223372036854775809", 1)->dump(), "\"-9223372036854775809\"");
}

TEST(what_the_shop_needs, is_read_beside_the_index) {
  const auto reply = only_event(fixtures::text("inbound-interactive-list-reply.json"));
  EXPECT_EQ(reply.reply_id, "priority_express");
  EXPECT_EQ(reply.text, "Priority Mail Express");
  EXPECT_FALSE(reply.context_id.empty());
  EXPECT_EQ(reply.profile_name, "Sheena Nelson");

  const auto tap = only_event(fixtures::text("inbound-button.json"));
  EXPECT_EQ(tap.reply_id, "Unsubscribe");
  EXPECT_EQ(tap.text, "Unsubscribe");

  const auto hidden = only_event(fixtures::text("inbound-text-bsuid-only.json"));
  EXPECT_EQ(hidden.from, std::nullopt);
  EXPECT_FALSE(hidden.username.empty());
  EXPECT_FALSE(hidden.username.starts_with("@"));

  const auto differs = only_event(fixtures::text("inbound-text-from-differs-from-wa-id.json"));
  EXPECT_FALSE(differs.contact_phone.empty());
  EXPECT_NE(differs.contact_phone, *differs.from);

  const auto answered = only_event(fixtures::text("inbound-interactive-call-permission-accept.json"));
  EXPECT_EQ(answered.from_user_id, std::nullopt);
  EXPECT_EQ(answered.contact_user_id, "US.13491208655302741918");

  const auto failure = only_event(fixtures::text("status-failed-131047.json"));
  EXPECT_EQ(failure.error_code, "131047");
  EXPECT_FALSE(failure.error_title.empty());

  const auto tracked = only_event(fixtures::text("status-sent-callback-data.json"));
  EXPECT_FALSE(tracked.callback_data.empty());

  const auto priced = only_event(fixtures::text("status-sent-pmp-marketing.json"));
  EXPECT_EQ(priced.pricing_category, "marketing");

  EXPECT_FALSE(only_event(fixtures::text("inbound-text-group.json")).group_id.empty());
  EXPECT_EQ(only_event(fixtures::text("inbound-image.json")).at, 1'744'344'496'000);
}

TEST(what_the_shop_needs, a_changed_user_id_names_the_old_and_the_new) {
  const auto update = only_event(fixtures::text("other-user-id-update.json"));
  EXPECT_EQ(update.from_user_id, "US.20211208655302741999");
  EXPECT_EQ(update.previous_user_id, "US.13491208655302741918");
  const auto system = only_event(fixtures::text("inbound-system-user-id-changed.json"));
  EXPECT_EQ(system.contact_user_id, "US.20211208655302741999");
  EXPECT_EQ(system.previous_user_id, "US.13491208655302741918");
}

TEST(sha256, known_answers) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

} // namespace
} // namespace wakala::whatsapp
