#include "http/core/response_head.hpp"

#include <array>
#include <ctime>

namespace wakala::http {
namespace {

/// Fields that the server sets itself.
bool is_ours(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 5> ours{"Content-Length", "Connection", "Date", "Server",
                                                        "Transfer-Encoding"};
  for (const auto each : ours)
    if (iequals(each, name))
      return true;
  return false;
}

void append_clean(std::string& out, std::string_view text) {
  const auto from = out.size();
  out += text;
  for (auto i = from; i < out.size(); ++i)
    if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0')
      out[i] = ' ';
}

} // namespace

bool bodyless(int status) noexcept { return status / 100 == 1 || status == 204 || status == 304; }

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_clean(out, name);
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

std::string_view http_date() {
  thread_local std::time_t at = -1;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t length = 0;
  if (const auto now = std::time(nullptr); now != at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    length = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    at = now;
  }
  return {text.data(), length};
}

namespace {

void append_any_head(std::string& out, const response& answer, const head_facts& facts) {
  out += "HTTP/1.1 ";
  out += std::to_string(answer.status);
  out += ' ';
  out += reason_phrase(answer.status);
  out += "\r\n";
  append_field(out, "Date", http_date());
  if (!facts.server_name.empty())
    append_field(out, "Server", facts.server_name);
  if (!answer.content_type.empty())
    append_field(out, "Content-Type", answer.content_type);
  for (const auto& [name, value] : answer.headers)
    if (!is_ours(name))
      append_field(out, name, value);
  if (!bodyless(answer.status))
    append_field(out, "Content-Length", std::to_string(answer.body.size()));
  if (!facts.keep_alive)
    out += "Connection: close\r\n";
  else if (facts.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

/// The head that nearly every webhook is answered with, written once a second and thread.
std::string_view plain_ok(std::string_view server_name) {
  thread_local std::string date;
  thread_local std::string server;
  thread_local std::string text;
  if (const auto now = http_date(); now != date || server_name != server || text.empty()) {
    date = now;
    server = server_name;
    text.clear();
    append_any_head(text, response{}, {server_name, true, false});
  }
  return text;
}

} // namespace

void append_head(std::string& out, const response& answer, const head_facts& facts) {
  const bool is_plain = answer.status == 200 && answer.body.empty() && answer.content_type.empty() &&
                        answer.headers.empty() && facts.keep_alive && !facts.http_1_0;
  if (is_plain)
    out += plain_ok(facts.server_name);
  else
    append_any_head(out, answer, facts);
}

} // namespace wakala::http
