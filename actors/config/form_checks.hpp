/// \file
/// What the readers of a tenant's form share.
#pragma once

#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <string>
#include <string_view>

namespace wakala::actors {

/// `invalid_argument` about the member that the JSON Pointer names.
error bad_member(std::string pointer, std::string why);

/// An object with these members, or some of them, and no other.
result<void> only_members(const nlohmann::json& form, const std::string& where,
                          std::initializer_list<std::string_view> known);

} // namespace wakala::actors
