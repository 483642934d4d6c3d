/// \file
/// Whether an event comes from Stripe: the header `Stripe-Signature`.
#pragma once

#include "runtime/core/clock.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace wakala::payments {

/// HMAC-SHA256, 32 raw bytes.
using hmac_function = std::function<std::string(std::string_view key, std::string_view data)>;

enum class event_signature : std::uint8_t { good, missing, malformed, mismatch, too_old, from_the_future };
std::string_view to_string(event_signature verdict) noexcept;

struct signature_window {
  time_ms age_max = 300 * ms_per_second;
  time_ms ahead_max = 60 * ms_per_second; ///< clocks differ a little
};

/// Checks the header over the body exactly as it was received. `secrets`: each a whole `whsec_…`; several while one
/// is being rolled. Time depends on the lengths only, never on the contents. An unsigned stranger learns nothing of
/// clocks: the time is looked at after the signature.
event_signature check_stripe_signature(std::string_view header, std::string_view body,
                                       std::span<const std::string> secrets, time_ms now, const hmac_function& hmac,
                                       signature_window window = {});

} // namespace wakala::payments
