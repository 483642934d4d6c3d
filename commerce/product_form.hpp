/// \file
/// What a product must be, and its JSON form: one product at a time, with everything that is wrong about it.
#pragma once

#include "commerce/catalog.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

struct product_fault {
  std::string key; ///< of the JSON form; empty: the product as a whole
  std::string why;
};

/// Everything about it that breaks a rule, in the order of the form.
std::vector<product_fault> faults_of(const product& p, std::string_view currency);

/// The same for two products of one group that have the same options; empty when it has no group or no options.
std::string variant_key(const product& p);

enum class unknown_keys : std::uint8_t { are_left, are_faults };

/// Reads one of the form (catalog.hpp). What cannot be read is added to `faults`; what is read and breaks a rule is
/// not.
product read_product(const nlohmann::json& from, std::string_view currency, unknown_keys strangers,
                     std::vector<product_fault>& faults);
nlohmann::json to_json(const product& p);

/// The price that is written as `amount`, or what is wrong with it.
result<money> price_from(std::string_view amount, std::string_view currency);

} // namespace wakala::commerce
