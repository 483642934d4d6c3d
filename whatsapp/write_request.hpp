/// \file
/// Request bodies as text, without building a JSON value first.
#pragma once

#include "whatsapp/outbound.hpp"

#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// What `to_request` makes of the same arguments, as JSON text: equal once parsed, the order of members aside. Text
/// that is not UTF-8 gets U+FFFD in place of what is wrong.
std::string request_text(const recipient& to, const outbound_content& content, std::string_view callback_data = {},
                         std::string_view context_id = {});

} // namespace wakala::whatsapp
