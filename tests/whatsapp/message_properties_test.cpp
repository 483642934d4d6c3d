// What holds for random messages of every kind: they read back as they were built, and each limit of the Cloud API
// reference §9 allows what is at it and refuses what is over it.
#include "tests/whatsapp/print.hpp"
#include "tests/whatsapp/random_messages.hpp"
#include "whatsapp/outbound.hpp"
#include "whatsapp/write_request.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

constexpr int rounds = 60;
const recipient amina{"+254700000001", {}};

TEST(message_properties, every_kind_is_made_here) {
  random_messages random(1);
  std::set<std::size_t> seen;
  for (const auto kind : random_messages::kinds())
    seen.insert(random.message(kind).index());
  EXPECT_EQ(seen.size(), std::variant_size_v<outbound_content>);
}

TEST(message_properties, every_message_is_accepted_and_reads_back_as_it_was_built) {
  random_messages random(2);
  for (const auto kind : random_messages::kinds())
    for (int round = 0; round < rounds; ++round) {
      const auto content = random.message(kind);
      const auto quoted = kind == "reaction" ? std::string{} : random.text(round % 2);
      const auto request = to_request(amina, content, random.text(round % 3), quoted);
      SCOPED_TRACE(request.dump());
      ASSERT_EQ(validate_request(request), std::vector<violation>{});
      const auto read = parse_request(request);
      ASSERT_TRUE(read) << read.error().field << " " << read.error().what;
      ASSERT_EQ(*read, content);
      ASSERT_EQ(summary_text(*read), summary_text(content));
    }
}

TEST(message_properties, the_text_writer_says_what_the_json_library_says) {
  random_messages random(3);
  for (const auto kind : random_messages::kinds())
    for (int round = 0; round < rounds; ++round) {
      const auto content = random.message(kind);
      const auto callback = random.text(round % 3);
      const auto quoted = random.text(round % 2);
      ASSERT_EQ(json::parse(request_text(amina, content, callback, quoted)),
                to_request(amina, content, callback, quoted));
    }
}

/// The longest text that a member of a kind of message may have.
struct text_limit {
  const char* kind;
  const char* at;
  std::size_t most;
};

std::vector<text_limit> text_limits() {
  std::vector<text_limit> all{
      {"text", "/text/body", 4096},
      {"image", "/image/caption", 1024},
      {"video", "/video/caption", 1024},
      {"document", "/document/caption", 1024},
      {"list", "/interactive/action/button", 20},
      {"list", "/interactive/action/sections/0/title", 24},
      {"list", "/interactive/action/sections/0/rows/0/id", 200},
      {"list", "/interactive/action/sections/0/rows/0/title", 24},
      {"list", "/interactive/action/sections/0/rows/0/description", 72},
      {"buttons", "/interactive/action/buttons/0/reply/id", 256},
      {"buttons", "/interactive/action/buttons/0/reply/title", 20},
      {"cta_url", "/interactive/action/parameters/display_text", 20},
      {"product_list", "/interactive/action/sections/0/title", 24},
      {"url_carousel", "/interactive/action/cards/1/body/text", 160},
      {"url_carousel", "/interactive/action/cards/1/action/parameters/display_text", 20},
      {"reply_carousel", "/interactive/action/cards/1/body/text", 160},
      {"reply_carousel", "/interactive/action/cards/1/action/buttons/0/quick_reply/id", 256},
      {"reply_carousel", "/interactive/action/cards/1/action/buttons/0/quick_reply/title", 20},
      {"flow", "/interactive/action/parameters/flow_cta", 30},
  };
  for (const auto kind : random_messages::kinds())
    if (kind != "read")
      all.push_back({kind.data(), "/biz_opaque_callback_data", 512});
  for (const char* kind : {"list", "buttons", "cta_url", "location_request", "contact_request", "address", "product",
                           "product_list", "catalog", "url_carousel", "reply_carousel", "product_carousel", "flow"})
    all.push_back({kind, "/interactive/body/text", 1024});
  for (const char* kind :
       {"list", "buttons", "cta_url", "contact_request", "address", "product", "product_list", "catalog", "flow"})
    all.push_back({kind, "/interactive/footer/text", 60});
  for (const char* kind : {"list", "buttons", "cta_url", "contact_request", "address", "product_list", "flow"})
    all.push_back({kind, "/interactive/header/text", 60});
  return all;
}

