// What shoppers see of a business (Cloud API reference §18).
#include "runtime/core/encoding.hpp"
#include "sandbox/graph_call.hpp"
#include "sandbox/request_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr std::array<std::pair<std::string_view, std::size_t>, 4> texts{
    {{"about", 139}, {"address", 256}, {"description", 512}, {"email", 128}}};
constexpr std::array<std::string_view, 19> verticals{
    "OTHER",   "AUTO",    "BEAUTY",     "APPAREL",   "EDU",      "ENTERTAIN", "EVENT_PLAN",
    "FINANCE", "GROCERY", "GOVT",       "HOTEL",     "HEALTH",   "NONPROFIT", "PROF_SERVICES",
    "RETAIL",  "TRAVEL",  "RESTAURANT", "NOT_A_BIZ", "UNDEFINED"};
constexpr std::size_t websites_max = 2;
constexpr std::size_t website_length_max = 256;

/// What is wrong with one member; empty: nothing.
std::string wrong_with(const std::string& key, const json& value) {
  if (key == "messaging_product" || key == "profile_picture_handle")
    return value.is_string() ? "" : key + " must be text.";
  for (const auto& [name, most] : texts)
    if (key == name)
      return value.is_string() && code_points(value.get<std::string>()) <= most
                 ? ""
                 : fmt::format("{} must be text of at most {} characters.", key, most);
  if (key == "vertical")
    return value.is_string() && std::ranges::find(verticals, value.get<std::string>()) != verticals.end()
               ? ""
               : "vertical is none of those known.";
  if (key == "websites")
    return value.is_array() && value.size() <= websites_max &&
                   std::ranges::all_of(value,
                                       [](const json& one) {
                                         return one.is_string() &&
                                                one.get<std::string>().size() <= website_length_max;
                                       })
               ? ""
               : "websites are at most two texts of at most 256 characters.";
  return fmt::format("unknown parameter {}", key);
}

} // namespace

graph_outcome business_profile(call_context& context, const business_number& number, const graph_call& call) {
  auto& profile = context.held.files[number.id].profile;
  if (call.method == "GET") {
    static const std::vector<std::string> known{
        "about",    "address",  "description",      "email", "profile_picture_url",
        "websites", "vertical", "messaging_product"};
    const auto fields = fields_of(call, {"about", "messaging_product"});
    if (auto refusal = refuse_unknown_fields(fields, known, "WhatsAppBusinessProfile", context.ids))
      return {std::move(*refusal), {}, {}};
    json shown = json::object();
    for (const auto& field : fields)
      if (profile.contains(field))
        shown[field] = profile[field];
    shown["messaging_product"] = "whatsapp";
    return {answer_json({{"data", json::array({std::move(shown)})}}), {}, {}};
  }
  if (text_or(call.parameters, "messaging_product") != "whatsapp")
    return {refuse(100, "The parameter messaging_product is required.", context.ids.trace_id()), {}, {}};
  for (const auto& [key, value] : call.parameters.items())
    if (const auto wrong = wrong_with(key, value); !wrong.empty())
      return {refuse(100, wrong, context.ids.trace_id()), {}, {}};
  for (const auto& [key, value] : call.parameters.items())
    if (key != "messaging_product" && key != "profile_picture_handle")
      profile[key] = value;
  return {answer_success(), {}, {}};
}

} // namespace wakala::sandbox
