#include "commerce/own_lists.hpp"

#include "commerce/human_turn.hpp"
#include "commerce/session.hpp"
#include "commerce/storefront/views.hpp"

#include <utility>

namespace wakala::commerce {

step_result show_in_own_lists(conversation_state before, const step_context& context) {
  step_result done;
  done.state = std::move(before);
  auto& state = done.state;
  const auto position = state.talk.position;
  const bool shows_products = position == dialogue_position::products || position == dialogue_position::product ||
                              position == dialogue_position::found;
  if (!shows_products || context.silent || state.may.is_blocked || has_person(state.talk, context.now))
    return done;
  storefront::visit visit(state, context, context.now);
  storefront::show_again(visit);
  done.replies = std::move(visit.replies);
  count_outbound(state.current, context.now, static_cast<std::uint32_t>(done.replies.size()));
  done.figures = figures_of(state.current);
  return done;
}

} // namespace wakala::commerce
