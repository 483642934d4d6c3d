/// \file
/// Delivers webhooks as Meta does: concurrent, unordered, again until they are answered 200.
#pragma once

#include "sandbox/backend.hpp"
#include "sandbox/timer_queue.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wakala::sandbox {

struct poster_options {
  std::chrono::milliseconds retry_base{1'000};    ///< wait after the first failure; doubles from then on
  std::chrono::milliseconds retry_max{3'600'000}; ///< longest wait between two tries
  std::chrono::milliseconds give_up{7 * ms_per_day};
  std::size_t concurrency = 16;             ///< POSTs in flight per webhook URL
  std::size_t batch_max = 1;                ///< updates in one POST
  std::chrono::milliseconds batch_wait{20}; ///< how long an update waits for others when `batch_max` > 1
};

/// How a delivery ended.
struct delivery_report {
  bool delivered = false; ///< answered 200
  int status = 0;         ///< last HTTP status; 0: no answer
  int tries = 0;
};

struct poster_counters {
  std::uint64_t posted = 0;    ///< POSTs made, retries included
  std::uint64_t delivered = 0; ///< POSTs answered 200
  std::uint64_t retried = 0;
  std::uint64_t given_up = 0;
  std::uint64_t waiting = 0; ///< updates held back, to be posted, or posted and not answered 200 yet
};

/// Not thread-safe: lives on the timer queue's thread, where `transport` must also call back.
class webhook_poster {
public:
  /// POSTs `body`, signed with the number's secret, to its URL and reports the HTTP status, 0 when there was no
  /// answer.
  using transport = std::function<void(const business_number& to, std::shared_ptr<const std::string> body,
                                       std::function<void(int status)> done)>;
  using report = std::function<void(const delivery_report&)>;

  webhook_poster(timer_queue& timers, poster_options options, transport post,
                 std::function<void(const webhook_update&)> acknowledged)
      : timers_(timers), options_(options), post_(std::move(post)), acknowledged_(std::move(acknowledged)) {}

  /// Queues an update for delivery to `to`; `done` hears how it ended.
  void deliver(const business_number& to, webhook_update update, report done = {});
  /// The same some time from now; it counts as waiting from now on.
  void deliver_after(std::chrono::milliseconds wait, const business_number& to, webhook_update update,
                     report done = {});
  const poster_counters& counters() const noexcept { return counters_; }

private:
  struct job {
    business_number to;
    std::vector<webhook_update> updates;
    std::vector<report> done;
    std::shared_ptr<const std::string> body;
    std::chrono::steady_clock::time_point first_try{};
    int tries = 0;
  };
  /// What goes to one URL with one secret.
  struct lane {
    std::deque<std::shared_ptr<job>> ready;
    std::shared_ptr<job> gathering;
    std::size_t in_flight = 0;
  };

  void enqueue(lane& to, std::shared_ptr<job> work);
  void pump(lane& from);
  void answered(lane& from, const std::shared_ptr<job>& work, int status);
  static void finish(const job& work, const delivery_report& how);

  timer_queue& timers_;
  poster_options options_;
  transport post_;
  std::function<void(const webhook_update&)> acknowledged_;
  std::map<std::string, lane> lanes_; // a map: references into it stay good
  poster_counters counters_;
};

} // namespace wakala::sandbox
