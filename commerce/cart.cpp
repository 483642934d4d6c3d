#include "commerce/cart.hpp"

#include <algorithm>

namespace wakala::commerce {

namespace {

template <class Lines>
auto line_of(Lines& lines, std::string_view product_id) {
  return std::find_if(lines.begin(), lines.end(), [&](const cart_line& l) { return l.product_id == product_id; });
}

} // namespace

result<money> total(const cart& basket, std::string_view currency) {
  money sum{0, std::string(currency)};
  for (const auto& line : basket.lines) {
    const auto price = times(line.price, line.quantity);
    if (!price)
      return price.error();
    auto next = add(sum, *price);
    if (!next)
      return next.error();
    sum = std::move(*next);
  }
  return sum;
}

const cart_line* find_line(const cart& basket, std::string_view product_id) noexcept {
  const auto at = line_of(basket.lines, product_id);
  return at == basket.lines.end() ? nullptr : &*at;
}

std::int64_t quantity_of(const cart& basket, std::string_view product_id) noexcept {
  const auto* line = find_line(basket, product_id);
  return line == nullptr ? 0 : line->quantity;
}

cart_answer set_quantity(cart& basket, const product& p, std::int64_t quantity) {
  if (p.stock && *p.stock == 0)
    return cart_answer::sold_out;
  if (quantity > quantity_max)
    return cart_answer::quantity_over;
  if (p.stock && quantity > *p.stock)
    return cart_answer::not_enough;
  cart next = basket;
  auto at = line_of(next.lines, p.id);
  if (at == next.lines.end()) {
    if (next.lines.size() >= cart_lines_max)
      return cart_answer::lines_over;
    next.lines.push_back({p.id, p.name, quantity, p.price});
  } else {
    *at = {p.id, p.name, quantity, p.price};
  }
  if (!total(next, p.price.currency))
    return cart_answer::amount_over;
  basket = std::move(next);
  return cart_answer::changed;
}

bool remove_line(cart& basket, std::string_view product_id) {
  const auto at = line_of(basket.lines, product_id);
  if (at == basket.lines.end())
    return false;
  basket.lines.erase(at);
  return true;
}

std::vector<cart_correction> correct(cart& basket, const catalog& shelf, std::string_view currency) {
  std::vector<cart_correction> done;
  std::vector<cart_line> kept;
  for (auto& line : basket.lines) {
    const auto* p = shelf.find(line.product_id);
    if (p == nullptr || p->price.currency != currency) {
      done.push_back({line.name, 0, false});
      continue;
    }
    if (line.price.currency != currency)
      line.price = p->price;
    if (p->stock && line.quantity > *p->stock) {
      line.quantity = *p->stock;
      done.push_back({line.name, line.quantity, true});
    }
    if (line.quantity > 0)
      kept.push_back(std::move(line));
  }
  basket.lines = std::move(kept);
  while (!basket.lines.empty() && !total(basket, currency)) { // a new price can make an old cart uncountable
    done.push_back({basket.lines.back().name, 0, true});
    basket.lines.pop_back();
  }
  return done;
}

void touch(cart& basket, time_ms at) {
  if (basket.id.empty())
    return;
  if (at >= basket.expires_at)
    basket = cart{};
  else
    basket.expires_at = std::max(basket.expires_at, at + cart_lifetime);
}

} // namespace wakala::commerce
