// The web console: static files, open to all who reach the admin listener. What they show comes with a token only.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/console_files.hpp"
#include "http/status.hpp"

#include <algorithm>

namespace wakala::http {

namespace {

constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Names of assets hold a hash of what is in them; everything else is asked for again, which its ETag makes cheap.
std::string_view cache_control(std::string_view name) {
  return name.starts_with("assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

response guarded(response answer) {
  answer.with("Content-Security-Policy", std::string(content_security_policy))
      .with("X-Content-Type-Options", "nosniff")
      .with("Referrer-Policy", "no-referrer")
      .with("Cross-Origin-Opener-Policy", "same-origin")
      .with("Cross-Origin-Resource-Policy", "same-origin");
  return answer;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    switch (c) {
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '&':
      out += "&amp;";
      break;
    default:
      out += c;
    }
  return out;
}

response not_built(std::string_view trouble) {
  response answer;
  answer.status = 404;
  answer.content_type = "text/html; charset=utf-8";
  answer.body = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
                "content=\"width=device-width\"><title>Wakala console</title></head><body>"
                "<h1>The web console is not part of this daemon</h1><p>";
  answer.body += escaped(trouble);
  answer.body +=
      "</p><p>To build it, install Node.js 18 or newer with npm (<code>scripts/deps build</code> does on "
      "Debian 12), and then configure and build again: <code>cmake --preset release &amp;&amp; cmake --build "
      "--preset release --target wakalad</code>.</p></body></html>\n";
  answer.with("Cache-Control", "no-store");
  return answer;
}

bool has_already(const request_head& what, std::string_view etag) {
  const auto values = what.values("If-None-Match");
  return std::any_of(values.begin(), values.end(), [&](std::string_view value) {
    return value == "*" || value.find(etag) != std::string_view::npos;
  });
}

void answer_file(admin_call& call, std::string_view name) {
  call.to.send(console_answer(call.api->options.console, name, call.what));
}

} // namespace

response console_answer(const console_content& content, std::string_view name, const request_head& what) {
  if (content.files.empty())
    return guarded(not_built(content.trouble));
  const auto file = std::find_if(content.files.begin(), content.files.end(),
                                 [&](const console_file& each) { return each.name == name; });
  if (file == content.files.end())
    return guarded(problem_for(404));
  response answer;
  if (has_already(what, file->etag)) {
    answer.status = 304;
  } else {
    answer.content_type = file->content_type;
    answer.body = file->bytes;
  }
  answer.with("ETag", std::string(file->etag)).with("Cache-Control", std::string(cache_control(name)));
  return guarded(std::move(answer));
}

void console_redirect(admin_call& call) {
  // Relative, for who has it behind a proxy under a longer path.
  call.to.send(response::empty(308).with("Location", "console/"));
}

void console_page(admin_call& call) { answer_file(call, "index.html"); }
void console_file_by_name(admin_call& call) { answer_file(call, call.value("file")); }
void console_asset(admin_call& call) { answer_file(call, "assets/" + call.value("file")); }

} // namespace wakala::http
