// What the Graph calls about numbers, accounts and templates share.
#include "runtime/core/encoding.hpp"
#include "sandbox/graph_call.hpp"
#include "sandbox/request_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr std::size_t url_max = 200;
constexpr std::size_t page_max = 1'000;

/// The cursor's place; nothing for anything that is no cursor.
std::optional<std::size_t> place_of(const std::string& cursor) {
  const auto text = from_base64(cursor);
  std::size_t place = 0;
  if (!text.has_value() || text->empty() ||
      std::from_chars(text->data(), text->data() + text->size(), place).ptr != text->data() + text->size())
    return std::nullopt;
  return place;
}

std::string cursor_of(std::size_t place) {
  const auto text = std::to_string(place);
  return to_base64(as_span(text));
}

std::optional<std::size_t> number_in(const json& parameters, const char* key) {
  const auto at = parameters.find(key);
  if (at == parameters.end())
    return std::nullopt;
  const auto text = at->is_string() ? at->get<std::string>() : at->dump();
  std::size_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

} // namespace

graph_answer answer_json(const json& body) { return {200, dump(body), 0, {}}; }
graph_answer answer_success() { return {200, R"({"success":true})", 0, {}}; }

std::vector<std::string> fields_of(const graph_call& call, const std::vector<std::string>& fallback) {
  const auto text = text_or(call.parameters, "fields");
  std::vector<std::string> fields;
  std::string name;
  auto depth = 0; // what stands in braces picks members of small objects, which come whole
  for (const char c : text + ",") {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == ',' && depth <= 0) {
      if (!name.empty() && std::ranges::find(fields, name) == fields.end())
        fields.push_back(name);
      name.clear();
    } else if (depth == 0 && c != '}' && c != ' ') {
      name += c;
    }
  }
  return fields.empty() ? fallback : fields;
}

std::optional<graph_answer> refuse_unknown_fields(const std::vector<std::string>& fields,
                                                  const std::vector<std::string>& known, std::string_view node,
                                                  id_source& ids) {
  for (const auto& field : fields)
    if (std::ranges::find(known, field) == known.end())
      return refuse(100, fmt::format("Tried accessing nonexisting field ({}) on node type ({})", field, node),
                    ids.trace_id());
  return std::nullopt;
}

json page_of(const json& items, const graph_call& call, std::size_t limit_default) {
  const auto limit =
      std::clamp<std::size_t>(number_in(call.parameters, "limit").value_or(limit_default), 1, page_max);
  auto first = std::size_t{0};
  if (const auto after = place_of(text_or(call.parameters, "after")); after)
    first = *after + 1;
  else if (const auto before = place_of(text_or(call.parameters, "before")); before)
    first = *before > limit ? *before - limit : 0;
  first = std::min(first, items.size());
  const auto end = std::min(items.size(), first + limit);
  json page{{"data", json::array()}};
  for (auto i = first; i < end; ++i)
    page["data"].push_back(items[i]);
  if (first == end)
    return page;
  page["paging"] = {{"cursors", {{"before", cursor_of(first)}, {"after", cursor_of(end - 1)}}}};
  if (end < items.size()) {
    auto next = fmt::format("{}/{}/{}?limit={}&after={}", call.base_url, call.id, call.edge, limit,
                            url_encode(cursor_of(end - 1)));
    for (const auto& [key, value] : call.parameters.items())
      if (key != "limit" && key != "after" && key != "before" && value.is_string())
        next += fmt::format("&{}={}", url_encode(key), url_encode(value.get<std::string>()));
    page["paging"]["next"] = std::move(next);
  }
  return page;
}

graph_outcome set_callback(call_context& context, callback_override& target, const json& parameters, bool verified) {
  const callback_override wanted{text_or(parameters, "override_callback_uri"), text_or(parameters, "verify_token")};
  if (wanted.uri.empty()) {
    target = {};
    return {answer_success(), {}, {}};
  }
  const auto broken = !wanted.uri.starts_with("http://") && !wanted.uri.starts_with("https://")
                          ? "override_callback_uri must be an http or https URL."
                      : wanted.uri.size() > url_max ? "override_callback_uri can have at most 200 characters."
                      : wanted.verify_token.empty() ? "The parameter verify_token is required."
                                                    : "";
  if (*broken != '\0')
    return {refuse(100, broken, context.ids.trace_id()), {}, {}};
  if (!verified)
    return {{}, {}, wanted};
  target = wanted;
  return {answer_success(), {}, {}};
}

} // namespace wakala::sandbox
