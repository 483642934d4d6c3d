/// \file
/// A store that loses what the shopper would hear of: for tests of orders that were placed and never told.
#pragma once

#include "tests/actors/support/scripted_store.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

namespace wakala::actors::test {

inline bool places_order(const std::vector<persistence::row_ptr>& rows) {
  return std::any_of(rows.begin(), rows.end(), [](const auto& row) {
    return std::any_of(row->business.begin(), row->business.end(),
                       [](const auto& r) { return r.where == persistence::table::order; });
  });
}

/// An update of a conversation, and not what became of an earlier send.
inline bool is_update(const std::vector<persistence::row_ptr>& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const auto& row) { return !row->conversation.is_nil() && row->key; });
}

/// While `cut`: once an order is on disk, no conversation's update is, so that nobody is told of it.
inline void lose_answers(scripted_store& store, const std::atomic<bool>& cut) {
  // Shared: the store calls a copy of it each time.
  const auto is_placed = std::make_shared<std::atomic<bool>>(false);
  store.on_append([&cut, is_placed](const std::vector<persistence::row_ptr>& rows) {
    *is_placed = *is_placed || places_order(rows);
    return *is_placed && is_update(rows) && cut ? fault::before : fault::none;
  });
}

} // namespace wakala::actors::test
