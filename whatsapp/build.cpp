// Messages as Graph API bodies (Cloud API reference §9).
#include "whatsapp/describe_request.hpp"
#include "whatsapp/request_writer.hpp"

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// With `+`: without it the business number's own country code may be put in front (§2.3).
std::string with_plus(const std::string& phone) { return phone.starts_with('+') ? phone : "+" + phone; }

} // namespace

json to_request(const recipient& to, const outbound_content& content, std::string_view callback_data,
                std::string_view context_id) {
  auto request = json::object();
  request_writer out(request);
  if (const auto* receipt = std::get_if<mark_as_read>(&content)) {
    describe(out, *receipt);
    return request;
  }
  request_envelope envelope;
  envelope.context_id = context_id;
  envelope.callback_data = callback_data;
  if (to.phone.empty())
    envelope.recipient = to.user_id;
  else
    envelope.to = with_plus(to.phone);
  describe(out, envelope);
  std::visit(
      [&](const auto& message) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(message)>, mark_as_read>)
          describe_content(out, outbound_kinds[content.index()], message);
      },
      content);
  return request;
}

} // namespace wakala::whatsapp
