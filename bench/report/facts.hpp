/// \file
/// The facts of a report in words, the same on the terminal and on the page.
#pragma once

#include "bench/report/report.hpp"

#include <string>
#include <utility>
#include <vector>

namespace wakala::bench {

/// Name and text of everything beside figures and curves: load, durability, repeats, configuration, machine, build.
std::vector<std::pair<std::string, std::string>> facts(const report& r);

/// `≥ 35,000/s`, `≤ 2 ms`, empty without a goal.
std::string show_goal(const figure& f);
/// `met`, `missed`, empty without a goal.
std::string show_outcome(const figure& f);

} // namespace wakala::bench
