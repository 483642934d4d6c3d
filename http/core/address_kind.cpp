#include "http/core/address_kind.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace wakala::http {

namespace {

namespace ip = boost::asio::ip;

struct range4 {
  std::uint32_t first;
  unsigned bits;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return (a << 24U) | (b << 16U) | (c << 8U) | d;
}

/// Not everybody's (IANA's registry of special addresses).
constexpr std::array special4{
    range4{v4(0, 0, 0, 0), 8},      range4{v4(10, 0, 0, 0), 8},     range4{v4(100, 64, 0, 0), 10},
    range4{v4(127, 0, 0, 0), 8},    range4{v4(169, 254, 0, 0), 16}, range4{v4(172, 16, 0, 0), 12},
    range4{v4(192, 0, 0, 0), 24},   range4{v4(192, 0, 2, 0), 24},   range4{v4(192, 88, 99, 0), 24},
    range4{v4(192, 168, 0, 0), 16}, range4{v4(198, 18, 0, 0), 15},  range4{v4(198, 51, 100, 0), 24},
    range4{v4(203, 0, 113, 0), 24}, range4{v4(224, 0, 0, 0), 4},    range4{v4(240, 0, 0, 0), 4},
};

bool is_public(std::uint32_t address) {
  return std::none_of(special4.begin(), special4.end(),
                      [address](const range4& r) { return ((address ^ r.first) >> (32U - r.bits)) == 0; });
}

using bytes6 = ip::address_v6::bytes_type;

std::uint32_t four_at(const bytes6& raw, std::size_t at) {
  return v4(raw[at], raw[at + 1], raw[at + 2], raw[at + 3]);
}

bool is_public(const bytes6& raw) {
  const auto begins = [&raw](std::initializer_list<std::uint8_t> with) {
    return std::equal(with.begin(), with.end(), raw.begin());
  };
  if (begins({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}) || begins({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
    return is_public(four_at(raw, 12)); // IPv4, as such or to be translated
  if (begins({0x20, 0x02}))             // 6to4
    return is_public(four_at(raw, 2));
  if ((raw[0] & 0xe0U) != 0x20) // what is given out begins with 2 or 3
    return false;
  const bool is_of_protocols = begins({0x20, 0x01}) && (raw[2] & 0xfeU) == 0; // 2001::/23: Teredo and the like
  const bool is_of_documents = begins({0x20, 0x01, 0x0d, 0xb8}) || (begins({0x3f, 0xff}) && (raw[2] & 0xf0U) == 0);
  return !is_of_protocols && !is_of_documents;
}

} // namespace

bool is_public_address(std::string_view text) {
  boost::system::error_code none;
  const auto address = ip::make_address(std::string(text), none);
  if (none)
    return false;
  if (address.is_v4())
    return is_public(address.to_v4().to_uint());
  return is_public(address.to_v6().to_bytes());
}

bool is_local_name(std::string_view host) {
  while (host.ends_with('.'))
    host.remove_suffix(1);
  if (host == "localhost" || host.ends_with(".localhost"))
    return true;
  boost::system::error_code none;
  static_cast<void>(ip::make_address(std::string(host), none));
  // A resolver may read numbers in other ways than as an address: 127.1, 0x7f000001, 2130706433.
  const bool is_number = !host.empty() && host.find_first_not_of("0123456789abcdefx.") == host.npos &&
                         (host.back() >= '0' && host.back() <= '9');
  return none ? is_number : !is_public_address(host);
}

} // namespace wakala::http
