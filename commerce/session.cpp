#include "commerce/session.hpp"

#include "commerce/step_ids.hpp"

#include <algorithm>
#include <limits>

namespace wakala::commerce {

namespace {

void count(session& current, std::uint32_t messages) noexcept {
  const auto room = std::numeric_limits<std::uint32_t>::max() - current.message_count;
  current.message_count += std::min(room, messages);
}

} // namespace

time_ms event_time(const whatsapp::event& event, time_ms now) noexcept {
  return event.at == 0 ? now : std::min(event.at, now);
}

bool is_old(const whatsapp::event& event, time_ms now) noexcept {
  return event_time(event, now) < now - answer_age_max;
}

bool extend(conversation_state& state, time_ms at, time_ms now, std::string_view phone_number_id,
            std::uint64_t id_seed) {
  auto& current = state.current;
  // By the event's own time: a message that was delayed on its way still belongs to the window it was written in.
  const bool opens = current.id.empty() || at >= current.expires_at;
  if (opens) {
    current = session{};
    current.id = make_id("s_", id_seed);
    current.started_at = at;
  }
  current.expires_at = std::max(current.expires_at, at + window_length);
  count(current, 1);

  auto& windows = state.window_by_number;
  std::erase_if(windows, [&](const auto& window) { return window.second + window_length <= now; });
  if (!phone_number_id.empty() && at + window_length > now) {
    auto& last = windows[std::string(phone_number_id)];
    last = std::max(last, at);
  }
  return opens;
}

std::string latest_number(const conversation_state& state) {
  const auto latest = std::max_element(state.window_by_number.begin(), state.window_by_number.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return latest == state.window_by_number.end() ? std::string{} : latest->first;
}

void count_outbound(session& current, time_ms at, std::uint32_t messages) noexcept {
  if (!current.id.empty() && at < current.expires_at)
    count(current, messages);
}

void enter_free(conversation_state& state, time_ms at) noexcept {
  state.entry.referred_at = std::max(state.entry.referred_at, at);
}

void answer_entry(conversation_state& state, time_ms at) noexcept {
  constexpr time_ms free_for = 3 * ms_per_day;
  auto& entry = state.entry;
  if (entry.referred_at == 0)
    return;
  if (at < entry.referred_at + ms_per_day) {
    entry.until = std::max(entry.until, std::max(at, entry.referred_at) + free_for);
    state.current.category = "referral";
  }
  entry.referred_at = 0;
}

session_figures figures_of(const session& current) {
  session_figures figures;
  figures.session_id = current.id;
  figures.created_at = current.started_at;
  figures.category = current.category;
  figures.message_count = current.message_count;
  const auto last = current.expires_at - window_length;
  figures.duration_seconds = std::max<time_ms>(0, last - current.started_at) / ms_per_second;
  return figures;
}

time_ms window_closes_at(const conversation_state& state, std::string_view phone_number_id) noexcept {
  const auto at = std::find_if(state.window_by_number.begin(), state.window_by_number.end(),
                               [&](const auto& entry) { return entry.first == phone_number_id; });
  return at == state.window_by_number.end() ? 0 : at->second + window_length - window_margin;
}

} // namespace wakala::commerce
