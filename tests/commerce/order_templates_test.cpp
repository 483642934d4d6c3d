// Order templates: what a file may say, and how they are filled.
#include "commerce/order_templates.hpp"
#include "commerce/order_variables.hpp"
#include "runtime/config/yaml_tree.hpp"
#include "tests/commerce/chat.hpp"
#include "whatsapp/template_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <functional>

namespace wakala::commerce::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

json shipped_file() { return load_yaml_tree(WAKALA_SOURCE_DIR "/strings/order-templates.yaml").value(); }

const order_templates& built_in() {
  static const order_templates all = order_templates::make(shipped_file()).value();
  return all;
}

json body(const std::string& en, const std::string& sw) {
  return json::array({{{"type", "BODY"}, {"text", {{"en", en}, {"sw", sw}}}}});
}

/// What is said of the file after a change; empty when it is good.
std::string said_of(const std::function<void(json&)>& change) {
  auto file = shipped_file();
  change(file);
  const auto made = order_templates::make(file);
  return made ? "" : made.error().what;
}
std::string said_of_body(const std::string& entry, const std::string& en,
                         const std::string& sw = "Oda {{order_id}} iko hapa kwetu sasa.") {
  return said_of([&](json& file) { file[entry]["components"] = body(en, sw); });
}
std::string said_of_component(const json& component) {
  return said_of([&](json& file) { file["order_paid"]["components"].push_back(component); });
}

order_news shipped_news() {
  order_news news;
  news.code = "K7Q2M";
  news.state = order_state::shipped;
  news.total = {125'050, "KES"};
  news.items = 3;
  news.placed_at = start_time;
  news.tracking_url = "https://rider.example/7";
  news.delivery_date = "2026-12-01";
  return news;
}

filled_template fill(const order_news& news, const std::string& customer, language spoken,
                     const std::string& business = "Duka la Amani") {
  return filled(built_in(), *built_in().find(news.state, spoken), spoken,
                values_of(news, customer, business, spoken, phrases()));
}

std::string parameter(const filled_template& done, const std::string& name) {
  const auto request = whatsapp::to_request({"254700000001", {}}, done.message);
  for (const auto& component : request["template"]["components"])
    for (const auto& each : component["parameters"])
      if (each["parameter_name"] == name)
        return each["text"];
  return "none";
}

TEST(order_templates, the_built_in_ones_are_good_and_whole) {
  const auto& all = built_in();
  EXPECT_EQ(all.all().size(), 2 * told_states().size());
  EXPECT_EQ(all.find(order_state::awaiting_payment, language::english), nullptr) << "nothing is told of it";
  const auto& shipped = all.find(order_state::shipped, language::kiswahili)->definition;
  EXPECT_EQ(shipped.name, "order_shipped_sw");
  EXPECT_EQ(shipped.language, "sw");
  EXPECT_EQ(shipped.category, whatsapp::template_category::utility);
  EXPECT_EQ(shipped.parameter_format, whatsapp::parameter_format::named);
  const auto request = whatsapp::to_request(shipped);
  const auto& examples = request["components"][0]["example"]["body_text_named_params"];
  EXPECT_EQ(examples.size(), 5U);
  EXPECT_EQ(examples[0]["param_name"], "customer_name");
  EXPECT_EQ(examples[3]["example"], "1 Desemba 2026");
  for (const auto& [where, form] : all.all())
    EXPECT_FALSE(whatsapp::fault_in(form.definition)) << form.definition.name;
}

TEST(order_templates, the_file_has_these_entries_and_no_others) {
  EXPECT_EQ(said_of([](json& f) { f = json::array(); }), "must be a map of entries, order_paid and so on");
  EXPECT_EQ(said_of([](json& f) { f["order_lost"] = f["order_paid"]; }), "order_lost: there is no such entry");
  EXPECT_EQ(said_of([](json& f) { f["order_awaiting_payment"] = f["order_paid"]; }),
            "order_awaiting_payment: there is no such entry");
  EXPECT_EQ(said_of([](json& f) { f.erase("order_packed"); }), "order_packed: is missing");
  EXPECT_EQ(said_of([](json& f) { f["order_packed"] = "text"; }),
            "order_packed: must have name, category and components");
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["example"] = "x"; }),
            "order_paid, example: is not a key of an entry");
  for (const auto* key : {"name", "category", "components"})
    EXPECT_EQ(said_of([&](json& f) { f["order_paid"].erase(key); }),
              "order_paid: " + std::string(key) + " is missing");
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["category"] = "utility"; }), "") << "letter case does not matter";
  for (const auto* category : {"MARKETING", "AUTHENTICATION", ""})
    EXPECT_THAT(said_of([&](json& f) { f["order_paid"]["category"] = category; }),
                HasSubstr("order_paid, category: must be UTILITY"));
  for (const json& none : {json::array(), json("text"), json::object()})
    EXPECT_THAT(said_of([&](json& f) { f["order_paid"]["components"] = none; }),
                HasSubstr("order_paid, components: must be a list"));
  const auto made = order_templates::make(json{{"order_paid", 1}});
  EXPECT_EQ(made.error().code, errc::invalid_argument);
  EXPECT_EQ(made.error().field, "order_paid");
}