void expect_refused(const json& request, const std::string& path, const std::string& code) {
  const auto found = validate_request(request);
  EXPECT_TRUE(
      std::any_of(found.begin(), found.end(), [&](const violation& v) { return v.path == path && v.code == code; }))
      << path << " " << code << " " << testing::PrintToString(found);
}

TEST(message_properties, texts_at_and_over_their_limits) {
  random_messages random(4);
  for (const auto& limit : text_limits())
    for (int round = 0; round < 6; ++round) {
      SCOPED_TRACE(std::string(limit.kind) + " " + limit.at);
      auto request = to_request(amina, random.message(limit.kind));
      const json::json_pointer at(limit.at);
      if (at.to_string() == "/interactive/header/text")
        request["interactive"]["header"] = {{"type", "text"}};
      for (const std::size_t length : {limit.most - 1, limit.most}) {
        request[at] = random.text(length);
        EXPECT_EQ(validate_request(request), std::vector<violation>{}) << length;
        EXPECT_TRUE(parse_request(request));
      }
      request[at] = random.text(limit.most + 1);
      expect_refused(request, limit.at, "too_long");
      EXPECT_TRUE(parse_request(request)) << "limits are not its matter";
    }
}

/// How many of something a kind of message may have.
struct count_limit {
  const char* name;
  std::size_t least;
  std::size_t most;
  const char* path; ///< of the violation
  outbound_content (*make)(std::size_t count);
};

std::vector<product_section> sections_of(std::size_t sections, std::size_t products) {
  std::vector<product_section> out(sections, product_section{"Teas", {}});
  for (std::size_t i = 0; i < products; ++i)
    out[i % sections].product_items.push_back({"sku-" + std::to_string(i)});
  return out;
}

std::int64_t place(std::size_t i) { return static_cast<std::int64_t>(i); }

list_message list_of(std::size_t sections, std::size_t rows) {
  list_message m{"", "body", "", "Choose", std::vector<list_section>(sections, list_section{"Teas", {}})};
  for (std::size_t i = 0; i < rows; ++i)
    m.sections[i % sections].rows.push_back({"row-" + std::to_string(i), "Chai", ""});
  return m;
}

outbound_content cards_of(std::size_t count, bool replies) {
  media_carousel_message m{"body", {}};
  for (std::size_t i = 0; i < count; ++i) {
    media_card card{.card_index = place(i), .header = image_message{.id = "1"}};
    if (replies)
      card.action = std::vector<quick_reply_button>{{"id", "Yes"}};
    else
      card.action = url_button{"Buy", "https://example.com"};
    m.cards.push_back(std::move(card));
  }
  return m;
}

outbound_content mpm_of(std::vector<product_section> sections) {
  return template_message{
      "cart", "sw", {template_button{"mpm", 0, {action_parameter{.sections = std::move(sections)}}}}};
}

