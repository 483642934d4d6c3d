/// \file
/// Events for merchants' own systems: what they say, and the rows that wait to be delivered. Pure.
#pragma once

#include "actors/outbound/merchant_hooks.hpp"
#include "commerce/ledger.hpp"
#include "commerce/order.hpp"
#include "commerce/order_moves.hpp"
#include "runtime/backoff.hpp"
#include "runtime/core/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::actors {

/// Something to be told; its row is written in the same commit.
struct hook_note {
  std::string type;
  commerce::placed_order order; ///< as it is then; without id: it is about none
  std::optional<commerce::ledger_entry> payment;
  bytes key; ///< when the row is made
};

/// What a change of the books means for the merchant's system, in order.
std::vector<hook_note> hook_notes_of(const commerce::order_change& change);

/// Where an event's row stands behind its prefix: the time, and a number that is never used twice at that time (8
/// bytes each). Later events have higher keys.
bytes hook_key(time_ms at, std::uint64_t number);
time_ms hook_time(std::string_view key); ///< precondition: a `hook_key`
/// The key of an event that comes after `last`; that may be empty.
bytes next_hook_key(std::string_view last, time_ms now, random_source& random);
/// `evt_` and the key in hexadecimal; nothing for what is no event's id.
std::string hook_id(std::string_view key);
std::optional<bytes> hook_key_of(std::string_view id);

/// `{"id","type","created_at","tenant","data":{"order","payment"}}`.
std::string hook_body(const std::string& id, const tenant_id& tenant, const hook_note& note, time_ms now);
/// The same of a `webhook.test`.
std::string hook_test_body(const std::string& id, const tenant_id& tenant, time_ms now);

/// An event that is not delivered yet.
struct hook_row {
  std::string id;
  std::string type;
  std::string order; ///< its id in the API; empty: of none. Events of one order go one after the other
  std::string order_code;
  std::string body;      ///< as it is sent, each time the same
  time_ms since = 0;     ///< is tried for so long from then on
  time_ms next_at = 0;   ///< not before
  unsigned tries = 0;    ///< that failed
  int status = 0;        ///< of the last answer; 0: there was none
  std::string why;       ///< the last try failed
  time_ms failed_at = 0; ///< it was set aside; 0: it is pending

  bool operator==(const hook_row&) const = default;
};
// As JSON. Reading anything else is `corrupt`.
std::string to_text(const hook_row& row);
result<hook_row> hook_row_from(std::string_view text);

/// From 5 seconds to an hour.
constexpr runtime::backoff_policy hook_backoff{std::chrono::milliseconds{5'000},
                                               std::chrono::milliseconds{3'600'000}};
/// What is not taken in that time is set aside, and forgotten some time after that.
constexpr time_ms hook_tried_for = 3 * ms_per_day;
constexpr time_ms failed_hook_kept = 30 * ms_per_day;

} // namespace wakala::actors
