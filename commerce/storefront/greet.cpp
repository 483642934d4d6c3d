#include "commerce/storefront/views.hpp"
#include "commerce/text_cut.hpp"

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

void call_human(visit& v) {
  v.state.talk.human = true;
  v.state.talk.human_until = v.time + human_silence;
  v.stand_at(dialogue_position::human);
  v.send_text(v.say("human.confirmed"));
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
