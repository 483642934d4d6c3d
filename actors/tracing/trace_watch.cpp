#include "actors/tracing/trace_watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace wakala::actors {

bool trace_wish::fits(const event_hash& event, const tenant_id& tenant, const conversation_id& from) const {
  if (!tenants.empty() && !tenants.contains(tenant))
    return false;
  if (conversation && *conversation != from)
    return false;
  constexpr double all = 18446744073709551616.0; // 2^64: keys are spread evenly over these
  return share >= 1 || static_cast<double>(random_id_hash::word(event, 8)) < share * all;
}

void trace_watch::saw(const event_hash& event, const tenant_id& tenant, const conversation_id& from,
                      std::uint64_t now_us) {
  const std::lock_guard lock{mutex_};
  end_forgotten(now_us);
  for (auto& [key, kept] : wishes_) {
    if (!kept.wish.fits(event, tenant, from))
      continue;
    if (kept.seen.messages.size() < kept_max)
      kept.seen.messages.push_back({event, tenant, now_us});
    else
      ++kept.seen.left_out;
  }
}

trace_watch::passed trace_watch::take(const std::string& key, const trace_wish& wish, std::uint64_t now_us) {
  const std::lock_guard lock{mutex_};
  end_forgotten(now_us);
  auto at = wishes_.find(key);
  if (at == wishes_.end() || at->second.wish != wish) {
    if (at == wishes_.end() && wishes_.size() >= wishes_max)
      return {};
    wishes_.insert_or_assign(key, kept_wish{wish, {}, now_us});
    is_on_.store(true, std::memory_order_relaxed);
    return {};
  }
  auto& kept = at->second;
  kept.asked_us = now_us;
  auto& all = kept.seen.messages;
  const auto fresh =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.at_us + settling_time_us > now_us; });
  passed out;
  out.messages.assign(std::make_move_iterator(all.begin()), std::make_move_iterator(fresh));
  all.erase(all.begin(), fresh);
  out.left_out = std::exchange(kept.seen.left_out, 0);
  return out;
}

void trace_watch::end_forgotten(std::uint64_t now_us) {
  std::erase_if(wishes_, [&](const auto& each) { return each.second.asked_us + wish_lasts_us < now_us; });
  if (wishes_.empty())
    is_on_.store(false, std::memory_order_relaxed);
}

} // namespace wakala::actors
