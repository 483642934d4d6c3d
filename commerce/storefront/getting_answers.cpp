#include "commerce/keywords.hpp"
#include "commerce/search_words.hpp"
#include "commerce/storefront/getting.hpp"
#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

#include <algorithm>
#include <array>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t name_max = 80;
constexpr std::size_t address_max = 300;
constexpr std::size_t address_min = 3; // bytes that say anything

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// The title of a button, in whichever language.
bool is_title(const visit& v, std::string_view folded, std::string_view key) {
  return folded == fold(v.context.phrases->say(language::english, key)) ||
         folded == fold(v.context.phrases->say(language::kiswahili, key));
}

/// A word that calls for something else. A greeting that goes on is none: streets and people are called so.
bool is_other_business(std::string_view folded) {
  if (find_order_care(folded))
    return true;
  const auto heard = find_keyword(folded);
  return heard && (heard->word != keyword::greeting || folded.find(' ') == std::string_view::npos);
}

bool has_letter(std::string_view text) {
  const auto words = words_of(text);
  return std::any_of(words.begin(), words.end(), [](const auto& w) {
    return std::any_of(w.begin(), w.end(), [](char c) { return c < '0' || c > '9'; });
  });
}

std::optional<request> how_in(const visit& v, std::string_view folded) {
  constexpr std::array<std::string_view, 5> brought{"deliver", "delivery please", "niletee", "leta", "nipelekee"};
  constexpr std::array<std::string_view, 6> fetched{"pick up",  "pickup",   "collect",
                                                    "nichukue", "nitakuja", "i will pick up"};
  if (is_title(v, folded, "button.delivery") || is_one_of(folded, brought))
    return request{wish::take_delivery, {}, 0};
  if (is_title(v, folded, "button.pick_up") || is_one_of(folded, fetched))
    return request{wish::take_pick_up, {}, 0};
  return std::nullopt;
}

std::optional<request> area_in(const visit& v, std::string_view folded) {
  if (v.context.shop == nullptr || folded.empty())
    return std::nullopt;
  const auto plain = plain_words(folded);
  for (const auto& area : v.context.shop->areas)
    if (fold(area.name) == folded || (!plain.empty() && plain_words(area.name) == plain))
      return request{wish::take_area, area.name, 0};
  return std::nullopt;
}

std::optional<request> confirmation_in(const visit& v, std::string_view folded) {
  constexpr std::array<std::string_view, 8> yes{"confirm", "yes",  "ok",   "okay",
                                                "ndiyo",   "ndio", "sawa", "thibitisha"};
  if (is_title(v, folded, "button.confirm") || is_one_of(folded, yes))
    return request{wish::confirm, {}, 0};
  if (is_title(v, folded, "button.change"))
    return request{wish::details, {}, 0};
  return std::nullopt;
}

} // namespace

std::optional<request> answer_in(const visit& v, std::string_view folded, std::string_view text) {
  constexpr std::array<std::string_view, 3> away{"cancel", "ghairi", "futa"};
  if (is_one_of(folded, away)) // nothing was ordered: the cart stays
    return request{wish::cart, {}, 0};
  switch (stage_of(v.state.talk)) {
  case check_out_stage::how:
    return how_in(v, folded);
  case check_out_stage::area:
    return area_in(v, folded);
  case check_out_stage::name:
    return is_other_business(folded) ? std::nullopt : std::optional(request{wish::take_name, std::string(text), 0});
  case check_out_stage::address:
    return is_other_business(folded) ? std::nullopt
                                     : std::optional(request{wish::take_address, std::string(text), 0});
  case check_out_stage::review:
  case check_out_stage::details:
    return confirmation_in(v, folded);
  }
  return std::nullopt;
}

void take_how(visit& v, hand_over how) {
  v.state.getting.how = how;
  go_on(v);
}

void take_area(visit& v, std::string_view area) {
  if (v.context.shop == nullptr || v.context.shop->find_area(area) == nullptr)
    return ask_area(v, 0); // it is no longer delivered to
  auto& g = v.state.getting;
  if (g.area != area) { // an address is one of its area
    g.address.clear();
    g.place.clear();
  }
  g.how = hand_over::delivery;
  g.area = std::string(area);
  go_on(v);
}

void take_name(visit& v, std::string_view name) {
  if (!has_letter(name))
    return ask_name(v);
  v.state.getting.name = cut_line(std::string(name), name_max);
  go_on(v);
}

void take_profile_name(visit& v) { take_name(v, v.state.who.name); }

void take_address(visit& v, std::string_view address) {
  auto line = cut_line(std::string(address), address_max);
  if (line.size() < address_min || words_of(line).empty())
    return ask_address(v);
  v.state.getting.address = std::move(line);
  v.state.getting.place.clear();
  go_on(v);
}

void take_place(visit& v, std::string_view place) {
  const auto end = std::min(place.find('\n'), place.size());
  v.state.getting.place = std::string(place.substr(0, end));
  v.state.getting.address = cut_line(std::string(place.substr(std::min(end + 1, place.size()))), address_max);
  go_on(v);
}

} // namespace wakala::commerce::storefront
