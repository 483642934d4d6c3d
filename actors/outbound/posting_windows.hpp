/// \file
/// What a merchant has posted lately, and how much more there may be: exact windows, and the rows that remember them.
/// Not thread-safe; no actor, clock or store.
#pragma once

#include "actors/config/tenant_config.hpp"
#include "actors/outbound/message_post.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/ids.hpp"
#include "runtime/core/random.hpp"
#include "runtime/sliding_window.hpp"

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wakala::actors {

/// Row keys of what was posted begin so.
inline const bytes posts_prefix = "post/";

class posting_windows {
public:
  /// A row of the store: key and text.
  using row = std::pair<bytes, std::string>;
  /// What a window of a post refuses.
  struct refusal {
    const char* limit = ""; ///< `messages_per_hour`, …
    time_ms wait = 0;       ///< milliseconds until it may be posted
  };
  /// One that was counted.
  struct counted {
    time_ms at = 0;
    std::vector<row> rows; ///< to be written before it is sent
    conversation_id to;
    bool is_template = false;
    bool is_first_to = false; ///< of the shoppers reached out to, as far as it is known yet
    std::string broadcast;    ///< that it is part of
    bool is_first_of = false; ///< of the broadcast
  };

  void set_limits(const tenant_config& config);
  /// A row that was written before. False: it no longer counts, and is to be forgotten.
  bool load(const bytes& key, std::string_view text, time_ms now);

  std::optional<refusal> over(const message_post& post, time_ms now);
  /// It may be posted, or is posted all the same.
  counted count(const message_post& post, const conversation_id& to, time_ms now, random_source& random);
  /// It was not sent, or not again.
  void take_back(const counted& what);
  /// It was sent. Inside of the shopper's window nobody was reached out to.
  void settle(const counted& what, bool was_outside_window);

  /// May a template go to a shopper whose window is closed? `limit`: shoppers a day (§11); nothing or -1: any number.
  bool may_reach_out(const conversation_id& to, std::optional<std::int64_t> limit, time_ms now);
  /// Milliseconds until one more shopper may be reached.
  time_ms wait_to_reach_out(time_ms now);

  /// The shop's own answers count against the same hour, some of them at a time: `count` or fewer, with the row that
  /// says so. Empty key: none.
  struct reserved {
    std::uint32_t count = 0;
    row fresh;
  };
  reserved reserve_replies(std::uint32_t count, time_ms now, random_source& random);
  /// So many of them were not sent after all.
  void return_replies(std::uint32_t count);
  /// Milliseconds until one more may be sent.
  time_ms wait_to_reply(time_ms now) { return window(kind::message).wait(now); }

  /// Rows of what no longer counts, at most so many: to be erased.
  std::vector<bytes> forget(time_ms now, std::size_t most);
  /// Rows that have changed, at most so many: to be written.
  std::vector<row> changed(std::size_t most);

private:
  enum class kind : std::uint8_t { message, template_message, broadcast, replies };
  static constexpr std::string_view marks = "mtbr"; ///< in the keys, by kind

  static bytes key_of(time_ms at, kind what, random_source& random);
  runtime::sliding_window& window(kind what) {
    return windows_.at(what == kind::replies ? 0 : static_cast<std::size_t>(what));
  }
  auto& rows(kind what) { return rows_.at(static_cast<std::size_t>(what)); }
  void forget_reached(time_ms now);

  std::array<runtime::sliding_window, 3> windows_{runtime::sliding_window{0, ms_per_hour},
                                                  runtime::sliding_window{0, ms_per_day},
                                                  runtime::sliding_window{0, 7 * ms_per_day}};
  std::array<std::deque<std::pair<time_ms, bytes>>, 4> rows_; ///< of those that count, in the order of time
  struct reservation {
    time_ms at = 0;
    bytes key;
    std::uint32_t count = 0;
  };
  std::deque<reservation> reservations_; ///< the latest ones
  std::vector<bytes> old_rows_;
  std::vector<row> changed_rows_;
  struct begun_broadcast {
    time_ms at = 0;
    std::size_t messages = 0; ///< that are not taken back
  };
  std::map<std::string, begun_broadcast, std::less<>> broadcasts_;
  std::unordered_map<conversation_id, time_ms, random_id_hash, random_id_equal> reached_; ///< and when last
  std::deque<std::pair<time_ms, conversation_id>> reached_in_order_;
};

} // namespace wakala::actors
