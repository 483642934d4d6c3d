/// \file
/// What one conversation is: who the shopper is, the session, the cart, and where the dialogue stands. Plain values.
#pragma once

#include "commerce/order_state.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/codec.hpp"
#include "runtime/core/money.hpp"
#include "runtime/core/result.hpp"
#include "whatsapp/event.hpp"
#include "whatsapp/outbound.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wakala::commerce {

/// Everything by which the outside names one shopper. A set: members are learnt one by one and may be empty.
struct identity {
  std::string phone;    ///< digits
  std::string user_id;  ///< business-scoped user id (Cloud API reference §8)
  std::string username; ///< without `@`
  std::string name;     ///< profile name

  bool operator==(const identity&) const = default;
};

/// The 24 h customer service window and what happened in it (Cloud API reference §12).
struct session {
  std::string id;                   ///< new for every window: `s_` and 24 hex digits
  std::string category = "service"; ///< `service`, later `marketing`, `utility`, … by what opened it
  time_ms started_at = 0;
  time_ms expires_at = 0;          ///< last shopper message of any number + 24 h; 0: never opened
  std::uint32_t message_count = 0; ///< inbound and outbound in this session
  std::string last_intent;         ///< `greet`, `browse`, `category`, `product`, `add`, `cart`, `help`, `human`, …

  bool operator==(const session&) const = default;
};

struct cart_line {
  std::string product_id;
  std::string name; ///< as shown when it was added
  std::int64_t quantity = 0;
  money price; ///< per piece, as shown when it was added

  bool operator==(const cart_line&) const = default;
};

/// A cart expires 24 h after the last activity of its shopper.
struct cart {
  std::string id; ///< `c_` and 24 hex digits; empty while nothing was ever added
  std::vector<cart_line> lines;
  time_ms expires_at = 0;
  bool reminded = false; ///< its shopper was reminded of it: once in its life

  bool operator==(const cart&) const = default;
};

/// What a shopper keeps of an order that was placed.
struct order_receipt {
  std::string code;
  money total;
  time_ms placed_at = 0;
  time_ms kept_until = 0;                            ///< its pieces are kept for so long
  order_state state = order_state::awaiting_payment; ///< as the shop has told last
  std::string tracking_url = {};                     ///< where to follow the parcel; may be empty

  bool operator==(const order_receipt&) const = default;
};

enum class language : std::uint8_t { english, kiswahili };

/// Where the dialogue stands. In `cart`, a `product_id` means that this line is being changed; otherwise page 0 is
/// the cart itself and page n ≥ 1 the n-th list of its lines to choose from. In `found`, `category` is what was
/// searched for. In `checking_out`, `page` says which question is open (`check_out_stage`). In `menu`, a `category`
/// is the code of an order: the question is open whether it shall be cancelled. In `paying`, the number that pays is
/// asked for.
enum class dialogue_position : std::uint8_t {
  start,
  menu,
  categories,
  products,
  product,
  cart,
  human,
  found,
  checking_out,
  paying,
};

struct dialogue {
  dialogue_position position = dialogue_position::start;
  std::string category;            ///< chosen category
  std::uint32_t page = 0;          ///< page of the list being shown
  std::string product_id;          ///< chosen product
  std::uint32_t misunderstood = 0; ///< unknown inputs in a row
  bool human = false;              ///< a person was asked for; the bot stays silent but for keywords and taps
  /// The silence ends by itself 24 h after a person was asked for or last answered; 0: only by MENU.
  time_ms human_until = 0;
  bool strayed = false; ///< the last keyword was one of the language that is not spoken; a second one changes it

  bool operator==(const dialogue&) const = default;
};

/// What the shopper allows, and what the shop has decided about the shopper.
struct permissions {
  bool no_marketing = false; ///< stopped in WhatsApp (Cloud API reference §7.4): no marketing template may be sent
  time_ms marketing_at = 0;  ///< when that was last said; 0: never
  bool is_blocked = false;   ///< recorded, never answered, sent nothing
  /// The shopper wrote STOP: what nobody asked for is not sent, whatever WhatsApp would allow.
  bool opted_out = false;
  time_ms opted_at = 0; ///< when STOP or START was last written; 0: never

  bool operator==(const permissions&) const = default;
};

enum class hand_over : std::uint8_t { undecided, pick_up, delivery };

/// How the shopper gets what was ordered, as far as the shopper has said. Kept for the next order. Personal: it stays
/// in the conversation's own state.
struct getting {
  hand_over how = hand_over::undecided;
  std::string area; ///< of delivery, by the shop's name for it
  std::string name;
  std::string address; ///< in words
  std::string place;   ///< a shared location: `latitude,longitude`
  std::int64_t shown =
      0; ///< the total with the fee that was shown last, in minor units; 0: none since the last order

  bool operator==(const getting&) const = default;
};

/// Meta's free entry point: who came from an advertisement and is answered within a day may be written to free of
/// charge for three days from that answer. What may be written is still a question of the 24 h window (Cloud API
/// reference §12).
struct free_entry {
  time_ms referred_at = 0; ///< the message that came from there, not answered yet; 0: none
  time_ms until = 0;       ///< 0: never

  bool operator==(const free_entry&) const = default;
};

constexpr std::size_t earlier_orders_max = 4;

struct conversation_state {
  identity who;
  session current;
  commerce::cart basket;
  commerce::dialogue talk;
  commerce::language spoken = language::english;
  /// Last shopper message per business number (phone number id → its time): the number's own 24 h window.
  std::map<std::string, time_ms> window_by_number;
  std::optional<order_receipt> ordered; ///< the latest order
  std::vector<order_receipt> earlier;   ///< orders before it, the latest first; at most `earlier_orders_max`
  permissions may;
  free_entry entry;
  commerce::getting getting;

  bool operator==(const conversation_state&) const = default;
};

/// The form of a record that holds this state: 2 when something was ordered, 3 when anything is said of permissions
/// or a free entry, 4 when the shopper wrote STOP or START, said how to get an order, is at a place of the dialogue
/// that came with these, or wavers between languages, 5 when there is more than one order, or one that the shop has
/// told something of, 6 when the shopper was reminded of the cart, or the dialogue is at a place that came with
/// paying. A state without is written as before there were any, so that a node of that version can read it.
std::uint8_t record_form(const conversation_state& state) noexcept;
constexpr std::uint8_t record_form_max = 6;

/// The state as part of a record of that form, about 150 bytes with a small cart.
void encode(encoder& out, const conversation_state& state);
/// Reads what `encode` wrote; what it never writes makes the decoder bad, and the state is then of no use.
conversation_state decode_conversation(decoder& in);

/// Sum of the lines; zero of `currency` for an empty cart.
result<money> total(const cart& basket, std::string_view currency);

} // namespace wakala::commerce
