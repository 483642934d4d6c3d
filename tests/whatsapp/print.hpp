// How GoogleTest shows our types.
#pragma once

#include "whatsapp/outbound.hpp"

#include <ostream>

namespace wakala::whatsapp {

inline void PrintTo(const violation& v, std::ostream* out) {
  *out << v.path << " " << v.code << ": " << v.limit << ", found " << v.value;
}

} // namespace wakala::whatsapp
