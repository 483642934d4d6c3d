/// \file
/// What the keys do.
#pragma once

#include "console/view.hpp"

namespace wakala::console {

class help_view : public view {
public:
  std::string command() const override { return "help"; }
  std::string title() const override { return "Help"; }
  page show(const surroundings& around, std::size_t width) const override;
};

} // namespace wakala::console
