/// \file
/// Who did what, the last first, and whether the trail is whole.
#pragma once

#include "console/view.hpp"

#include <nlohmann/json.hpp>

namespace wakala::console {

class audit_view : public view {
public:
  std::string command() const override { return "audit"; }
  std::string title() const override { return "Audit"; }
  std::vector<wish> wishes(const surroundings& around) const override;
  void take(const std::string& part, const nlohmann::json& body, std::int64_t at_ms) override;
  page show(const surroundings& around, std::size_t width) const override;
  std::string open(const std::string& key) const override;
  std::vector<column> sort_columns() const override;

private:
  nlohmann::json entries_ = nullptr;
  nlohmann::json check_ = nullptr; ///< what `audit:verify` said
  bool are_more_ = false;
};

} // namespace wakala::console
