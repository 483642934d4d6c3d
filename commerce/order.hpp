/// \file
/// What a shopper has ordered, and what the home of the tenant is asked when a cart is checked out.
#pragma once

#include "commerce/conversation.hpp"
#include "commerce/order_state.hpp"
#include "commerce/paying.hpp"
#include "runtime/core/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

/// An order came to a state.
struct order_step {
  order_state state = order_state::awaiting_payment;
  time_ms at = 0;

  bool operator==(const order_step&) const = default;
};

/// An order as the shop's books have it. No personal data: who ordered is said by the conversation alone.
struct placed_order {
  std::string id;   ///< 32 hexadecimal digits, made of the cart it was: asked for again, it is the same
  std::string code; ///< what people say: `order_code_length` characters that are not mistaken for each other
  conversation_id conversation;
  std::vector<cart_line> lines; ///< never empty
  money total;
  order_state state = order_state::awaiting_payment;
  time_ms placed_at = 0;
  time_ms kept_until = 0;
  std::int64_t paid = 0;           ///< of the total, in minor units
  std::int64_t owed = 0;           ///< minor units that came in too much or too late and have not been given back
  std::vector<order_step> history; ///< each state after the first, in the order of time
  std::string tracking_url;        ///< where the shopper can follow the parcel; may be empty
  hand_over how = hand_over::undecided; ///< how the shopper gets it, when the shop asks
  std::string area;                     ///< of delivery, as configured
  money fee;                            ///< of delivery, part of `total`; without currency: there is none
  std::vector<std::string> attempts;    ///< to be paid for it through a provider, by their ids, the first one first
  std::uint32_t told = 0;               ///< news of it so far
  std::int64_t provided = 0;            ///< of what was paid or is owed, in minor units: came through a provider
  std::int64_t returning = 0;           ///< of what is owed, in minor units: is on its way back through a provider
  std::string delivery_date;            ///< promised, as `2026-12-01`; may be empty

  bool operator==(const placed_order&) const = default;
};

constexpr std::size_t order_code_length = 5;

/// A code made of `random`: digits and capitals without 0, O, 1, I, L, U (which make words and mistakes).
std::string make_order_code(std::uint64_t random);

/// Whether it could be one: of such characters, in capitals, and so many.
bool is_order_code(std::string_view text) noexcept;

/// Attempts to pay for one order; who has not managed by then needs a person.
constexpr std::size_t attempts_max = 20;

/// What the shopper is told of an order: that it has come to another state, or how it goes with paying for it.
struct order_news {
  std::string code;
  order_state state = order_state::awaiting_payment;
  money total;
  std::int64_t items = 0; ///< pieces
  time_ms placed_at = 0;
  time_ms kept_until = 0;
  std::string tracking_url;
  std::optional<payment_news> payment; ///< nothing: it is about the order's state
  std::string delivery_date;           ///< as of the order

  bool operator==(const order_news&) const = default;
};
order_news news_of(const placed_order& o);

/// What a shopper wants of an order that was placed.
struct order_question {
  enum class kind : std::uint8_t {
    look,   ///< what was ordered
    cancel, ///< when it waits for its payment and nothing of it is paid; else nothing happens
  } what = kind::look;
  std::string code;
  time_ms placed_at = 0; ///< a code may come back after years

  bool operator==(const order_question&) const = default;
};

/// What a step asks of the tenant's home before it can go on: to place an order, all or nothing.
struct order_request {
  std::string cart_id; ///< of the cart that becomes the order: asked again, it is the same order
  std::vector<cart_line> lines;
  money total; ///< with the fee
  /// How the shopper gets it, when the shop asks. No name and no address: the books hold no personal data.
  hand_over how = hand_over::undecided;
  std::string area = {}; ///< of delivery, as configured
  money fee = {};        ///< of delivery, part of `total`; without currency: there is none
  /// Not to place one, but this of one that was placed; then all the rest is empty.
  std::optional<order_question> about = {};

  bool operator==(const order_request&) const = default;
};

/// A line that cannot be had.
struct shortage {
  std::string product_id;
  std::int64_t left = 0; ///< pieces that nobody else keeps
  bool sold = true;      ///< false: the shop no longer sells it

  bool operator==(const shortage&) const = default;
};

/// Either an order, or why there is none. To a question about an order: that order as it is now, or nothing at all
/// when this shopper has none of that code.
struct order_answer {
  std::optional<order_receipt> placed;
  std::vector<shortage> short_of; ///< empty exactly when placed
  std::optional<placed_order> about = {};

  bool operator==(const order_answer&) const = default;
};

// As JSON. Reading anything else is `corrupt`.
std::string to_text(const placed_order& o);
result<placed_order> placed_order_from(std::string_view text);
std::string to_text(const order_news& n);
result<order_news> order_news_from(std::string_view text);
std::string to_text(const order_request& r);
result<order_request> order_request_from(std::string_view text);
std::string to_text(const order_answer& a);
result<order_answer> order_answer_from(std::string_view text);

} // namespace wakala::commerce
