/// \file
/// Who keeps which pieces of a shop's stock: the one place that decides whether an order can be placed (I6).
#pragma once

#include "commerce/catalog.hpp"
#include "commerce/order.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

/// The orders of a tenant that keep pieces and are not paid yet. An order keeps its pieces until `kept_until`; from
/// then on it keeps nothing, whether anybody has looked since or not.
class stock_book {
public:
  /// Replaces one of the same id.
  void put(placed_order o);
  void erase(std::string_view id);
  /// Null when there is none or it no longer keeps anything.
  const placed_order* find(std::string_view id, time_ms now) const noexcept;
  bool has_code(std::string_view code) const noexcept;

  /// Pieces of a product that are kept.
  std::int64_t kept(std::string_view product_id, time_ms now) const noexcept;
  /// What of these lines cannot be had beside what is kept; empty when all can.
  std::vector<shortage> short_of(const std::vector<cart_line>& lines, const catalog& shelf, time_ms now) const;

  /// Takes out the orders that keep nothing any more, at most `most` of them, earliest first.
  std::vector<placed_order> take_lapsed(time_ms now, std::size_t most);

  std::size_t size() const noexcept { return orders_.size(); }

private:
  std::map<std::string, placed_order, std::less<>> orders_; ///< by id
  std::multimap<time_ms, std::string> by_end_;              ///< `kept_until` → id
  /// Product → pieces of all orders in the book, lapsed ones among them.
  std::map<std::string, std::int64_t, std::less<>> pieces_;
};

} // namespace wakala::commerce
