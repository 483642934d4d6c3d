/// \file
/// What one commit changes in the books of a shop.
#pragma once

#include "actors/tenant/tenant.hpp"
#include "commerce/ledger.hpp"

#include "payments/tracking.hpp"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace wakala::actors {

struct tenant::book_plan {
  explicit book_plan(commerce::balances before) : sums(std::move(before)) {}

  commerce::balances sums;                        ///< as they will be
  std::map<bytes, commerce::placed_order> orders; ///< row key → as it will be
  std::map<std::string, std::int64_t> sold;       ///< product → pieces sold, as it will be
  std::vector<commerce::ledger_entry> entries;
  std::map<bytes, news_item> news;                           ///< row key → what a shopper is told
  std::map<std::string, payments::tracked_attempt> attempts; ///< by id, as they will be
  std::vector<hook_note> hooks;                              ///< what the merchant's own system is told
  std::vector<persistence::record> more;                     ///< what goes with it
};

} // namespace wakala::actors
