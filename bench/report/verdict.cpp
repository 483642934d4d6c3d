#include "bench/report/report.hpp"

#include <algorithm>

namespace wakala::bench {

double median(std::vector<double> values) {
  if (values.empty())
    return 0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double spread(const std::vector<double>& values) {
  const double middle = median(values);
  if (values.size() < 2 || middle == 0)
    return 0;
  const auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return (*largest - *smallest) / middle;
}

bool is_met(const figure& f) {
  if (!f.goal || f.wanted == figure::direction::none)
    return true;
  if (f.values.empty())
    return false; // a goal that nothing was measured for is not met
  const double middle = median(f.values);
  return f.wanted == figure::direction::at_least ? middle >= *f.goal : middle <= *f.goal;
}

std::string verdict(const report& r) { return verdict(std::vector<report>{r}); }

std::string verdict(const std::vector<report>& all, const std::string& failure) {
  if (!failure.empty())
    return "failed: " + failure;
  bool any_goal = false;
  std::string missed;
  for (const report& r : all) {
    if (!r.void_because.empty())
      return "void";
    for (const figure& f : r.figures) {
      any_goal = any_goal || (f.goal && f.wanted != figure::direction::none);
      if (!is_met(f))
        missed += (missed.empty() ? "" : ", ") + (all.size() > 1 ? r.target + ": " : std::string{}) + f.name;
    }
  }
  if (!missed.empty())
    return "goals missed: " + missed;
  return any_goal ? "goals met" : "measured";
}

} // namespace wakala::bench
