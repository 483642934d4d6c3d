/// \file
/// What conversations cost while nobody writes. Each function starts the daemons that it needs and ends them.
#pragma once

#include "bench/idle/loaded_daemon.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::bench {

/// Where daemons and their stores are, and what is in them.
struct idle_place {
  std::string wakalad;                       ///< path of the program
  std::string directory;                     ///< each daemon gets a folder of its own in it, removed afterwards
  std::uint32_t shops = 20;                  ///< of each daemon, of equal size
  std::chrono::milliseconds look_every{250}; ///< as in `crowd_size`

  daemon_options base() const;
  crowd_size crowd_of(std::uint32_t conversations) const { return {shops, conversations, look_every}; }
};

/// A folder for one daemon, empty at first and gone with this object: declare it before the daemon.
class daemon_folder {
public:
  daemon_folder(const idle_place& where, const std::string& name);
  ~daemon_folder();
  daemon_folder(const daemon_folder&) = delete;
  daemon_folder& operator=(const daemon_folder&) = delete;

  /// For a daemon that lives in it.
  daemon_options options() const;
  /// Of all files in it.
  double bytes() const;

private:
  std::string path_;
  daemon_options options_;
};

/// An idle node: started, shops configured, nobody has ever written.
struct idle_node {
  std::vector<double> cpu_percent; ///< of one core
  double memory_bytes = 0;         ///< PSS
};
result<idle_node> measure_idle_node(const idle_place& where, unsigned repeats, double seconds_each);

/// Bytes that a node grew by for each conversation between `few` and `many` awake, one value a repeat, each on a
/// fresh node.
result<std::vector<double>> measure_resident(const idle_place& where, std::uint32_t few, std::uint32_t many,
                                             unsigned repeats);

/// Bytes that a node grows by for each conversation that wrote once and was put to rest, never more than `few` awake:
/// waves of `many` shoppers, each new. The first fills what is bounded (caches, filters, the allocator's stock) and
/// is not counted; every further one is a value.
result<std::vector<double>> measure_passivated(const idle_place& where, std::uint32_t few, std::uint32_t many,
                                               unsigned repeats);

/// The same rate, in turn, against a node with `few` awake and one with `many`.
struct crowd {
  double resident_bytes = 0;   ///< each, between `few` and `many`, on the second node
  double memory_bytes = 0;     ///< of the second node
  double idle_cpu_percent = 0; ///< of the second node
  std::vector<double> p99_few_ms;
  std::vector<double> p99_many_ms;
  std::vector<double> ratio; ///< p99 with many by p99 with few, of turns that follow each other
  histogram latency_few;
  histogram latency_many;
  std::vector<driven> turns; ///< of the second node
  std::vector<std::string> void_because;
};
struct crowd_plan {
  std::uint32_t few = 10'000;
  std::uint32_t many = 1'000'000;
  double per_second = 2'000;
  double warm_up_s = 2;
  double measured_s = 10;
  double rest_s = 30; ///< from when all work was done until processor time is taken: request timers run out meanwhile
  double idle_s = 20;
  unsigned repeats = 5;
};
result<crowd> measure_crowd(const idle_place& where, const crowd_plan& plan);

} // namespace wakala::bench
