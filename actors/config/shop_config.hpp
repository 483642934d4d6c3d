/// \file
/// The `shop` member of a tenant's form: delivery, pick-up, hours, synonyms.
#pragma once

#include "commerce/shop_settings.hpp"
#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string_view>

namespace wakala::actors {

/// Reads `{"delivery":{"areas":[{"name","fee"}]},"pick_up":{"address"},"hours":{"mon":"08:00-18:00"|[…],…},
/// "synonyms":[["sugar","sukari"],…]}`, every member optional. Errors are `invalid_argument` with the JSON Pointer in
/// the tenant's form.
result<commerce::shop_settings> parse_shop(const nlohmann::json& form, std::string_view currency,
                                           std::string_view time_zone);

/// The same form; an empty object for a shop that has configured nothing.
nlohmann::json shop_form(const commerce::shop_settings& shop);

} // namespace wakala::actors
