/// \file
/// The record of what operators have done, as a chain: each entry holds the hash of the one before, so that none can
/// be changed or taken out without all that follow. Pure.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::actors {

struct audit_entry {
  std::uint64_t number = 0; ///< 1, 2, 3 …
  time_ms at = 0;
  nlohmann::json what; ///< `{who, node, action, on, reason, result}`
  std::string before;  ///< hash of the entry before; empty: it is the first
  std::string hash;    ///< SHA-256 over all of the above, 64 hexadecimal digits
};

audit_entry next_entry(const audit_entry* last, nlohmann::json what, time_ms at);
/// What the hash must be.
std::string hash_of(const audit_entry& entry);

std::string to_text(const audit_entry& entry);
result<audit_entry> audit_entry_from(std::string_view text);
/// `{n, at, who, node, action, on, reason, result, hash}`.
nlohmann::json entry_json(const audit_entry& entry);

/// Walks along the chain.
struct audit_check {
  std::uint64_t entries = 0;
  std::string last;                       ///< hash
  std::optional<std::uint64_t> broken_at; ///< number that was expected where the chain breaks

  /// False from the first entry on that is not what it was, or does not follow.
  bool follows(const audit_entry& entry);
  /// `{ok, entries, broken_at, last_hash}`.
  nlohmann::json report() const;
};

} // namespace wakala::actors
