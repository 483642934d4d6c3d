/// \file
/// An environment of the test's own, instead of the process's.
#pragma once

#include "runtime/config/environment.hpp"

#include <functional>
#include <map>
#include <string>

namespace wakala {

using fake_variables = std::map<std::string, std::string, std::less<>>;

inline environment fake_environment(fake_variables variables) {
  return {[variables](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
          },
          [variables] {
            std::vector<std::string> names;
            for (const auto& [name, value] : variables)
              names.push_back(name);
            return names;
          }};
}

} // namespace wakala
