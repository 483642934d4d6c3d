/// \file
/// Sends prepared requests at their intended times and measures from those times, whatever the server does.
#pragma once

#include "bench/load/answer_reader.hpp"
#include "bench/load/ledger.hpp"
#include "bench/load/prepared.hpp"
#include "bench/stats/histogram.hpp"
#include "bench/stats/seconds.hpp"
#include "runtime/core/result.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace wakala::bench {

struct generator_options {
  unsigned connections = 256;
  std::chrono::milliseconds timeout{
      10'000};        ///< from sending to the whole answer; also how long a request waits at most
  bool retry = false; ///< send again what was not answered 200, as Meta does, until it is
  std::chrono::milliseconds retry_wait{1'000};
  /// A status is sent no sooner than this after the acknowledgement that makes its reply due.
  std::chrono::milliseconds hold{750};
  std::chrono::milliseconds drain{10'000}; ///< after the last intended start, for answers and repeats
};

/// Of requests by their intended start.
struct load_counts {
  std::uint64_t intended = 0;
  std::uint64_t sent = 0;      ///< at least once
  std::uint64_t good = 0;      ///< answered 200
  std::uint64_t late = 0;      ///< sent more than 1 ms after the intended start
  std::uint64_t own_delay = 0; ///< of these, late although a connection was free: this program did not get to run
  std::uint64_t refused = 0;   ///< answers 503 and 429, repeats included
  std::uint64_t rejected = 0;  ///< other answers
  std::uint64_t broken = 0;    ///< the connection ended before the answer
  std::uint64_t timed_out = 0;
  std::uint64_t given_up = 0; ///< no connection took it in time
  std::uint64_t withheld = 0; ///< statuses of replies that could not exist, as their messages were not acknowledged

  std::uint64_t failed() const noexcept { return refused + rejected + broken + timed_out + given_up; }
};

struct load_result {
  double offered_per_s = 0;  ///< in the measured part
  double achieved_per_s = 0; ///< answers 200 that came in the measured part, by its length
  double measured_s = 0;
  load_counts warm_up;
  load_counts measured;
  histogram latency;                ///< ns from the intended start to the answer 200; measured part
  seconds_of_run seconds;           ///< of the whole run, warm-up included
  double generator_cpu_percent = 0; ///< of one core, all threads of this process, measured part
  std::uint64_t source_waits = 0;   ///< times that the renderer was behind
  bool interrupted = false;
  bool server_gone = false; ///< no connection could be had for the length of the timeout: the run ended early
};

/// What a run tells while it goes on, on the generator's thread: keep it short.
struct load_listener {
  std::function<void()> measuring;                                    ///< the warm-up is over
  std::function<void()> measured;                                     ///< the last intended start has passed
  std::function<void(double second, const load_counts& so_far)> tick; ///< about once a second
};

/// A fixed number of kept connections, one request at a time on each. Not thread-safe.
class generator {
public:
  using clock = std::chrono::steady_clock;

  /// `stop` ends a run early when it becomes true.
  generator(const webhook_target& target, const generator_options& options, ledger& book,
            const std::atomic<bool>& stop);
  ~generator();
  generator(const generator&) = delete;
  generator& operator=(const generator&) = delete;

  /// Opens the connections. Error: `unavailable` when the server does not take them within the timeout.
  result<void> connect();

  /// Sends what `source` has at the times of `when` and waits for the answers. The first `warm_up_s` seconds are not
  /// measured.
  load_result run(request_source& source, const arrivals& when, double warm_up_s, const load_listener& told = {});
  /// Sends as fast as the connections allow, whatever the times, and waits for the answers. Nothing is measured, only
  /// counted.
  load_counts send_all(request_source& source, std::uint64_t count);

private:
  struct job;
  struct connection;
  struct running;

  ledger_time book_time(clock::time_point at, bool round_up) const;
  result<void> resolve();
  void look_at_connections(int wait_ms);
  void connected(connection& c, clock::time_point now);
  void watch(connection& c, std::uint32_t events);
  void open(connection& c);
  void close(connection& c, clock::time_point now);
  void fill(running& r);
  job take_next(running& r);
  void give_up_old(running& r);
  bool send_one(running& r, job& j);
  void write(running& r, connection& c);
  void handle(running& r, connection& c, std::uint32_t events);
  void answered(running& r, connection& c);
  void failed(running& r, job j, std::uint64_t load_counts::*why);
  void lose(running& r, connection& c, std::uint64_t load_counts::*why);
  void look_for_timeouts(running& r);
  void send_due(running& r);
  bool is_finished(running& r) const;
  void wait(running& r);
  void finish(running& r);
  load_counts& counts_of(running& r, const job& j) const;

  webhook_target target_;
  generator_options options_;
  ledger& book_;
  const std::atomic<bool>& stop_;
  clock::time_point origin_;
  std::vector<char> address_; ///< a sockaddr
  int epoll_ = -1;
  std::vector<std::unique_ptr<connection>> connections_;
  std::vector<connection*> idle_;
};

} // namespace wakala::bench
