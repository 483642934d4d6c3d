#include "payments/callback_trust.hpp"

#include "runtime/core/encoding.hpp"

#include "payments/constant_time.hpp"
#include <algorithm>
#include <array>

namespace wakala::payments {

namespace {

constexpr std::size_t token_bytes = 16;
constexpr std::string_view mapped = "::ffff:"; // how a socket for both families names an IPv4 address

constexpr std::array<std::string_view, 14> published{
    "196.201.214.200", "196.201.214.206", "196.201.214.207", "196.201.214.208", "196.201.213.114",
    "196.201.213.44",  "196.201.212.127", "196.201.212.129", "196.201.212.136", "196.201.212.138",
    "196.201.212.69",  "196.201.212.74",  "196.201.212.128", "196.201.212.132"};

/// With its length in front, so that no two different pairs are one text.
void append_part(std::string& text, std::string_view part) {
  append_u32(text, static_cast<std::uint32_t>(part.size()));
  text += part;
}

} // namespace

std::string callback_token(const hmac_function& hmac, std::string_view secret, std::string_view tenant_id,
                           std::string_view attempt_id) {
  std::string text = "daraja callback";
  append_part(text, tenant_id);
  append_part(text, attempt_id);
  return to_hex(as_span(hmac(secret, text)).first(token_bytes));
}

bool is_callback_token(std::string_view given, const hmac_function& hmac, std::string_view secret,
                       std::string_view tenant_id, std::string_view attempt_id) {
  return !secret.empty() && same_secret(given, callback_token(hmac, secret, tenant_id, attempt_id));
}

std::span<const std::string_view> daraja_addresses() noexcept { return published; }

bool is_daraja_address(std::string_view peer, std::span<const std::string> allowed) {
  if (peer.starts_with(mapped))
    peer.remove_prefix(mapped.size());
  return std::ranges::find(allowed, peer) != allowed.end();
}

} // namespace wakala::payments
