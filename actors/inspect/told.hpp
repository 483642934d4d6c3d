/// \file
/// JSON, or why there is none. (A JSON value can be made of nearly anything, so that `result` does not know what it
/// is given.)
#pragma once

#include "runtime/core/error.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace wakala::actors {

class told {
public:
  told(nlohmann::json value) : value_(std::move(value)) {} // NOLINT(google-explicit-constructor): as `result`
  told(wakala::error why) : why_(std::move(why)) {}        // NOLINT(google-explicit-constructor): as `result`

  explicit operator bool() const noexcept { return value_.has_value(); }
  nlohmann::json& operator*() { return *value_; }
  const nlohmann::json& operator*() const { return *value_; }
  const wakala::error& error() const { return why_; }

private:
  std::optional<nlohmann::json> value_;
  wakala::error why_;
};

} // namespace wakala::actors
