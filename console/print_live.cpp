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

namespace wakala::console {

using nlohmann::json;

namespace {

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

} // namespace

int watch_messages(const print_options& how, const json& what, int seconds) {
  // Whichever node answers is the one that is watched: it hears of all messages of the cluster.
  api_client client(how.to, how.ca_file, [] {});
  const auto first = client.ask({0, "GET", "/v1/whoami", {}});
  if (!first.is_good())
    return print_failure(how.json, first.status == 0 ? first.why : fmt::format("{} {}", first.status, first.why));
  inbox all;
  live_socket socket(
      {first.url, how.to.token, how.ca_file, what},
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
  const auto begin = std::chrono::steady_clock::now();
  const auto until = begin + std::chrono::seconds(seconds > 0 ? seconds : 1'000'000'000);
  auto asked = begin;
  for (;;) {
    std::unique_lock lock(all.mutex);
    all.came.wait_until(lock, std::min(until, asked + std::chrono::seconds(watch_seconds / 2)),
                        [&] { return !all.messages.empty() || all.end; });
    auto messages = std::exchange(all.messages, {});
    const auto end = all.end;
    lock.unlock();
    for (const auto& each : messages)
      if (text_at(each, "type") == "trace")
        print_trace(how, member_of(each, "trace"));
    const auto now = std::chrono::steady_clock::now();
    if (end)
      return print_failure(how.json, *end);
    if (now >= until)
      return 0;
    if (now - asked >= std::chrono::seconds(watch_seconds / 2)) {
      socket.ask_again();
      asked = now;
    }
  }
}

} // namespace wakala::console
