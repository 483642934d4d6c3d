#include "commerce/human_turn.hpp"

#include "commerce/session.hpp"
#include "commerce/storefront/views.hpp"

#include <algorithm>
#include <utility>

namespace wakala::commerce {

bool has_person(const dialogue& talk, time_ms now) noexcept {
  return talk.human && (talk.human_until == 0 || now < talk.human_until);
}

void give_to_person(dialogue& talk, time_ms at) noexcept {
  talk.human = true;
  talk.human_until = std::max(talk.human_until, at + ms_per_day);
}

step_result take_turn(conversation_state before, bool begins, bool greets, const step_context& context) {
  step_result done;
  done.state = std::move(before);
  auto& state = done.state;
  if (begins) {
    give_to_person(state.talk, context.now);
  } else if (state.talk.human) {
    const bool had_person = has_person(state.talk, context.now);
    state.talk = dialogue{};
    done.from_number = latest_number(state);
    if (greets && had_person && !context.silent && !state.may.is_blocked &&
        window_closes_at(state, done.from_number) > context.now) {
      storefront::visit visit(state, context, context.now);
      storefront::show_menu(visit);
      done.replies = std::move(visit.replies);
      done.is_notice = true;
      count_outbound(state.current, context.now, static_cast<std::uint32_t>(done.replies.size()));
    }
  }
  done.figures = figures_of(state.current);
  return done;
}

} // namespace wakala::commerce
