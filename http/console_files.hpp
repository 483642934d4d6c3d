/// \file
/// The web console's files, which are part of the daemon, and the answers that carry them.
#pragma once

#include "http/core/message.hpp"

#include <span>
#include <string_view>

namespace wakala::http {

struct console_file {
  std::string_view name; ///< below /console/, for example `index.html` or `assets/index-5PB8QSwG.css`
  std::string_view content_type;
  std::string_view etag; ///< quoted, of the bytes
  std::string_view bytes;
};

/// Those that the build made of console/web; none when it could not: see `console_trouble`. Defined by the library
/// `wakala_console_web`, which only the daemon links, so that nothing else waits for the console.
std::span<const console_file> built_console_files();
/// Why there are none, for the person in front of the browser; empty when there are.
std::string_view built_console_trouble();

struct console_content {
  std::span<const console_file> files;
  std::string_view trouble;
};

/// The file of that name, 304 when the browser has it already, 404 when there is none. Without any files the page
/// says how to build them. Every answer has the headers that let a browser run the console and nothing else.
response console_answer(const console_content& content, std::string_view name, const request_head& what);

} // namespace wakala::http
