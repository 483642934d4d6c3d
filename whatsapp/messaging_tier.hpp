/// \file
/// Meta's words for how many shoppers a day may be reached outside of their windows (Cloud API reference §11).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wakala::whatsapp {

/// Of `TIER_250` and the like; -1 for `TIER_UNLIMITED`, nothing for any other word.
std::optional<std::int64_t> shoppers_of_tier(std::string_view tier) noexcept;

} // namespace wakala::whatsapp
