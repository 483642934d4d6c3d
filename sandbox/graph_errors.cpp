#include "sandbox/graph_errors.hpp"

#include "whatsapp/outbound.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>

namespace wakala::sandbox {

namespace {

using json = nlohmann::ordered_json;

struct known_error {
  int code;
  int http;
  std::string_view message;
  bool general; ///< of the Graph layer: no `error_data`, but `is_transient`
};

constexpr std::array known{
    known_error{2, 503, "An unexpected error occurred", true},
    known_error{100, 400, "(#100) Invalid parameter", false},
    known_error{130429, 400, "(#130429) Rate limit hit", false},
    known_error{131000, 500, "(#131000) Something went wrong", false},
    known_error{131008, 400, "(#131008) Required parameter is missing", false},
    known_error{131009, 400, "(#131009) Parameter value is not valid", false},
    known_error{131016, 500, "(#131016) Service unavailable", false},
    known_error{131021, 400, "(#131021) Recipient cannot be sender", false},
    known_error{131053, 400, "(#131053) Media upload error", false},
    known_error{131056, 400, "(#131056) (Business Account, Consumer Account) pair rate limit hit", false},
    known_error{131062, 400, "(#131062) Business-scoped user id recipients are not supported for this message",
                false},
};

const known_error& look_up(int code) {
  for (const auto& entry : known)
    if (entry.code == code)
      return entry;
  static constexpr known_error other{1, 400, "An unknown error occurred", true};
  return other;
}

std::string details_of(const whatsapp::violation& broken) {
  if (broken.path == "/interactive/action/buttons" && broken.code != "duplicate")
    return "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3";
  if (broken.code == "required")
    return fmt::format("{}: {}", broken.path, broken.limit);
  return fmt::format("{}: {} (found: {})", broken.path, broken.limit, broken.value);
}

} // namespace

graph_answer refuse(int code, std::string_view details, std::string_view trace_id) {
  const auto& entry = look_up(code);
  json error{{"message", entry.message}, {"type", "OAuthException"}, {"code", entry.code}};
  if (entry.general) {
    error["type"] = "GraphMethodException";
    error["is_transient"] = true;
  } else {
    error["error_data"] = {{"messaging_product", "whatsapp"}, {"details", details}};
    if (code == 130429)
      error["error_subcode"] = 2494055;
  }
  error["fbtrace_id"] = trace_id;
  return {entry.http, json{{"error", std::move(error)}}.dump(), entry.code,
          fmt::format("{}: {}", entry.message, details)};
}

graph_answer refuse_unknown_object(std::string_view verb, std::string_view id, std::string_view trace_id) {
  const auto shown = id.substr(0, 100);
  auto message =
      fmt::format("Unsupported {} request. Object with ID '{}' does not exist, cannot be loaded due to missing "
                  "permissions, or does not support this operation. Please read the Graph API documentation at "
                  "https://developers.facebook.com/docs/graph-api",
                  verb, shown);
  json error{{"message", message},
             {"type", "GraphMethodException"},
             {"code", 100},
             {"error_subcode", 33},
             {"fbtrace_id", trace_id}};
  return {400, json{{"error", std::move(error)}}.dump(-1, ' ', false, json::error_handler_t::replace), 100,
          "unknown object"};
}

graph_answer refuse_token(std::string_view trace_id) {
  json error{{"message", "Invalid OAuth access token"},
             {"type", "OAuthException"},
             {"code", 190},
             {"error_subcode", 463},
             {"fbtrace_id", trace_id}};
  return {401, json{{"error", std::move(error)}}.dump(), 190, "access token missing or not this number's"};
}

graph_answer refuse_violations(const std::vector<whatsapp::violation>& broken, std::string_view trace_id) {
  const auto& first = broken.front();
  return refuse(whatsapp::error_code_of(first), details_of(first), trace_id);
}

} // namespace wakala::sandbox
