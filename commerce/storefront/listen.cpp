#include "commerce/storefront/listen.hpp"

#include "commerce/cart.hpp"
#include "commerce/keywords.hpp"
#include "commerce/storefront/getting.hpp"
#include "commerce/storefront/pay.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"
#include "whatsapp/location_reference.hpp"

#include <algorithm>
#include <array>

namespace wakala::commerce::storefront {

namespace {

/// More than any keyword or product name needs; a shopper may send 64 kB.
constexpr std::size_t heard_max = 300;

/// A category or product by its whole name.
std::optional<request> shelf_entry(const visit& v, std::string_view folded) {
  if (const auto* category = v.shelf().find_category_named(folded))
    return request{wish::category, *category, 0};
  if (const auto* p = v.shelf().find_named(folded))
    return request{wish::product, p->id, 0};
  return std::nullopt;
}

/// A line of the cart by its name, or by a part of the name that no other line has.
const cart_line* line_named(const visit& v, std::string_view folded) {
  if (folded.empty())
    return nullptr;
  const cart_line* part = nullptr;
  bool several = false;
  for (const auto& line : v.state.basket.lines) {
    const auto name = fold(line.name);
    if (name == folded)
      return &line;
    if (name.find(folded) != std::string::npos) {
      several = part != nullptr;
      part = &line;
    }
  }
  return several ? nullptr : part;
}

const cart_line* line_meant(const visit& v, const heard_order& heard) {
  if (const auto* whole = line_named(v, heard.rest))
    return whole;
  return line_named(v, heard.name);
}

std::optional<request> to_add(const visit& v, const heard_order& heard) {
  const auto& talk = v.state.talk;
  if (heard.name.empty()) {
    const auto pieces = heard.quantity.value_or(1);
    if (talk.position == dialogue_position::product && pieces > 0)
      return request{wish::add, talk.product_id, pieces};
    if (talk.position == dialogue_position::cart && !talk.product_id.empty() && heard.quantity)
      return request{wish::cart_quantity, talk.product_id, pieces};
    return std::nullopt;
  }
  if (const auto* p = v.shelf().find_named(heard.rest))
    return request{wish::add, p->id, 1};
  if (heard.quantity.value_or(1) < 1)
    return std::nullopt;
  if (const auto* p = v.shelf().find_named(heard.name))
    return request{wish::add, p->id, heard.quantity.value_or(1)};
  if (v.context.finder != nullptr)
    if (const auto ids = v.context.finder->find_surely(heard.name); ids.size() == 1)
      return request{wish::add, ids.front(), heard.quantity.value_or(1)};
  return found(v, heard.name).empty() ? std::nullopt
                                      : std::optional(request{wish::found, searched_text(heard.name), 0});
}

std::optional<request> to_remove(const visit& v, const heard_order& heard) {
  if (!heard.rest.empty()) {
    const auto* line = line_meant(v, heard);
    return line == nullptr ? std::nullopt : std::optional(request{wish::cart_remove, line->product_id, 0});
  }
  if (v.state.talk.position != dialogue_position::cart)
    return std::nullopt;
  if (!v.state.talk.product_id.empty())
    return request{wish::cart_remove, v.state.talk.product_id, 0};
  const auto& lines = v.state.basket.lines;
  return lines.size() == 1 ? request{wish::cart_remove, lines.front().product_id, 0}
                           : request{wish::remove_what, {}, 0};
}

std::optional<request> to_change(const visit& v, const heard_order& heard) {
  if (!heard.name.empty()) {
    if (const auto* line = line_named(v, heard.rest))
      return request{wish::cart_edit, line->product_id, 0};
    const auto* line = line_named(v, heard.name);
    if (line == nullptr)
      return std::nullopt;
    return heard.quantity ? request{wish::cart_quantity, line->product_id, *heard.quantity}
                          : request{wish::cart_edit, line->product_id, 0};
  }
  if (v.state.talk.position != dialogue_position::cart)
    return std::nullopt;
  if (heard.quantity && !v.state.talk.product_id.empty())
    return request{wish::cart_quantity, v.state.talk.product_id, *heard.quantity};
  return request{wish::cart_lines, {}, 0};
}

std::optional<request> from_order(const visit& v, const heard_order& heard) {
  switch (heard.what) {
  case heard_order::kind::add:
    return to_add(v, heard);
  case heard_order::kind::remove:
    return to_remove(v, heard);
  case heard_order::kind::change:
    return to_change(v, heard);
  case heard_order::kind::empty:
    return v.state.talk.position == dialogue_position::cart ? std::optional(request{wish::cart_empty, {}, 0})
                                                            : std::nullopt;
  }
  return std::nullopt;
}

request back(const visit& v) {
  const auto& talk = v.state.talk;
  const std::int64_t page = talk.page;
  switch (talk.position) {
  case dialogue_position::product:
    return {wish::category, talk.category, page};
  case dialogue_position::products:
    return page > 0 ? request{wish::category, talk.category, page - 1}
                    : request{wish::categories, {}, page_of_category(v, talk.category)};
  case dialogue_position::categories:
    return page > 0 ? request{wish::categories, {}, page - 1} : request{wish::menu, {}, 0};
  case dialogue_position::cart:
    if (page > 1)
      return {wish::cart_lines, {}, page - 2};
    return page == 1 || !talk.product_id.empty() ? request{wish::cart, {}, 0} : request{wish::menu, {}, 0};
  case dialogue_position::found:
    return page > 0 ? request{wish::found, talk.category, page - 1} : request{wish::menu, {}, 0};
  case dialogue_position::checking_out:
    if (stage_of(talk) == check_out_stage::area && area_page_of(talk) > 0)
      return {wish::areas, {}, area_page_of(talk) - 1};
    return before(v, stage_of(talk));
  case dialogue_position::paying:
    return {wish::pay, {}, 0};
  case dialogue_position::start:
  case dialogue_position::menu:
  case dialogue_position::human:
    return {wish::menu, {}, 0};
  }
  return {wish::menu, {}, 0};
}

std::optional<request> more(const dialogue& talk) {
  const std::int64_t page = talk.page;
  switch (talk.position) {
  case dialogue_position::categories:
    return request{wish::categories, {}, page + 1};
  case dialogue_position::products:
    return request{wish::category, talk.category, page + 1};
  case dialogue_position::cart:
    if (talk.product_id.empty() && page > 0)
      return request{wish::cart_lines, {}, page};
    return std::nullopt;
  case dialogue_position::found:
    return request{wish::found, talk.category, page + 1};
  case dialogue_position::checking_out:
    if (stage_of(talk) == check_out_stage::area)
      return request{wish::areas, {}, area_page_of(talk) + 1};
    return std::nullopt;
  case dialogue_position::paying:
  case dialogue_position::start:
  case dialogue_position::menu:
  case dialogue_position::product:
  case dialogue_position::human:
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<request> from_keyword(const visit& v, keyword word) {
  switch (word) {
  case keyword::menu:
    return request{wish::menu, {}, 0};
  case keyword::cart:
    return request{wish::cart, {}, 0};
  case keyword::human:
    return request{wish::human, {}, 0};
  case keyword::language:
    return request{wish::toggle_language, {}, 0};
  case keyword::help:
    return request{wish::help, {}, 0};
  case keyword::english:
    return request{wish::english, {}, 0};
  case keyword::kiswahili:
    return request{wish::kiswahili, {}, 0};
  case keyword::shop:
    return request{wish::categories, {}, 0};
  case keyword::order:
    return request{wish::order, {}, 0};
  case keyword::check_out:
    return request{wish::check_out, {}, 0};
  case keyword::greeting:
    return request{wish::greet, {}, 0};
  case keyword::back:
    return back(v);
  case keyword::more:
    return more(v.state.talk);
  case keyword::pay:
    return waiting_order(v) == nullptr ? std::nullopt : std::optional(request{wish::pay, {}, 0});
  case keyword::have_paid:
    return v.state.ordered ? std::optional(request{wish::have_paid, {}, 0}) : std::nullopt;
  }
  return std::nullopt;
}

/// Keywords that call for the shop while a person has the conversation.
bool calls_the_shop(keyword word) noexcept {
  switch (word) {
  case keyword::menu:
  case keyword::cart:
  case keyword::language:
  case keyword::english:
  case keyword::kiswahili:
  case keyword::help:
    return true;
  case keyword::human:
  case keyword::shop:
  case keyword::order:
  case keyword::check_out:
  case keyword::greeting:
  case keyword::back:
  case keyword::more:
  case keyword::pay:
  case keyword::have_paid:
    return false;
  }
  return false;
}

/// Shoppers mix languages, and MENU, CART or CHECKOUT are words of both: one keyword of the other language changes
/// nothing, a second one in a row does. What is not a keyword counts for neither.
void follow_language(visit& v, const heard_keyword& heard) {
  auto& strayed = v.state.talk.strayed;
  const bool chooses =
      heard.word == keyword::language || heard.word == keyword::english || heard.word == keyword::kiswahili;
  if (chooses || !heard.tongue || *heard.tongue == v.state.spoken) {
    strayed = strayed && !chooses && !heard.tongue;
    return;
  }
  if (strayed)
    v.state.spoken = *heard.tongue;
  strayed = !strayed;
}

/// While the question is open whether an order shall be cancelled.
std::optional<request> answer_to_cancel(const visit& v, std::string_view folded) {
  constexpr std::array<std::string_view, 8> yes{"yes",  "ok",   "okay",           "ndiyo",
                                                "ndio", "sawa", "yes, cancel it", "ndiyo, ghairi"};
  constexpr std::array<std::string_view, 5> no{"no", "hapana", "la", "keep it", "iache"};
  const auto& talk = v.state.talk;
  if (talk.position != dialogue_position::menu || talk.category.empty())
    return std::nullopt;
  if (std::find(yes.begin(), yes.end(), folded) != yes.end())
    return request{wish::drop_order, talk.category, 0};
  if (std::find(no.begin(), no.end(), folded) != no.end())
    return request{wish::order, {}, 0};
  return std::nullopt;
}

/// What was typed, folded, and as it came.
struct heard_text {
  std::string folded;
  std::string written;
};

std::optional<request> from_text(visit& v, const heard_text& said, bool is_first) {
  const auto& text = said.folded;
  if (!v.state.talk.human && v.state.talk.position == dialogue_position::checking_out)
    if (auto answer = answer_in(v, text, said.written))
      return answer;
  if (!v.state.talk.human && v.state.talk.position == dialogue_position::paying)
    if (auto number = number_in(said.written))
      return request{wish::pay_from, std::move(*number), 0};
  auto heard = find_keyword(text);
  const bool is_greeting = heard && heard->word == keyword::greeting;
  if (v.state.talk.human) {
    if (!heard || !calls_the_shop(heard->word))
      return std::nullopt;
    if (heard->word == keyword::menu)
      v.state.talk.human = false;
    return from_keyword(v, heard->word);
  }
  if (is_first && heard && heard->tongue == language::kiswahili) {
    if (heard->word ==
        keyword::language) // asking for it in Kiswahili is asking for Kiswahili, not for a change from it
      heard->word = keyword::kiswahili;
    v.state.spoken = language::kiswahili;
  }
  if (heard)
    follow_language(v, *heard);
  if (heard && !is_greeting)
    if (auto wanted = from_keyword(v, heard->word))
      return wanted;
  if (auto entry = shelf_entry(v, text)) // before greetings: a shop may sell something called "Mambo"
    return entry;
  if (is_greeting)
    return request{wish::greet, {}, 0};
  if (auto answer = answer_to_cancel(v, text))
    return answer;
  if (auto care = find_order_care(text)) {
    follow_language(v, {keyword::order, care->tongue});
    return request{care->what == heard_order_care::kind::cancel ? wish::cancel_order : wish::order_again,
                   std::move(care->code), 0};
  }
  if (const auto order = find_order(text))
    if (auto wanted = from_order(v, *order))
      return wanted;
  if (auto words = searched_text(text); !found(v, words).empty())
    return request{wish::found, std::move(words), 0};
  return request{wish::not_understood, {}, 0};
}

} // namespace

std::optional<request> listen(visit& v, const whatsapp::event& event, bool is_first) {
  if (!event.reply_id.empty()) {
    if (auto tapped = parse_reply_id(event.reply_id)) {
      const bool had_person = v.state.talk.human;
      if (had_person && tapped->what == wish::human)
        return std::nullopt;
      v.state.talk.human = false; // a tap on the shop's own message calls for the shop
      return tapped;
    }
  }
  if (v.goods = whatsapp::ordered_items(event); !v.goods.empty()) { // WhatsApp's own cart is a call for the shop, too
    v.state.talk.human = false;
    return request{wish::goods, {}, 0};
  }
  if (const auto place = whatsapp::location_of(event); place && !v.state.talk.human &&
                                                       v.state.talk.position == dialogue_position::checking_out &&
                                                       v.state.getting.how == hand_over::delivery) {
    const auto label = place->name + (place->name.empty() || place->address.empty() ? "" : ", ") + place->address;
    return request{wish::take_place, place->coordinates + "\n" + label, 0};
  }
  // A button of a template carries the merchant's own payload: its title may still be a word we know.
  auto written = cut(event.text, heard_max);
  auto folded = fold(written);
  auto wanted = from_text(v, {std::move(folded), std::move(written)}, is_first);
  if (!event.reply_id.empty() && wanted && wanted->what == wish::not_understood)
    wanted->what = wish::gone;
  return wanted;
}

} // namespace wakala::commerce::storefront
