/// \file
/// docs/openapi.json, built in.
#pragma once

#include <string_view>

namespace wakala::http {

/// As the file was when the build was configured.
std::string_view openapi_text();

} // namespace wakala::http
