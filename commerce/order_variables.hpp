/// \file
/// The variables that an order template may have.
#pragma once

#include "commerce/order_state.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace wakala::commerce {

struct order_variable {
  std::string_view name;
  std::size_t max;             ///< characters of what is filled in
  bool may_be_unknown;         ///< then the file's fallback is filled in
  std::string_view example_en; ///< what Meta's reviewers see
  std::string_view example_sw;
};

std::span<const order_variable> order_variables() noexcept;
/// Null when there is none of that name.
const order_variable* find_variable(std::string_view name) noexcept;
/// Can an order that came to `state` fill it, or its fallback make sense?
bool is_known_in(const order_variable& variable, order_state state) noexcept;

/// The states that a shopper is told of.
std::span<const order_state> told_states() noexcept;

} // namespace wakala::commerce
