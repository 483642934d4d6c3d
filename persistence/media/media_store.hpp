/// \file
/// Where files that shoppers and shops sent each other are kept, sealed.
#pragma once

#include "persistence/crypto/keyring.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/ids.hpp"
#include "runtime/core/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::persistence {

/// Whose file it is, and what it is called there.
struct media_address {
  tenant_id tenant;
  tenant_keys_ptr keys; ///< of that tenant
  std::string key;      ///< any text; the place where the file lies does not tell it
};

struct medium {
  bytes note; ///< what its owner wants to know about the content
  bytes content;
};

constexpr std::size_t medium_bytes_max = std::size_t{128} * 1024 * 1024;
constexpr std::size_t medium_note_max = std::size_t{16} * 1024;

/// Thread-safe. Every call blocks.
class media_store {
public:
  virtual ~media_store() = default;

  /// Durable when it returns; takes the place of what was there. Errors: `invalid_argument` over the sizes above,
  /// `overloaded` when there is no room, `unavailable` when it cannot be written.
  virtual result<void> put(const media_address& where, std::string_view note, std::string_view content) = 0;
  /// Errors: `not_found`, `corrupt`, `unavailable`.
  virtual result<medium> get(const media_address& where) = 0;
  /// Also good when there is nothing.
  virtual result<void> erase(const media_address& where) = 0;

  /// Lets go of what is older than it may be. To be called now and then.
  virtual void sweep() {}
  virtual std::uint64_t bytes_kept() const = 0;
};

} // namespace wakala::persistence
