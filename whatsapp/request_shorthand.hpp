/// \file
/// Request bodies in a form for keeping: the JSON around the words shrinks to a byte here and there.
#pragma once

#include "runtime/core/encoding.hpp"
#include "runtime/core/result.hpp"

#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// Any text of at most 1 MiB comes back byte for byte from `expand_request`; one that `request_text` wrote becomes a
/// third to a half as long.
bytes shorten_request(std::string_view request);

/// `corrupt` for what `shorten_request` never writes.
result<std::string> expand_request(std::string_view shortened);

} // namespace wakala::whatsapp
