/// \file
/// Learning who a shopper is, from whatever an event happens to carry (Cloud API reference §8).
#pragma once

#include "commerce/conversation.hpp"

namespace wakala::commerce {

/// Fills in what is not known yet. A user id that is known is replaced only when the event says that it changed; a
/// phone number that is known only when the event names the same user id beside another number (the user id decides,
/// design §6.10). Name and user name follow the shopper's latest message; `is_recent` false only fills gaps.
void learn(identity& who, const whatsapp::event& event, bool is_recent);

} // namespace wakala::commerce
