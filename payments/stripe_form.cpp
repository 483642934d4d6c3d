#include "payments/stripe_form.hpp"

#include "runtime/core/encoding.hpp"

namespace wakala::payments {

stripe_form& stripe_form::add(std::string_view key, std::string_view value) {
  if (!body_.empty())
    body_ += '&';
  std::size_t from = 0;
  while (from < key.size()) {
    const auto bracket = key.find_first_of("[]", from);
    body_ += url_encode(key.substr(from, bracket == std::string_view::npos ? bracket : bracket - from));
    if (bracket == std::string_view::npos)
      break;
    body_ += key[bracket];
    from = bracket + 1;
  }
  body_ += '=';
  body_ += url_encode(value);
  return *this;
}

} // namespace wakala::payments
