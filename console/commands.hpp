/// \file
/// A command's text becomes a view. What is typed after `:`, what Enter on a line opens, and the program's own
/// sub-commands are the same.
#pragma once

#include "console/view.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::console {

/// Nothing when there is no such command; `problem` then says what is wrong.
std::unique_ptr<view> make_view(std::string_view command, std::string& problem);

struct numbered_view {
  char32_t key;
  std::string command;
  std::string title;
};

/// Those with a number of their own.
const std::vector<numbered_view>& numbered_views();

} // namespace wakala::console
