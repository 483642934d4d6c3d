#include "commerce/order_variables.hpp"

#include <algorithm>
#include <array>

namespace wakala::commerce {

namespace {

using state = order_state;

constexpr std::array variables{
    order_variable{"customer_name", 60, true, "Amina Otieno", "Amina Otieno"},
    order_variable{"order_id", 8, false, "K7Q2M", "K7Q2M"},
    order_variable{"item_count", 12, false, "3", "3"},
    order_variable{"currency", 3, false, "KES", "KES"},
    order_variable{"total_amount", 24, false, "1250.50", "1250.50"},
    order_variable{"delivery_date", 60, true, "1 December 2026", "1 Desemba 2026"},
    order_variable{"business_name", 60, false, "Mama Njeri's Shop", "Duka la Mama Njeri"},
    // As long as the call that takes it allows. A cut address leads nowhere.
    order_variable{"tracking_url", 500, true, "https://track.example.com/K7Q2M", "https://track.example.com/K7Q2M"},
};

constexpr std::array told{state::paid,      state::confirmed, state::packed,   state::shipped,
                          state::delivered, state::cancelled, state::refunded, state::expired};

} // namespace

std::span<const order_variable> order_variables() noexcept { return variables; }

const order_variable* find_variable(std::string_view name) noexcept {
  const auto* const found =
      std::find_if(variables.begin(), variables.end(), [&](const order_variable& v) { return v.name == name; });
  return found == variables.end() ? nullptr : found;
}

bool is_known_in(const order_variable& variable, order_state s) noexcept {
  if (variable.name == "tracking_url")
    return s == state::shipped;
  if (variable.name == "delivery_date")
    return s == state::confirmed || s == state::packed || s == state::shipped;
  return true;
}

std::span<const order_state> told_states() noexcept { return told; }

} // namespace wakala::commerce
