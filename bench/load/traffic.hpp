/// \file
/// What is sent, in which order: messages of shoppers, the statuses of the replies they got, and a few repeats.
#pragma once

#include "bench/load/population.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

namespace wakala::bench {

enum class update_kind : std::uint8_t { text, list_reply, sent, delivered, read };

constexpr bool is_status(update_kind kind) noexcept { return kind >= update_kind::sent; }
/// The place of a status in a set of bits.
constexpr unsigned status_bit(update_kind kind) noexcept {
  return 1U << (static_cast<unsigned>(kind) - static_cast<unsigned>(update_kind::sent));
}

/// One message of a shopper. Its id, text and statuses follow from these numbers.
struct planned_message {
  std::uint32_t number = 0; ///< in the run, from 0 without gaps
  std::uint32_t conversation = 0;
  std::uint32_t rank = 0;   ///< in its conversation, from 0 without gaps
  std::uint32_t second = 0; ///< of the run, when it is meant to be written: its timestamp
  bool taps_list = false;

  bool operator==(const planned_message&) const = default;
};

/// One request.
struct planned_update {
  planned_message about;
  update_kind kind = update_kind::text;
  bool is_copy = false; ///< the same body was sent before
};

struct traffic_options {
  bool statuses = true;      ///< sent, delivered and read of each reply, so three to one message
  double copies = 0.01;      ///< share of requests that repeat an earlier one
  double list_replies = 0.3; ///< share of messages that tap a list
  /// From a message's intended start to the intended start of each of its reply's statuses.
  std::array<std::uint64_t, 3> status_delay_ns{1'000'000'000, 1'300'000'000, 2'000'000'000};
  std::uint64_t copy_delay_ns = 200'000'000; ///< a repeat comes at least so much after what it repeats
  /// Each conversation once before any writes again, in a shuffled order that is always the same, from place `first`
  /// of it on; instead of drawing them.
  bool in_turn = false;
  std::uint64_t first = 0;
  /// The first messages are one of each conversation, in turn, without repeats: then the server knows everybody. What
  /// became of their replies is told afterwards, whenever no other status is due: at first none is, and messages
  /// alone would be four times as many as the mix has.
  bool introductions = false;
};

/// An endless, reproducible sequence of updates. Not thread-safe.
class traffic {
public:
  traffic(const population& who, const traffic_options& options);

  /// The next update, meant to be sent at that time (nanoseconds, never decreasing over all calls).
  planned_update next(std::uint64_t at_ns);

  std::uint32_t messages() const noexcept { return messages_; } ///< made so far

private:
  struct pending {
    planned_message about;
    std::uint64_t due_ns;
  };
  struct remembered {
    planned_update what;
    std::uint64_t at_ns;
  };
  static constexpr std::size_t memory_max = 1U << 14U;

  const planned_update* earlier(std::uint64_t at_ns);
  bool take_status(std::uint64_t at_ns, planned_update& into);
  bool take_introduced_status(planned_update& into);
  planned_update new_message(std::uint64_t at_ns, bool introduces);
  std::uint32_t next_in_turn() const;
  void remember(const planned_update& what, std::uint64_t at_ns);

  const population& who_;
  traffic_options options_;
  std::mt19937_64 random_;
  std::vector<std::uint32_t> ranks_; ///< next rank of each conversation
  std::uint32_t messages_ = 0;
  std::array<std::deque<pending>, 3> statuses_; ///< each in the order of their due times
  std::vector<planned_message> introduced_;     ///< until all is told of them
  std::size_t told_ = 0;                        ///< statuses of `introduced_`: of all the first, then the second
  std::vector<remembered> memory_;              ///< a ring of what may be repeated
  std::size_t memory_next_ = 0;
};

} // namespace wakala::bench
