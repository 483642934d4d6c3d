// The users a number does not want to hear of (Cloud API reference §18).
#include "sandbox/graph_call.hpp"
#include "sandbox/request_parts.hpp"

#include <algorithm>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr std::size_t blocked_max = 64'000;

json shown_as(const std::string& input, const blocked_user& who) {
  json shown{{"input", input}};
  if (!who.wa_id.empty())
    shown["wa_id"] = who.wa_id;
  if (!who.user_id.empty())
    shown["user_id"] = who.user_id;
  return shown;
}

json failure(json shown, int code, std::string_view message, std::string_view details) {
  shown["errors"] = json::array({{{"message", message}, {"code", code}, {"error_data", {{"details", details}}}}});
  return shown;
}

graph_outcome list_blocked(const number_file& file, const graph_call& call) {
  auto items = json::array();
  for (const auto& one : file.blocked) {
    json item{{"messaging_product", "whatsapp"}};
    if (!one.wa_id.empty())
      item["wa_id"] = one.wa_id;
    if (!one.user_id.empty())
      item["user_id"] = one.user_id;
    items.push_back(std::move(item));
  }
  return {answer_json(page_of(items, call, 100)), {}, {}};
}

} // namespace

graph_outcome block_users(call_context& context, const business_number& number, const graph_call& call) {
  auto& file = context.held.files[number.id];
  if (call.method == "GET")
    return list_blocked(file, call);
  const auto users = call.parameters.find("block_users");
  if (text_or(call.parameters, "messaging_product") != "whatsapp" || users == call.parameters.end() ||
      !users->is_array() || users->empty())
    return {refuse(100, "messaging_product and block_users are required.", context.ids.trace_id()), {}, {}};
  const auto add = call.method == "POST";
  auto done = json::array();
  auto failed = json::array();
  for (const auto& item : *users) {
    const auto input = text_or(item, "user");
    const auto by_id = is_user_id(input);
    const blocked_user who{by_id ? "" : digits_of(input), by_id ? input : ""};
    auto shown = shown_as(input, who);
    if (!by_id && !is_phone(who.wa_id))
      failed.push_back(
          failure(std::move(shown), 131009, "Parameter value is not valid", "No number and no user id."));
    else if (add && file.blocks(who.wa_id, who.user_id))
      done.push_back(std::move(shown));
    else if (add && !context.wrote_lately(number, by_id ? who.user_id : who.wa_id))
      failed.push_back(failure(std::move(shown), 131047, "Re-engagement message",
                               "Only users who wrote in the last 24 hours can be blocked."));
    else if (add && file.blocked.size() >= blocked_max)
      failed.push_back(
          failure(std::move(shown), 139101, "Block list limit reached", "A block list holds at most 64000 users."));
    else {
      if (add)
        file.blocked.push_back(who);
      else
        std::erase_if(file.blocked,
                      [&](const blocked_user& one) { return one.wa_id == who.wa_id && one.user_id == who.user_id; });
      done.push_back(std::move(shown));
    }
  }
  json body{{"messaging_product", "whatsapp"},
            {"block_users", {{add ? "added_users" : "removed_users", std::move(done)}}}};
  if (failed.empty())
    return {answer_json(body), {}, {}};
  body["block_users"]["failed_users"] = std::move(failed);
  auto refusal = refuse(139100, "Failed to block or unblock some users, see failed_users.", context.ids.trace_id());
  body["error"] = json::parse(refusal.body)["error"];
  refusal.body = dump(body);
  return {std::move(refusal), {}, {}};
}

} // namespace wakala::sandbox
