/// \file
/// What a text leads to: a message by its wamid, a conversation by its contact, its id or an order's code.
#pragma once

#include "console/view.hpp"

namespace wakala::console {

class find_view : public view {
public:
  find_view(std::string text, std::string tenant);

  std::string command() const override { return "find " + text_; }
  std::string title() const override { return "Find " + text_; }
  std::vector<wish> wishes(const surroundings& around) const override;
  void take(const std::string& part, const nlohmann::json& body, std::int64_t at_ms) override;
  page show(const surroundings& around, std::size_t width) const override;
  std::string open(const std::string& key) const override;
  std::vector<column> sort_columns() const override;

private:
  struct hit {
    std::string by;
    std::string tenant;
    std::string actor;
    std::string wamid;
  };

  std::string text_;
  std::string tenant_;
  std::vector<hit> hits_;
  bool has_answer_ = false;
};

} // namespace wakala::console
