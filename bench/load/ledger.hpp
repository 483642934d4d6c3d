/// \file
/// What was sent and what was acknowledged: the truth that a server's memory is held against afterwards.
#pragma once

#include "bench/load/traffic.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <vector>

namespace wakala::bench {

/// Time of a ledger: units of 10 µs since it began; enough for eleven hours.
using ledger_time = std::uint32_t;
constexpr ledger_time not_yet = ~ledger_time{0};
/// In the place of a message's number.
constexpr std::uint32_t no_message = ~std::uint32_t{0};

/// What became of one message of a shopper and of the statuses of its reply.
struct ledger_entry {
  std::uint32_t conversation = 0;
  std::uint32_t rank = 0;
  std::uint32_t second = 0;
  std::uint32_t next = no_message; ///< the number of the conversation's next message, if there is one
  ledger_time first_sent = not_yet;
  ledger_time acknowledged = not_yet; ///< its first 200
  ledger_time answerable = not_yet;   ///< when rank + 1 messages of the conversation were acknowledged
  std::uint8_t statuses_sent = 0;     ///< bits of `status_bit`
  std::uint8_t statuses_acknowledged = 0;
  bool taps_list = false;

  planned_message plan(std::uint32_t number) const { return {number, conversation, rank, second, taps_list}; }
};

/// Entries by message number. Not thread-safe: the generator's, then the checker's.
class ledger {
public:
  explicit ledger(std::uint32_t conversations)
      : heads_(conversations, no_message), latest_(heads_), waiting_(heads_) {}

  /// A message comes up in the schedule. Precondition: its number is that of the entries so far.
  void plan(const planned_message& m);
  /// A request is about to be sent.
  void note_sent(const planned_update& what, ledger_time at);
  /// It was answered 200.
  void note_acknowledged(const planned_update& what, ledger_time at);

  /// Has the server had the time to make what this update speaks of? Messages always may be sent. A status may when
  /// its reply was due `hold` ago: the reply of rank r exists once r + 1 messages of the conversation are
  /// acknowledged.
  bool may_send(const planned_update& what, ledger_time now, ledger_time hold) const;

  const std::deque<ledger_entry>& entries() const noexcept { return entries_; }
  std::uint32_t conversations() const noexcept { return static_cast<std::uint32_t>(heads_.size()); }
  bool has_messages(std::uint32_t conversation) const { return heads_[conversation] != no_message; }
  /// The conversation's messages in the order of their ranks.
  std::vector<std::uint32_t> messages_of(std::uint32_t conversation) const;

  /// May be asked from any thread.
  std::uint64_t acknowledged_messages() const noexcept {
    return acknowledged_messages_.load(std::memory_order_relaxed);
  }
  std::uint64_t acknowledged_statuses() const noexcept { return acknowledged_statuses_; }

private:
  std::deque<ledger_entry> entries_;
  std::vector<std::uint32_t> heads_;   ///< first message of each conversation
  std::vector<std::uint32_t> latest_;  ///< last message of each conversation
  std::vector<std::uint32_t> waiting_; ///< the message whose reply exists after the next acknowledgement
  std::atomic<std::uint64_t> acknowledged_messages_{0};
  std::uint64_t acknowledged_statuses_ = 0;
};

} // namespace wakala::bench
