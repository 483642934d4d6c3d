/// \file
/// A YAML file with maps and lists in each other, such as strings/order-templates.yaml, as a tree.
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <string_view>

namespace wakala {

/// Reads the file and parses it. `not_found` when it cannot be read.
result<nlohmann::json> load_yaml_tree(const std::filesystem::path& path);

/// Maps become objects, lists arrays, everything else is text; what is empty is null. `invalid_argument` naming
/// `name:line` for a repeated key, a key that is no text, text that is not YAML, and what is too much or too deep.
result<nlohmann::json> parse_yaml_tree(std::string_view text, std::string_view name);

} // namespace wakala
