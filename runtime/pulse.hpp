/// \file
/// Do you still move?
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>

namespace wakala::runtime {

/// To an actor whose standing still means that the node is stuck; answered by `pulse_felt`.
struct pulse {
  std::uint64_t number = 0;
};
struct pulse_felt {
  std::uint64_t number = 0;
};

} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::pulse)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::pulse_felt)
