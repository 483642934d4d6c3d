#include "console/actor_view.hpp"

#include "console/cluster_tables.hpp"
#include "console/figures.hpp"
#include "console/json_lines.hpp"
#include "runtime/core/encoding.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr std::size_t page_size = 200;
constexpr std::chrono::milliseconds once{0};
constexpr std::chrono::milliseconds seldom{5000}; ///< each time a conversation is asked, which keeps it awake

line section(const std::string& title, std::size_t width) {
  return plain_line(fit(" " + title, width), look::heading);
}

look look_of_status(std::string_view status) {
  if (status == "failed" || status == "expired")
    return look::bad;
  return status == "queued" || status == "attempting" || status == "ambiguous" ? look::warning : look::dim;
}

/// By what a message is traced: its id, or, where that is covered (Meta's ids hold a phone number), ours, which names
/// the conversation and the message's place in it.
std::string trace_id(const json& message, const std::string& actor_id) {
  const auto id = text_at(message, "id");
  const auto position = number_at(message, "position");
  if (!id.starts_with("•") || !position)
    return id;
  return fmt::format("o{}.{:.0f}", actor_id.substr(actor_id.rfind(':') + 1), *position);
}

} // namespace

actor_view::actor_view(std::string id) : id_(std::move(id)) {}

std::string actor_view::query_end(char first) const {
  return reason_.empty() ? std::string{} : fmt::format("{}reveal=true&reason={}", first, url_encode(reason_));
}

std::vector<wish> actor_view::wishes(const surroundings&) const {
  // What was revealed is asked for once: each time is an entry of the audit trail.
  const auto every = reason_.empty() ? seldom : once;
  std::vector<wish> wanted{{"actor", "/v1/actors/" + url_encode(id_) + query_end('?'), every}};
  if (id_.starts_with("conversation:")) {
    auto target = fmt::format("/v1/actors/{}/messages?limit={}", url_encode(id_), page_size);
    if (!next_page_.empty())
      target += "&after=" + url_encode(next_page_);
    wanted.push_back({"messages", target + query_end('&'), every});
  }
  return wanted;
}

void actor_view::take(const std::string& part, const json& body, std::int64_t) {
  if (part == "actor") {
    actor_ = read_actor(member_of(body, "actor"));
    path_.clear();
    for (const auto& each : list_at(body, "path"))
      path_.push_back(read_actor(each));
    state_ = member_of(body, "state");
    is_redacted_ = flag_at(body, "redacted");
    has_answer_ = true;
    return;
  }
  auto messages = list_at(body, "messages");
  const auto next = text_at(body, "next");
  const auto known =
      std::find_if(pages_.begin(), pages_.end(), [&](const auto& each) { return each.first == next_page_; });
  if (known == pages_.end())
    pages_.emplace_back(next_page_, std::move(messages));
  else
    known->second = std::move(messages);
  if (!next.empty())
    next_page_ = next;
}

void actor_view::refresh() {
  pages_.clear();
  next_page_.clear();
}

void actor_view::reveal(const std::string& reason) {
  reason_ = reason;
  refresh();
}

std::vector<line> actor_view::state_lines(std::size_t width) const {
  std::vector<line> lines{section("STATE", width)};
  if (state_.is_null())
    lines.push_back(plain_line(" nothing to show", look::dim));
  else
    for (auto& each : json_lines(state_, width, "state:"))
      lines.push_back(std::move(each));
  return lines;
}

