/// \file
/// A JSON value as lines for people: indented names, values behind them, no brackets.
#pragma once

#include "console/page.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace wakala::console {

/// Money (`{amount, currency}`) and other small objects without depth go on one line. Every line has a key that
/// begins with `prefix`, so that a cursor can walk over them.
std::vector<line> json_lines(const nlohmann::json& value, std::size_t width, const std::string& prefix);

} // namespace wakala::console
