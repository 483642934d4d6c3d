#include "console/print.hpp"

#include "console/api_client.hpp"
#include "console/figures.hpp"
#include "console/find_view.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <set>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace wakala::console {

using nlohmann::json;

namespace {

constexpr std::size_t width_without_terminal = 200;
constexpr std::chrono::seconds between_overviews{1}; ///< rates need two

std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::size_t width_of(const print_options& how) {
  if (how.width > 0)
    return how.width;
  winsize size{};
  if (::isatty(STDOUT_FILENO) != 0 && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return size.ws_col;
  return width_without_terminal;
}

std::string why_of(const answer& came) {
  return came.status == 0 ? came.why : fmt::format("{} {}", came.status, came.why);
}

void print_page(const print_options& how, const page& shown) {
  const auto put = [&](const line& each) {
    const auto text = safe_text(text_of(each));
    std::cout << (how.is_ascii ? to_ascii(text) : text) << '\n';
  };
  for (const auto& each : shown.panel)
    put(each);
  for (const auto& each : shown.body)
    put(each);
}

/// Everything that the view wishes, until it wishes nothing new.
struct gathered {
  std::map<std::string, json> answers; ///< by part; of several pages the last
  std::string problem;
};

gathered gather(api_client& client, view& what, const surroundings& around) {
  gathered found;
  std::set<std::string> asked;
  for (bool is_new = true; is_new;) {
    is_new = false;
    for (const auto& each : what.wishes(around)) {
      if (!asked.insert(each.part + ' ' + each.target).second)
        continue;
      const auto came = client.ask({0, "GET", each.target, {}});
      if (!came.is_good()) {
        found.problem = why_of(came);
        return found;
      }
      what.take(each.part, came.body, steady_ms());
      auto& kept = found.answers[each.part];
      // A transcript comes in pages.
      if (kept.is_object() && kept.contains("messages") && came.body.contains("messages"))
        for (const auto& message : came.body["messages"])
          kept["messages"].push_back(message);
      else
        kept = came.body;
      is_new = true;
    }
  }
  return found;
}

} // namespace

int print_failure(bool json_wanted, const std::string& why) {
  if (json_wanted)
    std::cout << json{{"ok", false}, {"problems", {why}}}.dump(-1, ' ', false, json::error_handler_t::replace)
              << '\n';
  else
    std::cerr << "wakala-console: " << why << '\n';
  return 1;
}

int print_view(const print_options& how, view& what) {
  api_client client(how.to, how.ca_file, [] {});
  what.is_live = false;
  history past;
  whoami who;
  const surroundings around{past, who, wall_ms()};
  if (what.wishes(around).empty()) { // it lives on the overview
    auto came = client.ask({0, "GET", "/v1/overview", {}});
    if (!came.is_good())
      return print_failure(how.json, why_of(came));
    if (how.json) {
      std::cout << came.body.dump() << '\n';
      return 0;
    }
    past.add(read_overview(came.body), steady_ms());
    std::this_thread::sleep_for(between_overviews);
    came = client.ask({0, "GET", "/v1/overview", {}});
    if (came.is_good())
      past.add(read_overview(came.body), steady_ms());
    print_page(how, what.show(around, width_of(how)));
    return 0;
  }
  const auto came = client.ask({0, "GET", "/v1/whoami", {}});
  if (!came.is_good())
    return print_failure(how.json, why_of(came));
  who = read_whoami(came.body);
  const auto found = gather(client, what, around);
  if (!found.problem.empty())
    return print_failure(how.json, found.problem);
  if (how.json)
    std::cout << (found.answers.size() == 1 ? found.answers.begin()->second : json(found.answers)).dump() << '\n';
  else
    print_page(how, what.show(around, width_of(how)));
  return dynamic_cast<const find_view*>(&what) != nullptr && list_at(found.answers.begin()->second, "found").empty()
             ? 1
             : 0;
}

int watch(const print_options& how, int seconds) {
  api_client client(how.to, how.ca_file, [] {});
  history past;
  const auto begin = std::chrono::steady_clock::now();
  bool was_lost = false;
  for (int number = 0; seconds == 0 || number <= seconds; ++number) {
    // By the clock, so that slow answers do not add up.
    std::this_thread::sleep_until(begin + number * between_overviews);
    const auto came = client.ask({0, "GET", "/v1/overview", {}});
    if (!came.is_good()) {
      if (came.status == 401 || came.status == 403)
        return print_failure(how.json, why_of(came));
      if (!was_lost)
        std::cerr << "wakala-console: not connected, trying again: " << why_of(came) << std::endl;
      was_lost = true;
      continue;
    }
    was_lost = false;
    if (how.json) {
      std::cout << came.body.dump() << std::endl;
      continue;
    }
    past.add(read_overview(came.body), steady_ms());
    if (number == 0)
      continue;
    if (number % 20 == 1)
      fmt::print("{:<9}{:>10}{:>10}{:>11}{:>10}{:>10}{:>8}{:>9}{:>10}\n", "time", "events/s", "sends/s", "refused/s",
                 "p50", "p99", "queue", "flight", "unfolded");
    const auto& now = past.cluster();
    const auto rate = [&](std::string_view name) { return rate_text(find_number(now.per_second, name)); };
    const auto gauge = [&](std::string_view name) { return count_text(find_number(now.gauges, name).value_or(0)); };
    fmt::print("{:<9}{}{}{}{}{}{:>8}{:>9}{:>10}\n", time_of_day(wall_ms()),
               fit(rate("events_committed"), 10, alignment::right), fit(rate("sends_accepted"), 10, alignment::right),
               fit(rate("events_refused"), 11, alignment::right), fit(micros_text(now.p50_us), 10, alignment::right),
               fit(micros_text(now.p99_us), 10, alignment::right), gauge("mailbox"), gauge("in_flight"),
               gauge("unfolded_rows"));
    std::cout.flush();
    std::fflush(stdout);
  }
  return was_lost ? 1 : 0;
}

} // namespace wakala::console
