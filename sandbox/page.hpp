/// \file
/// The phone page's files, which are part of the binary.
#pragma once

#include <string_view>

namespace wakala::sandbox {

/// The bytes of a file of `sandbox/page`, for example `index.html`; empty when there is none of that name.
std::string_view page_file(std::string_view name) noexcept;

} // namespace wakala::sandbox
