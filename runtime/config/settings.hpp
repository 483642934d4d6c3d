/// \file
/// The table of single-valued settings: how each key's text becomes a field of `node_config`.
#pragma once

#include "runtime/core/node_config.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala {

/// One key with one value. Keys that hold lists (`admin.tokens`) are read by the parser itself.
struct setting {
  std::string key; ///< dotted
  /// Takes the value over; what is wrong with it otherwise ("must be …"), which never repeats the value.
  std::function<std::optional<std::string>(node_config& config, const std::string& value)> apply;
  /// The value as text, to show defaults.
  std::function<std::string(const node_config& config)> show;
};

/// In the order of the documentation. `listen.public` and `listen.admin` stand for their `address`.
const std::vector<setting>& settings();

/// `WAKALA_LIMITS_BODY_BYTES` for `limits.body_bytes`.
std::string override_name(std::string_view key);

} // namespace wakala
