/// \file
/// What the readers of this folder share about YAML: one document, with the position of what is wrong.
#pragma once

#include "runtime/core/result.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace wakala {

/// Larger files are refused: a configuration is written by people.
inline constexpr std::size_t yaml_bytes_max = std::size_t{1024} * 1024;

/// The bytes of a file; `not_found` naming it when it cannot be read, `invalid_argument` when it is too large.
result<std::string> read_text_file(const std::filesystem::path& path);

/// The one document of the text; an undefined or null node for an empty one.
result<YAML::Node> parse_yaml_document(std::string_view text, std::string_view name);

/// `name:line`, or just `name` when the node has no position.
std::string yaml_position(std::string_view name, const YAML::Mark& mark);

} // namespace wakala
