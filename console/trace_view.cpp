#include "console/trace_view.hpp"

#include "console/cluster_tables.hpp"
#include "console/figures.hpp"
#include "console/json_lines.hpp"
#include "console/waterfall.hpp"
#include "runtime/core/encoding.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace wakala::console {

using nlohmann::json;

namespace {

bool is_final(std::string_view status) {
  static constexpr std::array<std::string_view, 5> list{"delivered", "read", "played", "failed", "expired"};
  return std::find(list.begin(), list.end(), status) != list.end();
}

std::string time_at(const json& from, std::string_view key) {
  const auto at = parse_time(text_at(from, key));
  return at ? time_of_day(*at, true) : std::string(nothing);
}

} // namespace

trace_view::trace_view(std::string wamid, std::string tenant)
    : wamid_(std::move(wamid)), tenant_(std::move(tenant)) {}

std::string trace_view::title() const {
  return "Trace " + fit_middle(wamid_, std::min<std::size_t>(columns_of(wamid_), 24));
}

std::vector<wish> trace_view::wishes(const surroundings&) const {
  auto target = "/v1/trace/" + url_encode(wamid_);
  char mark = '?';
  if (!tenant_.empty()) {
    target += "?tenant=" + url_encode(tenant_);
    mark = '&';
  }
  if (!reason_.empty())
    target += fmt::format("{}reveal=true&reason={}", mark, url_encode(reason_));
  const bool is_enough = is_settled_ || !reason_.empty();
  return {{"trace", std::move(target), std::chrono::milliseconds{is_enough ? 0 : 2000}}};
}

void trace_view::take(const std::string&, const json& body, std::int64_t) {
  trace_ = body;
  hops_ = read_hops(body);
  const auto& sends = list_at(body, "sends");
  is_settled_ =
      std::all_of(sends.begin(), sends.end(), [](const json& each) { return is_final(text_at(each, "status")); });
}

void trace_view::reveal(const std::string& reason) { reason_ = reason; }

std::vector<line> trace_view::hop_lines(std::size_t width) const {
  table rows{{{"", "HOP", alignment::left, 0, 9},
              {"", "NODE", alignment::left, 0, 9},
              {"", "ACTOR", alignment::left, 10, 6, true},
              {"", "WAIT", alignment::right, 0, 9},
              {"", "WORK", alignment::right, 0, 9}},
             {}};
  std::size_t number = 0;
  for (const auto& each : hops_) {
    const bool is_timed = each.is_timed;
    rows.rows.push_back({fmt::format("hop:{}", number++),
                         {{each.hop, look::strong},
                          {each.to.empty() ? each.node : each.node + "→" + each.to},
                          {each.actor, look::dim},
                          {is_timed ? micros_text(each.waiting_us) : std::string(nothing),
                           each.waiting_us > 0 ? look::plain : look::dim},
                          {is_timed ? micros_text(each.working_us) : std::string(nothing),
                           each.working_us > 0 ? look::plain : look::dim}}});
  }
  const auto left = std::min<std::size_t>(width > 110 ? 62 : 50, width);
  auto lines = lay_out(rows, left);
  const auto room = width > left + 12 ? width - left - 1 : 0;
  auto& heading = lines.front().spans;
  const auto wide = columns_of(text_of(lines.front())) < left ? left : 0;
  if (room > 0) {
    const auto end = micros_text(total_of(hops_));
    heading.push_back({fit("0", room - std::min(room, columns_of(end))) + end, look::heading});
    const auto bars = waterfall(hops_, room);
    for (std::size_t i = 0; i < bars.size(); ++i) {
      auto& spans = lines[i + 1].spans;
      std::size_t used = 0;
      for (const auto& each : spans)
        used += columns_of(each.text);
      if (wide > used)
        spans.push_back({std::string(wide - used, ' ')});
      spans.insert(spans.end(), bars[i].begin(), bars[i].end());
    }
  }
  return lines;
}

