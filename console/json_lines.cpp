#include "console/json_lines.hpp"

#include "console/figures.hpp"
#include "console/text.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr std::size_t name_width = 20;

std::string scalar_text(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_number_float())
    return fmt::format("{:.6g}", value.get<double>());
  return value.is_null() ? std::string(nothing) : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_flat(const json& value) {
  return !value.is_structured() ||
         std::none_of(value.begin(), value.end(), [](const json& each) { return each.is_structured(); });
}

/// A structure without depth on one line.
std::string flat_text(const json& value) {
  if (!value.is_structured())
    return scalar_text(value);
  if (value.is_object() && value.size() == 2 && value.contains("amount") && value.contains("currency"))
    return scalar_text(value["amount"]) + " " + scalar_text(value["currency"]);
  std::string out;
  for (auto each = value.begin(); each != value.end(); ++each) {
    out += out.empty() ? "" : value.is_object() ? "  " : ", ";
    out += value.is_object() ? each.key() + " " + scalar_text(*each) : scalar_text(*each);
  }
  return out.empty() ? std::string(nothing) : out;
}

struct writer {
  std::vector<line> lines;
  std::size_t width;
  std::string prefix;

  void put(std::size_t depth, const std::string& name, const std::string& value, look how) {
    const std::string indent(1 + depth * 2, ' ');
    const auto head = std::max(columns_of(name) + 1, name_width - std::min(name_width, depth * 2));
    const auto room = width > indent.size() + head + 8 ? width - indent.size() - head - 1 : 8;
    bool is_first = true;
    for (auto& part : wrap(value, room)) {
      line out{{{indent}}, prefix + std::to_string(lines.size()), false, {}};
      out.spans.push_back({is_first ? fit(name, head) : std::string(head, ' '), look::dim});
      out.spans.push_back({std::move(part), how});
      lines.push_back(std::move(out));
      is_first = false;
    }
  }

  void write(std::size_t depth, const std::string& name, const json& value) {
    const auto flat = is_flat(value) ? flat_text(value) : std::string{};
    const bool fits =
        is_flat(value) && (!value.is_structured() || 1 + depth * 2 + name_width + columns_of(flat) < width);
    if (fits) {
      put(depth, name, flat, flat == nothing ? look::dim : look::plain);
      return;
    }
    put(depth, name, "", look::plain);
    std::size_t number = 0;
    for (auto each = value.begin(); each != value.end(); ++each)
      write(depth + 1, value.is_object() ? each.key() : std::to_string(++number), *each);
  }
};

} // namespace

std::vector<line> json_lines(const json& value, std::size_t width, const std::string& prefix) {
  writer out{{}, width, prefix};
  if (value.is_object())
    for (const auto& [name, each] : value.items())
      out.write(0, name, each);
  else
    out.write(0, "", value);
  return std::move(out.lines);
}

} // namespace wakala::console
