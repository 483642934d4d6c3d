/// \file
/// A form as Stripe reads it. Internal to the Stripe stand-in.
#pragma once

#include "http/core/message.hpp"
#include "sandbox/stripe_desk.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::sandbox {

struct stripe_desk::fields {
  explicit fields(std::string_view body) : raw(body), values(body) {}

  struct order_lines {
    std::int64_t total = 0;
    std::string currency;
    nlohmann::ordered_json shown = nlohmann::ordered_json::array();
  };

  const std::string& body() const noexcept { return raw; }
  std::string text(std::string_view key) const { return std::string(values.find(key).value_or("")); }
  nlohmann::ordered_json text_or_null(std::string_view key) const;
  std::optional<std::int64_t> number(std::string_view key) const;
  /// `name[a]=1&name[b]=2`.
  nlohmann::ordered_json map(const std::string& name) const;
  /// `invalid_argument` naming the parameter; `conflict` for a fraction that the currency does not have.
  result<order_lines> lines(std::size_t lines_max) const;

  std::string raw;
  http::query_values values;
};

} // namespace wakala::sandbox
