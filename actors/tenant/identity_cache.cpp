#include "actors/tenant/identity_cache.hpp"

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
                         const stays_function& must_stay) {
  if (rows_.size() >= sweep_at_)
    sweep(must_stay);
  rows_[as_hash(key)] = entry{conversation, as_hash(user), !user.empty()};
}

void identity_cache::sweep(const stays_function& must_stay) {
  const auto is_to_go = [&](auto& row) {
    return !std::exchange(row.second.was_asked_for, false) && !must_stay(row.second.conversation);
  };
  boost::unordered::erase_if(rows_, is_to_go);
  if (rows_.size() < rows_.bucket_count() / 4)
    rows_.rehash(0); // its room, too
  sweep_at_ = rows_.size() + std::max(entries_, rows_.size() / 4);
}

void identity_cache::clear() {
  rows_ = {};
  sweep_at_ = entries_;
}

void identity_cache::forget(const bytes& key) { rows_.erase(as_hash(key)); }

std::optional<identity_cache::mapping> identity_cache::find(const bytes& key) {
  if (key.empty())
    return std::nullopt;
  const auto it = rows_.find(as_hash(key));
  if (it == rows_.end())
    return std::nullopt;
  auto& e = it->second;
  e.was_asked_for = true;
  return mapping{e.conversation,
                 e.has_user ? bytes{reinterpret_cast<const char*>(e.user.data()), e.user.size()} : bytes{}};
}

} // namespace wakala::actors
