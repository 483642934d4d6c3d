/// \file
/// The one place where an error becomes an HTTP answer.
#pragma once

#include "http/core/message.hpp"
#include "runtime/core/error.hpp"

namespace wakala::http {

/// What clients are told to wait before they come again, in seconds.
inline constexpr const char* retry_after = "5";

/// 422 when the field that is wrong is named by a JSON Pointer: the body was read, its meaning refused. 400 for the
/// rest of `invalid_argument`: not JSON, or a wrong query parameter.
int to_status(const error& e) noexcept;

/// The error as application/problem+json; 503 with Retry-After.
response problem_for(const error& e);
/// The status alone, with its standard title.
response problem_for(int status, std::string_view detail = {}, std::string_view field = {});

} // namespace wakala::http
