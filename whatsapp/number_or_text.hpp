/// \file
/// Numbers that the Cloud API takes as JSON numbers or as text, kept in the form in which they were given.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace wakala::whatsapp {

/// An integer, or its digits as text: the index of a button, a card or an amount.
using integer_or_text = std::variant<std::int64_t, std::string>;

/// A decimal number, or its digits as text: a coordinate. Text keeps digits that a `double` would lose.
using decimal_or_text = std::variant<double, std::string>;

} // namespace wakala::whatsapp
