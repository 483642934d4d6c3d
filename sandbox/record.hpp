/// \file
/// What happened: every accepted message once, every refused attempt, and a feed for the phone page.
#pragma once

#include "runtime/core/clock.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wakala::sandbox {

/// A send the sandbox accepted.
struct accepted_message {
  std::uint64_t seq = 0; ///< 1, 2, 3 … in the order of acceptance
  time_ms at = 0;
  std::string phone_number_id;
  std::string to;        ///< digits; empty when it was sent to a user id
  std::string recipient; ///< user id it was sent to, empty when it was sent to a number
  std::string shopper;   ///< key of the shopper who got it
  std::string wamid;
  std::string type;
  std::string text; ///< what a person would read
  std::string body; ///< the request, compact JSON
  std::string callback_data;
  bool answered = true;              ///< false: the connection was closed without an answer
  std::vector<std::string> statuses; ///< in the order they happened
};

/// A send the sandbox refused.
struct refused_attempt {
  std::uint64_t seq = 0;
  time_ms at = 0;
  std::string phone_number_id;
  std::string to;
  int http_status = 0;
  int code = 0; ///< Graph error code; 0: no Graph body
  std::string reason;
};

/// Which accepted messages are asked for.
struct message_filter {
  std::uint64_t after = 0;
  std::string to;              ///< digits or user id; empty: all
  std::string phone_number_id; ///< empty: all
  std::size_t limit = 0;       ///< 0: all
};

/// Not thread-safe. Accepted messages are kept without limit, since a checker compares them with what was sent;
/// attempts and feed keep their newest entries.
class record {
public:
  const accepted_message& accept(accepted_message message);
  void refuse(refused_attempt attempt);
  /// Notes a status; false when the message is unknown.
  bool note_status(const std::string& wamid, const std::string& status);

  const accepted_message* find(const std::string& wamid) const;
  std::uint64_t last_message_seq() const noexcept { return messages_.size(); }
  std::uint64_t accepted_count() const noexcept { return messages_.size(); }
  std::uint64_t refused_count() const noexcept { return refused_; }

  /// Is there a message for this filter?
  bool has_match(const message_filter& filter) const;
  /// `{"messages":[…]}`.
  std::string messages_json(const message_filter& filter) const;
  /// `{"attempts":[…]}` after `seq`, refused ones only.
  std::string attempts_json(std::uint64_t after) const;

  /// Appends to the feed; `seq` is added to the item.
  void feed(nlohmann::ordered_json item);
  std::uint64_t feed_seq() const noexcept { return feed_seq_; }
  /// `{"seq":N,"gap":bool,"items":[…]}`; `gap` tells that items after `after` were dropped already.
  std::string feed_json(std::uint64_t after) const;

private:
  static constexpr std::size_t attempts_max = 100'000;
  static constexpr std::size_t feed_max = 20'000;

  std::deque<accepted_message> messages_;
  std::unordered_map<std::string, std::size_t> by_wamid_;
  std::deque<refused_attempt> attempts_;
  std::uint64_t refused_ = 0;
  std::deque<std::string> feed_; ///< rendered items, the last one has `feed_seq_`
  std::uint64_t feed_seq_ = 0;
};

/// What a person would read of a message: its text, caption, question or name.
std::string summary_of(const nlohmann::ordered_json& request);

} // namespace wakala::sandbox
