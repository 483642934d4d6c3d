/// \file
/// The views that live on the overview alone: overview, nodes, shards.
#pragma once

#include "console/view.hpp"

namespace wakala::console {

class overview_view : public view {
public:
  std::string command() const override { return "overview"; }
  std::string title() const override { return "Overview"; }
  page show(const surroundings& around, std::size_t width) const override;
  std::string open(const std::string& key) const override;
  std::vector<action> actions(const surroundings& around, const std::string& key) const override;
  std::vector<column> sort_columns() const override;
};

class nodes_view : public overview_view {
public:
  std::string command() const override { return "nodes"; }
  std::string title() const override { return "Nodes"; }
  page show(const surroundings& around, std::size_t width) const override;
  std::vector<column> sort_columns() const override;
};

class shards_view : public overview_view {
public:
  std::string command() const override { return "shards"; }
  std::string title() const override { return "Shards"; }
  page show(const surroundings& around, std::size_t width) const override;
  std::vector<column> sort_columns() const override;
};

/// The figures of the whole cluster with their sparklines: seven lines.
std::vector<line> cluster_panel(const surroundings& around, std::size_t width);

} // namespace wakala::console
