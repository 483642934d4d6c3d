/// \file
/// How a shopper pays for an order: what a shop offers, what a step asks of the tenant's home, and what comes back.
/// Who the providers are and what they say is known there alone.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"
#include "runtime/core/rounding.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::commerce {

enum class pay_way : std::uint8_t {
  mpesa, ///< a prompt on the payer's phone
  card,  ///< a page of the provider
};
std::string_view to_string(pay_way way) noexcept;
std::optional<pay_way> pay_way_from(std::string_view text) noexcept;

/// The ways of paying that a shop has now.
struct pay_offer {
  bool mpesa = false; ///< takes Kenyan shillings only, and whole ones
  bool card = false;
  rounding rule = rounding::nearest; ///< of M-Pesa
  std::string by_hand;               ///< the PayBill or till that can be paid by hand; empty: none

  bool any() const noexcept { return mpesa || card; }
  /// What a shopper is charged for `total` that way; nothing where it cannot be paid so.
  std::optional<money> charge(pay_way way, const money& total) const;
  bool operator==(const pay_offer&) const = default;
};

/// What a step asks of the tenant's home before it can go on.
struct payment_request {
  enum class kind : std::uint8_t {
    start, ///< an attempt to be paid
    check, ///< the shopper says that it is paid: look, and believe nobody
  } what = kind::start;
  std::string order; ///< its code
  time_ms placed_at = 0;
  pay_way way = pay_way::mpesa;
  std::string payer; ///< of M-Pesa: the number as it was given; personal

  bool operator==(const payment_request&) const = default;
};

/// What the home has done about it.
struct payment_answer {
  enum class kind : std::uint8_t {
    started,     ///< the prompt, or the page, is on its way
    under_way,   ///< one is already, that can still be paid
    checking,    ///< the provider is being asked
    nothing,     ///< no payment is under way, and none has come in
    paid,        ///< the order is
    bad_number,  ///< M-Pesa has no such number
    too_much,    ///< for one payment
    too_often,   ///< a person has to help
    over,        ///< the order is not to be paid any more
    unavailable, ///< that way cannot be used now
  } what = kind::unavailable;
  money amount;           ///< that is charged, of `started` and `under_way`
  std::string payer;      ///< as the provider has it, of M-Pesa; personal
  std::string url;        ///< of `under_way` by card
  time_ms kept_until = 0; ///< of the order, when it is kept longer for this; 0: as before

  bool operator==(const payment_answer&) const = default;
};

/// What the shopper is told of an attempt later on.
struct payment_news {
  enum class kind : std::uint8_t {
    page,      ///< here it can be paid
    failed,    ///< see `reason`
    cancelled, ///< by the shopper
    lapsed,    ///< nobody paid in time
    too_late,  ///< money has come that no longer pays anything: it goes back
    returned,  ///< it has gone back
  } what = kind::failed;
  pay_way way = pay_way::mpesa;
  std::string reason; ///< of `failed`: `no_money`, `wrong_pin`, `unreachable`, `busy`, `declined`, or other
  std::string url;    ///< of `page`
  money amount;

  bool operator==(const payment_news&) const = default;
};

// As JSON. Reading anything else is `corrupt`.
std::string to_text(const payment_request& r);
result<payment_request> payment_request_from(std::string_view text);
std::string to_text(const payment_answer& a);
result<payment_answer> payment_answer_from(std::string_view text);
nlohmann::json to_json(const payment_news& n);
/// Throws what the JSON library throws for a missing member; nothing for an unknown word.
std::optional<payment_news> payment_news_in(const nlohmann::json& form);

} // namespace wakala::commerce
