// What chaos and the paces refuse.
#include "sandbox/backend.hpp"

#include <array>

namespace wakala::sandbox {

std::optional<send_outcome> backend::disturbed(const business_number& number, const std::string& subject,
                                               std::uint64_t n, pair_state* pair) {
  const auto& spec = options_.chaos;
  const auto now = clock_->now();
  const auto refusal = [&](graph_answer answer) {
    send_outcome outcome;
    outcome.answer = std::move(answer);
    return outcome;
  };
  if (dice_.chance(spec.error5xx, "error5xx", subject, n))
    return refusal({503, "<html><body>Service Unavailable</body></html>", 0, "chaos: 503 without a Graph body"});
  if (dice_.chance(spec.error500, "error500", subject, n)) {
    constexpr std::array codes{131000, 131016, 2};
    const auto which = dice_.pick({0, 2}, "error500 code", subject, n);
    return refusal(refuse(codes[static_cast<std::size_t>(which)], "Something went wrong.", ids_.trace_id()));
  }
  if (!pair)
    return std::nullopt; // a read receipt is no message: no rates
  if (dice_.chance(spec.throttle, "throttle", subject, n))
    return refusal(refuse(130429, "Cloud API message throughput has been reached.", ids_.trace_id()));
  if (spec.throughput > 0)
    if (!take_rate_token(number_buckets_[number.id], spec.throughput, now))
      return refusal(refuse(130429, "Cloud API message throughput has been reached.", ids_.trace_id()));
  if (const auto level = rate_of(number.condition);
      level > 0 && !take_rate_token(level_buckets_[number.id], level, now))
    return refusal(refuse(130429, "Cloud API message throughput has been reached.", ids_.trace_id()));
  if (spec.pair_limit && !take_pair_token(pair->bucket, now))
    return refusal(
        refuse(131056,
               "Message failed to send because there were too many messages sent from this phone number to "
               "the same phone number in a short period of time.",
               ids_.trace_id()));
  return std::nullopt;
}

} // namespace wakala::sandbox
