/// \file
/// multipart/form-data bodies (RFC 7578), read and written. Pure.
#pragma once

#include "runtime/core/result.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::http {

struct form_part {
  std::string name;
  std::string filename;
  std::string content_type;
  std::string_view data; ///< lives as long as the body that was read
};

/// True for the Content-Type of such a body, with or without a boundary.
bool is_form_data(std::string_view content_type);

/// `invalid_argument` for what is no such body, or has more than 32 parts.
result<std::vector<form_part>> parse_form_data(std::string_view content_type, std::string_view body);

/// The body of a form. `boundary` must not occur in the data; names and types hold no quotes and no line breaks.
std::string write_form_data(std::string_view boundary, std::span<const form_part> parts);

} // namespace wakala::http
