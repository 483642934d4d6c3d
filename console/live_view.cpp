#include "console/live_view.hpp"

#include "console/cluster_tables.hpp"
#include "console/figures.hpp"
#include "console/waterfall.hpp"

#include <fmt/core.h>

#include <cstdlib>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr std::size_t most_traces = 500;
constexpr double usual_share = 0.01;

std::string bar_of(const std::vector<hop>& hops, std::size_t columns) {
  // All in one line: what the hops' bars would show one below the other.
  std::string out;
  for (const auto& bar : waterfall(hops, columns))
    for (std::size_t i = 1; i + 1 < bar.size(); ++i)
      out += bar[i].text;
  return out;
}

} // namespace

json watch_for(const std::string& text) {
  if (text.starts_with("conversation:"))
    return {{"conversation", text}};
  if (text.ends_with('%')) {
    char* end = nullptr;
    const auto percent = std::strtod(text.c_str(), &end);
    return end + 1 == text.c_str() + text.size() && percent > 0 && percent <= 100 ? json{{"share", percent / 100}}
                                                                                  : json();
  }
  const auto tenant = text.starts_with("tenant:") ? after_colon(text) : text;
  return tenant.empty() ? json() : json{{"tenant", tenant.substr(0, tenant.find(':'))}};
}

live_view::live_view(std::string text) : text_(std::move(text)) {}

std::string live_view::title() const { return text_.empty() ? "Live" : "Live " + text_; }

json live_view::watched(const whoami& who) const {
  if (!text_.empty())
    return watch_for(text_);
  if (who.is_operator)
    return {{"share", usual_share}};
  return who.tenants.empty() ? json() : json{{"tenant", who.tenants.front()}};
}

void live_view::take_trace(const json& trace) {
  traces_.push_front(trace);
  ++count_;
  if (traces_.size() > most_traces)
    traces_.pop_back();
}

void live_view::refresh() {
  traces_.clear();
  count_ = 0;
  skipped_ = 0;
}

page live_view::show(const surroundings& around, std::size_t width) const {
  page out;
  const auto what = watched(around.who);
  std::string of = "nothing";
  if (what.contains("share"))
    of = fmt::format("{:g} % of all messages", what["share"].get<double>() * 100);
  else if (!what.is_null())
    of = what.begin().key() + " " + what.begin()->get<std::string>();
  out.panel.push_back(
      plain_line(fmt::format(" watching {}: {} so far{}", of, count_text(count_),
                             skipped_ > 0 ? fmt::format(", {} more came too fast", count_text(skipped_)) : ""),
                 look::dim));
  const std::size_t bar = width > 110 ? 40 : 20;
  table rows{{{"", "AT", alignment::left, 0, 9},
              {"", "CONVERSATION", alignment::left, 12, 9, true},
              {"", "NODE", alignment::left, 0, 7},
              {"", "TYPE", alignment::left, 0, 6},
              {"", "TOTAL", alignment::right, 0, 9},
              {"", "WHERE THE TIME WENT", alignment::left, 0, 8},
              {"", "OUTCOME", alignment::left, 0, 8},
              {"", "SHARD", alignment::left, 0, 3}},
             {}};
  for (const auto& each : traces_) {
    const auto hops = read_hops(each);
    const auto total = number_at(each, "total_us");
    const auto at = parse_time(text_at(each, "received_at"));
    const auto& decided = member_of(each, "decided");
    const auto outcome = text_at(decided, "outcome");
    const auto kind = text_at(decided, "kind");
    const auto type = text_at(decided, "type");
    const auto wamid = text_at(each, "wamid");
    const auto seq = number_at(each, "seq").value_or(0);
    rows.rows.push_back({wamid.empty() || wamid.starts_with("•")
                             ? fmt::format("{}#{}/{:.0f}", text_at(each, "conversation"), text_at(each, "shard"), seq)
                             : "trace:" + wamid,
                         {{at ? time_of_day(*at, true) : std::string(nothing), look::dim},
                          {after_colon(text_at(each, "conversation")), look::strong},
                          {text_at(each, "node")},
                          {type.empty() ? kind : type},
                          micros_cell(total ? total : std::optional(total_of(hops))),
                          {bar_of(hops, bar), look::accent},
                          {outcome, outcome == "committed" || outcome == "applied" ? look::good : look::warning},
                          {text_at(each, "shard"), look::dim}}});
  }
  const auto loaded = rows.rows.size();
  out.body = table_lines(std::move(rows), width);
  out.note = note_of(out.body.size() - 1, loaded, {});
  if (loaded == 0)
    out.body.push_back(plain_line(" no message came yet", look::dim));
  return out;
}

std::string live_view::open(const std::string& key) const {
  if (key.starts_with("trace:"))
    return "trace " + after_colon(key);
  // Without its id there is still the conversation.
  return key.starts_with("conversation:") ? "actor " + key.substr(0, key.find('#')) : std::string{};
}

} // namespace wakala::console
