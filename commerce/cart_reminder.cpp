#include "commerce/cart_reminder.hpp"

#include "commerce/cart.hpp"
#include "commerce/session.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

#include <algorithm>
#include <utility>

namespace wakala::commerce {

namespace {

/// A reminder that comes when the window is about to close cannot be answered any more.
constexpr time_ms window_left_min = 30 * 60 * ms_per_second;
constexpr std::size_t body_room = 1000; // of the 1,024 of a message with buttons

} // namespace

time_ms reminder_due(const conversation_state& state, const shop_settings& shop, time_ms from) noexcept {
  const auto& basket = state.basket;
  if (shop.cart_reminder_hours == 0 || basket.lines.empty() || basket.reminded || state.may.opted_out ||
      state.may.no_marketing || state.may.is_blocked)
    return 0;
  const auto last_activity = basket.expires_at - cart_lifetime;
  const auto due = open_from(shop.hours, std::max(last_activity + shop.cart_reminder_hours * ms_per_hour, from));
  if (state.talk.human && (state.talk.human_until == 0 || state.talk.human_until > due))
    return 0;
  time_ms closes = 0;
  for (const auto& [number, last] : state.window_by_number)
    closes = std::max(closes, last + window_length - window_margin);
  return due + window_left_min <= closes ? due : 0;
}

step_result remind_of_cart(conversation_state before, const step_context& context) {
  step_result done;
  done.state = std::move(before);
  auto& state = done.state;
  const auto due = reminder_due(state, *context.shop, context.now);
  if (context.silent || due == 0 || due > context.now)
    return done;
  storefront::visit v(state, context, context.now);
  auto text = storefront::correct_cart(v);
  if (state.basket.lines.empty())
    return done;
  state.basket.reminded = true;
  const auto end = "\n" + v.say("cart.total", {{"total", storefront::cart_total(v)}}) + "\n" + v.say("remind.end");
  text = storefront::cart_lines_text(v, text + v.say("remind.title"), body_room - code_points(end)) + end;
  v.send_buttons(std::move(text), {v.button("button.check_out", {storefront::wish::check_out, {}, 0}), v.to_cart(),
                                   v.button("button.keep_shopping", {storefront::wish::categories, {}, 0})});
  done.replies = std::move(v.replies);
  done.is_notice = true;
  done.from_number = latest_number(state);
  answer_entry(state, context.now);
  count_outbound(state.current, context.now, 1);
  done.figures = figures_of(state.current);
  return done;
}

} // namespace wakala::commerce
