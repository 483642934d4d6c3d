#include "console/view.hpp"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace wakala::console {

void view::take(const std::string&, const nlohmann::json&, std::int64_t) {}
std::string view::open(const std::string&) const { return {}; }
std::vector<action> view::actions(const surroundings&, const std::string&) const { return {}; }
nlohmann::json view::watched(const whoami&) const { return nullptr; }
void view::reveal(const std::string&) {}

std::vector<line> view::table_lines(table rows, std::size_t width) const {
  filter_rows(rows, filter);
  sort_rows(rows, sorted);
  return lay_out(rows, width, sorted);
}

std::string view::note_of(std::size_t shown, std::size_t loaded, std::optional<double> total) const {
  const auto all = total.value_or(static_cast<double>(loaded));
  return static_cast<double>(shown) == all ? fmt::format("{}", shown) : fmt::format("{} of {:.0f}", shown, all);
}

} // namespace wakala::console
