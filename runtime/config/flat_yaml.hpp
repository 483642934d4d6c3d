/// \file
/// A YAML file that is one flat map of names to texts, such as strings/en.yaml.
#pragma once

#include "runtime/core/result.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace wakala {

using flat_map = std::map<std::string, std::string, std::less<>>;

/// Reads the file and parses it. `not_found` when it cannot be read.
result<flat_map> load_flat_yaml(const std::filesystem::path& path);

/// `invalid_argument` naming `name:line` for a repeated key, a value that is not a text, or text that is not YAML. An
/// empty document is an empty map.
result<flat_map> parse_flat_yaml(std::string_view text, std::string_view name);

} // namespace wakala
