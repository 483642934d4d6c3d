// Interactive messages (Cloud API reference §9.4). Carousels have a file of their own.
#include "whatsapp/json_read.hpp"
#include "whatsapp/validate_parts.hpp"

#include <array>
#include <cctype>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

constexpr std::size_t body_max = 1024; // for lists one source says 4,096: the smaller limit is safe with both
constexpr std::size_t short_text_max = 60;
constexpr std::size_t button_text_max = 20;
constexpr std::size_t section_title_max = 24;
constexpr std::size_t sections_max = 10;

enum class header_rule : std::uint8_t { any, text_only, text_required, none };
enum class presence : std::uint8_t { required, optional, none };

void check_header(const request_checker& interactive, header_rule rule) {
  if (rule == header_rule::none)
    return interactive.forbid("header", "this message has no header");
  const auto header = rule == header_rule::text_required ? interactive.required_object("header")
                                                         : interactive.optional_object("header");
  const auto kind = rule == header_rule::any ? header.required_word("type", {"text", "image", "video", "document"})
                                             : header.required_word("type", {"text"});
  if (!header || !kind)
    return;
  if (*kind == "text")
    header.required_text("text", short_text_max);
  else
    check_media(header.required_object(std::string(*kind).c_str()), *kind);
}

void check_texts(const request_checker& interactive, presence body, presence footer) {
  const auto text =
      body == presence::required ? interactive.required_object("body") : interactive.optional_object("body");
  text.required_text("text", body_max);
  if (footer == presence::none)
    interactive.forbid("footer", "this message has no footer");
  else
    interactive.optional_object("footer").required_text("text", short_text_max);
}

void check_list(const request_checker& action) {
  constexpr std::size_t rows_max = 10;
  action.required_text("button", button_text_max);
  std::size_t rows = 0;
  uniqueness ids;
  for (const auto& section : action.required_items("sections", 1, sections_max, "sections")) {
    section.required_text("title", section_title_max);
    for (const auto& row : section.required_items("rows", 1, any_length, "rows")) {
      ++rows;
      ids.check(row, "id", row.required_text("id", 200));
      row.required_text("title", section_title_max);
      row.optional_text("description", 72);
    }
  }
  if (rows > rows_max)
    action.note("sections", "max 10 rows in total", std::to_string(rows), "too_many");
}

void check_reply_buttons(const request_checker& action) {
  uniqueness ids;
  uniqueness titles;
  for (const auto& button : action.required_items("buttons", 1, 3, "buttons")) {
    button.required_word("type", {"reply"});
    const auto reply = button.required_object("reply");
    ids.check(reply, "id", reply.required_text("id", 256));
    const auto title = reply.required_text("title", button_text_max);
    titles.check(reply, "title", title);
    if (title && !title->empty() && (title->front() == ' ' || title->back() == ' '))
      reply.note("title", "no leading or trailing blanks", std::string(*title), "invalid");
  }
}

void check_flow(const request_checker& action) {
  action.required_word("name", {"flow"});
  const auto parameters = action.required_object("parameters");
  parameters.required_word("flow_message_version", {"3"});
  if (parameters && !parameters.has("flow_id") && !parameters.has("flow_name"))
    parameters.note("flow_id", "flow_id or flow_name is required", "", "required");
  for (const char* key : {"flow_id", "flow_name", "flow_token"})
    parameters.optional_text(key, any_length);
  parameters.required_text("flow_cta", 30);
  parameters.optional_word("mode", {"draft", "published"});
  parameters.optional_word("flow_action", {"navigate", "data_exchange"});
  const auto payload = parameters.optional_object("flow_action_payload");
  payload.required_text("screen", any_length);
  if (const auto data = payload.optional_object("data"); data && data.value().empty())
    data.note("not empty if present", "{}", "invalid");
}

