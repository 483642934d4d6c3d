#include "http/graph_answers.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::http {

using nlohmann::json;

namespace {

struct known_error {
  int code;
  int status;
  std::string_view title;
};

constexpr std::array known{
    known_error{2, 503, "Service temporarily unavailable"},
    known_error{100, 400, "Invalid parameter"},
    known_error{190, 401, "Invalid OAuth access token"},
    known_error{130429, 400, "Rate limit hit"},
    known_error{131008, 400, "Required parameter is missing"},
    known_error{131009, 400, "Parameter value is not valid"},
    known_error{368, 403, "Temporarily blocked for policies violations"},
    known_error{131026, 400, "Message undeliverable"},
    known_error{131031, 403, "Account has been locked"},
    known_error{131047, 400, "Re-engagement message"},
    known_error{131050, 400, "The user has stopped marketing messages"},
    known_error{131053, 400, "Media upload error"},
    known_error{132001, 404, "Template does not exist or is not approved"},
    known_error{132015, 400, "Template is paused"},
    known_error{132016, 400, "Template is disabled"},
};

std::string text_of(const json& body) { return body.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace

response graph_accepted(std::string_view id, std::string_view to, std::string_view phone, std::string_view user_id,
                        bool is_template) {
  json contact{{"input", to}};
  if (!phone.empty())
    contact["wa_id"] = phone;
  if (!user_id.empty())
    contact["user_id"] = user_id;
  json message{{"id", id}};
  if (is_template)
    message["message_status"] = "accepted";
  return response::json(200, text_of({{"messaging_product", "whatsapp"},
                                      {"contacts", json::array({std::move(contact)})},
                                      {"messages", json::array({std::move(message)})}}));
}

response graph_success() { return response::json(200, R"({"success":true})"); }

response graph_error(int code, std::string_view details) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const auto& e) { return e.code == code; });
  const int status = found == known.end() ? 400 : found->status;
  const std::string title = found == known.end() ? "The message was refused" : std::string(found->title);
  json error{{"message", "(#" + std::to_string(code) + ") " + title},
             {"type", "OAuthException"},
             {"code", code},
             {"error_data", {{"messaging_product", "whatsapp"}, {"details", details}}}};
  return response::json(status, text_of({{"error", std::move(error)}}));
}

response graph_error(const std::vector<whatsapp::violation>& violations) {
  const auto& first = violations.front();
  return graph_error(whatsapp::error_code_of(first),
                     first.path + ": " + first.limit + (first.value.empty() ? "" : ", found " + first.value));
}

response graph_unknown_object(std::string_view id) {
  json error{
      {"message", "Unsupported post request. Object with ID '" + std::string(id) +
                      "' does not exist, cannot be loaded due to missing permissions, or does not support this "
                      "operation"},
      {"type", "GraphMethodException"},
      {"code", 100},
      {"error_subcode", 33}};
  return response::json(400, text_of({{"error", std::move(error)}}));
}

} // namespace wakala::http
