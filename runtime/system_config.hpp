/// \file
/// The node's configuration as CAF wants it.
#pragma once

#include "runtime/core/node_config.hpp"

#include <caf/actor_system_config.hpp>

namespace wakala::runtime {

class system_config : public caf::actor_system_config {
public:
  explicit system_config(const node_config& config);
};

} // namespace wakala::runtime
