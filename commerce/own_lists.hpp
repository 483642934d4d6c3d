/// \file
/// When Meta would not show products of its catalog, the shop shows them itself.
#pragma once

#include "commerce/step.hpp"

namespace wakala::commerce {

/// The products where the dialogue stands, in lists of our own; nothing when it has gone on to something else.
/// Precondition: `context.at_meta` is null.
step_result show_in_own_lists(conversation_state state, const step_context& context);

} // namespace wakala::commerce
