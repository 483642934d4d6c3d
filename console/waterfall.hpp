/// \file
/// Where a message's time went, as bars one after the other.
#pragma once

#include "console/models.hpp"
#include "console/page.hpp"

#include <cstddef>
#include <vector>

namespace wakala::console {

/// One bar a hop: waiting is dotted, work is full, on the way between nodes is grey. Each `columns` wide; a part that
/// took any time has at least one column.
std::vector<std::vector<span>> waterfall(const std::vector<hop>& hops, std::size_t columns);

/// The sum of all hops, in microseconds.
double total_of(const std::vector<hop>& hops);

} // namespace wakala::console
