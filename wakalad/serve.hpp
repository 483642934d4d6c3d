/// \file
/// The daemon: reads its configuration, wires the parts, runs until it is told to stop.
#pragma once

#include <string>

namespace wakala::daemon {

/// Serves until SIGTERM or SIGINT, then drains. 0 after a clean stop, 1 when it cannot start; the reason is on
/// stderr.
int serve(const std::string& config_file);

} // namespace wakala::daemon
