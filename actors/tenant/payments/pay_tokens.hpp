/// \file
/// The parts of callback addresses that only the provider and we know. Never logged.
#pragma once

#include "persistence/crypto/keyring.hpp"
#include "runtime/core/ids.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace wakala::actors {

/// Of one attempt: its id and what proves that we have made it. 64 hexadecimal digits.
std::string attempt_token(const persistence::tenant_keys& keys, const tenant_id& tenant, std::string_view attempt_id);
/// The attempt of such a token, in constant time; nothing when we have not made it.
std::optional<std::string> attempt_of(const persistence::tenant_keys& keys, const tenant_id& tenant,
                                      std::string_view token);

/// For payments that shoppers make by hand: one for the tenant. 32 hexadecimal digits.
std::string by_hand_token(const persistence::tenant_keys& keys, const tenant_id& tenant);
bool is_by_hand_token(const persistence::tenant_keys& keys, const tenant_id& tenant, std::string_view token);

} // namespace wakala::actors
