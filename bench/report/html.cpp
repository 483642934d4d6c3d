#include "bench/report/chart.hpp"
#include "bench/report/facts.hpp"
#include "bench/report/numbers.hpp"
#include "bench/report/page_style.hpp"
#include "bench/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace wakala::bench {
namespace {

std::string show_verdict(const std::string& text) {
  const bool bad = text == "void" || text.starts_with("goals missed") || text.starts_with("failed");
  return fmt::format("<p class=\"verdict {}\">{}</p>\n", bad ? "bad" : "good", escape(text));
}

std::string show_void(const report& r, const std::string& whose = {}) {
  if (r.void_because.empty())
    return {};
  std::string out = "<ul class=\"void\">";
  for (const std::string& reason : r.void_because)
    out += "<li>" + escape(whose) + "void because " + escape(reason) + "</li>";
  return out + "</ul>\n";
}

std::string show_values(const figure& f) {
  std::string out;
  for (const double value : f.values)
    out += (out.empty() ? "" : " · ") + show(value);
  return out;
}

std::string show_figures(const std::vector<figure>& figures) {
  if (figures.empty())
    return {};
  std::string out =
      "<div class=\"wide\"><table><thead><tr><th>figure</th><th class=\"number\">median</th>"
      "<th class=\"number\">spread</th><th class=\"number\">goal</th><th></th><th>each repeat</th></tr></thead>"
      "<tbody>\n";
  for (const figure& f : figures) {
    const std::string result = show_outcome(f);
    out += fmt::format(
        "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>"
        "<td class=\"{}\">{}</td><td class=\"values\">{}</td></tr>\n",
        escape(f.name), f.values.empty() ? "not measured" : escape(show(median(f.values), f.unit)),
        f.values.size() < 2 ? "" : show_share(spread(f.values)), escape(show_goal(f)),
        result == "missed" ? "bad" : "good", result, show_values(f));
  }
  return out + "</tbody></table></div>\n";
}

std::string show_charts(const std::vector<curve>& curves) {
  const auto charts = arrange(curves);
  if (charts.empty())
    return {};
  std::string out = "<div class=\"charts\">\n";
  for (const chart& c : charts)
    out += draw(c);
  return out + "</div>\n";
}

std::string show_facts(const report& r) {
  std::string out = "<dl>\n";
  for (const auto& [name, text] : facts(r))
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(text));
  return out + "</dl>\n";
}

/// Latency and saturation of all targets on the same axes, when more than one has any.
std::string show_together(const std::vector<report>& all) {
  std::vector<curve> together;
  std::size_t with_curves = 0;
  for (const report& r : all) {
    const std::size_t before = together.size();
    for (curve c : r.curves) {
      if (c.what == curve::kind::series)
        continue;
      c.name = r.target + ": " + c.name;
      together.push_back(std::move(c));
    }
    with_curves += together.size() > before ? 1 : 0;
  }
  return with_curves < 2 ? std::string{} : "<section><h2>Together</h2>\n" + show_charts(together) + "</section>\n";
}

} // namespace

std::string to_html(const std::vector<report>& all, const std::string& failure) {
  const std::string title = "wakala-bench" + (all.empty() ? std::string{} : ' ' + escape(all.front().command));
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n";
  out += "<title>" + title + "</title>\n<style>" + page_style + "</style>\n</head>\n<body>\n<main>\n";
  out += "<h1>" + title + "</h1>\n" + show_verdict(verdict(all, failure));
  const bool one = all.size() == 1 && failure.empty();
  if (!one)
    for (const report& r : all)
      out += show_void(r, r.target + ": ");
  out += show_together(all);
  for (const report& r : all) {
    out += "<section>\n<h2>" + escape(r.target) + "</h2>\n";
    out += one ? show_void(r) : show_verdict(verdict(r)) + show_void(r);
    out += show_figures(r.figures) + show_charts(r.curves) + show_facts(r) + "</section>\n";
  }
  return out + "</main>\n</body>\n</html>\n";
}

} // namespace wakala::bench
