#include "console/audit_view.hpp"

#include "console/cluster_tables.hpp"
#include "console/figures.hpp"

#include <fmt/core.h>

namespace wakala::console {

using nlohmann::json;

namespace {

std::vector<column> columns() {
  return {{"n", "N", alignment::right, 0, 9},           {"at", "WHEN", alignment::left, 0, 9},
          {"who", "WHO", alignment::left, 12, 9},       {"action", "ACTION", alignment::left, 0, 9},
          {"on", "ON", alignment::left, 14, 9, true},   {"result", "RESULT", alignment::left, 0, 7},
          {"reason", "REASON", alignment::left, 10, 8}, {"node", "NODE", alignment::left, 0, 3},
          {"hash", "HASH", alignment::left, 8, 1, true}};
}

} // namespace

std::vector<wish> audit_view::wishes(const surroundings& around) const {
  std::vector<wish> wanted{{"entries", "/v1/audit?limit=200", std::chrono::milliseconds{3000}}};
  if (around.who.is_operator)
    wanted.push_back({"check", "/v1/audit:verify", std::chrono::milliseconds{0}});
  return wanted;
}

void audit_view::take(const std::string& part, const json& body, std::int64_t) {
  if (part == "check") {
    check_ = body;
    return;
  }
  entries_ = list_at(body, "entries");
  are_more_ = !text_at(body, "next").empty();
}

page audit_view::show(const surroundings&, std::size_t width) const {
  page out;
  if (check_.is_object()) {
    if (flag_at(check_, "ok"))
      out.panel.push_back(plain_line(
          fmt::format(" The chain is whole: {} entries.", count_text(number_at(check_, "entries").value_or(0))),
          look::good));
    else
      out.panel.push_back(plain_line(fmt::format(" THE CHAIN IS BROKEN at entry {:.0f}: the trail was changed.",
                                                 number_at(check_, "broken_at").value_or(0)),
                                     look::bad));
  }
  if (entries_.is_null())
    return out;
  table rows{columns(), {}};
  for (const auto& each : entries_) {
    const auto at = parse_time(text_at(each, "at"));
    const auto result = text_at(each, "result");
    const auto number = number_at(each, "n");
    const auto on = text_at(each, "on");
    rows.rows.push_back({fmt::format("entry:{:.0f}:{}", number.value_or(0), text_at(each, "on")),
                         {count_cell(number),
                          {at ? text_at(each, "at").substr(5, 5) + " " + time_of_day(*at) : std::string(nothing),
                           look::plain, at ? std::optional(static_cast<double>(*at)) : std::nullopt},
                          {text_at(each, "who"), look::strong},
                          {text_at(each, "action"), look::accent},
                          {on.starts_with("conversation:") ? after_colon(on) : on},
                          {result, result == "done" ? look::good : look::warning},
                          {text_at(each, "reason")},
                          {text_at(each, "node"), look::dim},
                          {text_at(each, "hash"), look::dim}}});
  }
  out.body = table_lines(std::move(rows), width);
  out.note = note_of(out.body.size() - 1, entries_.size(), {}) + (are_more_ ? ", the latest" : "");
  if (entries_.empty())
    out.body.push_back(plain_line(" nothing was done yet", look::dim));
  return out;
}

std::string audit_view::open(const std::string& key) const {
  const auto on = after_colon(after_colon(key));
  for (const auto* kind : {"conversation:", "shard:", "node:", "tenant:", "service:"})
    if (on.starts_with(kind))
      return "actor " + on;
  return {};
}

std::vector<column> audit_view::sort_columns() const { return columns(); }

} // namespace wakala::console
