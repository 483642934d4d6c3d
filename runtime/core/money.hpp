/// \file
/// Money as an exact number of minor units. Never a floating-point number.
#pragma once

#include "runtime/core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala {

/// An amount in the minor unit of an ISO 4217 currency: KES 250.00 is {25000, "KES"}; UGX 250 is {250, "UGX"}.
struct money {
  std::int64_t minor = 0;
  std::string currency;

  bool operator==(const money&) const = default;
};

/// Digits after the decimal point that ISO 4217 gives the currency (0, 2, 3 or 4); `not_found` for an unknown code.
result<int> minor_digits(std::string_view currency);

/// Parses decimal text such as `250`, `9.99` or `-1.005`, exactly. Fewer fraction digits than the currency has are
/// filled up; more are an error, as are blanks, exponents, signs other than one leading `-`, and amounts beyond 2^53
/// minor units.
result<money> parse_money(std::string_view amount, std::string_view currency);

/// Plain decimal text without currency: `250.00` for {25000, "KES"}.
std::string decimal_text(const money& value);

/// For people: `KES 500`, `KES 499.50`. A zero fraction is left out.
std::string display_text(const money& value);

/// Sum of two amounts of one currency; an error on different currencies or overflow.
result<money> add(const money& a, const money& b);

/// Price times quantity; an error on overflow or a negative quantity.
result<money> times(const money& price, std::int64_t quantity);

} // namespace wakala
