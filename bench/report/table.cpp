#include "bench/report/facts.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/report.hpp"

#include <algorithm>
#include <array>

namespace wakala::bench {
namespace {

constexpr std::size_t width = 100;
constexpr std::size_t margin = 2;
constexpr std::size_t gap = 2;

std::string padded(const std::string& text, std::size_t to) {
  return text + std::string(to > columns(text) ? to - columns(text) : 0, ' ');
}

std::string right(const std::string& text, std::size_t to) {
  return std::string(to > columns(text) ? to - columns(text) : 0, ' ') + text;
}

/// `name` and then the text beside it, broken to the width of the terminal.
void put_beside(std::string& out, const std::string& name, const std::string& text, std::size_t name_width) {
  const std::size_t indent = margin + name_width + gap;
  bool first = true;
  for (const std::string& line : wrap(text, width - indent)) {
    out += std::string(margin, ' ') + padded(first ? name : "", name_width + gap) + line + '\n';
    first = false;
  }
}

using row = std::array<std::string, 5>;

void put_figures(std::string& out, const std::vector<figure>& figures) {
  std::vector<row> rows{{"figure", "median", "spread", "goal", ""}};
  for (const figure& f : figures)
    rows.push_back({wrap(f.name, 40).front(), f.values.empty() ? "not measured" : show(median(f.values), f.unit),
                    f.values.size() < 2 ? "" : show_share(spread(f.values)), show_goal(f), show_outcome(f)});
  std::array<std::size_t, 5> widths{};
  for (const row& r : rows)
    for (std::size_t i = 0; i < r.size(); ++i)
      widths[i] = std::max(widths[i], columns(r[i]));
  for (const row& r : rows) {
    std::string line(margin, ' ');
    line += padded(r[0], widths[0]) + "  " + right(r[1], widths[1]) + "  " + right(r[2], widths[2]) + "  " +
            right(r[3], widths[3]) + "  " + r[4];
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
}

} // namespace

std::string to_table(const report& r) {
  std::string out;
  for (const std::string& line : wrap(r.command + " · " + r.target, width))
    out += line + '\n';
  out += '\n';
  if (!r.figures.empty()) {
    put_figures(out, r.figures);
    out += '\n';
  }
  const auto list = facts(r);
  std::size_t name_width = columns("verdict");
  for (const auto& [name, text] : list)
    name_width = std::max(name_width, columns(name));
  for (const auto& [name, text] : list)
    put_beside(out, name, text, name_width);
  put_beside(out, "verdict", verdict(r), name_width);
  for (const std::string& reason : r.void_because)
    put_beside(out, "", "void because " + reason, name_width);
  return out;
}

} // namespace wakala::bench
