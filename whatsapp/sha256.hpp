/// \file
/// SHA-256 for names derived from content. This folder is pure and links no crypto library; nothing secret passes
/// here.
#pragma once

#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// 64 lower-case hexadecimal digits (FIPS 180-4).
std::string sha256_hex(std::string_view data);

} // namespace wakala::whatsapp
