#include "commerce/stock_book.hpp"

#include <algorithm>

namespace wakala::commerce {

namespace {

bool keeps_pieces(const placed_order& o) noexcept { return o.state == order_state::awaiting_payment; }

} // namespace

void stock_book::put(placed_order o) {
  erase(o.id);
  if (keeps_pieces(o)) {
    for (const auto& line : o.lines)
      pieces_[line.product_id] += line.quantity;
    by_end_.emplace(o.kept_until, o.id);
  }
  auto id = o.id;
  orders_.emplace(std::move(id), std::move(o));
}

void stock_book::erase(std::string_view id) {
  const auto it = orders_.find(id);
  if (it == orders_.end())
    return;
  if (keeps_pieces(it->second)) {
    for (const auto& line : it->second.lines)
      if (const auto pieces = pieces_.find(line.product_id); (pieces->second -= line.quantity) == 0)
        pieces_.erase(pieces);
    const auto [first, last] = by_end_.equal_range(it->second.kept_until);
    by_end_.erase(std::find_if(first, last, [&](const auto& end) { return end.second == id; }));
  }
  orders_.erase(it);
}

const placed_order* stock_book::find(std::string_view id, time_ms now) const noexcept {
  const auto* o = live(id);
  return o == nullptr || !keeps_pieces(*o) || o->kept_until <= now ? nullptr : o;
}

const placed_order* stock_book::live(std::string_view id) const noexcept {
  const auto it = orders_.find(id);
  return it == orders_.end() ? nullptr : &it->second;
}

const placed_order* stock_book::with_code(std::string_view code) const noexcept {
  const auto it = std::find_if(orders_.begin(), orders_.end(), [&](const auto& o) { return o.second.code == code; });
  return it == orders_.end() ? nullptr : &it->second;
}

bool stock_book::has_code(std::string_view code) const noexcept { return with_code(code) != nullptr; }

std::int64_t stock_book::kept(std::string_view product_id, time_ms now) const noexcept {
  const auto all = pieces_.find(product_id);
  std::int64_t pieces = all == pieces_.end() ? 0 : all->second;
  for (auto end = by_end_.begin(); end != by_end_.end() && end->first <= now; ++end)
    for (const auto& line : orders_.find(end->second)->second.lines)
      if (line.product_id == product_id)
        pieces -= line.quantity;
  return pieces;
}

std::int64_t stock_book::sold(std::string_view product_id) const noexcept {
  const auto it = sold_.find(product_id);
  return it == sold_.end() ? 0 : it->second;
}

void stock_book::set_sold(std::string_view product_id, std::int64_t pieces) {
  if (pieces != 0)
    sold_.insert_or_assign(std::string(product_id), pieces);
  else if (const auto it = sold_.find(product_id); it != sold_.end())
    sold_.erase(it);
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
      if (const auto left = std::max<std::int64_t>(*p->stock - sold(id) - kept(id, now), 0); left < quantity)
        all.push_back({std::string(id), left, true});
  }
  return all;
}

std::map<std::string, std::int64_t> stock_book::sold_with(const order_change& change, const catalog& shelf) const {
  std::map<std::string, std::int64_t> after;
  if (change.sells == 0)
    return after;
  for (const auto& line : change.order.lines) {
    const auto* const p = shelf.find(line.product_id);
    if (p == nullptr || !p->stock)
      continue;
    const auto at = after.try_emplace(line.product_id, sold(line.product_id)).first;
    at->second += change.sells * line.quantity;
  }
  return after;
}

void stock_book::apply(const placed_order& order, const std::map<std::string, std::int64_t>& sold) {
  for (const auto& [product_id, pieces] : sold)
    set_sold(product_id, pieces);
  if (is_final(order.state))
    erase(order.id);
  else
    put(order);
}

std::vector<placed_order> stock_book::lapsed(time_ms now, std::size_t most) const {
  std::vector<placed_order> found;
  for (auto end = by_end_.begin(); end != by_end_.end() && end->first <= now && found.size() < most; ++end)
    found.push_back(orders_.find(end->second)->second);
  return found;
}

std::optional<time_ms> stock_book::first_lapse() const noexcept {
  return by_end_.empty() ? std::nullopt : std::optional(by_end_.begin()->first);
}

} // namespace wakala::commerce