void check_address(const request_checker& action) {
  action.required_word("name", {"address_message"});
  const auto parameters = action.required_object("parameters");
  parameters.required_word("country", {"IN", "SG"}); // India; older pages also name Singapore
  parameters.optional_object("values");
}

void check_product_list(const request_checker& action) {
  action.required_text("catalog_id", any_length);
  check_product_sections(action);
}

void check_product(const request_checker& action) {
  action.required_text("catalog_id", any_length);
  action.required_text("product_retailer_id", any_length);
}

void check_catalog_message(const request_checker& action) {
  action.required_word("name", {"catalog_message"});
  action.optional_object("parameters").optional_text("thumbnail_product_retailer_id", any_length);
}

void check_location_request(const request_checker& action) { action.required_word("name", {"send_location"}); }

void check_contact_request(const request_checker& action) { action.required_word("name", {"request_contact_info"}); }

/// Kinds whose action the reference names but does not describe: payments and calls.
void check_nothing(const request_checker&) {}

struct interactive_rules {
  std::string_view type;
  header_rule header;
  presence body;
  presence footer;
  void (*action)(const request_checker&);
};

constexpr std::array<interactive_rules, 15> rules{{
    {"list", header_rule::text_only, presence::required, presence::optional, check_list},
    {"button", header_rule::any, presence::required, presence::optional, check_reply_buttons},
    {"cta_url", header_rule::any, presence::required, presence::optional, check_cta_action},
    {"location_request_message", header_rule::none, presence::required, presence::none, check_location_request},
    {"product", header_rule::none, presence::optional, presence::optional, check_product},
    {"product_list", header_rule::text_required, presence::required, presence::optional, check_product_list},
    {"catalog_message", header_rule::none, presence::required, presence::optional, check_catalog_message},
    {"flow", header_rule::any, presence::required, presence::optional, check_flow},
    {"address_message", header_rule::any, presence::required, presence::optional, check_address},
    {"contact_request", header_rule::any, presence::required, presence::optional, check_contact_request},
    // As other platforms and a client of theirs write it.
    {"request_contact_info", header_rule::any, presence::required, presence::optional, check_contact_request},
    {"order_details", header_rule::any, presence::required, presence::optional, check_nothing},
    {"order_status", header_rule::any, presence::required, presence::optional, check_nothing},
    {"call_permission_request", header_rule::any, presence::optional, presence::optional, check_nothing},
    {"voice_call", header_rule::any, presence::optional, presence::optional, check_nothing},
}};

} // namespace

void check_cta_action(const request_checker& action) {
  action.required_word("name", {"cta_url"});
  const auto parameters = action.required_object("parameters");
  parameters.required_text("display_text", button_text_max);
  if (parameters)
    parameters.required_url("url");
}

void check_product_sections(const request_checker& owner) {
  constexpr std::size_t products_max = 30;
  const auto sections = owner.required_items("sections", 1, sections_max, "sections");
  std::size_t products = 0;
  for (const auto& section : sections) {
    if (sections.size() > 1)
      section.required_text("title", section_title_max);
    else
      section.optional_text("title", section_title_max);
    for (const auto& product : section.required_items("product_items", 1, any_length, "products")) {
      ++products;
      product.required_text("product_retailer_id", any_length);
    }
  }
  if (products > products_max)
    owner.note("sections", "max 30 products in total", std::to_string(products), "too_many");
}

void check_interactive(const request_checker& interactive) {
  if (!interactive)
    return;
  const auto type = text_or_empty(interactive.value(), "type");
  if (type == "carousel")
    return check_carousel(interactive);
  for (const auto& rule : rules)
    if (rule.type == type) {
      check_header(interactive, rule.header);
      check_texts(interactive, rule.body, rule.footer);
      return rule.action(interactive.required_object("action"));
    }
  if (!interactive.has("type"))
    return interactive.note("type", "required", "", "required");
  interactive.note("type", "a kind of interactive message", type.substr(0, 40), "invalid");
}

} // namespace wakala::whatsapp
