#include "whatsapp/normalise_request.hpp"

#include "whatsapp/json_read.hpp"
#include "whatsapp/json_text.hpp"

#include <array>
#include <string>
#include <utility>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// Moves a member, if it is there and the place is free.
void move_member(json& from, json& to, const char* key) {
  const auto found = from.find(key);
  if (found == from.end() || to.contains(key))
    return;
  to[key] = std::move(*found);
  from.erase(found);
}

/// `"text"` becomes `{"text":"text"}`.
void wrap_text(json& interactive, const char* key) {
  const auto found = interactive.find(key);
  if (found != interactive.end() && found->is_string())
    *found = json{{"text", std::move(*found)}};
}

void put_right(json& interactive) {
  for (const char* key : {"header", "body", "footer"})
    wrap_text(interactive, key);
  const auto header = interactive.find("header");
  if (header != interactive.end() && header->is_object() && header->contains("text") && !header->contains("type"))
    (*header)["type"] = "text";
  json& action = interactive["action"];
  if (action.is_null())
    action = json::object();
  move_member(interactive, action, "button");
  move_member(interactive, action, "sections");
}

/// Whether an object is a list with its sections in the wrong place, and the right place is free.
bool is_flat_list(const json& owner) {
  const json* action = member(owner, "action");
  return text_member(owner, "type") == "list" && array_member(owner, "sections") != nullptr &&
         (action == nullptr || (action->is_object() && !action->contains("sections")));
}

} // namespace

void decode_members(json& request) {
  constexpr std::array members{"context",     "text",     "image",           "video",    "audio",
                               "document",    "sticker",  "location",        "contacts", "reaction",
                               "interactive", "template", "typing_indicator"};
  if (!request.is_object())
    return;
  for (const char* key : members) {
    const auto found = request.find(key);
    if (found == request.end() || !found->is_string())
      continue;
    constexpr int depth_max = 64; // who nests deeper means no good
    if (auto held = parse_json(found->get_ref<const std::string&>(), depth_max); held && held->is_structured())
      *found = std::move(*held);
  }
}

void normalise_request(json& request) {
  if (is_flat_list(request) && !request.contains("interactive")) {
    json interactive{{"type", "list"}};
    for (const char* key : {"header", "body", "footer", "button", "sections", "action"})
      move_member(request, interactive, key);
    put_right(interactive);
    request["type"] = "interactive";
    request["interactive"] = std::move(interactive);
    return;
  }
  const json* inner = object_member(request, "interactive");
  if (inner == nullptr || !is_flat_list(*inner) ||
      text_member(request, "type").value_or("interactive") != "interactive")
    return;
  put_right(request["interactive"]);
  request["type"] = "interactive"; // left out, it would mean text
}

} // namespace wakala::whatsapp
