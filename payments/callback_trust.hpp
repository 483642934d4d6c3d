/// \file
/// Daraja signs nothing. What stands in for a signature: an address that nobody can guess, and where a call comes
/// from.
#pragma once

#include "payments/stripe_signature.hpp"
#include <span>
#include <string>
#include <string_view>

namespace wakala::payments {

/// The part of a callback's address that only Daraja and we know. `attempt_id` is empty for payments made by hand,
/// whose address is one for the whole tenant. Never logged.
std::string callback_token(const hmac_function& hmac, std::string_view secret, std::string_view tenant_id,
                           std::string_view attempt_id);

/// In constant time.
bool is_callback_token(std::string_view given, const hmac_function& hmac, std::string_view secret,
                       std::string_view tenant_id, std::string_view attempt_id);

/// The addresses that Safaricom publishes (checked in August 2026) and two that were seen before. They change: let
/// the operator set them.
std::span<const std::string_view> daraja_addresses() noexcept;

/// `peer` is the address of whoever connected, or what a proxy of our own says it is; never what the caller says.
bool is_daraja_address(std::string_view peer, std::span<const std::string> allowed);

} // namespace wakala::payments
