/// \file
/// The console at a terminal, until somebody quits.
#pragma once

#include "console/access.hpp"
#include "console/painter.hpp"

#include <string>

namespace wakala::console {

struct interactive_options {
  access to;
  std::string ca_file;
  std::string first = "overview"; ///< the command of the view to begin with
  painter_options look;
};

/// Returns the exit code: 0 good, 1 bad. Throws std::runtime_error when there is no terminal.
int run_interactive(const interactive_options& how);

} // namespace wakala::console
