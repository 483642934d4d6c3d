#include "commerce/storefront/getting.hpp"

#include "commerce/cart.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

constexpr std::uint32_t stage_bits = 3;   // of a dialogue's page; the page of the list of areas lies above
constexpr std::size_t review_room = 1000; // of the 1,024 of a message with buttons
constexpr std::size_t lines_room_min = 200;
constexpr std::size_t place_max = 300;
constexpr std::size_t button_title_max = 20;

const shop_settings& settings(const visit& v) noexcept {
  static const shop_settings none;
  return v.context.shop == nullptr ? none : *v.context.shop;
}

void stand_at_stage(visit& v, check_out_stage stage, std::uint32_t page = 0) {
  v.stand_at(dialogue_position::checking_out, {}, static_cast<std::uint32_t>(stage) | (page << stage_bits));
}

/// Forgets what the shop no longer offers, and decides what leaves no choice.
void bring_in_line(visit& v) {
  auto& g = v.state.getting;
  const auto& shop = settings(v);
  if ((g.how == hand_over::delivery && !shop.delivers()) ||
      (g.how == hand_over::pick_up && !shop.can_be_fetched_from()))
    g.how = hand_over::undecided;
  if (g.how == hand_over::undecided && shop.delivers() != shop.can_be_fetched_from())
    g.how = shop.delivers() ? hand_over::delivery : hand_over::pick_up;
  if (shop.find_area(g.area) == nullptr)
    g.area.clear();
}

/// The first question without an answer; the review when there is none.
check_out_stage next_stage(const getting& g) noexcept {
  if (g.how == hand_over::undecided)
    return check_out_stage::how;
  if (g.how == hand_over::delivery && g.area.empty())
    return check_out_stage::area;
  if (g.name.empty())
    return check_out_stage::name;
  if (g.how == hand_over::delivery && g.address.empty() && g.place.empty())
    return check_out_stage::address;
  return check_out_stage::review;
}

std::string address_of(const getting& g) { return g.address.empty() ? g.place : g.address; }

/// Everything but the lines of the cart.
std::string review_end(const visit& v, const order_request& order) {
  const auto& g = v.state.getting;
  std::string text;
  if (g.how == hand_over::delivery)
    text += "\n" + v.say("getting.fee", {{"area", g.area}, {"fee", display_text(order.fee)}});
  text += "\n" + v.say("cart.total", {{"total", display_text(order.total)}}) + "\n";
  if (g.how == hand_over::pick_up)
    text += "\n" + v.say("getting.pick_up", {{"place", cut(settings(v).pick_up, place_max)}});
  text += "\n" + v.say("getting.named", {{"name", g.name}});
  if (g.how == hand_over::delivery)
    text += "\n" + v.say("getting.addressed", {{"address", address_of(g)}});
  return text;
}

void show_review(visit& v, std::string_view above) {
  const auto order = to_order(v);
  if (!order) // the fee is more than can be counted
    return show_cart_with(v, v.say("cart.too_large") + "\n");
  v.state.getting.shown = order->total.minor;
  const auto end = review_end(v, *order);
  const auto taken = code_points(end);
  const auto room = std::max(review_room - std::min(review_room, taken), lines_room_min);
  stand_at_stage(v, check_out_stage::review);
  v.send_buttons(cart_lines_text(v, std::string(above) + v.say("getting.title"), room) + end,
                 {v.button("button.confirm", {wish::confirm, {}, 0}),
                  v.button("button.change", {wish::details, {}, 0}), v.to_cart()});
}

} // namespace

check_out_stage stage_of(const dialogue& talk) noexcept {
  const auto stage = talk.page & ((1U << stage_bits) - 1U);
  return static_cast<check_out_stage>(std::min(stage, static_cast<std::uint32_t>(check_out_stage::details)));
}

std::int64_t area_page_of(const dialogue& talk) noexcept { return talk.page >> stage_bits; }

bool asks_how(const visit& v) noexcept { return settings(v).asks_how(); }

result<order_request> to_order(const visit& v) {
  const auto& basket = v.state.basket;
  auto sum = total(basket, v.context.currency);
  if (!sum)
    return sum.error();
  order_request order{basket.id, basket.lines, std::move(*sum)};
  if (!asks_how(v))
    return order;
  const auto& g = v.state.getting;
  order.how = g.how;
  if (const auto* area = settings(v).find_area(g.area); g.how == hand_over::delivery && area != nullptr) {
    auto with_fee = add(order.total, area->fee);
    if (!with_fee)
      return with_fee.error();
    order.total = std::move(*with_fee);
    order.area = area->name;
    order.fee = area->fee;
  }
  return order;
}

void ask_how(visit& v, std::string_view text) {
  bring_in_line(v);
  if (!settings(v).delivers() || !settings(v).can_be_fetched_from())
    return go_on(v);
  stand_at_stage(v, check_out_stage::how);
  v.send_buttons(std::string(text) + v.say("getting.how"),
                 {v.button("button.delivery", {wish::take_delivery, {}, 0}),
                  v.button("button.pick_up", {wish::take_pick_up, {}, 0}), v.to_cart()});
}

