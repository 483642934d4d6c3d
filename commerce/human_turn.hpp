/// \file
/// Who has the conversation: the bot, or a person. While a person has it the bot is silent.
#pragma once

#include "commerce/step.hpp"

namespace wakala::commerce {

/// A person was asked for, or has answered, and the silence has not ended by itself.
bool has_person(const dialogue& talk, time_ms now) noexcept;

/// A person asked for, or writing, at `at`: the bot is silent for another 24 h.
void give_to_person(dialogue& talk, time_ms at) noexcept;

/// A person takes the conversation over (`begins`; said again, the silence lasts as long from then on) or hands it
/// back. Handed back, the dialogue begins anew, and the menu is sent when `greets` and the shop may write; who had no
/// person is not disturbed.
step_result take_turn(conversation_state state, bool begins, bool greets, const step_context& context);

} // namespace wakala::commerce
