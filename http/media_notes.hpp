/// \file
/// What is kept beside a file, and the keys under which files are kept. Pure.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/result.hpp"

#include <string>
#include <string_view>

namespace wakala::http {

/// Of a file under its id.
struct file_note {
  std::string mime_type;
  std::string sha256; ///< lower-case hexadecimal
};
/// Of an upload under what was uploaded.
struct upload_note {
  std::string id;
  time_ms expires_at = 0;
};

bytes to_bytes(const file_note& note);
bytes to_bytes(const upload_note& note);
/// `corrupt` for anything else.
result<file_note> read_file_note(std::string_view from);
result<upload_note> read_upload_note(std::string_view from);

std::string file_key(std::string_view phone_number_id, std::string_view media_id);
std::string upload_key(std::string_view phone_number_id, std::string_view mime_type, std::string_view sha256);

} // namespace wakala::http
