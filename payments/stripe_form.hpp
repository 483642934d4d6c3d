/// \file
/// Bodies as Stripe takes them: a form whose keys nest in brackets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::payments {

/// Writes one body. Keys come with their brackets (`line_items[0][quantity]`), which stay as they are; all else is
/// percent-encoded.
class stripe_form {
public:
  stripe_form& add(std::string_view key, std::string_view value);
  stripe_form& add(std::string_view key, const char* value) { return add(key, std::string_view{value}); }
  stripe_form& add(std::string_view key, std::int64_t value) { return add(key, std::to_string(value)); }
  stripe_form& add(std::string_view key, int value) { return add(key, std::int64_t{value}); }
  stripe_form& add(std::string_view key, bool value) { return add(key, value ? "true" : "false"); }

  const std::string& body() const noexcept { return body_; }

private:
  std::string body_;
};

} // namespace wakala::payments
