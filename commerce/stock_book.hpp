/// \file
/// Who keeps which pieces of a shop's stock, and what of it is sold: the one place that decides whether an order can
/// be placed (I6).
#pragma once

#include "commerce/catalog.hpp"
#include "commerce/order_moves.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

/// The orders of a tenant that are not over. One that waits for its payment keeps its pieces until `kept_until`; from
/// then on it keeps nothing, whether anybody has looked since or not. Pieces of the others are sold.
class stock_book {
public:
  /// Replaces one of the same id.
  void put(placed_order o);
  void erase(std::string_view id);
  /// Null when there is none or it no longer keeps anything.
  const placed_order* find(std::string_view id, time_ms now) const noexcept;
  /// Whatever its state; null when there is none.
  const placed_order* live(std::string_view id) const noexcept;
  /// The same by what people say.
  const placed_order* with_code(std::string_view code) const noexcept;
  bool has_code(std::string_view code) const noexcept;

  /// Pieces of a product that are kept.
  std::int64_t kept(std::string_view product_id, time_ms now) const noexcept;
  /// Pieces that were sold since the shop has last said how many there are, less what came back.
  std::int64_t sold(std::string_view product_id) const noexcept;
  void set_sold(std::string_view product_id, std::int64_t pieces);
  const std::map<std::string, std::int64_t, std::less<>>& all_sold() const noexcept { return sold_; }
  void forget_sold() { sold_.clear(); }
  /// What of these lines cannot be had beside what is kept; empty when all can.
  std::vector<shortage> short_of(const std::vector<cart_line>& lines, const catalog& shelf, time_ms now) const;

  /// What the change makes of the pieces sold of each product that is counted.
  std::map<std::string, std::int64_t> sold_with(const order_change& change, const catalog& shelf) const;
  /// The order is kept as it is now, or forgotten when it is over.
  void apply(const placed_order& order, const std::map<std::string, std::int64_t>& sold);

  /// Orders that waited for their payment in vain, at most `most` of them, earliest first. They are still in the
  /// book.
  std::vector<placed_order> lapsed(time_ms now, std::size_t most) const;
  /// When the first of those that wait for payment has waited long enough; nothing when none does.
  std::optional<time_ms> first_lapse() const noexcept;

  std::size_t size() const noexcept { return orders_.size(); }

private:
  std::map<std::string, placed_order, std::less<>> orders_; ///< by id
  std::multimap<time_ms, std::string> by_end_;              ///< `kept_until` → id, of those that wait for payment
  /// Product → pieces of all orders that wait for payment, lapsed ones among them.
  std::map<std::string, std::int64_t, std::less<>> pieces_;
  std::map<std::string, std::int64_t, std::less<>> sold_; ///< product → pieces, never 0
};

} // namespace wakala::commerce
