#include "persistence/crypto/keyring.hpp"

#include <openssl/crypto.h>

#include <algorithm>

namespace wakala::persistence {

namespace {

// Every wrapped key starts with the way it was wrapped, so that another way can stand beside this one later.
constexpr char wrapped_format = 1;

constexpr std::string_view check_name = "keyring.check";
constexpr std::string_view check_text = "wakala";

key_bytes fresh_key(random_source& random) {
  key_bytes out{};
  random.fill(out);
  return out;
}

bytes wrap(const sealing_key& by, std::string_view associated, const key_bytes& key, random_source& random) {
  const std::string_view plain(reinterpret_cast<const char*>(key.data()), key.size());
  bytes out(1, wrapped_format);
  out += by.seal(associated, plain, random);
  return out;
}

result<key_bytes> unwrap(const sealing_key& by, std::string_view associated, std::string_view wrapped,
                         const char* whose) {
  if (wrapped.empty() || wrapped.front() != wrapped_format)
    return make_error(errc::corrupt, std::string{"the wrapped key of a "} + whose + " has an unknown form");
  auto plain = by.open(associated, wrapped.substr(1));
  if (!plain || plain->size() != key_bytes{}.size())
    return make_error(errc::corrupt, std::string{"the wrapped key of a "} + whose + " does not open");
  key_bytes out{};
  std::transform(plain->begin(), plain->end(), out.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  OPENSSL_cleanse(plain->data(), plain->size());
  return out;
}

std::string tenant_place(const tenant_id& id) { return "tenant-key:" + id; }

std::string conversation_place(const tenant_id& id, const conversation_id& conversation) {
  std::string out = "conversation-key:" + id + ':';
  out.append(reinterpret_cast<const char*>(conversation.bytes.data()), conversation.bytes.size());
  return out;
}

} // namespace

keyring::keyring(const key_bytes& kek, std::shared_ptr<random_source> random)
    : kek_(derive_key(kek, "wakala key-encryption key 1")), random_(std::move(random)) {}

result<std::shared_ptr<keyring>> keyring::open(const key_bytes& kek, store& where,
                                               std::shared_ptr<random_source> random) {
  const std::shared_ptr<keyring> ring(new keyring(kek, std::move(random)));
  const auto other_key = [] {
    return make_error(errc::unauthenticated,
                      "this store was made with another key-encryption key: nothing in it can be read with this one");
  };
  auto check = where.get_meta(check_name);
  if (!check)
    return check.error();
  if (*check) {
    if (!ring->kek_.open(check_name, **check))
      return other_key();
    return ring;
  }
  // A store without a check value is new, or has lost it: then its tenants tell.
  auto tenants = where.tenants();
  if (!tenants)
    return tenants.error();
  if (!tenants->empty() && !ring->unwrap_tenant(tenants->front().id, tenants->front().wrapped_key))
    return other_key();
  auto put = where.put_meta(check_name, ring->kek_.seal(check_name, check_text, *ring->random_));
  if (!put)
    return put.error();
  return ring;
}

bytes keyring::new_tenant_key(const tenant_id& tenant) {
  key_bytes key = fresh_key(*random_);
  bytes out = wrap(kek_, tenant_place(tenant), key, *random_);
  OPENSSL_cleanse(key.data(), key.size());
  return out;
}

result<tenant_keys_ptr> keyring::unwrap_tenant(const tenant_id& tenant, std::string_view wrapped) {
  auto key = unwrap(kek_, tenant_place(tenant), wrapped, "tenant");
  if (!key)
    return key.error();
  tenant_keys_ptr out(new tenant_keys{sealing_key(*key), derive_key(*key, "wakala look-up 1")},
                      [](tenant_keys* keys) {
                        OPENSSL_cleanse(keys->lookup.data(), keys->lookup.size());
                        delete keys;
                      });
  OPENSSL_cleanse(key->data(), key->size());
  return out;
}

keyring::fresh_conversation_key keyring::new_conversation_key(const tenant_keys& tenant, const tenant_id& id,
                                                              const conversation_id& conversation) {
  key_bytes key = fresh_key(*random_);
  fresh_conversation_key out{sealing_key(key),
                             wrap(tenant.data, conversation_place(id, conversation), key, *random_)};
  OPENSSL_cleanse(key.data(), key.size());
  return out;
}

result<sealing_key> keyring::unwrap_conversation(const tenant_keys& tenant, const tenant_id& id,
                                                 const conversation_id& conversation, std::string_view wrapped) {
  auto key = unwrap(tenant.data, conversation_place(id, conversation), wrapped, "conversation");
  if (!key)
    return key.error();
  sealing_key out(*key);
  OPENSSL_cleanse(key->data(), key->size());
  return out;
}

} // namespace wakala::persistence
