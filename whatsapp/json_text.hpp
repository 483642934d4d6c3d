/// \file
/// JSON text from outside, read strictly but without the library's blind spots.
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace wakala::whatsapp {

/// Parses JSON text. `invalid_argument` when it is not JSON, not UTF-8, or nests arrays and objects deeper than
/// `depth_max` (checked before anything is built). Two things become text that the library cannot hold: a lone
/// surrogate escape becomes U+FFFD, and a number whose digits a 64-bit integer or a double would change becomes a
/// string of those digits.
result<nlohmann::json> parse_json(std::string_view text, int depth_max);

} // namespace wakala::whatsapp
