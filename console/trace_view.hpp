/// \file
/// What became of one message: its hops as a waterfall, what was decided, and what was sent.
#pragma once

#include "console/view.hpp"

#include <nlohmann/json.hpp>

namespace wakala::console {

class trace_view : public view {
public:
  trace_view(std::string wamid, std::string tenant);

  std::string command() const override { return "trace " + wamid_; }
  std::string title() const override;
  std::vector<wish> wishes(const surroundings& around) const override;
  void take(const std::string& part, const nlohmann::json& body, std::int64_t at_ms) override;
  void refresh() override { is_settled_ = false; }
  page show(const surroundings& around, std::size_t width) const override;
  std::string open(const std::string& key) const override;
  std::vector<action> actions(const surroundings& around, const std::string& key) const override;
  void reveal(const std::string& reason) override;

private:
  std::vector<line> hop_lines(std::size_t width) const;
  std::vector<line> sent_lines(std::size_t width) const;

  std::string wamid_;
  std::string tenant_;
  nlohmann::json trace_ = nullptr;
  std::vector<hop> hops_;
  std::string reason_;
  bool is_settled_ = false; ///< nothing will change any more
};

} // namespace wakala::console
