#include "http/audited.hpp"

#include <nlohmann/json.hpp>

namespace wakala::http {

using nlohmann::json;

void write_down(const admin_call& call, const audit_note& note, const std::string& outcome,
                std::function<void(result<std::uint64_t>)> then) {
  json entry{{"who", call.who.name},  {"node", call.api->options.node_name},
             {"action", note.action}, {"on", note.on},
             {"reason", note.reason}, {"result", outcome}};
  if (!note.tenant.empty())
    entry["tenant"] = note.tenant;
  call.actors().add_audit(entry.dump(), [then = std::move(then)](const result<std::string>& text) {
    if (!text)
      return then(text.error());
    const auto told = json::parse(*text, nullptr, false);
    then(told.value("n", std::uint64_t{0}));
  });
}

bridge::done_text audited(const admin_call& call, audit_note note, bridge::done_text then) {
  return [call, note = std::move(note), then = std::move(then)](result<std::string> answer) {
    const auto outcome = answer ? std::string("done") : "refused: " + answer.error().what;
    write_down(call, note, outcome, [answer, then](const result<std::uint64_t>& number) {
      if (!number && answer)
        then(make_error(errc::unavailable,
                        "it was done, but could not be written into the audit record: " + number.error().what));
      else
        then(answer);
    });
  };
}

result<std::string> reason_of(const json& form, bool is_needed) {
  const auto bad = [](const char* what) { return make_error(errc::invalid_argument, what, "/reason"); };
  if (!form.contains("reason"))
    return is_needed ? result<std::string>(bad("is needed: it goes into the audit record")) : std::string{};
  if (!form.at("reason").is_string())
    return bad("must be a text");
  auto reason = form.at("reason").get<std::string>();
  const auto characters = static_cast<std::size_t>(std::count_if(
      reason.begin(), reason.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
  if (characters > reason_max)
    return bad("must have at most 200 characters");
  if (is_needed && reason.find_first_not_of(" \t\r\n") == std::string::npos)
    return bad("must not be empty");
  return reason;
}

} // namespace wakala::http
