/// \file
/// Figures that grow by a value with each repeat.
#pragma once

#include "bench/report/report.hpp"

#include <algorithm>
#include <string>

namespace wakala::bench {

/// Adds a value to the figure of that name, which is made, without a goal, when it is not there yet.
inline void add_value(report& r, const std::string& name, const std::string& unit, double value) {
  const auto known =
      std::find_if(r.figures.begin(), r.figures.end(), [&](const figure& f) { return f.name == name; });
  if (known != r.figures.end())
    known->values.push_back(value);
  else
    r.figures.push_back({name, unit, {value}, {}, figure::direction::none});
}

} // namespace wakala::bench
