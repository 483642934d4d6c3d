/// \file
/// Refusals in the Graph API's words (Cloud API reference §10).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wakala::whatsapp {
struct violation;
}

namespace wakala::sandbox {

/// An answer of the Graph API, ready to write.
struct graph_answer {
  int status = 200;
  std::string body;
  int code = 0;       ///< Graph error code; 0 when it is none
  std::string reason; ///< the refusal in one line, empty when it is none
};

/// The error body and HTTP status of `code`; `details` goes to `error_data.details` where that code has one.
graph_answer refuse(int code, std::string_view details, std::string_view trace_id);

/// Code 100 subcode 33: no such object. `verb` is `get`, `post` or `delete`.
graph_answer refuse_unknown_object(std::string_view verb, std::string_view id, std::string_view trace_id);

/// Code 190: no token, or not the number's.
graph_answer refuse_token(std::string_view trace_id);

/// A refusal with texts for the person who made the call: code 100 of template rules, 136024 and 136025 of codes.
/// `subcode` 0: none.
graph_answer refuse_with_title(int code, int subcode, std::string_view title, std::string_view message,
                               std::string_view trace_id);

/// The refusal for the first broken rule: 131008 for what is missing, 100 for what the Graph layer itself checks,
/// 131009 for all other values. Precondition: `broken` is not empty.
graph_answer refuse_violations(const std::vector<whatsapp::violation>& broken, std::string_view trace_id);

} // namespace wakala::sandbox