std::vector<line> actor_view::message_lines(std::size_t width) const {
  std::vector<line> lines;
  if (!id_.starts_with("conversation:"))
    return lines;
  lines.push_back(section("MESSAGES, the last first; Enter shows how one was handled", width));
  for (auto page = pages_.rbegin(); page != pages_.rend(); ++page)
    for (auto each = page->second.rbegin(); each != page->second.rend(); ++each) {
      const bool is_inbound = text_at(*each, "direction") == "in";
      const auto at = parse_time(text_at(*each, "at"));
      const auto status = text_at(*each, "status");
      const auto wamid = is_inbound ? text_at(*each, "id") : text_at(*each, "wamid");
      line out{{{" "}}, "trace:" + trace_id(*each, id_), false, {}};
      out.spans.push_back({(at ? time_of_day(*at) : std::string(8, ' ')) + " ", look::dim});
      out.spans.push_back({is_inbound ? "> " : "< ", is_inbound ? look::accent : look::good});
      out.spans.push_back({fit(text_at(*each, "type"), 12) + " "});
      out.spans.push_back({fit(status, 10) + " ", look_of_status(status)});
      const auto text_width = width > 60 ? width - 38 - (width > 100 ? 40 : 0) : 20;
      out.spans.push_back({fit(text_at(*each, "text"), text_width) + " ", look::plain});
      if (width > 100)
        out.spans.push_back({fit_middle(wamid, 38), look::dim});
      lines.push_back(std::move(out));
    }
  if (lines.size() == 1)
    lines.push_back(plain_line(" none", look::dim));
  return lines;
}

page actor_view::show(const surroundings& around, std::size_t width) const {
  page out;
  if (!has_answer_)
    return out;
  line path{{{" "}}, "", false, {}};
  for (const auto& each : path_) {
    path.spans.push_back({path.spans.size() > 1 ? " › " : "", look::dim});
    path.spans.push_back({each.kind == "conversation" ? fit_middle(each.id, 28) : each.id});
  }
  if (path_.size() > 1)
    out.panel.push_back(std::move(path));
  const auto figure = [&](std::string_view name) { return find_number(actor_.figures, name); };
  line first{{{" "}}, "", false, {}};
  const auto put = [](line& to, std::string_view label, const std::string& value, look how = look::strong) {
    to.spans.push_back({std::string(label) + " ", look::dim});
    to.spans.push_back({value + "  ", how});
  };
  put(first, actor_.kind, actor_.state, look_of_state(actor_.state));
  put(first, "node", actor_.node);
  if (!actor_.tenant.empty())
    put(first, "tenant", actor_.tenant);
  if (!actor_.last_activity.empty())
    put(first, "idle", ago_text(actor_.last_activity, around.now_ms));
  if (const auto children = figure("children"); children && *children > 0)
    put(first, "below", count_text(*children));
  if (id_.starts_with("conversation:"))
    first.spans.push_back(is_redacted_ ? span{"redacted", look::dim} : span{"personal data shown", look::warning});
  out.panel.push_back(std::move(first));
  line second{{{" "}}, "", false, {}};
  put(second, "queue", count_text(figure("mailbox").value_or(0)));
  put(second, "msgs", count_text(figure("messages").value_or(0)));
  put(second, "waited", micros_text(figure("waiting_us")));
  put(second, "longest", micros_text(figure("waiting_max_us")));
  put(second, "worked", micros_text(figure("handling_us")));
  put(second, "size", bytes_text(figure("bytes").value_or(0)));
  out.panel.push_back(std::move(second));
  auto state = state_lines(width);
  auto messages = message_lines(width);
  auto& above = is_turned_ ? state : messages;
  auto& below = is_turned_ ? messages : state;
  out.body = std::move(above);
  if (!out.body.empty() && !below.empty())
    out.body.push_back({});
  std::move(below.begin(), below.end(), std::back_inserter(out.body));
  if (!filter.empty())
    std::erase_if(out.body, [&](const line& each) {
      return !each.key.empty() && !contains_ignoring_case(text_of(each), filter);
    });
  return out;
}

std::string actor_view::open(const std::string& key) const {
  return key.starts_with("trace:") ? "trace " + after_colon(key) : std::string{};
}

std::vector<action> actor_view::actions(const surroundings& around, const std::string&) const {
  return has_answer_ ? actions_for_actor(around.who, actor_) : std::vector<action>{};
}

} // namespace wakala::console
