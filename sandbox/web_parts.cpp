#include "sandbox/web_parts.hpp"

#include "runtime/core/encoding.hpp"
#include "sandbox/request_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

routes::parsed_target::parsed_target(std::string_view target) {
  const auto mark = target.find('?');
  path = target.substr(0, mark);
  std::string_view rest = path;
  while (!rest.empty()) {
    rest.remove_prefix(1); // the slash
    const auto slash = rest.find('/');
    auto part = url_decode(rest.substr(0, slash)).value_or(std::string{rest.substr(0, slash)});
    parts.push_back(std::move(part));
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash);
  }
  auto pairs = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!pairs.empty()) {
    const auto pair = pairs.substr(0, pairs.find('&'));
    pairs.remove_prefix(std::min(pairs.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    query[url_decode(pair.substr(0, equals), true).value_or("")] = url_decode(value, true).value_or("");
  }
}

std::string routes::parsed_target::text(std::string_view key) const {
  const auto at = query.find(key);
  return at == query.end() ? std::string{} : at->second;
}

std::optional<std::uint64_t> routes::parsed_target::number(std::string_view key) const {
  const auto value = text(key);
  std::uint64_t parsed = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (!value.empty() && (failure != std::errc{} || end != value.data() + value.size()))
    return std::nullopt;
  return parsed;
}

web_reply problem(int status, std::string_view title, std::string_view detail, std::string_view field) {
  json body{{"type", "about:blank"}, {"title", title}, {"status", status}, {"detail", detail}};
  if (!field.empty())
    body["field"] = field;
  return {status, "application/problem+json", dump(body), {}, false};
}

web_reply problem(const error& wrong) {
  return wrong.code == errc::not_found ? problem(404, "Not found", wrong.what, wrong.field)
                                       : problem(400, "Bad request", wrong.what, wrong.field);
}

web_reply ok(std::string body) { return {200, "application/json", std::move(body), {}, false}; }

web_reply graph_reply(graph_answer answer) {
  const auto* type = answer.body.starts_with('<') ? "text/html" : "application/json";
  return {answer.status, type, std::move(answer.body), {}, false};
}

std::string_view bearer_of(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size())
    return {};
  const auto same = std::equal(scheme.begin(), scheme.end(), authorization.begin(), [](char wanted, char got) {
    return wanted == (got >= 'A' && got <= 'Z' ? got + 32 : got);
  });
  return same ? authorization.substr(scheme.size()) : std::string_view{};
}

bool is_version(std::string_view part) {
  return part.size() >= 2 && part[0] == 'v' && part[1] >= '0' && part[1] <= '9';
}

} // namespace wakala::sandbox
