/// \file
/// Ids made inside a step: random, because their seed is, and the same whenever the step is repeated.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::commerce {

/// `prefix` and 24 hex digits. Different prefixes give unrelated ids from one seed.
std::string make_id(std::string_view prefix, std::uint64_t seed);

} // namespace wakala::commerce
