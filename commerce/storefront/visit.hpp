/// \file
/// One step of the dialogue while it happens: the state being changed, what may be known, and the replies so far.
#pragma once

#include "commerce/step.hpp"
#include "commerce/storefront/request.hpp"
#include "whatsapp/order_reference.hpp"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::commerce::storefront {

using values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// A button: the key of its title, and what it asks for.
struct choice {
  std::string title; ///< as shown
  request asks;
};

/// A row of a list.
struct offer {
  std::string title;
  std::string description;
  request asks;
};

class visit {
public:
  visit(conversation_state& who, const step_context& known, time_ms at) : state(who), context(known), time(at) {}

  conversation_state& state;
  const step_context& context;
  time_ms time; ///< of the event
  std::vector<reply> replies;
  std::optional<order_request> wants_order;
  std::optional<payment_request> wants_payment;
  std::vector<whatsapp::ordered_item> goods; ///< of a native order message

  const catalog& shelf() const noexcept { return *context.shelf; }
  std::string say(std::string_view key, values filled = {}) const;
  void intent(std::string_view name) { state.current.last_intent = name; }

  /// Moves the dialogue; whatever the new position does not need is forgotten.
  void stand_at(dialogue_position position, std::string_view category = {}, std::uint32_t page = 0,
                std::string_view product_id = {});

  // Whatever their content, these keep to the limits of Cloud API reference §9.4.
  void send_text(std::string body);
  void send_buttons(std::string body, std::span<const choice> choices);
  void send_buttons(std::string body, std::initializer_list<choice> choices) {
    send_buttons(std::move(body), std::span(choices.begin(), choices.size()));
  }
  /// Asks for an address, with a button that shares a location.
  void send_location_request(std::string body);
  void send_list(std::string body, std::string open, std::string section, std::vector<offer> offers);

  choice button(std::string_view key, request asks) const { return {say(key), std::move(asks)}; }
  choice to_menu() const { return button("button.menu", {wish::menu, {}, 0}); }
  choice to_shop() const { return button("button.shop", {wish::categories, {}, 0}); }
  choice to_human() const { return button("button.human", {wish::human, {}, 0}); }
  choice to_cart() const { return button("button.cart", {wish::cart, {}, 0}); }
};

/// Names and amounts inside sentences.
std::string short_name(std::string_view name);
std::string amount(std::int64_t number);

/// The part of a long list that one message shows.
struct list_page {
  std::size_t first = 0;
  std::size_t count = 0;
  std::uint32_t number = 0; ///< from 0
  std::uint32_t pages = 1;
  bool has_more() const noexcept { return number + 1 < pages; }
};

/// Pages for lists that keep one row for a way back, `kept` for other things, and, but on the last page, one for
/// "More". A page beyond the last one is the last one: shelves shrink while old messages stay.
list_page page_of(std::size_t items, std::int64_t wanted, std::size_t kept = 0) noexcept;

} // namespace wakala::commerce::storefront
