#include "actors/tenant/hooks/hook_window.hpp"

#include <algorithm>

namespace wakala::actors {

void hook_window::take_out(const line& l) {
  if (l.busy.empty() && !l.keys.empty())
    heads_.erase({items_.at(*l.keys.begin()).next_at, *l.keys.begin()});
}

void hook_window::put_in(const line& l) {
  if (l.busy.empty() && !l.keys.empty())
    heads_.insert({items_.at(*l.keys.begin()).next_at, *l.keys.begin()});
}

void hook_window::add(const bytes& key, item fresh) {
  const auto [at, is_new] = items_.emplace(key, std::move(fresh));
  if (!is_new)
    return;
  auto& l = lines_[line_of(*at)];
  take_out(l);
  l.keys.insert(key);
  put_in(l);
}

std::optional<bytes> hook_window::take(time_ms now) {
  if (heads_.empty() || heads_.begin()->first > now)
    return std::nullopt;
  auto key = heads_.begin()->second;
  hold(key);
  return key;
}

bool hook_window::hold(const bytes& key) {
  const auto at = items_.find(key);
  if (at == items_.end())
    return false;
  auto& l = lines_.at(line_of(*at));
  if (!l.busy.empty())
    return false;
  take_out(l);
  l.busy = key;
  ++busy_;
  return true;
}

void hook_window::put_back(const bytes& key, time_ms next_at, bool was_unreachable) {
  const auto at = items_.find(key);
  if (at == items_.end())
    return;
  auto& l = lines_.at(line_of(*at));
  if (l.busy != key)
    return;
  at->second.next_at = next_at;
  at->second.was_unreachable = was_unreachable;
  l.busy.clear();
  --busy_;
  put_in(l);
}

void hook_window::erase(const bytes& key) {
  const auto at = items_.find(key);
  if (at == items_.end())
    return;
  const auto line_at = lines_.find(line_of(*at));
  auto& l = line_at->second;
  take_out(l);
  l.keys.erase(key);
  if (l.busy == key) {
    l.busy.clear();
    --busy_;
  }
  put_in(l);
  if (l.keys.empty())
    lines_.erase(line_at);
  items_.erase(at);
}

void hook_window::bring_forward(which those, time_ms now) {
  for (auto& [key, i] : items_) {
    if ((those == which::unreachable && !i.was_unreachable) || i.next_at <= now)
      continue;
    const auto& l = lines_.at(i.order.empty() ? key : i.order);
    take_out(l);
    i.next_at = now;
    put_in(l);
  }
}

bool hook_window::is_on_its_way(const bytes& key) const {
  const auto at = items_.find(key);
  return at != items_.end() && lines_.at(line_of(*at)).busy == key;
}

std::optional<time_ms> hook_window::next_due() const {
  return heads_.empty() ? std::nullopt : std::optional(heads_.begin()->first);
}

std::vector<bytes> hook_window::older_than(time_ms before) const {
  std::vector<bytes> found;
  for (const auto& [key, i] : items_)
    if (i.since <= before && !is_on_its_way(key))
      found.push_back(key);
  return found;
}

} // namespace wakala::actors
