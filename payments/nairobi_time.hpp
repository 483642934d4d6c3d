/// \file
/// Daraja's times: `YYYYMMDDHHmmss` in East Africa Time, which is UTC+3 the whole year.
#pragma once

#include "runtime/core/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wakala::payments {

std::string nairobi_time(time_ms at);
/// Nothing when it is no such time.
std::optional<time_ms> from_nairobi_time(std::string_view text);

} // namespace wakala::payments
