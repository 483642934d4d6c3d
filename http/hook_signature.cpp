#include "http/hook_signature.hpp"

#include "http/core/hmac.hpp"
#include "runtime/core/encoding.hpp"

namespace wakala::http {

std::string hook_signature(std::string_view body, std::span<const std::string> secrets, time_ms at) {
  const auto seconds = std::to_string(at / ms_per_second);
  std::string signed_text = seconds + ".";
  signed_text += body;
  auto header = "t=" + seconds;
  for (const auto& secret : secrets)
    header += ",v1=" + to_hex(hmac_sha256(secret, signed_text));
  return header;
}

} // namespace wakala::http