TEST(order_templates, names_are_those_of_meta) {
  EXPECT_THAT(said_of([](json& f) { f["order_paid"]["name"] = "Order Paid"; }),
              AllOf(HasSubstr("order_paid (en)"), HasSubstr("small letters")));
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["name"] = "paid_{{order_id}}"; }),
            "order_paid, name: can have no variable but {{locale}}");
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["name"] = "order_paid"; }), "") << "one name for all languages";
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["name"] = {{"en", "paid"}}; }), "order_paid, name: sw is missing");
  EXPECT_EQ(said_of([](json& f) { f["order_packed"]["name"] = f["order_paid"]["name"]; }),
            "order_packed (en), name: another entry has it, too");
}

TEST(order_templates, every_variable_must_be_known) {
  EXPECT_EQ(said_of_body("order_paid", "Order {{order_id}} for {{buyer}} is here with us now."),
            "order_paid (en), body: there is no variable {{buyer}}");
  EXPECT_EQ(said_of_body("order_paid", "Order {{order_id}} went off, see {{tracking_url}} for where it is."),
            "order_paid (en), body: {{tracking_url}} is not known of an order that is paid");
  EXPECT_EQ(said_of_body("order_delivered", "Order {{order_id}} will come on {{delivery_date}} to your door."),
            "order_delivered (en), body: {{delivery_date}} is not known of an order that is delivered");
  EXPECT_EQ(said_of_body("order_paid", "Your order was paid, thank you."),
            "order_paid (en), body: {{order_id}} is missing: nobody would know which order it is about");
  EXPECT_EQ(said_of_body("order_paid", "Order {{order_id}} of {{item_count}} pieces is here with us now."),
            "order_paid (sw): {{item_count}} is missing, which the other language has");
  EXPECT_EQ(said_of_body("order_paid", "Order {{order_id}} is here with us now.",
                         "Oda {{order_id}} ya {{business_name}} iko hapa kwetu sasa hivi."),
            "order_paid (en): {{business_name}} is missing, which the other language has");
  EXPECT_EQ(said_of([](json& f) { f["fallbacks"].erase("customer_name"); }),
            "order_paid (en), body: {{customer_name}} may be unknown and has no text in fallbacks");
  EXPECT_EQ(said_of_body("order_paid", "Order {{order_id}} is here with us, yes {{order_id}} is."),
            "order_paid (en), body: {{order_id}} is there twice, which Meta refuses");
}

TEST(order_templates, what_stands_in_for_the_unknown_is_checked) {
  EXPECT_EQ(said_of([](json& f) { f["fallbacks"] = "x"; }), "fallbacks: must be a map of variables to texts");
  EXPECT_EQ(said_of([](json& f) { f["fallbacks"]["buyer"] = "x"; }),
            "fallbacks, {{buyer}}: there is no such variable");
  EXPECT_EQ(said_of([](json& f) { f["fallbacks"]["order_id"] = "x"; }),
            "fallbacks, {{order_id}}: is always known and needs no other text");
  EXPECT_EQ(said_of([](json& f) { f["fallbacks"]["customer_name"].erase("sw"); }),
            "fallbacks, {{customer_name}}: sw is missing");
  EXPECT_EQ(said_of([](json& f) { f["fallbacks"]["customer_name"] = "friend"; }), "") << "one for all languages";
  for (const auto& bad :
       {std::string(), std::string("a\nb"), std::string(" a"), std::string(61, 'a'), std::string("{x")})
    EXPECT_THAT(said_of([&](json& f) { f["fallbacks"]["customer_name"]["sw"] = bad; }),
                HasSubstr("fallbacks (sw), {{customer_name}}: must be one line"));
}

