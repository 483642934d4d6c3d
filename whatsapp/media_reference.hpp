/// \file
/// The file that a message names.
#pragma once

#include "whatsapp/event.hpp"

#include <optional>
#include <string>

namespace wakala::whatsapp {

/// Cloud API reference §5.2: what is needed to fetch a file, and how to show it.
struct media_reference {
  std::string id;
  std::string mime_type; ///< as it came, parameters included
  std::string sha256;    ///< of the file, lower-case hexadecimal; empty when it came in no form we know
  std::string filename;
  bool voice = false;    ///< a recorded voice note
  bool animated = false; ///< a sticker that moves

  bool operator==(const media_reference&) const = default;
};

/// Nothing for a message without a file, or whose file has no id.
std::optional<media_reference> media_of(const event& update);

} // namespace wakala::whatsapp
