#include "actors/identity_cache.hpp"

#include <algorithm>
#include <utility>

namespace wakala::actors {

namespace {

std::array<std::uint8_t, 16> as_hash(const bytes& key) {
  std::array<std::uint8_t, 16> hash{};
  std::memcpy(hash.data(), key.data(), std::min(key.size(), hash.size()));
  return hash;
}

} // namespace

void identity_cache::put(const bytes& key, const conversation_id& conversation, const bytes& user,
                         const std::function<bool(const conversation_id&)>& must_stay) {
  if (young_.size() >= generation_)
    age(must_stay);
  const auto hash = as_hash(key);
  old_.erase(hash);
  young_[hash] = entry{conversation, as_hash(user), !user.empty()};
}

void identity_cache::age(const std::function<bool(const conversation_id&)>& must_stay) {
  const auto gone = std::exchange(old_, std::exchange(young_, {}));
  for (const auto& [hash, what] : gone)
    if (must_stay(what.conversation))
      young_.emplace(hash, what);
}

void identity_cache::forget(const bytes& key) {
  young_.erase(as_hash(key));
  old_.erase(as_hash(key));
}

std::optional<identity_cache::mapping> identity_cache::find(const bytes& key) {
  if (key.empty())
    return std::nullopt;
  const auto hash = as_hash(key);
  auto it = young_.find(hash);
  if (it == young_.end()) {
    const auto older = old_.find(hash);
    if (older == old_.end())
      return std::nullopt;
    it = young_.insert(*older).first; // asked for: it stays another round
    old_.erase(older);
  }
  const auto& e = it->second;
  return mapping{e.conversation,
                 e.has_user ? bytes{reinterpret_cast<const char*>(e.user.data()), e.user.size()} : bytes{}};
}

} // namespace wakala::actors
