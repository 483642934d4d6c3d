#include "runtime/core/rounding.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace wakala {

namespace {

constexpr std::array rules{rounding::nearest, rounding::down, rounding::up};
constexpr std::int64_t exact_max = std::int64_t{1} << 53; // as of any amount that is parsed

} // namespace

std::string_view to_string(rounding rule) noexcept {
  switch (rule) {
  case rounding::nearest:
    return "nearest";
  case rounding::down:
    return "down";
  case rounding::up:
    return "up";
  }
  return "nearest";
}

std::optional<rounding> rounding_from(std::string_view text) noexcept {
  const auto* const found = std::find_if(rules.begin(), rules.end(), [&](auto r) { return to_string(r) == text; });
  return found == rules.end() ? std::nullopt : std::optional(*found);
}

result<money> to_whole_units(const money& value, rounding rule) {
  const auto digits = minor_digits(value.currency);
  if (!digits)
    return digits.error();
  if (value.minor < 0 || value.minor > exact_max)
    return make_error(errc::invalid_argument, "is no amount that can be rounded", "amount");
  std::int64_t unit = 1;
  for (int i = 0; i < *digits; ++i)
    unit *= 10;
  const auto rest = value.minor % unit;
  const bool goes_up = (rule == rounding::up && rest > 0) || (rule == rounding::nearest && rest * 2 >= unit);
  return money{value.minor - rest + (goes_up && rest > 0 ? unit : 0), value.currency};
}

} // namespace wakala
