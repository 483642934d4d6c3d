/// \file
/// Kenyan phone numbers that M-Pesa can charge.
#pragma once

#include "runtime/core/result.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace wakala::payments {

/// A number as people type it, as Daraja wants it: `2547XXXXXXXX` or `2541XXXXXXXX`. Blanks, dashes and `+` do not
/// count. `invalid_argument` (`phone_number`) for everything else; the text never repeats the number.
result<std::string> parse_msisdn(std::string_view typed);

/// SHA-256, 32 raw bytes.
using sha256_function = std::function<std::string(std::string_view)>;

/// Is the payer that a confirmation names this number? It may name a number, or 64 hexadecimal digits: the SHA-256 of
/// one, which is personal data as the number is.
bool is_payer(std::string_view named, std::string_view msisdn, const sha256_function& sha256);

} // namespace wakala::payments
