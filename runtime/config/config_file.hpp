/// \file
/// Reads a node's configuration: YAML, `${ENV}` in every value, `WAKALA_<SECTION>_<KEY>` overrides. Every key, its
/// default and its form are in docs/configuration.md. For start-up; any thread, no shared state.
#pragma once

#include "runtime/config/environment.hpp"
#include "runtime/core/node_config.hpp"
#include "runtime/core/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace wakala {

/// Reads the file and parses it. `not_found` when it cannot be read, else as `parse_config`.
result<node_config> load_config(const std::filesystem::path& path, const environment& env);

/// Parses configuration text. `name` stands for the file in messages (`wakala.yaml:12: …`); relative paths among the
/// values (store, keys, certificates, texts) are taken from its directory, wherever the value came from.
///
/// What is wrong is collected: `invalid_argument` whose `what` has one line per problem and whose `field` is the key
/// of the first one. Unknown and repeated keys, wrong types, values out of range and missing variables are problems.
/// The value of a secret is never part of a message.
result<node_config> parse_config(std::string_view text, std::string_view name, const environment& env);

/// A key of the configuration, for the documentation and its test.
struct config_key {
  std::string name;     ///< dotted, for example `limits.body_bytes`
  std::string fallback; ///< the default as it would be written; empty: none
};

/// Every key that the parser knows, in the order of the documentation.
std::vector<config_key> config_keys();

} // namespace wakala
