#include "persistence/key_ranges.hpp"

#include <algorithm>

namespace wakala::persistence {

namespace {

/// The smallest key greater than every key that starts with `prefix`.
std::optional<bytes> behind_prefix(bytes prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff)
    prefix.pop_back();
  if (prefix.empty())
    return std::nullopt;
  prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1U);
  return prefix;
}

} // namespace

key_interval interval_of(const range_query& query) {
  key_interval out{query.prefix, behind_prefix(query.prefix)};
  if (query.after.empty())
    return out;
  if (query.backwards)
    out.upto = out.upto ? std::min(*out.upto, query.after) : query.after;
  else
    out.from = std::max(out.from, query.after + '\0'); // the smallest key greater than `after`
  return out;
}

} // namespace wakala::persistence
