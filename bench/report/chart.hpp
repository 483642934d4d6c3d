/// \file
/// Line charts as SVG, drawn here so that the page needs nothing from anywhere.
#pragma once

#include "bench/report/report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wakala::bench {

/// Curves of one kind and one unit, on the same axes.
struct chart {
  std::string title;
  curve::kind what = curve::kind::series;
  std::string unit;
  std::vector<curve> lines; ///< at most `most_lines`
};
constexpr std::size_t most_lines = 8;

/// Puts curves of the same kind and unit together: latency first, then saturation, then what went over time. Points
/// that are not numbers are left out, and curves without points.
std::vector<chart> arrange(const std::vector<curve>& curves);

/// A `<figure>` with the drawing, its legend and, unless there are too many, its points as a table.
std::string draw(const chart& c);

/// For text and quoted attributes of HTML and XML.
std::string escape(std::string_view text);

} // namespace wakala::bench