std::vector<line> trace_view::sent_lines(std::size_t width) const {
  table rows{{{"", "SENT", alignment::left, 12, 9, true},
              {"", "TYPE", alignment::left, 0, 7},
              {"", "STATUS", alignment::left, 0, 9},
              {"", "TRIES", alignment::right, 0, 6},
              {"", "WAIT", alignment::right, 0, 8},
              {"", "HTTP", alignment::right, 0, 8},
              {"", "AT", alignment::left, 0, 5},
              {"", "WAMID", alignment::left, 12, 4, true},
              {"", "ERROR", alignment::left, 10, 8}},
             {}};
  for (const auto& each : list_at(trace_, "sends")) {
    const auto status = text_at(each, "status");
    const auto& failure = member_of(each, "error");
    const auto code = number_at(failure, "code");
    rows.rows.push_back({"sent:" + text_at(each, "id"),
                         {{text_at(each, "id"), look::strong},
                          {text_at(each, "type")},
                          {status, status == "failed" || status == "expired" ? look::bad
                                   : is_final(status)                        ? look::good
                                                                             : look::warning},
                          count_cell(number_at(each, "attempts")),
                          micros_cell(number_at(each, "waiting_us")),
                          micros_cell(number_at(each, "http_us")),
                          {time_at(each, "at"), look::dim},
                          {text_at(each, "wamid"), look::dim},
                          {failure.is_object() ? fmt::format("{}{}", code ? fmt::format("{:.0f} ", *code) : "",
                                                             text_at(failure, "title"))
                                               : std::string{},
                           look::bad}}});
  }
  if (rows.rows.empty())
    return {plain_line(" nothing was sent", look::dim)};
  return lay_out(rows, width);
}

page trace_view::show(const surroundings&, std::size_t width) const {
  page out;
  if (!trace_.is_object())
    return out;
  const auto total = number_at(trace_, "total_us");
  line first{{{" received ", look::dim},
              {time_at(trace_, "received_at"), look::strong},
              {"  committed ", look::dim},
              {time_at(trace_, "committed_at"), look::strong},
              {"  total ", look::dim},
              {micros_text(total), look::strong}},
             "",
             false,
             {}};
  if (total && *total > 0)
    first.spans.push_back({fmt::format("  hops {}", percent_text(total_of(hops_), *total)), look::dim});
  out.panel.push_back(std::move(first));
  line second{{{" "}}, "", false, {}};
  for (const auto* key : {"tenant", "shard", "node"})
    if (const auto value = text_at(trace_, key); !value.empty()) {
      second.spans.push_back({std::string(key) + " ", look::dim});
      second.spans.push_back({value + "  "});
    }
  for (const auto* key : {"epoch", "seq"})
    if (const auto value = number_at(trace_, key)) {
      second.spans.push_back({std::string(key) + " ", look::dim});
      second.spans.push_back({fmt::format("{:.0f}  ", *value)});
    }
  if (!flag_at(trace_, "redacted") && !reason_.empty())
    second.spans.push_back({"personal data shown", look::warning});
  out.panel.push_back(std::move(second));
  if (!flag_at(trace_, "complete"))
    out.panel.push_back(
        plain_line(" What came after the commit is no longer remembered: the times end there.", look::warning));
  out.panel.push_back({});
  out.body = hop_lines(width);
  const auto add = [&](std::vector<line> lines) {
    std::move(lines.begin(), lines.end(), std::back_inserter(out.body));
  };
  out.body.push_back({});
  out.body.push_back(plain_line(" " + text_at(trace_, "conversation"), look::accent, "conversation"));
  out.body.push_back({});
  add(sent_lines(width));
  out.body.push_back({});
  add({plain_line(fit(" DECIDED", width), look::heading)});
  add(json_lines(member_of(trace_, "decided"), width, "decided:"));
  return out;
}

std::string trace_view::open(const std::string& key) const {
  if (key == "conversation")
    return "actor " + text_at(trace_, "conversation");
  if (!key.starts_with("hop:"))
    return {};
  const auto index = static_cast<std::size_t>(std::strtoul(after_colon(key).c_str(), nullptr, 10));
  return index < hops_.size() && !hops_[index].actor.empty() ? "actor " + hops_[index].actor : std::string{};
}

std::vector<action> trace_view::actions(const surroundings& around, const std::string&) const {
  if (!trace_.is_object() || !around.who.has_right("personal"))
    return {};
  return {{action_kind::reveal, U'v', "reveal", "", "this message", {field::reason}}};
}

} // namespace wakala::console
