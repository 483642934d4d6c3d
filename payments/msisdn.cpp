#include "payments/msisdn.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>

namespace wakala::payments {

namespace {

constexpr std::string_view country = "254";
constexpr std::size_t national_digits = 9;
constexpr std::size_t hash_digits = 64;

} // namespace

result<std::string> parse_msisdn(std::string_view typed) {
  const auto bad = [] {
    return make_error(errc::invalid_argument, "a Kenyan mobile number such as 0712 345 678", "phone_number");
  };
  std::string digits;
  for (const char c : typed) {
    if (c == ' ' || c == '-' || c == '+')
      continue;
    if (c < '0' || c > '9')
      return bad();
    digits += c;
  }
  if (digits.size() == country.size() + national_digits && digits.starts_with(country))
    digits.erase(0, country.size());
  else if (digits.size() == national_digits + 1 && digits.front() == '0')
    digits.erase(0, 1);
  if (digits.size() != national_digits || (digits.front() != '7' && digits.front() != '1'))
    return bad();
  return std::string(country) + digits;
}

bool is_payer(std::string_view named, std::string_view msisdn, const sha256_function& sha256) {
  if (named.size() == hash_digits) {
    const auto given = from_hex(named);
    return given && *given == sha256(msisdn);
  }
  const auto number = parse_msisdn(named);
  return number && *number == msisdn;
}

} // namespace wakala::payments
