/// \file
/// Faults on request: what may go wrong, how often, and dice that fall the same way for the same seed.
#pragma once

#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::sandbox {

/// A range of milliseconds, both ends included.
struct span_ms {
  std::int64_t least = 0;
  std::int64_t most = 0;

  bool operator==(const span_ms&) const = default;
};

/// How often what goes wrong. Chances are 0 to 1. The default is a well-behaved Meta.
struct chaos_spec {
  // webhooks
  double duplicate = 0;          ///< a webhook POST is made twice
  double reorder = 0;            ///< an update is held back for `reorder_ms`, so that later ones overtake it
  span_ms reorder_ms{200, 1500}; ///< how long `reorder` holds an update back
  span_ms delay_ms{0, 0};        ///< wait before every webhook POST
  double status_loss = 0;        ///< a status is never sent
  span_ms status_ms{40, 250};    ///< time from acceptance to `sent`, and from each status to the next
  double fail = 0;               ///< an accepted message ends as `failed` (131026) instead of `delivered`
  bool window = false;           ///< outside 24 h of the shopper's last message, sends end as `failed` (131047)
  // reviews of templates
  span_ms review_ms{200, 1000};  ///< how long a review lasts
  double template_reject = 0;    ///< a review ends as REJECTED
  double template_marketing = 0; ///< a UTILITY template is approved as MARKETING
  // answers to sends
  double error5xx = 0;         ///< 503 without a Graph body, not accepted
  double error500 = 0;         ///< 500/503 with a known transient code (131000, 131016, 2), not accepted
  double throttle = 0;         ///< 400 with 130429, not accepted
  double lost_answer = 0;      ///< accepted, then the connection is closed without an answer
  span_ms answer_ms{0, 0};     ///< wait before every answer to a send
  bool pair_limit = false;     ///< 131056 beyond 1 message per 6 s to one shopper, bursts of 45
  std::int64_t throughput = 0; ///< 130429 beyond this many sends a second per number; 0: no limit

  bool operator==(const chaos_spec&) const = default;
};

/// Reads `key=value,key=value`; keys not named keep their value in `base`. `none` (also the empty text) is the
/// default spec. Errors: `invalid_argument` with the key in `field`.
result<chaos_spec> parse_chaos(std::string_view text, const chaos_spec& base = {});

/// The shortest text that `parse_chaos` reads back as `spec`; `none` for the default.
std::string to_string(const chaos_spec& spec);

/// One line per key, for `--help`.
std::string chaos_help();

/// Dice without memory: the outcome hangs on the seed, what is asked, whom it concerns and how often that was asked
/// for them. So concurrency between shoppers does not change what happens to one of them.
class chaos_dice {
public:
  explicit chaos_dice(std::uint64_t seed) : seed_(seed) {}

  /// Uniform in [0, 1).
  double roll(std::string_view what, std::string_view subject, std::uint64_t n) const noexcept;
  bool chance(double p, std::string_view what, std::string_view subject, std::uint64_t n) const noexcept {
    return p > 0 && roll(what, subject, n) < p;
  }
  std::int64_t pick(span_ms range, std::string_view what, std::string_view subject, std::uint64_t n) const noexcept;

private:
  std::uint64_t seed_;
};

/// Mixes a number so that neighbours share nothing; a bijection.
std::uint64_t mix64(std::uint64_t value) noexcept;

} // namespace wakala::sandbox
