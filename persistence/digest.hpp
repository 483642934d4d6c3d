/// \file
/// A quick checksum against damage on the medium. Not against malice: sealing does that.
#pragma once

#include <cstdint>
#include <string_view>

namespace wakala::persistence {

/// Sums up fields one after the other; each is preceded by its length, so that moving a byte over a border shows. A
/// change within one 8-byte word always changes the 64-bit state; any damage passes with a chance of 2^-32.
class digest {
public:
  void add(std::string_view field) noexcept;
  void add(std::uint64_t number) noexcept;
  std::uint32_t value() const noexcept;

private:
  std::uint64_t state_ = 0x57616b616c610001ULL;
};

} // namespace wakala::persistence
