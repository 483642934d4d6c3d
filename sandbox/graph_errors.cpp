#include "sandbox/graph_errors.hpp"

#include "whatsapp/outbound.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdint>

namespace wakala::sandbox {

namespace {

using json = nlohmann::ordered_json;

enum class error_form : std::uint8_t {
  detailed, ///< with `error_data.details`
  general,  ///< of the Graph layer: no `error_data`, but `is_transient`
  bare,     ///< neither
};

struct known_error {
  int code;
  int http;
  std::string_view message;
  error_form form;
};

constexpr std::array known{
    known_error{2, 503, "An unexpected error occurred", error_form::general},
    known_error{100, 400, "(#100) Invalid parameter", error_form::detailed},
    known_error{368, 403, "(#368) Temporarily blocked for policies violations", error_form::detailed},
    known_error{2200, 400, "(#2200) Callback verification failed", error_form::detailed},
    known_error{80007, 400, "(#80007) There have been too many calls to this WhatsApp Business account",
                error_form::bare},
    known_error{80009, 400, "(#80009) There have been too many calls to this catalog account", error_form::bare},
    known_error{80014, 400, "(#80014) There have been too many batch uploads to this catalog account",
                error_form::bare},
    known_error{130429, 400, "(#130429) Rate limit hit", error_form::detailed},
    known_error{131000, 500, "(#131000) Something went wrong", error_form::detailed},
    known_error{131008, 400, "(#131008) Required parameter is missing", error_form::detailed},
    known_error{131009, 400, "(#131009) Parameter value is not valid", error_form::detailed},
    known_error{131016, 500, "(#131016) Service unavailable", error_form::detailed},
    known_error{131021, 400, "(#131021) Recipient cannot be sender", error_form::detailed},
    known_error{131031, 403, "(#131031) Business Account locked", error_form::detailed},
    known_error{131037, 400, "(#131037) Display name approval is needed before messages can be sent",
                error_form::detailed},
    known_error{131053, 400, "(#131053) Media upload error", error_form::detailed},
    known_error{131056, 400, "(#131056) (Business Account, Consumer Account) pair rate limit hit",
                error_form::detailed},
    known_error{131062, 400, "(#131062) Business-scoped user id recipients are not supported for this message",
                error_form::detailed},
    known_error{132000, 400, "(#132000) Number of parameters does not match the expected number of params",
                error_form::detailed},
    known_error{132001, 404, "(#132001) Template name does not exist in the translation", error_form::detailed},
    known_error{132015, 400, "(#132015) Template is paused", error_form::detailed},
    known_error{132016, 400, "(#132016) Template is disabled", error_form::detailed},
    known_error{133005, 400, "(#133005) Two-step verification PIN mismatch", error_form::detailed},
    known_error{133006, 400, "(#133006) Phone number re-verification needed", error_form::detailed},
    known_error{133008, 400, "(#133008) Too many two-step verification PIN guesses", error_form::detailed},
    known_error{133009, 400, "(#133009) Two-step verification PIN guessed too fast", error_form::detailed},
    known_error{133010, 400, "(#133010) Account not registered", error_form::bare},
    known_error{133016, 400, "(#133016) Account register deregister rate limit exceeded", error_form::detailed},
    known_error{139100, 400, "(#139100) Failed to block/unblock users", error_form::detailed},
    known_error{139101, 400, "(#139101) Block list limit reached", error_form::detailed},
};

const known_error& look_up(int code) {
  for (const auto& entry : known)
    if (entry.code == code)
      return entry;
  static constexpr known_error other{1, 400, "An unknown error occurred", error_form::general};
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
  if (entry.form == error_form::general) {
    error["type"] = "GraphMethodException";
    error["is_transient"] = true;
  } else if (entry.form == error_form::detailed) {
    error["error_data"] = {{"messaging_product", "whatsapp"}, {"details", details}};
    if (code == 130429)
      error["error_subcode"] = 2494055;
  }
  error["fbtrace_id"] = trace_id;
  return {entry.http, json{{"error", std::move(error)}}.dump(-1, ' ', false, json::error_handler_t::replace),
          entry.code, fmt::format("{}: {}", entry.message, details)};
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

graph_answer refuse_with_title(int code, int subcode, std::string_view title, std::string_view message,
                               std::string_view trace_id) {
  json error{{"message", code == 136025   ? "Verify code error"
                         : code == 136024 ? "Request code error"
                                          : "Invalid parameter"},
             {"type", "OAuthException"},
             {"code", code}};
  if (subcode != 0)
    error["error_subcode"] = subcode;
  error["is_transient"] = false;
  error["error_user_title"] = title;
  error["error_user_msg"] = message;
  error["fbtrace_id"] = trace_id;
  return {400, json{{"error", std::move(error)}}.dump(-1, ' ', false, json::error_handler_t::replace), code,
          fmt::format("{}: {}", title, message)};
}

graph_answer refuse_violations(const std::vector<whatsapp::violation>& broken, std::string_view trace_id) {
  const auto& first = broken.front();
  return refuse(whatsapp::error_code_of(first), details_of(first), trace_id);
}

} // namespace wakala::sandbox
