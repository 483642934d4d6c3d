/// \file
/// A page of a list that the admin API shows.
#pragma once

#include "actors/tenant/tenant.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

struct tenant::row_list {
  nlohmann::json rows = nlohmann::json::array();
  nlohmann::json next = nullptr; ///< `after` of the next page, without the table's prefix; null at the end
};

} // namespace wakala::actors
