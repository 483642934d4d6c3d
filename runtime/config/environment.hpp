/// \file
/// The environment variables a configuration may look at, as functions, so that tests need no process environment.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala {

/// Where `${NAME}` and the `WAKALA_<SECTION>_<KEY>` overrides come from. Both functions must be set.
struct environment {
  /// The value of a variable; nothing when it is not set. A variable set to nothing has an empty value.
  std::function<std::optional<std::string>(std::string_view name)> get;
  /// The names of all variables, so that a misspelt override is found.
  std::function<std::vector<std::string>()> names;
};

/// The environment of this process. Read while starting, before other threads exist.
environment process_environment();

} // namespace wakala
