/// \file
/// What a shopper asks of the shop, whether by a tap or in words, and the reply ids that taps carry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::commerce::storefront {

enum class wish : std::uint8_t {
  greet,
  menu,
  order,      ///< what was ordered; before that, the cart
  categories, ///< `number`: page
  category,   ///< `subject`: category, `number`: page
  product,    ///< `subject`: product id
  add,        ///< `subject`: product id, `number`: pieces
  cart,
  cart_lines,    ///< `number`: page of lines to choose from
  cart_edit,     ///< `subject`: product id
  cart_quantity, ///< `subject`: product id, `number`: pieces; 0 removes
  cart_remove,   ///< `subject`: product id
  cart_empty,
  check_out,
  found,   ///< `subject`: words searched for, `number`: page
  goods,   ///< of a native order message; they stand in the visit
  ask_how, ///< delivery or pick-up
  take_delivery,
  take_pick_up,
  areas,     ///< `number`: page
  take_area, ///< `subject`: name of the area
  ask_name,
  take_name,    ///< `subject`
  profile_name, ///< take the one of the shopper's profile
  ask_address,
  take_address, ///< `subject`
  take_place,   ///< `subject`: coordinates, a line break, what it is called
  details,      ///< choose what to change before ordering
  confirm,      ///< place what was shown
  pay,          ///< choose how
  pay_mpesa,
  pay_card,
  pay_number, ///< ask for the number that pays
  pay_from,   ///< `subject`: that number, as it was given
  have_paid,  ///< so the shopper says
  // Of an order that was placed. `subject`: its code; empty: the latest
  cancel_order, ///< asks whether that is meant
  drop_order,   ///< it is
  order_again,  ///< what was ordered goes into the cart
  toggle_language,
  english,
  kiswahili,
  help,
  human,
  remove_what, ///< "remove" without saying what
  gone,        ///< a tap on something of another time
  not_understood,
};

struct request {
  wish what = wish::not_understood;
  std::string subject;
  std::int64_t number = 0;

  bool operator==(const request&) const = default;
};

/// The id of a button or row that makes this request: `menu:home`, `menu:shop`, `menu:order`, `menu:human`,
/// `menu:help`, `cats:<page>`, `cat:<category>`, `page:<category>:<page>`, `prod:<id>`, `add:<id>:<pieces>`,
/// `cart:view`, `cart:lines:<page>`, `cart:edit:<id>`, `cart:qty:<id>:<pieces>`, `cart:remove:<id>`, `cart:empty`,
/// `cart:order`, `lang:en`, `lang:sw`, `lang:other`, `find:<words>:<page>`, `get:how`, `get:delivery`, `get:pickup`,
/// `get:areas:<page>`, `get:area:<name>`, `get:name`, `get:myname`, `get:address`, `get:details`, `get:confirm`,
/// `pay:how`, `pay:mpesa`, `pay:card`, `pay:number`, `pay:from:<number>`, `pay:done`, `ord:cancel:<code>`,
/// `ord:drop:<code>`, `ord:again:<code>`. Each says all that is needed, so that a tap on an old message still works.
/// Empty for wishes that only words make. At most 125 characters for ids and categories of at most 100.
std::string to_reply_id(const request& r);

/// Reads what `to_reply_id` writes; nothing for any other text.
std::optional<request> parse_reply_id(std::string_view id);

} // namespace wakala::commerce::storefront
