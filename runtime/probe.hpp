/// \file
/// Does somebody listen there?
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace wakala::runtime {

enum class probe_result : std::uint8_t {
  listens,
  refused,     ///< the machine says that nobody does
  unreachable, ///< no word in time, or no such machine
};

/// Connects and hangs up. Blocks, at most for `patience` and for as long as a name takes to be looked up.
probe_result probe(const std::string& host, std::uint16_t port, std::chrono::milliseconds patience);

} // namespace wakala::runtime