std::vector<count_limit> count_limits() {
  const char* const rows_path = "/interactive/action/sections";
  const char* const mpm_path = "/template/components/0/parameters/0/action/sections";
  return {
      {"rows", 1, 10, rows_path, [](std::size_t n) -> outbound_content { return list_of(n == 0 ? 0 : 1, n); }},
      {"rows over two sections", 2, 10, rows_path, [](std::size_t n) -> outbound_content { return list_of(2, n); }},
      {"sections of rows", 1, 10, rows_path, [](std::size_t n) -> outbound_content { return list_of(n, n); }},
      {"reply buttons", 1, 3, "/interactive/action/buttons",
       [](std::size_t n) -> outbound_content {
         buttons_message m{"", "body", "", {}};
         for (std::size_t i = 0; i < n; ++i)
           m.buttons.push_back({std::to_string(i), "T" + std::to_string(i)});
         return m;
       }},
      {"sections of products", 1, 10, rows_path,
       [](std::size_t n) -> outbound_content {
         return product_list_message{"head", "body", "", "1", sections_of(n, n)};
       }},
      {"products", 3, 30, rows_path,
       [](std::size_t n) -> outbound_content {
         return product_list_message{"head", "body", "", "1", sections_of(3, n)};
       }},
      {"sections of a template", 1, 10, mpm_path, [](std::size_t n) { return mpm_of(sections_of(n, n)); }},
      {"products of a template", 3, 30, mpm_path, [](std::size_t n) { return mpm_of(sections_of(3, n)); }},
      {"cards with a page", 2, 10, "/interactive/action/cards", [](std::size_t n) { return cards_of(n, false); }},
      {"cards with replies", 2, 10, "/interactive/action/cards", [](std::size_t n) { return cards_of(n, true); }},
      {"cards of products", 2, 10, "/interactive/action/cards",
       [](std::size_t n) -> outbound_content {
         product_carousel_message m{"body", {}};
         for (std::size_t i = 0; i < n; ++i)
           m.cards.push_back({place(i), "sku", "1"});
         return m;
       }},
      {"cards of a template", 1, 10, "/template/components/0/cards",
       [](std::size_t n) -> outbound_content {
         template_carousel carousel;
         for (std::size_t i = 0; i < n; ++i)
           carousel.cards.push_back({place(i), {template_body{{text_parameter{"x"}}}}});
         return template_message{"cards", "sw", {carousel}};
       }},
      {"contacts", 1, 257, "/contacts",
       [](std::size_t n) -> outbound_content {
         return contacts_message{std::vector<contact_card>(n, contact_card{.name = {"A B", "A"}})};
       }},
  };
}

TEST(message_properties, counts_at_and_over_their_limits) {
  for (const auto& limit : count_limits()) {
    SCOPED_TRACE(limit.name);
    for (const auto count : {limit.least, limit.least + 1, limit.most - 1, limit.most})
      EXPECT_EQ(validate_request(to_request(amina, limit.make(count))), std::vector<violation>{}) << count;
    expect_refused(to_request(amina, limit.make(limit.most + 1)), limit.path, "too_many");
  }
}

TEST(message_properties, fewer_than_the_least_are_refused) {
  for (const auto& limit : count_limits())
    if (std::string_view(limit.name).find("rows over") == std::string_view::npos && limit.least < 3 &&
        std::string_view(limit.name).find("of a template") == std::string_view::npos) {
      SCOPED_TRACE(limit.name);
      expect_refused(to_request(amina, limit.make(limit.least - 1)), limit.path, "required");
    }
}

TEST(message_properties, codes_and_names_of_templates_at_and_over_their_limits) {
  const auto coupon = [](std::size_t length) {
    random_messages random(length);
    return to_request(
        amina, template_message{
                   "offer", "sw", {template_button{"copy_code", 0, {coupon_code_parameter{random.text(length)}}}}});
  };
  const auto named = [](std::size_t length) {
    return to_request(amina, template_message{std::string(length, 'x'), "sw"});
  };
  for (const std::size_t length : {14U, 15U})
    EXPECT_EQ(validate_request(coupon(length)), std::vector<violation>{});
  expect_refused(coupon(16), "/template/components/0/parameters/0/coupon_code", "too_long");
  for (const std::size_t length : {511U, 512U})
    EXPECT_EQ(validate_request(named(length)), std::vector<violation>{});
  expect_refused(named(513), "/template/name", "too_long");
}

TEST(message_properties, line_breaks_on_a_card_and_the_sections_of_a_template) {
  auto carousel = std::get<media_carousel_message>(cards_of(2, false));
  carousel.cards[1].body = "a\nb\nc";
  EXPECT_EQ(validate_request(to_request(amina, carousel)), std::vector<violation>{});
  carousel.cards[1].body = "a\nb\nc\nd";
  expect_refused(to_request(amina, carousel), "/interactive/action/cards/1/body/text", "too_many");
  auto sections = sections_of(2, 2);
  random_messages random(9);
  sections[1].title = random.text(24);
  EXPECT_EQ(validate_request(to_request(amina, mpm_of(sections))), std::vector<violation>{});
  sections[1].title = random.text(25);
  expect_refused(to_request(amina, mpm_of(sections)), "/template/components/0/parameters/0/action/sections/1/title",
                 "too_long");
  sections[1].title.clear();
  expect_refused(to_request(amina, mpm_of(sections)), "/template/components/0/parameters/0/action/sections/1/title",
                 "required");
}

} // namespace

} // namespace wakala::whatsapp
