// What the console asks for, and what it does with answers.
#include "console/app.hpp"

#include "console/commands.hpp"

#include <algorithm>

namespace wakala::console {

namespace {

constexpr std::int64_t overview_every_ms = 1000;
constexpr std::int64_t whoami_every_ms = 60'000;
constexpr std::int64_t gives_up_ms = 30'000; ///< an answer that is still out then does not come
constexpr std::size_t most_in_flight = 6;

} // namespace

app::app(const std::string& first) {
  replace("overview");
  if (first != "overview")
    push(first);
}

void app::push(const std::string& command) {
  if (command == "quit" || command == "q") {
    has_ended_ = true;
    return;
  }
  std::string problem;
  auto made = make_view(command, problem);
  if (made == nullptr) {
    say(problem, look::bad);
    return;
  }
  views_.push_back({std::move(made), {}, {}, {}});
}

void app::replace(const std::string& command) {
  views_.clear();
  push(command);
}

void app::refresh(open_view& what) {
  what.what->refresh();
  what.parts.clear(); // answers that are under way are nobody's now
  what.problem.clear();
}

void app::say(std::string text, look how) {
  notice_ = std::move(text);
  notice_look_ = how;
  notice_ms_ = -1;
}

call app::issue(std::string target) { return {++last_id_, "GET", std::move(target), {}}; }

std::vector<call> app::due(moment_now now) {
  std::vector<call> calls = std::move(outbox_);
  outbox_.clear();
  const auto consider = [&](progress& of, const std::string& target, std::int64_t every) {
    if (of.in_flight != 0 && now.steady_ms - of.sent_ms < gives_up_ms && of.target == target)
      return;
    const bool is_new = !of.is_asked || of.target != target;
    if (!is_new && (every == 0 || now.steady_ms - of.sent_ms < every))
      return;
    calls.push_back(issue(target));
    of = {target, now.steady_ms, last_id_, true};
  };
  if (is_held_)
    return calls;
  consider(overview_, "/v1/overview", overview_every_ms);
  if (link_ != link::good)
    return calls; // one question is enough to find out when somebody answers again
  consider(whoami_, "/v1/whoami", whoami_every_ms);
  if (!is_known_)
    return calls; // what a view asks depends on who asks
  auto& shown = top();
  const auto wishes = shown.what->wishes(around(now));
  std::erase_if(shown.parts, [&](const auto& part) {
    return std::none_of(wishes.begin(), wishes.end(), [&](const wish& each) { return each.part == part.first; });
  });
  for (const auto& each : wishes) {
    const auto in_flight =
        std::count_if(shown.parts.begin(), shown.parts.end(), [](const auto& p) { return p.second.in_flight != 0; });
    if (static_cast<std::size_t>(in_flight) >= most_in_flight)
      break;
    consider(shown.parts[each.part], each.target, each.every.count());
  }
  return calls;
}

std::int64_t app::wait_ms() const { return is_held_ ? 1000 : 100; }

void app::note_link(const answer& what) {
  if (what.status == 0) {
    link_ = link::lost;
    link_problem_ = what.why;
    overview_.in_flight = 0;
    return;
  }
  if (link_ != link::good || url_ != what.url) {
    whoami_.is_asked = false;
    if (link_ == link::lost)
      say("connected to " + what.url, look::good);
    else if (!url_.empty())
      say(url_ + " does not answer; going on with " + what.url, look::warning);
  }
  link_ = link::good;
  url_ = what.url;
}

void app::on_answer(const answer& what, moment_now now) {
  note_link(what);
  if (what.id == overview_.in_flight) {
    overview_.in_flight = 0;
    if (what.is_good()) {
      past_.add(read_overview(what.body), now.steady_ms);
      answered_wall_ms_ = now.wall_ms;
      link_problem_.clear();
    } else if (what.status != 0) {
      link_problem_ = std::to_string(what.status) + " " + what.why;
    }
    return;
  }
  if (what.id == whoami_.in_flight) {
    whoami_.in_flight = 0;
    if (what.is_good()) {
      who_ = read_whoami(what.body);
      is_known_ = true;
    } else if (what.status != 0) {
      link_problem_ = std::to_string(what.status) + " " + what.why;
    }
    return;
  }
  if (errand_ && errand_->rehearsal == what.id) {
    take_rehearsal(what);
    return;
  }
  if (const auto done = errands_under_way_.find(what.id); done != errands_under_way_.end()) {
    const auto of = done->second;
    errands_under_way_.erase(done);
    take_outcome(what, of);
    return;
  }
  for (auto& each : views_)
    for (auto& [part, how] : each.parts)
      if (how.in_flight == what.id) {
        how.in_flight = 0;
        take_part(what, each, part, now);
        return;
      }
}

void app::take_outcome(const answer& what, const action& of) {
  say(outcome_text(of, what), what.is_good() ? look::good : look::bad);
  // What is seen may have changed by it; a revealed text is not asked for again by itself.
  for (auto& [part, how] : top().parts)
    if (how.target.find("reveal=true") == std::string::npos)
      how.is_asked = false;
  overview_.is_asked = false;
}

void app::take_part(const answer& what, open_view& of, const std::string& part, moment_now now) {
  if (what.is_good()) {
    of.problem.clear();
    of.what->take(part, what.body, now.steady_ms);
  } else if (what.status == 0) {
    of.parts[part].is_asked = false; // once more, as soon as somebody answers
  } else {
    of.problem = std::to_string(what.status) + " " + what.why;
  }
}

nlohmann::json app::watched() const {
  return link_ == link::good && is_known_ && !is_held_ ? views_.back().what->watched(who_) : nlohmann::json();
}

void app::on_live(const nlohmann::json& message) {
  const auto type = text_at(message, "type");
  if (type == "trace")
    top().what->take_trace(member_of(message, "trace"));
  else if (const auto skipped = number_at(message, "skipped"))
    top().what->take_skipped(*skipped);
}

void app::on_live_end(const std::string& why) { say("the live stream ended: " + why, look::warning); }

bool app::wants_redraw() { return std::exchange(wants_redraw_, false); }

} // namespace wakala::console
