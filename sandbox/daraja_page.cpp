#include "sandbox/daraja_page.hpp"

#include "sandbox/stripe_page.hpp"

#include <fmt/format.h>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

std::string card(const std::string& id, const json& prompt) {
  const auto text = [&](const char* key) { return escaped_html(prompt[key].get<std::string>()); };
  return fmt::format(
      R"(<section data-prompt="{0}"><h2>M-PESA on {1}</h2><p>Do you want to pay KES {2} to {3}, account {4}?</p>
<form method="post" action="/_sandbox/daraja/phone/{0}"><label>PIN <input name="pin" inputmode="numeric" maxlength="4"
autocomplete="off" placeholder="{5}"></label><button name="do" value="pin">Send</button>
<button name="do" value="cancel">Cancel</button><button name="do" value="no_money">Have no money</button>
<button name="do" value="unreachable">Switch the phone off</button></form></section>)",
      escaped_html(id), text("phone"), prompt["shillings"].get<std::int64_t>(), text("party_b"), text("reference"),
      right_pin);
}

} // namespace

std::string daraja_phone_page(const std::map<std::string, json>& prompts, std::string_view phone) {
  std::string body = "<h1>M-Pesa prompts</h1>";
  auto any = false;
  for (const auto& [id, prompt] : prompts)
    if (prompt["code"] == "" && (phone.empty() || prompt["phone"] == phone)) {
      body += card(id, prompt);
      any = true;
    }
  if (!any)
    body += R"(<p role="status">No prompt waits for a PIN.</p>)";
  return framed_page(body + R"(<p><a class="back" href="/_sandbox/daraja/phone">Look again</a></p>)");
}

} // namespace wakala::sandbox
