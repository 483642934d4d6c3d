/// \file
/// Dead letters of all tenants that the token sees, and what was set aside.
#pragma once

#include "console/view.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace wakala::console {

class letters_view : public view {
public:
  /// `tenant` empty: of all.
  explicit letters_view(std::string tenant);

  std::string command() const override { return "dead-letters" + (tenant_.empty() ? "" : " " + tenant_); }
  std::string title() const override { return tenant_.empty() ? "Dead letters" : "Dead letters of " + tenant_; }
  std::vector<wish> wishes(const surroundings& around) const override;
  void take(const std::string& part, const nlohmann::json& body, std::int64_t at_ms) override;
  page show(const surroundings& around, std::size_t width) const override;
  std::vector<action> actions(const surroundings& around, const std::string& key) const override;
  std::vector<column> sort_columns() const override;

private:
  std::vector<std::string> tenants(const whoami& who) const;

  std::string tenant_;
  std::vector<std::string> known_; ///< tenants
  bool are_more_tenants_ = false;
  std::map<std::string, nlohmann::json> letters_; ///< by tenant; "": set aside
};

} // namespace wakala::console
