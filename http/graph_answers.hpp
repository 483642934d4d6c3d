/// \file
/// Answers in the Graph API's own shape, for clients of that (Cloud API reference §10).
#pragma once

#include "http/core/message.hpp"
#include "whatsapp/outbound.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wakala::http {

/// §10.1. `to`: as the client wrote it. `is_template`: Meta says of templates, and of them alone, how they stand.
response graph_accepted(std::string_view id, std::string_view to, std::string_view phone, std::string_view user_id,
                        bool is_template);
/// What a read receipt is answered.
response graph_success();

/// §10.2. The HTTP status is the one of §10.3.
response graph_error(int code, std::string_view details);
/// The first of them.
response graph_error(const std::vector<whatsapp::violation>& violations);
/// 100 with subcode 33: no such number, or none that the token may use.
response graph_unknown_object(std::string_view id);

} // namespace wakala::http
