/// \file
/// The bytes before an answer's body.
#pragma once

#include "http/core/message.hpp"

#include <string>
#include <string_view>

namespace wakala::http {

struct head_facts {
  std::string_view server_name;
  bool keep_alive = true;
  bool http_1_0 = false;
};

/// True for a status whose answer never has a body.
bool bodyless(int status) noexcept;
/// Appends status line, fields and the blank line. Line breaks in field values become blanks: no value can add a
/// field.
void append_head(std::string& out, const response& answer, const head_facts& facts);
/// Appends `name: value` and the line's end, with line breaks made blanks.
void append_field(std::string& out, std::string_view name, std::string_view value);
/// The current time as a Date field wants it; computed once a second and thread.
std::string_view http_date();

} // namespace wakala::http
