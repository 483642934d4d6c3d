/// \file
/// Amounts for ways of paying that know no fractions.
#pragma once

#include "runtime/core/money.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace wakala {

/// What becomes of the fraction. The shop's rule; the shopper sees the result before paying.
enum class rounding : std::uint8_t {
  nearest, ///< a half goes up
  down,    ///< in the shopper's favour
  up,      ///< in the shop's favour
};
std::string_view to_string(rounding rule) noexcept;
std::optional<rounding> rounding_from(std::string_view text) noexcept;

/// The amount in whole units of its currency. Errors: `invalid_argument` for a negative one, or too large a one;
/// `not_found` for an unknown currency.
result<money> to_whole_units(const money& value, rounding rule);

} // namespace wakala
