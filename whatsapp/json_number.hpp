/// \file
/// Which numbers a 64-bit integer or a double cannot hold. Internal to this folder.
#pragma once

#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// True for a number by JSON's grammar that would lose digits (or overflow) as an integer of 64 bits or a double.
bool loses_digits(std::string_view token) noexcept;

/// A number by JSON's grammar as it is written when it was read as an integer of 64 bits or a double: `1.50` becomes
/// `1.5`. One that loses digits by that stays as it is.
std::string number_text(std::string_view token);

} // namespace wakala::whatsapp
