/// \file
/// A daemon with shops and shoppers, for benchmarks that care how many conversations there are rather than how many
/// webhooks come.
#pragma once

#include "bench/load/generator.hpp"
#include "bench/load/population.hpp"
#include "bench/process/daemon.hpp"
#include "bench/process/process_figures.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wakala::bench {

/// How wakalad keeps what it acknowledged, for reports.
inline constexpr const char* wakalad_durability = "SQLite WAL, synchronous=FULL, fdatasync a batch";

/// Shoppers that write messages, none of which is a repeat; statuses are left out.
struct drive_plan {
  double per_second = 2'000;
  double warm_up_s = 2;
  double measured_s = 10;
  bool in_turn = false; ///< each conversation once, from place `first` on; otherwise drawn, all alike
  std::uint64_t first = 0;
};

struct driven {
  load_result load;
  double server_cpu_percent = 0; ///< of one core, measured part
  std::vector<std::string> void_because;
};

struct crowd_size {
  std::uint32_t shops = 20;
  std::uint32_t conversations = 10'000; ///< shoppers who may write
  /// Between two looks at whether the daemon has come to rest; a smoke run looks more often and is content sooner.
  std::chrono::milliseconds look_every{250};
};

/// Not thread-safe; see `child` about threads.
class loaded_daemon {
public:
  /// Starts it with shops of equal size. A store that is there is used again.
  static result<std::unique_ptr<loaded_daemon>> start(const daemon_options& options, const crowd_size& who);

  /// Conversations from place `first` on write once each, as fast as the daemon answers. Error: `unavailable` when it
  /// ends, or did not commit each of them.
  result<void> fill(std::uint64_t first, std::uint64_t count);

  /// Offers a rate. What makes the run worthless is in `void_because`.
  result<driven> drive(const drive_plan& plan);

  /// Waits until everything that was caused has happened: replies accepted, tables caught up. Error: `unavailable`
  /// when that does not come about in ten minutes.
  result<void> settle();
  /// After `settle`: the process's share of memory (PSS) in bytes, once it no longer moves.
  result<double> settled_memory();
  /// Percent of one core over that time. Asks the daemon nothing meanwhile.
  result<double> idle_cpu_percent(std::chrono::duration<double> over);

  result<node_counts> counts();
  /// The daemon's own count of conversations that were loaded so far.
  result<double> activations();
  result<void> wait_until(const std::function<bool(const node_counts&)>& holds, const std::string& what);

  daemon_process& process() noexcept { return daemon_; }

private:
  loaded_daemon(daemon_process daemon, const crowd_size& who);
  /// One run of the generator with its own book; checks that the daemon committed what it acknowledged.
  result<driven> run(const arrivals& when, const drive_plan& plan, generator_options how);

  daemon_process daemon_;
  population who_;
  std::chrono::milliseconds look_every_;
};

} // namespace wakala::bench