TEST(order_templates, texts_are_those_that_meta_takes) {
  const auto bad = [](const std::string& text) { return said_of_body("order_paid", text); };
  for (const auto* braces : {"Order {order_id} is here.", "Order {{order_id} is here.", "Order {{Order}} is here.",
                             "Order {{order_id}} is here }} now.", "Order {{}} is here."})
    EXPECT_EQ(bad(braces), "order_paid (en), body: variables are written {{so}}, and there can be no other braces")
        << braces;
  EXPECT_THAT(bad("{{order_id}} is here with us now."),
              HasSubstr("order_paid (en): Variables cannot be at the start"));
  EXPECT_THAT(bad("With us here is now {{order_id}}!"), HasSubstr("start or end"));
  EXPECT_THAT(bad("Order {{order_id}} {{business_name}} is with us now."), HasSubstr("side by side"));
  EXPECT_THAT(bad("Hi {{customer_name}}, {{order_id}} now"), HasSubstr("too many variables"));
  EXPECT_THAT(bad("Order {{order_id}} is here\n\n\nwith us."), HasSubstr("three new lines"));
  EXPECT_THAT(bad("Order {{order_id}} is here    with us."), HasSubstr("four blanks"));
  const auto of_length = [](std::size_t filled) { // with the longest code and name
    return said_of_body("order_paid",
                        "Order {{order_id}} of {{customer_name}} is here" + std::string(filled - 87, '.') + "x",
                        "Oda {{order_id}} ya {{customer_name}} iko hapa kwetu sasa.");
  };
  EXPECT_EQ(of_length(1'024), "");
  EXPECT_EQ(of_length(1'025),
            "order_paid (en), body: can have 1025 characters when it is filled in; Meta takes at most 1024");
  EXPECT_EQ(said_of([](json& f) { f["order_packed"]["components"] = f["order_delivered"]["components"]; }),
            "order_delivered (en), body: says the same as order_packed_en, which Meta rejects");
  EXPECT_THAT(
      said_of([](json& f) { f["order_paid"]["components"][0]["text"] = "Order {{order_id}} is here with us."; }),
      HasSubstr("says the same as order_payment_received_en"))
      << "one text for both languages, under two names";
}

TEST(order_templates, components_are_those_that_need_nothing_else) {
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["components"] = json::array({"text"}); }),
            "order_paid, components: each must be a map with a type");
  EXPECT_EQ(said_of_component({{"type", "CAROUSEL"}}),
            "order_paid, components: there can be HEADER, BODY, FOOTER and BUTTONS, not CAROUSEL");
  EXPECT_EQ(said_of_component({{"type", "BODY"}, {"text", "Twice, {{order_id}} it is."}}),
            "order_paid (en): Every component can be there once.");
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["components"][0]["text"]["fr"] = "x"; }),
            "order_paid, body: fr is not a language of the shop");
  EXPECT_EQ(said_of([](json& f) { f["order_paid"]["components"][0].erase("text"); }),
            "order_paid (en), body: its text is missing");
  EXPECT_THAT(said_of([](json& f) { f["order_paid"]["components"][0]["example"] = "x"; }),
              HasSubstr("examples of the variables are known"));
  EXPECT_THAT(said_of([](json& f) { f["order_paid"]["components"][0]["colour"] = "red"; }),
              AllOf(HasSubstr("order_paid (en)"), HasSubstr("colour")));
  EXPECT_EQ(said_of_component({{"type", "HEADER"}, {"format", "IMAGE"}}),
            "order_paid (en), header: its format can only be TEXT");
  EXPECT_EQ(said_of_component({{"type", "HEADER"}, {"text", "Order {{order_id}}"}}), "");
  EXPECT_EQ(said_of_component({{"type", "HEADER"}, {"text", "News of {{business_name}}"}}),
            "order_paid (en), header: can have 68 characters when it is filled in; Meta takes at most 60");
  EXPECT_EQ(said_of_component({{"type", "FOOTER"}, {"text", "Order {{order_id}}"}}),
            "order_paid (en), footer: can have no variables");
  EXPECT_EQ(said_of_component({{"type", "FOOTER"}, {"text", {{"en", "Thank you"}, {"sw", "Asante"}}}}), "");
  const auto buttons = [](const json& button) {
    return json{{"type", "BUTTONS"}, {"buttons", json::array({button})}};
  };
  EXPECT_EQ(
      said_of_component(buttons({{"type", "QUICK_REPLY"}, {"text", {{"en", "My order"}, {"sw", "Oda yangu"}}}})), "");
  EXPECT_THAT(said_of_component(buttons({{"type", "QUICK_REPLY"}, {"text", std::string(26, 'a')}})),
              HasSubstr("at most 25 characters"));
  EXPECT_EQ(said_of_component(
                buttons({{"type", "URL"}, {"text", "Follow"}, {"url", "https://x.example/{{tracking_url}}"}})),
            "order_paid (en), buttons: can have no variables");
}

