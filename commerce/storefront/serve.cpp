#include "commerce/storefront/getting.hpp"
#include "commerce/storefront/pay.hpp"
#include "commerce/storefront/views.hpp"

namespace wakala::commerce::storefront {

namespace {

std::string_view intent_name(wish what) noexcept {
  switch (what) {
  case wish::greet:
    return "greet";
  case wish::menu:
    return "menu";
  case wish::order:
    return "order";
  case wish::categories:
    return "browse";
  case wish::category:
    return "category";
  case wish::product:
    return "product";
  case wish::add:
    return "add";
  case wish::cart:
    return "cart";
  case wish::cart_lines:
  case wish::cart_edit:
  case wish::cart_quantity:
    return "change";
  case wish::cart_remove:
  case wish::remove_what:
    return "remove";
  case wish::cart_empty:
    return "empty";
  case wish::check_out:
  case wish::confirm:
    return "checkout";
  case wish::cancel_order:
  case wish::drop_order:
    return "cancel";
  case wish::order_again:
    return "again";
  case wish::found:
    return "search";
  case wish::goods:
    return "goods";
  case wish::ask_how:
  case wish::take_delivery:
  case wish::take_pick_up:
  case wish::areas:
  case wish::take_area:
  case wish::ask_name:
  case wish::take_name:
  case wish::profile_name:
  case wish::ask_address:
  case wish::take_address:
  case wish::take_place:
  case wish::details:
    return "getting";
  case wish::pay:
  case wish::pay_mpesa:
  case wish::pay_card:
  case wish::pay_number:
  case wish::pay_from:
  case wish::have_paid:
    return "pay";
  case wish::toggle_language:
  case wish::english:
  case wish::kiswahili:
    return "language";
  case wish::help:
    return "help";
  case wish::human:
    return "human";
  case wish::gone:
    return "gone";
  case wish::not_understood:
    return "unknown";
  }
  return "unknown";
}

void speak(visit& v, language tongue) {
  v.state.spoken = tongue;
  show_again(v);
}

} // namespace

void show_again(visit& v) {
  const auto talk = v.state.talk;
  switch (talk.position) {
  case dialogue_position::start:
  case dialogue_position::menu:
    return talk.category.empty() ? show_menu(v) : ask_to_cancel(v, talk.category);
  case dialogue_position::categories:
    return show_categories(v, talk.page);
  case dialogue_position::products:
    return show_category(v, talk.category, talk.page);
  case dialogue_position::product:
    return show_product(v, talk.product_id);
  case dialogue_position::cart:
    if (!talk.product_id.empty())
      return edit_line(v, talk.product_id);
    return talk.page > 0 ? choose_line(v, std::int64_t{talk.page} - 1) : show_cart(v);
  case dialogue_position::human:
    return v.send_text(human_text(v));
  case dialogue_position::found:
    return show_found(v, talk.category, talk.page);
  case dialogue_position::checking_out:
    return ask_again(v);
  case dialogue_position::paying:
    return ask_number(v);
  }
}

void serve(visit& v, const request& asked) {
  v.intent(intent_name(asked.what));
  if (asked.what != wish::not_understood)
    v.state.talk.misunderstood = 0;
  switch (asked.what) {
  case wish::greet:
  case wish::menu:
    return show_menu(v);
  case wish::order:
    return show_order(v);
  case wish::categories:
    return show_categories(v, asked.number);
  case wish::category:
    return show_category(v, asked.subject, asked.number);
  case wish::product:
    return show_product(v, asked.subject);
  case wish::add:
    return add_to_cart(v, asked.subject, asked.number);
  case wish::cart:
    return show_cart(v);
  case wish::cart_lines:
    return choose_line(v, asked.number);
  case wish::cart_edit:
    return edit_line(v, asked.subject);
  case wish::cart_quantity:
    return change_quantity(v, asked.subject, asked.number);
  case wish::cart_remove:
    return remove_from_cart(v, asked.subject);
  case wish::cart_empty:
    return empty_cart(v);
  case wish::check_out:
    return check_out(v);
  case wish::found:
    return show_found(v, asked.subject, asked.number);
  case wish::goods:
    return take_goods(v);
  case wish::ask_how:
    return ask_how(v);
  case wish::take_delivery:
    return take_how(v, hand_over::delivery);
  case wish::take_pick_up:
    return take_how(v, hand_over::pick_up);
  case wish::areas:
    return ask_area(v, asked.number);
  case wish::take_area:
    return take_area(v, asked.subject);
  case wish::ask_name:
    return ask_name(v);
  case wish::take_name:
    return take_name(v, asked.subject);
  case wish::profile_name:
    return take_profile_name(v);
  case wish::ask_address:
    return ask_address(v);
  case wish::take_address:
    return take_address(v, asked.subject);
  case wish::take_place:
    return take_place(v, asked.subject);
  case wish::details:
    return choose_detail(v);
  case wish::confirm:
    return confirm(v);
  case wish::pay:
    return choose_way(v);
  case wish::pay_mpesa:
    return pay_by(v, pay_way::mpesa);
  case wish::pay_card:
    return pay_by(v, pay_way::card);
  case wish::pay_number:
    return ask_number(v);
  case wish::pay_from:
    return pay_from(v, asked.subject);
  case wish::have_paid:
    return check_payment(v);
  case wish::cancel_order:
    return ask_to_cancel(v, asked.subject);
  case wish::drop_order:
    return cancel_order(v, asked.subject);
  case wish::order_again:
    return order_again(v, asked.subject);
  case wish::toggle_language:
    return speak(v, v.state.spoken == language::english ? language::kiswahili : language::english);
  case wish::english:
    return speak(v, language::english);
  case wish::kiswahili:
    return speak(v, language::kiswahili);
  case wish::help:
    return show_help(v);
  case wish::human:
    return call_human(v);
  case wish::remove_what:
    return v.send_text(v.say("cart.remove_what"));
  case wish::gone:
    return v.send_buttons(v.say("gone.choice"), {v.to_shop(), v.to_cart(), v.to_menu()});
  case wish::not_understood:
    if (!ask_anew(v))
      not_understood(v);
    return;
  }
}

} // namespace wakala::commerce::storefront
