/// \file
/// Shoppers that write at a fixed rate, and Meta's part for them: every message again, to one node after the other,
/// until it is answered 200.
#pragma once

#include "bench/load/population.hpp"
#include "runtime/core/result.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace wakala::bench {

using bench_clock = std::chrono::steady_clock;

/// One message on its way.
struct said_message {
  bench_clock::time_point sent;  ///< first
  bench_clock::time_point acked; ///< default: not
  std::uint32_t refusals = 0;    ///< answers other than 200, or none

  bool is_acked() const noexcept { return acked != bench_clock::time_point{}; }
};

/// What each shopper has said, in order; the id of a message follows from its conversation and place.
using said_messages = std::vector<std::vector<said_message>>;

std::string failover_message_id(std::uint32_t conversation, std::size_t place);

class shoppers {
public:
  /// `rate`: messages a second of all together. A shopper's next message waits for the 200 of the one before.
  shoppers(const population& who, std::vector<std::uint16_t> ports, std::string app_secret, double rate);
  ~shoppers();
  shoppers(const shoppers&) = delete;
  shoppers& operator=(const shoppers&) = delete;

  void start();
  /// No more messages; waits until those under way have their 200, or the patience is over.
  said_messages finish(std::chrono::milliseconds patience);
  std::uint64_t acknowledged() const noexcept { return acknowledged_.load(std::memory_order_relaxed); }

private:
  void run(std::uint32_t conversation);
  std::string body_of(std::uint32_t conversation, std::size_t place) const;

  const population& who_;
  const std::vector<std::uint16_t> ports_;
  const std::string app_secret_;
  const bench_clock::duration period_; ///< of one shopper
  said_messages said_;
  std::vector<std::thread> threads_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> give_up_{false};
  std::atomic<std::size_t> running_{0};
  std::atomic<std::uint64_t> acknowledged_{0};
};

} // namespace wakala::bench
