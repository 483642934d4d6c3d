#include "actors/conversation/send_policy.hpp"

#include "runtime/backoff.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace wakala::actors {

using verdict = send_decision::verdict;
using whatsapp::error_class;

namespace {

constexpr runtime::backoff_policy transient_backoff{std::chrono::milliseconds{1'000},
                                                    std::chrono::milliseconds{60'000}};
constexpr runtime::backoff_policy connect_backoff{std::chrono::milliseconds{200}, std::chrono::milliseconds{30'000}};

time_ms power_of_four_seconds(std::uint32_t n) { return ms_per_second * (std::int64_t{1} << (2 * std::min(n, 8U))); }

} // namespace

bool is_service_down(const send_outcome& outcome) noexcept {
  constexpr std::array codes{2, 131016, 131057, 133004};
  return outcome.what == send_outcome::kind::refused &&
         std::find(codes.begin(), codes.end(), outcome.failure.code) != codes.end();
}

time_ms may_repeat_at(const outbox_item& item, std::chrono::milliseconds grace) noexcept {
  return std::max(item.attempt_at, item.in_doubt_from) + grace.count();
}

send_decision decide(const outbox_item& item, const send_outcome& outcome, random_source& random, bool may_give_up) {
  switch (outcome.what) {
  case send_outcome::kind::accepted:
    return {verdict::accepted, false, 0};
  case send_outcome::kind::not_sent:
    return {verdict::retry, false, connect_backoff.wait(item.tries + 1, random).count()};
  case send_outcome::kind::unknown:
    // Marking as read twice does no harm.
    if (item.read_mark)
      return {verdict::retry, false, transient_backoff.wait(item.tries + 1, random).count()};
    return {verdict::ambiguous, false, 0};
  case send_outcome::kind::refused:
    break;
  }
  switch (whatsapp::classify(outcome.failure)) {
  case error_class::transient:
    // 1 is "unknown API error, or bad request": once more, then it is the request (reference §10.3).
    if (may_give_up && item.tries + 1 >= (outcome.failure.code == 1 ? 2U : transient_tries_max))
      return {verdict::failed, false, 0};
    return {verdict::retry, false, transient_backoff.wait(item.tries + 1, random).count()};
  case error_class::pace_pair:
    return {verdict::retry, false, power_of_four_seconds(item.tries)};
  case error_class::pace_number:
    return {verdict::retry, false, transient_backoff.wait(item.tries + 1, random).count()};
  case error_class::pace_account:
    return {verdict::retry, true, 60 * ms_per_second};
  case error_class::unauthorised:
  case error_class::blocked:
    return {verdict::retry, true, ms_per_second}; // its number's gate is shut, and opens when somebody acts
  case error_class::unknown_outcome:
    return item.read_mark ? send_decision{verdict::retry, false, 1'000} : send_decision{verdict::ambiguous, false, 0};
  case error_class::fix_request:
  case error_class::window_closed:
  case error_class::recipient_only:
  case error_class::template_problem:
    return {verdict::failed, false, 0};
  }
  return {verdict::failed, false, 0};
}

} // namespace wakala::actors
