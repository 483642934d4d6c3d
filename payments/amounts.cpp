#include "payments/amounts.hpp"

#include <algorithm>
#include <array>

namespace wakala::payments {

namespace {

// Stripe's own table, each list in the order of the alphabet. Everything else has two digits there.
constexpr std::array<std::string_view, 15> zero_decimal{"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA",
                                                        "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 5> three_decimal{"BHD", "JOD", "KWD", "OMR", "TND"};
// ISK and UGX have no digits in ISO 4217, and two there: so they are sent times 100, and always divisible by it.

static_assert(std::ranges::is_sorted(zero_decimal) && std::ranges::is_sorted(three_decimal));

constexpr std::int64_t shilling = 100; // cents

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view code) {
  return std::ranges::binary_search(list, code);
}

int stripe_digits(std::string_view currency) {
  return contains(zero_decimal, currency) ? 0 : contains(three_decimal, currency) ? 3 : 2;
}

/// An amount on the wire is a multiple of this.
std::int64_t stripe_step(std::string_view currency) { return contains(three_decimal, currency) ? 10 : 1; }

std::string in_case(std::string_view currency, char from, char to, int shift) {
  std::string code(currency);
  for (auto& c : code)
    if (c >= from && c <= to)
      c = static_cast<char>(c + shift);
  return code;
}

/// `value` with `to` digits after the point instead of `from`; an error when that loses something.
result<std::int64_t> rescaled(std::int64_t value, int from, int to) {
  for (; from < to; ++from)
    if (__builtin_mul_overflow(value, 10, &value))
      return make_error(errc::invalid_argument, "the amount is too large", "amount");
  for (; from > to; --from) {
    if (value % 10 != 0)
      return make_error(errc::invalid_argument, "the amount is finer than it can be expressed", "amount");
    value /= 10;
  }
  return value;
}

} // namespace

result<std::int64_t> stripe_amount(const money& charge) {
  const auto digits = minor_digits(charge.currency);
  if (!digits)
    return make_error(errc::invalid_argument, digits.error().what, "currency");
  if (charge.minor <= 0)
    return make_error(errc::invalid_argument, "a charge is above zero", "amount");
  const auto amount = rescaled(charge.minor, *digits, stripe_digits(charge.currency));
  if (amount && *amount % stripe_step(charge.currency) != 0)
    return make_error(errc::invalid_argument, "Stripe takes no such fraction of this currency", "amount");
  return amount;
}

result<money> money_from_stripe(std::int64_t amount, std::string_view currency) {
  const auto code = in_case(currency, 'a', 'z', 'A' - 'a');
  const auto digits = minor_digits(code);
  if (!digits)
    return make_error(errc::invalid_argument, digits.error().what, "currency");
  if (amount < 0)
    return make_error(errc::invalid_argument, "an amount is not below zero", "amount");
  const auto minor = rescaled(amount, stripe_digits(code), *digits);
  if (!minor)
    return minor.error();
  return money{*minor, code};
}

std::string stripe_currency(std::string_view currency) { return in_case(currency, 'A', 'Z', 'a' - 'A'); }

result<shilling_amount> daraja_amount(const money& total, shilling_rule rule) {
  if (total.currency != "KES")
    return make_error(errc::invalid_argument, "M-Pesa takes Kenyan shillings only", "currency");
  if (total.minor <= 0)
    return make_error(errc::invalid_argument, "a charge is above zero", "amount");
  auto charged = to_whole_units(total, rule);
  if (!charged)
    return charged.error();
  const auto shillings = charged->minor / shilling;
  if (shillings < 1)
    return make_error(errc::invalid_argument, "M-Pesa takes one shilling or more", "amount");
  return shilling_amount{shillings, std::move(*charged), shillings * shilling != total.minor};
}

result<money> money_from_daraja(std::string_view amount) { return parse_money(amount, "KES"); }

} // namespace wakala::payments
