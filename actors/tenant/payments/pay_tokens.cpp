#include "actors/tenant/payments/pay_tokens.hpp"

#include "payments/callback_trust.hpp"

namespace wakala::actors {

namespace {

constexpr std::size_t id_size = 32;
constexpr std::size_t token_size = 64;

std::string_view secret_of(const persistence::tenant_keys& keys) {
  return {reinterpret_cast<const char*>(keys.lookup.data()), keys.lookup.size()};
}

/// The keyed hash of the tenant's own key; the library asks for a function of key and data.
payments::hmac_function hmac_of(const persistence::tenant_keys& keys) {
  return [&keys](std::string_view, std::string_view data) {
    const auto hash = persistence::keyed_hash(keys.lookup, {"callback", data});
    return std::string(reinterpret_cast<const char*>(hash.data()), hash.size());
  };
}

} // namespace

std::string attempt_token(const persistence::tenant_keys& keys, const tenant_id& tenant,
                          std::string_view attempt_id) {
  return std::string(attempt_id) + payments::callback_token(hmac_of(keys), secret_of(keys), tenant, attempt_id);
}

std::optional<std::string> attempt_of(const persistence::tenant_keys& keys, const tenant_id& tenant,
                                      std::string_view token) {
  if (token.size() != token_size)
    return std::nullopt;
  const auto id = token.substr(0, id_size);
  if (!payments::is_callback_token(token.substr(id_size), hmac_of(keys), secret_of(keys), tenant, id))
    return std::nullopt;
  return std::string(id);
}

std::string by_hand_token(const persistence::tenant_keys& keys, const tenant_id& tenant) {
  return payments::callback_token(hmac_of(keys), secret_of(keys), tenant, {});
}

bool is_by_hand_token(const persistence::tenant_keys& keys, const tenant_id& tenant, std::string_view token) {
  return payments::is_callback_token(token, hmac_of(keys), secret_of(keys), tenant, {});
}

} // namespace wakala::actors
