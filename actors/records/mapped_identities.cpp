#include "actors/records/mapped_identities.hpp"

#include <algorithm>

namespace wakala::actors {

bool mapped_identities::holds(std::string_view key, std::string_view user) const noexcept {
  return std::any_of(all_.begin(), all_.end(), [&](const entry& e) {
    return view(e.key) == key && (e.has_user ? view(e.user) : std::string_view{}) == user;
  });
}

void mapped_identities::put(std::string_view key, std::string_view user) {
  entry e; // made first: `user` may be part of the list that grows
  std::copy_n(key.begin(), std::min(key.size(), e.key.size()), e.key.begin());
  std::copy_n(user.begin(), std::min(user.size(), e.user.size()), e.user.begin());
  e.has_user = !user.empty();
  const auto at = std::find_if(all_.begin(), all_.end(), [&](const entry& other) { return other.key == e.key; });
  if (at == all_.end())
    all_.push_back(e);
  else
    *at = e;
}

// After the key: 0 for no user, 1 for one that follows, and n + 2 for the key of entry n, this one included.
void encode(encoder& out, const mapped_identities& mapped) {
  const auto& all = mapped.all();
  out.number(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    out.raw(mapped_identities::view(all[i].key));
    const auto same = std::find_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                   [&](const auto& e) { return e.key == all[i].user; });
    const auto place = static_cast<std::size_t>(same - all.begin());
    const bool found = place <= i;
    out.number(all[i].has_user ? (found ? place + 2 : 1) : 0);
    if (all[i].has_user && !found)
      out.raw(mapped_identities::view(all[i].user));
  }
}

mapped_identities decode_mapped(decoder& in) {
  mapped_identities mapped;
  const auto count = in.number<std::size_t>(in.left());
  for (std::size_t i = 0; i < count && in.good(); ++i) {
    const auto key = in.raw(mapped_identities::key_size);
    const auto whose = in.number<std::size_t>(i + 2);
    std::string_view user;
    if (whose == 1)
      user = in.raw(mapped_identities::key_size);
    else if (whose == i + 2)
      user = key;
    else if (whose > 1)
      user = mapped_identities::view(mapped.all()[whose - 2].key);
    mapped.put(key, user);
    in.expect(mapped.all().size() == i + 1); // every key once
  }
  return mapped;
}

} // namespace wakala::actors
