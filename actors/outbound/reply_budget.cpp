#include "actors/outbound/reply_budget.hpp"

#include <algorithm>
#include <utility>

namespace wakala::actors {

namespace {

/// What was counted and has not left by then is given back, so that the hour stays exact to these seconds.
constexpr time_ms counted_ahead = 10 * ms_per_second;
/// A question that was not answered by then is asked again.
constexpr time_ms patience = 2 * ms_per_second;
constexpr std::uint32_t at_once_max = 64;

} // namespace

std::optional<reply_budget::wish> reply_budget::wanted_locked(time_ms now) {
  if (now >= valid_until_ && left_ > 0) {
    returned_ += std::exchange(left_, 0);
    at_once_ = std::max(at_once_ / 2, 1U);
  }
  if (left_ > at_once_ / 4 || now < ask_not_before_)
    return std::nullopt;
  if (returned_ == 0 && now < valid_until_) // the last ones were used up soon
    at_once_ = std::min(at_once_ * 2, at_once_max);
  ask_not_before_ = now + patience;
  return wish{at_once_, std::exchange(returned_, 0)};
}

void reply_budget::set_unlimited(bool is_unlimited) { is_unlimited_ = is_unlimited; }

std::uint32_t reply_budget::take_back() {
  const std::lock_guard lock{mutex_};
  return std::exchange(left_, 0) + std::exchange(returned_, 0);
}

std::optional<reply_budget::wish> reply_budget::wanted(time_ms now) {
  if (is_unlimited_)
    return std::nullopt;
  const std::lock_guard lock{mutex_};
  return wanted_locked(now);
}

bool reply_budget::take(time_ms now) {
  if (is_unlimited_)
    return true;
  bool took = false;
  std::optional<wish> more;
  {
    const std::lock_guard lock{mutex_};
    if (now < valid_until_ && left_ > 0) {
      --left_;
      took = true;
    }
    more = wanted_locked(now);
  }
  if (more)
    ask_(*more);
  return took;
}

void reply_budget::give_back() {
  const std::lock_guard lock{mutex_};
  if (left_ > 0) {
    ++left_;
  } else {
    ++returned_;
    ask_not_before_ = 0; // the hour has one more
  }
}

bool reply_budget::is_used_up(time_ms now) {
  const bool empty = is_empty(now);
  const std::lock_guard lock{mutex_};
  return empty && was_denied_;
}

bool reply_budget::is_empty(time_ms now) {
  if (is_unlimited_)
    return false;
  bool empty = false;
  std::optional<wish> more;
  {
    const std::lock_guard lock{mutex_};
    more = wanted_locked(now);
    empty = left_ == 0;
  }
  if (more)
    ask_(*more);
  return empty;
}

void reply_budget::grant(std::uint32_t count, time_ms wait, time_ms now) {
  const std::lock_guard lock{mutex_};
  left_ += count;
  was_denied_ = count == 0;
  valid_until_ = now + counted_ahead;
  ask_not_before_ = now + (count > 0 ? 0 : std::clamp<time_ms>(wait, 1, patience));
}

} // namespace wakala::actors
