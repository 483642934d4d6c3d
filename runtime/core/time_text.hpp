/// \file
/// RFC 3339 text of store time.
#pragma once

#include "runtime/core/clock.hpp"

#include <string>

namespace wakala {

/// For example `2026-11-22T18:32:36.250Z`; the fraction is left out when it is zero.
std::string to_rfc3339(time_ms at);

} // namespace wakala
