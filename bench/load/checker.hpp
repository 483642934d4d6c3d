/// \file
/// Holds what a server remembers of a conversation against what it acknowledged.
#pragma once

#include "bench/load/ledger.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::bench {

/// One message of a transcript, as the admin API lists it, oldest first.
struct transcript_line {
  bool inbound = false;
  std::string id;     ///< the message id of an inbound one
  std::string wamid;  ///< of an outbound one, once it was accepted
  std::string status; ///< of an outbound one: queued, attempting, …, read
  std::uint64_t position = 0;

  bool operator==(const transcript_line&) const = default;
};

/// What was wrong, counted, with examples.
struct check_summary {
  static constexpr std::size_t examples_max = 20;

  std::uint64_t conversations = 0;
  std::uint64_t acknowledged = 0; ///< messages
  std::uint64_t found = 0;        ///< inbound lines
  std::uint64_t replies = 0;

  std::uint64_t lost = 0;            ///< acknowledged, and not there
  std::uint64_t doubled = 0;         ///< there more than once
  std::uint64_t invented = 0;        ///< there, and never sent, or not in this conversation
  std::uint64_t swapped = 0;         ///< before one that was acknowledged before it was first sent
  std::uint64_t wrong_replies = 0;   ///< inbound lines not followed by exactly one reply, or one under a wrong id
  std::uint64_t unsettled = 0;       ///< replies that were not accepted
  std::uint64_t statuses_behind = 0; ///< replies whose status is less than what was acknowledged
  std::uint64_t statuses_ahead = 0;  ///< replies whose status is more than what was sent
  std::vector<std::string> examples;

  /// All but `statuses_behind`, which a server that set a status aside may excuse.
  std::uint64_t problems() const noexcept {
    return lost + doubled + invented + swapped + wrong_replies + unsettled + statuses_ahead;
  }
  void merge(const check_summary& other);
};

struct check_rules {
  std::uint64_t run = 0;      ///< of the message ids
  bool names_statuses = true; ///< the discard transport: ids of replies are known, statuses are ours. Else only that
                              ///< each reply was accepted is checked
};

/// Checks one conversation; `lines` is its whole transcript. Adds to `summary`. Pure, so several threads may check
/// different conversations against one ledger.
void check_conversation(const ledger& book, const check_rules& rules, std::uint32_t conversation,
                        const std::vector<transcript_line>& lines, check_summary& summary);

} // namespace wakala::bench
