// Messages as they are handled, line by line.
#include "console/api_client.hpp"
#include "console/figures.hpp"
#include "console/live_socket.hpp"
#include "console/print.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace wakala::console {

using nlohmann::json;

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds ask_again_after{watch_seconds / 2};
constexpr std::chrono::seconds retry_after{1};
constexpr std::chrono::hours for_ever{24 * 3650};

/// What came from the socket's thread and was not printed yet.
struct inbox {
  std::mutex mutex;
  std::condition_variable came;
  std::deque<json> messages;
  std::optional<std::string> end;
};

void print_trace(const print_options& how, const json& trace) {
  if (how.json) {
    std::cout << trace.dump() << std::endl;
    return;
  }
  const auto at = parse_time(text_at(trace, "received_at"));
  const auto hops = read_hops(trace);
  double sum = 0;
  std::string where;
  for (const auto& each : hops) {
    sum += each.waiting_us + each.working_us;
    if (each.waiting_us + each.working_us > 0)
      where += fmt::format("  {} {}", each.hop, micros_text(each.waiting_us + each.working_us));
  }
  const auto total = number_at(trace, "total_us").value_or(sum);
  const auto line =
      safe_text(fmt::format("{}  {}  {}  {}{}", at ? time_of_day(*at, true) : std::string(nothing),
                            text_at(trace, "conversation"), text_at(trace, "wamid"), micros_text(total), where));
  std::cout << (how.is_ascii ? to_ascii(line) : line) << std::endl;
}

/// Prints what one stream brings, until its time is over (nothing) or it ends (why). `was_open` is set once it said
/// hello.
std::optional<std::string> follow(const print_options& how, const std::string& url, const json& what,
                                  steady_clock::time_point until, bool& was_open) {
  inbox all;
  live_socket socket(
      {url, how.to.token, how.ca_file, what},
      [&all](json message) {
        const std::lock_guard lock(all.mutex);
        all.messages.push_back(std::move(message));
        all.came.notify_one();
      },
      [&all](std::string why) {
        const std::lock_guard lock(all.mutex);
        all.end = std::move(why);
        all.came.notify_one();
      });
  auto asked = steady_clock::now();
  for (;;) {
    std::unique_lock lock(all.mutex);
    all.came.wait_until(lock, std::min(until, asked + ask_again_after),
                        [&] { return !all.messages.empty() || all.end; });
    const auto messages = std::exchange(all.messages, {});
    auto end = all.end;
    lock.unlock();
    for (const auto& each : messages) {
      was_open = was_open || text_at(each, "type") == "hello";
      if (text_at(each, "type") == "trace")
        print_trace(how, member_of(each, "trace"));
    }
    const auto now = steady_clock::now();
    if (end || now >= until)
      return now >= until ? std::nullopt : end;
    if (now - asked >= ask_again_after) {
      socket.ask_again();
      asked = now;
    }
  }
}

} // namespace

int watch_messages(const print_options& how, const json& what, int seconds) {
  api_client client(how.to, how.ca_file, [] {});
  const auto until = steady_clock::now() + (seconds > 0 ? std::chrono::seconds(seconds) : for_ever);
  bool was_open = false;
  for (;;) {
    // Whichever node answers is the one that is watched: it hears of all messages of the cluster.
    const auto first = client.ask({0, "GET", "/v1/whoami", {}});
    auto why = first.status == 0 ? std::optional(first.why) : std::nullopt;
    if (first.is_good())
      why = follow(how, first.url, what, until, was_open);
    else if (first.status != 0)
      return print_failure(how.json, fmt::format("{} {}", first.status, first.why));
    if (!why || steady_clock::now() >= until)
      return 0;
    if (!was_open)
      return print_failure(how.json, *why);
    std::cerr << "wakala-console: not connected, trying again: " << *why << std::endl;
    std::this_thread::sleep_for(retry_after);
  }
}

} // namespace wakala::console
