#include "sandbox/inbound_message.hpp"

#include "sandbox/request_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

std::optional<error> fill_message(const json& request, json& message) {
  if (const auto quoted = text_or(request, "context_id"); !quoted.empty())
    message["context"] = {{"id", quoted}};
  std::array<const char*, 5> kinds{"text", "list_reply", "button_reply", "button", "message"};
  const auto given = std::ranges::count_if(kinds, [&](const char* key) { return request.contains(key); });
  if (given != 1)
    return bad_key("text", "exactly one of text, list_reply, button_reply, button, message, raw is needed");
  if (request.contains("text")) {
    if (!request["text"].is_string())
      return bad_key("text", "text must be text");
    message["type"] = "text";
    message["text"] = {{"body", request["text"]}};
    return std::nullopt;
  }
  for (const auto* key : {"list_reply", "button_reply"}) {
    if (!request.contains(key))
      continue;
    const auto& reply = request[key];
    if (text_or(reply, "id").empty() || text_or(reply, "title").empty())
      return bad_key(key, fmt::format("{} needs id and title", key));
    json chosen{{"id", reply["id"]}, {"title", reply["title"]}};
    if (const auto description = text_or(reply, "description"); !description.empty())
      chosen["description"] = description;
    message["type"] = "interactive";
    message["interactive"] = {{"type", key}, {key, std::move(chosen)}};
    return std::nullopt;
  }
  if (request.contains("button")) {
    if (text_or(request["button"], "text").empty())
      return bad_key("button", "button needs text");
    message["type"] = "button";
    message["button"] = {{"payload", text_or(request["button"], "payload", text_or(request["button"], "text"))},
                         {"text", request["button"]["text"]}};
    return std::nullopt;
  }
  if (text_or(request["message"], "type").empty())
    return bad_key("message", "message must be an object with a type");
  message.update(request["message"]);
  return std::nullopt;
}

} // namespace wakala::sandbox
