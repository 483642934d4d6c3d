/// \file
/// How events for merchants' own systems are signed. Pure.
#pragma once

#include "runtime/core/clock.hpp"

#include <span>
#include <string>
#include <string_view>

namespace wakala::http {

/// `t=<unix seconds>,v1=<64 hexadecimal digits>`: HMAC-SHA256 by the secret of the seconds, a point and the body. One
/// `v1` for each secret. The form is Stripe's, so that its libraries can check it.
std::string hook_signature(std::string_view body, std::span<const std::string> secrets, time_ms at);

} // namespace wakala::http
