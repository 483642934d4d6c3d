#include "commerce/stock_book.hpp"

#include <algorithm>

namespace wakala::commerce {

void stock_book::put(placed_order o) {
  erase(o.id);
  for (const auto& line : o.lines)
    pieces_[line.product_id] += line.quantity;
  by_end_.emplace(o.kept_until, o.id);
  auto id = o.id;
  orders_.emplace(std::move(id), std::move(o));
}

void stock_book::erase(std::string_view id) {
  const auto it = orders_.find(id);
  if (it == orders_.end())
    return;
  for (const auto& line : it->second.lines)
    if (const auto pieces = pieces_.find(line.product_id); (pieces->second -= line.quantity) == 0)
      pieces_.erase(pieces);
  const auto [first, last] = by_end_.equal_range(it->second.kept_until);
  by_end_.erase(std::find_if(first, last, [&](const auto& end) { return end.second == id; }));
  orders_.erase(it);
}

const placed_order* stock_book::find(std::string_view id, time_ms now) const noexcept {
  const auto it = orders_.find(id);
  return it == orders_.end() || it->second.kept_until <= now ? nullptr : &it->second;
}

bool stock_book::has_code(std::string_view code) const noexcept {
  return std::any_of(orders_.begin(), orders_.end(), [&](const auto& o) { return o.second.code == code; });
}

std::int64_t stock_book::kept(std::string_view product_id, time_ms now) const noexcept {
  const auto all = pieces_.find(product_id);
  std::int64_t pieces = all == pieces_.end() ? 0 : all->second;
  for (auto end = by_end_.begin(); end != by_end_.end() && end->first <= now; ++end)
    for (const auto& line : orders_.find(end->second)->second.lines)
      if (line.product_id == product_id)
        pieces -= line.quantity;
  return pieces;
}

std::vector<shortage> stock_book::short_of(const std::vector<cart_line>& lines, const catalog& shelf,
                                           time_ms now) const {
  std::map<std::string_view, std::int64_t> wanted; // a product may stand in two lines
  for (const auto& line : lines)
    wanted[line.product_id] += line.quantity;
  std::vector<shortage> all;
  for (const auto& [id, quantity] : wanted) {
    const auto* const p = shelf.find(id);
    if (p == nullptr)
      all.push_back({std::string(id), 0, false});
    else if (p->stock)
      if (const auto left = std::max<std::int64_t>(*p->stock - kept(id, now), 0); left < quantity)
        all.push_back({std::string(id), left, true});
  }
  return all;
}

std::vector<placed_order> stock_book::take_lapsed(time_ms now, std::size_t most) {
  std::vector<placed_order> lapsed;
  while (lapsed.size() < most && !by_end_.empty() && by_end_.begin()->first <= now) {
    lapsed.push_back(orders_.find(by_end_.begin()->second)->second);
    erase(lapsed.back().id);
  }
  return lapsed;
}

} // namespace wakala::commerce