void ask_area(visit& v, std::int64_t wanted, std::string_view text) {
  const auto& areas = settings(v).areas;
  if (areas.empty())
    return go_on(v);
  v.state.getting.how = hand_over::delivery;
  const auto page = page_of(areas.size(), wanted);
  std::vector<offer> offers;
  for (std::size_t i = page.first; i < page.first + page.count; ++i)
    offers.push_back({areas[i].name,
                      v.say("getting.area_fee", {{"fee", display_text(areas[i].fee)}}),
                      {wish::take_area, areas[i].name, 0}});
  if (page.has_more())
    offers.push_back(more_row(v, page, {wish::areas, {}, std::int64_t{page.number} + 1}));
  auto back =
      page.number > 0 ? request{wish::areas, {}, std::int64_t{page.number} - 1} : before(v, check_out_stage::area);
  offers.push_back({v.say(back.what == wish::cart ? "row.cart" : "row.back"), {}, std::move(back)});
  stand_at_stage(v, check_out_stage::area, page.number);
  v.send_list(std::string(text) + v.say("getting.area"), v.say("getting.area_open"), v.say("getting.area_open"),
              std::move(offers));
}

void ask_name(visit& v) {
  std::vector<choice> choices;
  const auto back = v.button("button.back", before(v, check_out_stage::name));
  if (const auto own = cut_line(v.state.who.name, button_title_max); !own.empty() && own != back.title)
    choices.push_back({own, {wish::profile_name, {}, 0}});
  choices.push_back(back);
  stand_at_stage(v, check_out_stage::name);
  v.send_buttons(v.say("getting.name"), choices);
}

void ask_address(visit& v) {
  bring_in_line(v);
  const auto& g = v.state.getting;
  if (g.how != hand_over::delivery || g.area.empty())
    return go_on(v);
  stand_at_stage(v, check_out_stage::address);
  v.send_location_request(v.say("getting.address", {{"area", g.area}}));
}

void choose_detail(visit& v) {
  bring_in_line(v);
  const auto& g = v.state.getting;
  std::vector<offer> offers;
  if (settings(v).delivers() && settings(v).can_be_fetched_from())
    offers.push_back({v.say("row.how"), {}, {wish::ask_how, {}, 0}});
  if (g.how == hand_over::delivery)
    offers.push_back({v.say("row.area"), g.area, {wish::areas, {}, 0}});
  offers.push_back({v.say("row.name"), g.name, {wish::ask_name, {}, 0}});
  if (g.how == hand_over::delivery)
    offers.push_back({v.say("row.address"), address_of(g), {wish::ask_address, {}, 0}});
  offers.push_back({v.say("row.cart"), {}, {wish::cart, {}, 0}});
  offers.push_back({v.say("row.back"), {}, {wish::check_out, {}, 0}});
  stand_at_stage(v, check_out_stage::details);
  v.send_list(v.say("getting.details"), v.say("getting.details_open"), v.say("getting.details_open"),
              std::move(offers));
}

void go_on(visit& v, std::string_view text) {
  if (v.state.basket.lines.empty() || !asks_how(v)) // the shop asks no longer, or the cart is from another time
    return show_cart(v);
  bring_in_line(v);
  switch (next_stage(v.state.getting)) {
  case check_out_stage::how:
    return ask_how(v);
  case check_out_stage::area:
    return ask_area(v, 0);
  case check_out_stage::name:
    return ask_name(v);
  case check_out_stage::address:
    return ask_address(v);
  case check_out_stage::review:
  case check_out_stage::details:
    return show_review(v, text);
  }
}

void confirm(visit& v) {
  const auto& talk = v.state.talk;
  const bool is_shown = talk.position == dialogue_position::checking_out && stage_of(talk) == check_out_stage::review;
  if (v.context.order != nullptr || !asks_how(v) || v.state.basket.lines.empty())
    return check_out(v);
  if (const auto corrections = correct_cart(v); !corrections.empty())
    return show_cart_with(v, corrections);
  bring_in_line(v);
  if (next_stage(v.state.getting) != check_out_stage::review || !is_shown)
    return go_on(v);
  auto order = to_order(v);
  if (!order || order->total.minor != v.state.getting.shown)
    return go_on(v, v.say("getting.changed") + "\n");
  v.wants_order = std::move(*order);
}

void ask_again(visit& v) {
  switch (stage_of(v.state.talk)) {
  case check_out_stage::how:
    return ask_how(v);
  case check_out_stage::area:
    return ask_area(v, area_page_of(v.state.talk));
  case check_out_stage::name:
    return ask_name(v);
  case check_out_stage::address:
    return ask_address(v);
  case check_out_stage::details:
    return choose_detail(v);
  case check_out_stage::review:
    return go_on(v);
  }
}

bool ask_anew(visit& v) {
  auto& talk = v.state.talk;
  if (talk.position != dialogue_position::checking_out || talk.misunderstood > 0)
    return false;
  const auto stage = stage_of(talk);
  if (stage != check_out_stage::how && stage != check_out_stage::area)
    return false;
  ++talk.misunderstood;
  const auto text = v.say("unknown.text") + "\n";
  if (stage == check_out_stage::how)
    ask_how(v, text);
  else
    ask_area(v, area_page_of(talk), text);
  return true;
}

request before(const visit& v, check_out_stage stage) {
  const auto& shop = settings(v);
  const bool has_choice = shop.delivers() && shop.can_be_fetched_from();
  const auto first = has_choice ? request{wish::ask_how, {}, 0} : request{wish::cart, {}, 0};
  switch (stage) {
  case check_out_stage::area:
    return first;
  case check_out_stage::name:
    return v.state.getting.how == hand_over::delivery ? request{wish::areas, {}, 0} : first;
  case check_out_stage::address:
    return {wish::ask_name, {}, 0};
  case check_out_stage::details:
    return {wish::check_out, {}, 0};
  case check_out_stage::how:
  case check_out_stage::review:
    return {wish::cart, {}, 0};
  }
  return {wish::cart, {}, 0};
}

} // namespace wakala::commerce::storefront
