/// \file
/// STOP and START as the shopper writes them: heard before any dialogue, wherever it stands.
#pragma once

#include "commerce/conversation.hpp"

#include <optional>

namespace wakala::commerce {

struct heard_consent {
  bool stops = false; ///< false: START
  language tongue = language::english;
};

/// Only a message that is nothing but the word (accents and punctuation aside), or a tap on a button that says or
/// carries it: "stop by tomorrow" is none.
std::optional<heard_consent> find_consent(const whatsapp::event& event);

enum class consent_change : std::uint8_t {
  none,    ///< it was so already, or something later is known: nothing is said
  stopped, ///< to be confirmed, once
  started,
};

/// The shopper wrote it at `at`.
consent_change take_consent(permissions& may, const heard_consent& heard, time_ms at) noexcept;

} // namespace wakala::commerce
