#include "runtime/core/money.hpp"

#include <algorithm>
#include <array>

namespace wakala {

namespace {

constexpr std::int64_t minor_max = std::int64_t{1} << 53;

// ISO 4217:2015 and its amendments: currencies whose minor unit is not 2, and the ones with 2 that are accepted, each
// list in the order of the alphabet.
constexpr std::array<std::string_view, 17> no_digits{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                                     "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> three_digits{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::array<std::string_view, 2> four_digits{"CLF", "UYW"};
constexpr std::array<std::string_view, 131> two_digits{
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD",
    "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP",
    "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
    "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR",
    "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP",
    "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN",
    "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
    "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD",
    "TZS", "UAH", "USD", "UYU", "UZS", "VES", "WST", "XCD", "YER", "ZAR", "ZMW"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view code) {
  return std::binary_search(list.begin(), list.end(), code);
}

static_assert(std::is_sorted(no_digits.begin(), no_digits.end()));
static_assert(std::is_sorted(three_digits.begin(), three_digits.end()));
static_assert(std::is_sorted(four_digits.begin(), four_digits.end()));
static_assert(std::is_sorted(two_digits.begin(), two_digits.end()));

} // namespace

result<int> minor_digits(std::string_view currency) {
  if (contains(two_digits, currency))
    return 2;
  if (contains(no_digits, currency))
    return 0;
  if (contains(three_digits, currency))
    return 3;
  if (contains(four_digits, currency))
    return 4;
  return make_error(errc::not_found, "unknown ISO 4217 currency code", "currency");
}

result<money> parse_money(std::string_view amount, std::string_view currency) {
  const auto digits = minor_digits(currency);
  if (!digits)
    return make_error(errc::invalid_argument, digits.error().what, "currency");
  const auto bad = [](std::string why) { return make_error(errc::invalid_argument, std::move(why), "amount"); };
  std::string_view rest = amount;
  const bool negative = !rest.empty() && rest.front() == '-';
  if (negative)
    rest.remove_prefix(1);
  const auto point = rest.find('.');
  const std::string_view whole = rest.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view{} : rest.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty()))
    return bad("an amount is decimal text such as 250 or 9.99");
  if (fraction.size() > static_cast<std::size_t>(*digits))
    return bad("the currency has " + std::to_string(*digits) + " digits after the point");
  std::int64_t minor = 0;
  const auto push = [&](char c) {
    if (c < '0' || c > '9' || minor > minor_max / 10)
      return false;
    minor = minor * 10 + (c - '0');
    return minor <= minor_max;
  };
  for (const char c : whole)
    if (!push(c))
      return bad("an amount is decimal text below 2^53 minor units");
  for (const char c : fraction)
    if (!push(c))
      return bad("an amount is decimal text below 2^53 minor units");
  for (auto i = fraction.size(); i < static_cast<std::size_t>(*digits); ++i)
    if (!push('0'))
      return bad("an amount is decimal text below 2^53 minor units");
  return money{negative ? -minor : minor, std::string(currency)};
}

std::string decimal_text(const money& value) {
  const auto known = minor_digits(value.currency);
  const auto digits = static_cast<std::size_t>(known ? *known : 2);
  std::string text = std::to_string(value.minor < 0 ? -value.minor : value.minor);
  if (text.size() <= digits)
    text.insert(0, digits + 1 - text.size(), '0');
  if (digits > 0)
    text.insert(text.size() - digits, 1, '.');
  return value.minor < 0 ? "-" + text : text;
}

std::string display_text(const money& value) {
  std::string text = decimal_text(value);
  if (const auto point = text.find('.');
      point != std::string::npos && text.find_first_not_of('0', point + 1) == std::string::npos)
    text.resize(point);
  return value.currency + " " + text;
}

result<money> add(const money& a, const money& b) {
  if (a.currency != b.currency)
    return make_error(errc::invalid_argument, "amounts of different currencies cannot be added", "currency");
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a.minor, b.minor, &sum) || sum > minor_max || sum < -minor_max)
    return make_error(errc::invalid_argument, "the sum is too large", "amount");
  return money{sum, a.currency};
}

result<money> times(const money& price, std::int64_t quantity) {
  std::int64_t product = 0;
  if (quantity < 0 || __builtin_mul_overflow(price.minor, quantity, &product) || product > minor_max ||
      product < -minor_max)
    return make_error(errc::invalid_argument, "the quantity is out of range", "quantity");
  return money{product, price.currency};
}

} // namespace wakala