TEST(order_templates, each_state_is_filled_in_both_languages) {
  for (const auto& [where, form] : built_in().all()) {
    auto news = shipped_news();
    news.state = where.first;
    const auto done = fill(news, "Amina", where.second);
    EXPECT_EQ(done.message.name, form.definition.name);
    EXPECT_EQ(done.message.language, locale_of(where.second));
    EXPECT_THAT(done.text, AllOf(HasSubstr("Amina"), HasSubstr("K7Q2M"), HasSubstr("Duka la Amani")));
    EXPECT_EQ(done.text.find_first_of("{}"), std::string::npos) << done.text;
    const auto request = whatsapp::to_request({"254700000001", {}}, done.message);
    for (const auto& broken : whatsapp::validate_request(request))
      ADD_FAILURE() << done.message.name << broken.path << broken.limit;
  }
  const auto done = fill(shipped_news(), "Amina", language::english);
  EXPECT_EQ(parameter(done, "tracking_url"), "https://rider.example/7");
  EXPECT_EQ(parameter(done, "delivery_date"), "1 December 2026");
  auto news = shipped_news();
  news.state = order_state::paid;
  const auto paid = fill(news, "Amina", language::kiswahili);
  EXPECT_EQ(parameter(paid, "item_count"), "3");
  EXPECT_EQ(parameter(paid, "currency"), "KES");
  EXPECT_EQ(parameter(paid, "total_amount"), "1250.50");
}

TEST(order_templates, what_is_unknown_is_said_politely) {
  auto news = shipped_news();
  news.tracking_url.clear();
  news.delivery_date.clear();
  const auto sw = fill(news, "", language::kiswahili);
  EXPECT_EQ(parameter(sw, "customer_name"), "mteja");
  EXPECT_EQ(parameter(sw, "delivery_date"), "tutakayokubaliana nawe");
  EXPECT_EQ(parameter(sw, "tracking_url"), "hakuna kwa mzigo huu");
  EXPECT_EQ(parameter(fill(news, " \n\t ", language::english), "customer_name"), "customer") << "nothing to be seen";
}

TEST(order_templates, nothing_in_a_name_can_break_a_parameter) {
  const auto name = [](const std::string& given) {
    return parameter(fill(shipped_news(), given, language::english), "customer_name");
  };
  EXPECT_EQ(name("Otieno, Amina \"A\" {{order_id}} {x} }}"), "Otieno, Amina \"A\" {{order_id}} {x} }}");
  EXPECT_EQ(name("A\nB\tC\r\nD     E      F"), "A B C D E F");
  EXPECT_EQ(name("  A  "), "A");
  const auto longest = name(std::string(5'000, 'a'));
  EXPECT_EQ(longest.size(), 59U + 3U) << "60 characters, the last of them an ellipsis";
  auto news = shipped_news();
  news.tracking_url = "https://rider.example/" + std::string(478, 'a');
  const auto done = fill(news, std::string(500, 'n'), language::english, std::string(500, 'b'));
  EXPECT_EQ(parameter(done, "tracking_url"), news.tracking_url) << "as long as may be, and whole";
  EXPECT_LE(done.text.size(), 1'024U);
  const auto braces = fill(shipped_news(), "{{order_id}}", language::english);
  EXPECT_THAT(braces.text, HasSubstr("Dear {{order_id}}, your order K7Q2M")) << "what is filled in is not read again";
}

TEST(order_templates, days_in_words) {
  EXPECT_EQ(day_in_words("2026-12-01", language::english, phrases()), "1 December 2026");
  EXPECT_EQ(day_in_words("2027-01-31", language::kiswahili, phrases()), "31 Januari 2027");
  EXPECT_TRUE(is_date("2028-02-29"));
  for (const auto* none : {"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-12-32", "2026-1-1", "01-12-2026",
                           "2026/12/01", "2026-12-01T", "+026-12-01", "2026--1-01"}) {
    EXPECT_FALSE(is_date(none)) << none;
    EXPECT_EQ(day_in_words(none, language::english, phrases()), "");
  }
}

} // namespace
} // namespace wakala::commerce::test
