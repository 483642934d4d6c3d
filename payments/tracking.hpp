/// \file
/// An attempt as a shop keeps it: whose it is, what the books have of it, and what is to be done about it, and when.
/// Whoever keeps it asks `next_step` again after each change; nothing here sends or waits.
#pragma once

#include "runtime/core/clock.hpp"

#include "payments/attempt.hpp"
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::payments {

/// Money of an attempt that is to go back to the payer.
struct refund_work {
  enum class stage : std::uint8_t {
    wanted,    ///< written, not asked for yet
    sent,      ///< on its way to the provider
    ambiguous, ///< it may have been taken or not
    accepted,  ///< taken: its end comes later
    done,      ///< it has gone back
    failed,    ///< it will not: a person has to
  };
  std::int64_t number = 1; ///< of this attempt
  std::string receipt;     ///< of the payment
  money amount;
  std::int64_t counts_as = 0; ///< of what is owed, in minor units
  stage state = stage::wanted;
  std::string reference; ///< the provider's name of it, once known
  std::string code;      ///< of a refusal
  std::int64_t tries = 0;
  time_ms next_at = 0; ///< not before

  bool operator==(const refund_work&) const = default;
};
std::string_view to_string(refund_work::stage s) noexcept;

struct tracked_attempt {
  attempt what;
  std::string order_row;    ///< hexadecimal key of the order's row; empty: no order is known
  std::string order_code;   ///< as people say it
  std::string conversation; ///< whose order it is; may be empty
  std::int64_t covers = 0;  ///< of the order's total, in minor units: what is charged may be rounded
  time_ms created_at = 0;
  time_ms sent_at = 0;          ///< the newest send began
  time_ms next_at = 0;          ///< nothing is asked or sent before
  time_ms expires_at = 0;       ///< of the provider's page; 0: never
  std::int64_t looks = 0;       ///< questions since the newest send, or since a payment was to be confirmed
  std::string url;              ///< of the provider's page
  bool is_link = false;         ///< a payment link, not a session
  bool by_hand = false;         ///< the shopper paid without being asked
  std::string typed;            ///< by hand: the reference, as it was typed
  std::string payer;            ///< by hand, unmatched: what a person needs to find out whose it is; personal
  bool is_closing = false;      ///< nobody should pay with it any more
  bool is_closed = false;       ///< ... and the provider knows
  bool is_contradicted = false; ///< a payment was told, and the provider, when asked, knows of none
  bool is_disputed = false;     ///< the payer's bank wants the money back
  std::string code;             ///< the provider's, of a refusal or failure
  bool is_settled = false;      ///< a person has seen to it
  std::vector<std::string>
      by_hand_meanwhile;           ///< receipts of payments by hand of the same amount, booked as their own
  time_ms booked_at = 0;           ///< the latest of them
  std::vector<std::string> booked; ///< receipts that the books have; empty text: a payment whose receipt is not known
  std::vector<refund_work> refunds; ///< in the order they were wanted

  bool operator==(const tracked_attempt&) const = default;
};

/// What a shop has decided about payments, as far as it matters here.
struct tracking_rules {
  std::int64_t confirm_from = 0; ///< M-Pesa payments of so much, in cents, count only when a query confirms them
};

enum class step_kind : std::uint8_t {
  none,
  start,     ///< ask the provider for the prompt or the page, as send number `what.sends + 1`
  query,     ///< ask how it went
  close,     ///< end the page
  lapse,     ///< nobody has paid in time
  give_back, ///< refund number `refund`
};

constexpr time_ms never = std::numeric_limits<time_ms>::max();

struct next_step {
  step_kind what = step_kind::none;
  time_ms at = never;
  std::int64_t refund = 0;

  bool operator==(const next_step&) const = default;
};
next_step next_of(const tracked_attempt& t, const tracking_rules& rules);

/// The attempt after one more fact, heard at `now`. A payment that was told and that the provider, when asked, does
/// not know is contradicted: a person decides.
tracked_attempt heard(tracked_attempt before, const attempt_fact& fact, time_ms now);

/// Something is still to come of it, or a person has to look at it.
bool is_open(const tracked_attempt& t, const tracking_rules& rules);

/// The right money is there, and it is believed.
bool counts(const tracked_attempt& t, const tracking_rules& rules) noexcept;

/// Payments that are to be booked now; an empty receipt stands for one whose receipt is not known. `named` are
/// receipts of payments that are booked already: they are to be remembered, and not booked again.
struct booking {
  std::vector<std::string> receipts;
  std::vector<std::string> named;
};
booking to_book(const tracked_attempt& t, const tracking_rules& rules);
/// The same attempt once that is booked.
void note_booked(tracked_attempt& t, const booking& b, time_ms now);

/// A word about it that only a person can settle: `review`, `unconfirmed`, `contradicted`, `refund_failed`,
/// `unmatched`, `disputed`, `refund_under_way`; empty: none.
std::string_view attention(const tracked_attempt& t, const tracking_rules& rules);

/// A call came to nothing for now: wait, longer each time.
void put_off(tracked_attempt& t, time_ms now);
/// A question was asked at `now`: when the next one is due.
void note_look(tracked_attempt& t, time_ms now);

// As JSON. Reading anything else is `corrupt`.
std::string to_text(const tracked_attempt& t);
result<tracked_attempt> tracked_attempt_from(std::string_view text);

} // namespace wakala::payments
