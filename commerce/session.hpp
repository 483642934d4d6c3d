/// \file
/// The customer service window, from the times that events themselves carry (Cloud API reference §12).
#pragma once

#include "commerce/conversation.hpp"
#include "commerce/step.hpp"

#include <cstdint>
#include <string_view>

namespace wakala::commerce {

constexpr time_ms window_length = ms_per_day;

/// When an event happened, for windows: its own time, never in the future; arrival when it has none.
time_ms event_time(const whatsapp::event& event, time_ms now) noexcept;

/// More than 24 h ago: recorded, never answered, opens nothing.
bool is_old(const whatsapp::event& event, time_ms now) noexcept;

/// The shopper did something at `at`: extends the open window or opens a new one, counts the message, and remembers
/// the business number's own window. Windows that are closed at `now` are forgotten. True when a new session began.
bool extend(conversation_state& state, time_ms at, time_ms now, std::string_view phone_number_id,
            std::uint64_t id_seed);

/// Messages that leave now reach Meta later: the window is held to be closed a little before it is (§12).
constexpr time_ms window_margin = 60 * ms_per_second;

/// Until when the business number may write freely to the shopper, margin taken off; 0 when the shopper never wrote
/// to it, or not lately.
time_ms window_closes_at(const conversation_state& state, std::string_view phone_number_id) noexcept;

/// The business number that the shopper has written to last; empty when all windows are long closed.
std::string latest_number(const conversation_state& state);

/// Counts messages that the business sent, while the session of `at` is open.
void count_outbound(session& current, time_ms at, std::uint32_t messages) noexcept;

/// The shopper came from an advertisement at `at`.
void enter_free(conversation_state& state, time_ms at) noexcept;
/// The business has written at `at`: within a day of such a message, three free days begin.
void answer_entry(conversation_state& state, time_ms at) noexcept;

/// The row of the daily reports. Duration runs from the session's first to its last message of the shopper.
session_figures figures_of(const session& current);

} // namespace wakala::commerce
