#include "whatsapp/messaging_tier.hpp"

#include <array>
#include <utility>

namespace wakala::whatsapp {

std::optional<std::int64_t> shoppers_of_tier(std::string_view tier) noexcept {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> tiers{{{"TIER_50", 50},
                                                                            {"TIER_250", 250},
                                                                            {"TIER_1K", 1'000},
                                                                            {"TIER_2K", 2'000},
                                                                            {"TIER_10K", 10'000},
                                                                            {"TIER_100K", 100'000},
                                                                            {"TIER_UNLIMITED", -1}}};
  for (const auto& [name, shoppers] : tiers)
    if (name == tier)
      return shoppers;
  return std::nullopt;
}

} // namespace wakala::whatsapp
