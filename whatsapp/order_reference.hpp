/// \file
/// The goods that a native order message names.
#pragma once

#include "whatsapp/event.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wakala::whatsapp {

/// One of `order.product_items` (Cloud API reference §5.4), as the shopper's phone says it: nothing of it is to be
/// believed.
struct ordered_item {
  std::string retailer_id;
  std::int64_t quantity = 0; ///< 0 when it is not a whole number that makes sense
  std::string price;         ///< of one piece, decimal text; empty when there is none
  std::string currency;

  bool operator==(const ordered_item&) const = default;
};

constexpr std::size_t ordered_items_max = 200; ///< what follows is not read

/// Empty for any other message. Items without an id are left out.
std::vector<ordered_item> ordered_items(const event& update);

} // namespace wakala::whatsapp
