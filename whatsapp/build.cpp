// Messages as Graph API bodies, and back (Cloud API reference §9).
#include "whatsapp/json_read.hpp"
#include "whatsapp/outbound.hpp"

#include <type_traits>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// With `+`: without it the business number's own country code may be put in front (§2.3).
std::string with_plus(const std::string& phone) { return phone.starts_with('+') ? phone : "+" + phone; }

json text_object(const std::string& text) { return {{"text", text}}; }

json interactive_object(const char* type, const std::string& header, const std::string& body,
                        const std::string& footer, json action) {
  json out{{"type", type}, {"body", text_object(body)}, {"action", std::move(action)}};
  if (!header.empty())
    out["header"] = {{"type", "text"}, {"text", header}};
  if (!footer.empty())
    out["footer"] = text_object(footer);
  return out;
}

void put_content(json& request, const text_message& m) {
  request["type"] = "text";
  request["text"] = {{"body", m.body}};
  if (m.preview_url)
    request["text"]["preview_url"] = true;
}

void put_content(json& request, const list_message& m) {
  json sections = json::array();
  for (const auto& section : m.sections) {
    json rows = json::array();
    for (const auto& row : section.rows) {
      json entry{{"id", row.id}, {"title", row.title}};
      if (!row.description.empty())
        entry["description"] = row.description;
      rows.push_back(std::move(entry));
    }
    json entry{{"rows", std::move(rows)}};
    if (!section.title.empty())
      entry["title"] = section.title;
    sections.push_back(std::move(entry));
  }
  request["type"] = "interactive";
  request["interactive"] = interactive_object("list", m.header, m.body, m.footer,
                                              {{"button", m.button}, {"sections", std::move(sections)}});
}

void put_content(json& request, const buttons_message& m) {
  json buttons = json::array();
  for (const auto& button : m.buttons)
    buttons.push_back({{"type", "reply"}, {"reply", {{"id", button.id}, {"title", button.title}}}});
  request["type"] = "interactive";
  request["interactive"] =
      interactive_object("button", m.header, m.body, m.footer, {{"buttons", std::move(buttons)}});
}

json read_receipt(const mark_as_read& m) {
  json out{{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", m.message_id}};
  if (m.typing)
    out["typing_indicator"] = {{"type", "text"}};
  return out;
}

} // namespace

std::string_view type_name(const outbound_content& content) noexcept {
  struct namer {
    std::string_view operator()(const text_message&) const noexcept { return "text"; }
    std::string_view operator()(const list_message&) const noexcept { return "interactive"; }
    std::string_view operator()(const buttons_message&) const noexcept { return "interactive"; }
    std::string_view operator()(const mark_as_read&) const noexcept { return "read"; }
  };
  return std::visit(namer{}, content);
}

std::string summary_text(const outbound_content& content) {
  return std::visit(
      [](const auto& m) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(m)>, mark_as_read>)
          return {};
        else
          return m.body;
      },
      content);
}

json to_request(const recipient& to, const outbound_content& content, std::string_view callback_data,
                std::string_view context_id) {
  if (const auto* receipt = std::get_if<mark_as_read>(&content))
    return read_receipt(*receipt);
  json request{{"messaging_product", "whatsapp"}, {"recipient_type", "individual"}};
  if (!to.phone.empty())
    request["to"] = with_plus(to.phone);
  else
    request["recipient"] = to.user_id;
  if (!context_id.empty())
    request["context"] = {{"message_id", context_id}};
  if (!callback_data.empty())
    request["biz_opaque_callback_data"] = callback_data;
  std::visit(
      [&](const auto& m) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(m)>, mark_as_read>)
          put_content(request, m);
      },
      content);
  return request;
}

} // namespace wakala::whatsapp
