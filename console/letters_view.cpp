#include "console/letters_view.hpp"

#include "console/figures.hpp"
#include "runtime/core/encoding.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr std::size_t most_tenants = 50; ///< asked at once; others by name
constexpr std::chrono::milliseconds seldom{10'000};

std::vector<column> columns() {
  return {{"at", "AGE", alignment::right, 0, 9},          {"tenant", "TENANT", alignment::left, 6, 9},
          {"reason", "REASON", alignment::left, 0, 8},    {"kind", "KIND", alignment::left, 0, 7},
          {"type", "TYPE", alignment::left, 0, 5},        {"why", "WHY", alignment::left, 10, 6},
          {"number", "NUMBER ID", alignment::left, 0, 3}, {"id", "ID", alignment::left, 12, 8, true}};
}

} // namespace

letters_view::letters_view(std::string tenant) : tenant_(std::move(tenant)) { sorted = {"at", true}; }

std::vector<std::string> letters_view::tenants(const whoami& who) const {
  if (!tenant_.empty())
    return {tenant_};
  auto list = who.is_operator ? known_ : who.tenants;
  if (list.size() > most_tenants)
    list.resize(most_tenants);
  return list;
}

std::vector<wish> letters_view::wishes(const surroundings& around) const {
  std::vector<wish> wanted;
  if (tenant_.empty() && around.who.is_operator) {
    wanted.push_back({"tenants", fmt::format("/v1/tenants?limit={}", most_tenants + 1), seldom * 6});
    wanted.push_back({"aside", "/v1/set-aside?limit=200", seldom});
  }
  for (const auto& each : tenants(around.who))
    wanted.push_back(
        {"letters:" + each, fmt::format("/v1/tenants/{}/dead-letters?limit=200", url_encode(each)), seldom});
  return wanted;
}

void letters_view::take(const std::string& part, const json& body, std::int64_t) {
  if (part == "tenants") {
    known_.clear();
    for (const auto& each : list_at(body, "tenants"))
      known_.push_back(text_at(each, "id"));
    are_more_tenants_ = known_.size() > most_tenants;
  } else if (part == "aside") {
    letters_[""] = list_at(body, "items");
  } else {
    letters_[part.substr(part.find(':') + 1)] = list_at(body, "items");
  }
}

page letters_view::show(const surroundings& around, std::size_t width) const {
  page out;
  table rows{columns(), {}};
  for (const auto& [tenant, letters] : letters_)
    for (const auto& each : letters) {
      const auto at = parse_time(text_at(each, "at"));
      rows.rows.push_back({"letter:" + tenant + "/" + text_at(each, "id"),
                           {{ago_text(text_at(each, "at"), around.now_ms), look::plain,
                             at ? std::optional(static_cast<double>(*at)) : std::nullopt},
                            tenant.empty() ? table_cell{"(set aside)", look::dim} : table_cell{tenant, look::strong},
                            {text_at(each, "reason"), look::bad},
                            {text_at(each, "kind")},
                            {text_at(each, "type")},
                            {text_at(each, "why")},
                            {text_at(each, "phone_number_id"), look::dim},
                            {text_at(each, "id"), look::dim}}});
    }
  const auto loaded = rows.rows.size();
  out.body = table_lines(std::move(rows), width);
  out.note = note_of(out.body.size() - 1, loaded, {});
  if (are_more_tenants_)
    out.panel.push_back(
        plain_line(fmt::format(" Of the first {} tenants; of another one: `:dead-letters TENANT`", most_tenants),
                   look::warning));
  if (loaded == 0)
    out.body.push_back(plain_line(letters_.empty() ? " asking …" : " none", look::dim));
  return out;
}

std::vector<action> letters_view::actions(const surroundings& around, const std::string& key) const {
  if (!key.starts_with("letter:"))
    return {};
  const auto slash = key.find('/');
  return actions_for_letter(around.who, key.substr(7, slash - 7), key.substr(slash + 1));
}

std::vector<column> letters_view::sort_columns() const { return columns(); }

} // namespace wakala::console
