#include "bench/report/chart.hpp"

#include "bench/report/axis.hpp"
#include "bench/report/numbers.hpp"
#include "runtime/core/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace wakala::bench {
namespace {

constexpr double view_width = 400;
constexpr double view_height = 250;
constexpr double left = 46;
constexpr double right = 388;
constexpr double top = 20;
constexpr double bottom = 212;
constexpr std::size_t most_markers = 40; ///< points of a line that get a dot each
constexpr std::size_t most_rows = 100;   ///< points of a chart that are also written as a table

double x_of(const axis& along, double value) { return left + along.place(value) * (right - left); }

double y_of(const axis& along, double value) { return bottom - along.place(value) * (bottom - top); }

std::string title_of(const curve& c) {
  switch (c.what) {
  case curve::kind::latency:
    return "Latency by percentile";
  case curve::kind::saturation:
    return c.unit == "1/s" ? "Achieved against offered rate" : "Against the offered rate, in " + c.unit;
  case curve::kind::series:
    break;
  }
  return "Over the run, in " + c.unit;
}

const char* x_name(curve::kind kind) {
  switch (kind) {
  case curve::kind::latency:
    return "percentile";
  case curve::kind::saturation:
    return "offered, 1/s";
  case curve::kind::series:
    break;
  }
  return "second of the run";
}

struct bounds {
  double x_high = 0;
  double y_low = INFINITY;
  double y_high = 0;
};

bounds bounds_of(const chart& c) {
  bounds found;
  for (const curve& line : c.lines)
    for (const auto& [x, y] : line.points) {
      found.x_high = std::max(found.x_high, x);
      found.y_low = std::min(found.y_low, y);
      found.y_high = std::max(found.y_high, y);
    }
  return found;
}

axis x_axis(const chart& c, const bounds& b) {
  return c.what == curve::kind::latency ? axis::percentiles(b.x_high) : axis::linear(b.x_high);
}

/// Rates are compared with what was offered, by eye: never on a logarithmic axis.
axis y_axis(const chart& c, const bounds& b) {
  return c.unit == "1/s" ? axis::linear(b.y_high) : axis::fitting(b.y_low, b.y_high);
}

std::string draw_axes(const chart& c, const axis& x, const axis& y) {
  std::string out;
  for (const auto& [value, text] : y.marks()) {
    const double at = y_of(y, value);
    out +=
        fmt::format(R"(<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>)", left, right, at, at);
    out += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)", left - 5, at + 4, text);
  }
  for (const auto& [value, text] : x.marks()) {
    const double at = x_of(x, value);
    out +=
        fmt::format(R"(<line class="grid" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>)", at, at, top, bottom);
    // The last text ends with the axis, so that it does not run out of the frame.
    const bool last = at > right - 10;
    out += fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", last ? right + 10 : at,
                       bottom + 15, last ? "end" : "middle", text);
  }
  out +=
      fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)", right, bottom + 31, x_name(c.what));
  out += fmt::format(R"(<text x="4" y="12">{}</text>)", escape(c.unit));
  return out;
}

std::string draw_line(const curve& line, std::size_t index, const axis& x, const axis& y) {
  std::string path;
  std::string dots;
  for (const auto& [px, py] : line.points) {
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L", x_of(x, px), y_of(y, py));
    if (line.points.size() <= most_markers)
      dots +=
          fmt::format(R"(<circle class="s{}" cx="{:.1f}" cy="{:.1f}" r="2.5"><title>{} at {}: {}</title></circle>)",
                      index, x_of(x, px), y_of(y, py), escape(line.name), show(px), show(py, escape(line.unit)));
  }
  return fmt::format(R"(<path class="line s{}" d="{}"/>)", index, path) + dots;
}

std::string draw_points(const chart& c) {
  std::size_t rows = 0;
  for (const curve& line : c.lines)
    rows += line.points.size();
  if (rows > most_rows)
    return {};
  std::string out = "<details><summary>as a table</summary><div class=\"wide\"><table><thead><tr><th>curve</th>";
  out += fmt::format("<th class=\"number\">{}</th><th class=\"number\">{}</th></tr></thead><tbody>", x_name(c.what),
                     escape(c.unit));
  for (const curve& line : c.lines)
    for (const auto& [x, y] : line.points)
      out += fmt::format("<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                         escape(line.name), show(x), show(y));
  return out + "</tbody></table></div></details>";
}

/// As it is drawn: without points that are no numbers, from left to right (a search tries rates in another order).
curve drawable(curve line) {
  std::erase_if(line.points, [](const auto& p) { return !std::isfinite(p.first) || !std::isfinite(p.second); });
  std::stable_sort(line.points.begin(), line.points.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return line;
}

} // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : to_valid_utf8(text)) {
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::vector<chart> arrange(const std::vector<curve>& curves) {
  std::vector<chart> charts;
  for (const curve::kind kind : {curve::kind::latency, curve::kind::saturation, curve::kind::series})
    for (const curve& given : curves) {
      if (given.what != kind)
        continue;
      curve line = drawable(given);
      if (line.points.empty())
        continue;
      const auto place = std::find_if(charts.begin(), charts.end(), [&](const chart& c) {
        return c.what == kind && c.unit == line.unit && c.lines.size() < most_lines;
      });
      if (place == charts.end())
        charts.push_back({title_of(line), kind, line.unit, {std::move(line)}});
      else
        place->lines.push_back(std::move(line));
    }
  return charts;
}

std::string draw(const chart& c) {
  const bounds b = bounds_of(c);
  const axis x = x_axis(c, b);
  const axis y = y_axis(c, b);
  std::string out = fmt::format("<figure><figcaption>{}</figcaption>", escape(c.title));
  out += fmt::format(R"(<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-label="{}">)", view_width, view_height,
                     escape(c.title));
  out += draw_axes(c, x, y);
  std::string legend;
  if (c.what == curve::kind::saturation && c.unit == "1/s") {
    const double both = std::min(b.x_high, b.y_high);
    out += fmt::format(R"(<line class="offered" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", x_of(x, 0),
                       y_of(y, 0), x_of(x, both), y_of(y, both));
    legend = "<li class=\"offered\">as offered</li>";
  }
  for (std::size_t i = 0; i < c.lines.size(); ++i) {
    out += draw_line(c.lines[i], i, x, y);
    legend += fmt::format("<li class=\"s{}\">{}</li>", i, escape(c.lines[i].name));
  }
  return out + "</svg><ul class=\"legend\">" + legend + "</ul>" + draw_points(c) + "</figure>\n";
}

} // namespace wakala::bench
