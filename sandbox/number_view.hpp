/// \file
/// A business number as the Graph API shows it.
#pragma once

#include "sandbox/accounts.hpp"
#include "sandbox/number_file.hpp"
#include "sandbox/numbers.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace wakala::sandbox {

/// The fields that can be asked for.
const std::vector<std::string>& number_fields();

/// These fields of a number and its `id`.
nlohmann::ordered_json view_of(const business_number& number, const account& owner,
                               const std::map<std::string, number_file, std::less<>>& files,
                               const std::vector<std::string>& fields, time_ms now);

} // namespace wakala::sandbox
