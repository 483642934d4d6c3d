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
    return "checkout";
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
    return show_menu(v);
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
    return v.send_text(v.say("human.confirmed"));
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
    return not_understood(v);
  }
}

} // namespace wakala::commerce::storefront
