#include "sandbox/stripe_page.hpp"

#include <fmt/format.h>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr std::string_view frame = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Pay (sandbox)</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:2rem auto;padding:0 1rem}}
table{{width:100%;border-collapse:collapse}}td{{padding:.3rem 0}}td+td{{text-align:right}}
button,.back{{display:block;width:100%;box-sizing:border-box;margin:.5rem 0;padding:.8rem;font:inherit;text-align:center}}
.total{{font-weight:bold;border-top:1px solid}}.note{{opacity:.7;font-size:.9rem}}</style></head>
<body><main><p class="note">Sandbox: no money moves here.</p>
{}
</main></body></html>
)";

std::string text_in(const json& from, const char* key) {
  return from.contains(key) && from[key].is_string() ? from[key].get<std::string>() : std::string{};
}

std::string button(const std::string& id, std::string_view what, std::string_view label) {
  return fmt::format(R"(<form method="post" action="{}"><button data-do="{}">{}</button></form>)",
                     "/_sandbox/stripe/pay/" + escaped_html(id) + "/" + std::string(what), what, label);
}

/// A link to where the shopper came from; only to a web address.
std::string way_back(const std::string& url, std::string_view label) {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return {};
  return fmt::format(R"(<a class="back" href="{}">{}</a>)", escaped_html(url), label);
}

} // namespace

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += c;
    }
  }
  return out;
}

std::string framed_page(std::string_view body) { return fmt::format(fmt::runtime(frame), body); }

std::string stripe_pay_page(const json& session, std::string_view done) {
  const auto id = text_in(session, "id");
  const auto status = text_in(session, "status");
  std::string body = "<h1>Pay</h1><table>";
  for (const auto& line : session.value("sandbox_lines", json::array()))
    body += fmt::format("<tr><td>{} × {}</td><td>{}</td></tr>", line["quantity"].get<std::int64_t>(),
                        escaped_html(line["name"].get<std::string>()),
                        line["quantity"].get<std::int64_t>() * line["unit_amount"].get<std::int64_t>());
  body += fmt::format(R"(<tr class="total"><td>Total, in Stripe's smallest unit</td><td>{} {}</td></tr></table>)",
                      session["amount_total"].get<std::int64_t>(), escaped_html(text_in(session, "currency")));
  if (status == "open") {
    if (done == "decline")
      body += R"(<p role="alert">The card was declined. Try another one.</p>)";
    if (done == "abandon")
      body += R"(<p role="status">You went away without paying.</p>)";
    body += button(id, "pay", "Pay") + button(id, "delayed", "Pay by bank (settles later)") +
            button(id, "decline", "Pay with a card that is declined") + button(id, "abandon", "Go away");
    return framed_page(body + way_back(text_in(session, "cancel_url"), "Back to the shop"));
  }
  body += status == "expired" ? R"(<p role="status">This page has expired.</p>)"
          : text_in(session, "payment_status") == "paid"
              ? R"(<p role="status">Paid. Thank you.</p>)"
              : R"(<p role="status">Thank you. The payment is on its way.</p>)";
  return framed_page(body + way_back(text_in(session, "success_url"), "Back to the shop"));
}

std::string stripe_closed_page() {
  return framed_page(R"(<h1>Nothing to pay here</h1><p role="status">This link is closed.</p>)");
}

std::vector<std::pair<std::string, std::string>> page_headers() {
  return {{"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                                      "base-uri 'none'; frame-ancestors 'none'"},
          {"X-Content-Type-Options", "nosniff"},
          {"Referrer-Policy", "no-referrer"},
          {"Cache-Control", "no-store"}};
}

} // namespace wakala::sandbox
