/// \file
/// Which rows of identities a conversation has in the store. Pure.
#pragma once

#include "runtime/core/codec.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace wakala::actors {

/// Identities that the store already maps to a conversation: row key of the value → row key of the user id that was
/// known then, if one was.
class mapped_identities {
public:
  static constexpr std::size_t key_size = 16;
  using key_bytes = std::array<std::uint8_t, key_size>;
  struct entry {
    key_bytes key{};
    key_bytes user{};
    bool has_user = false;

    bool operator==(const entry&) const = default;
  };

  /// `key` is a row key of 16 bytes; `user` is one too, or empty.
  bool holds(std::string_view key, std::string_view user) const noexcept;
  void put(std::string_view key, std::string_view user);

  const std::vector<entry>& all() const noexcept { return all_; }
  static std::string_view view(const key_bytes& key) noexcept {
    return {reinterpret_cast<const char*>(key.data()), key.size()};
  }

  bool operator==(const mapped_identities&) const = default;

private:
  std::vector<entry> all_; ///< two as a rule
};

/// As part of a conversation's record: 35 bytes for a number and a user id.
void encode(encoder& out, const mapped_identities& mapped);
mapped_identities decode_mapped(decoder& in);

} // namespace wakala::actors
