#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

#include <array>

namespace wakala::commerce::storefront {

namespace {

constexpr std::size_t person_name_max = 40; // a profile name is the shopper's own text, of any length
constexpr std::size_t store_name_max = 100;
constexpr time_ms human_silence = ms_per_day;

} // namespace

void show_menu(visit& v) {
  const auto name = cut_line(v.state.who.name, person_name_max);
  const auto store = cut_line(v.context.store_name, store_name_max);
  const auto text = name.empty() ? v.say("greet.plain", {{"store", store}})
                                 : v.say("greet.named", {{"name", name}, {"store", store}});
  v.stand_at(dialogue_position::menu);
  v.send_buttons(text, {v.to_shop(), v.button("button.order", {wish::order, {}, 0}), v.to_human()});
}

void show_help(visit& v) { v.send_text(v.say("help.text")); }

std::string human_text(const visit& v) {
  const auto back = v.context.shop == nullptr ? std::nullopt : closed_until(v.context.shop->hours, v.time);
  if (!back)
    return v.say("human.confirmed");
  constexpr std::array<std::string_view, 7> days{"day.monday", "day.tuesday",  "day.wednesday", "day.thursday",
                                                 "day.friday", "day.saturday", "day.sunday"};
  const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  const auto time = two(back->minute / 60) + ":" + two(back->minute % 60);
  if (back->days_off == 0)
    return v.say("human.back_today", {{"time", time}});
  if (back->days_off == 1)
    return v.say("human.back_tomorrow", {{"time", time}});
  return v.say("human.back_on", {{"day", v.say(days.at(back->weekday % days.size()))}, {"time", time}});
}

void call_human(visit& v) {
  v.state.talk.human = true;
  v.state.talk.human_until = v.time + human_silence;
  v.stand_at(dialogue_position::human);
  v.send_text(human_text(v));
}

void not_understood(visit& v) {
  auto& in_a_row = v.state.talk.misunderstood;
  in_a_row = in_a_row < 1'000 ? in_a_row + 1 : in_a_row;
  if (in_a_row == 1)
    v.send_text(v.say("unknown.text") + "\n\n" + v.say("help.text"));
  else
    v.send_buttons(v.say("unknown.text") + " " + v.say("unknown.offer"), {v.to_human(), v.to_menu()});
}

} // namespace wakala::commerce::storefront
