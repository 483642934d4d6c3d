/// \file
/// SHA-256, HMAC-SHA256 and the check of a webhook's signature. Every function may be called from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wakala::http {

using sha256_digest = std::array<std::uint8_t, 32>;

sha256_digest sha256(std::string_view data);
sha256_digest hmac_sha256(std::string_view key, std::string_view data);

/// Time depends on the lengths only, never on the contents. False when the lengths differ.
bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

/// An HMAC-SHA256 key made ready once, for many messages. Copies share it; safe to use from several threads at once.
class hmac_key {
public:
  explicit hmac_key(std::string_view key);

  sha256_digest sign(std::string_view data) const;

private:
  struct contexts;
  std::shared_ptr<contexts> contexts_;
};

enum class signature_check : std::uint8_t { good, missing, malformed, mismatch };

std::string_view to_string(signature_check verdict) noexcept;

/// Checks a webhook's signature over the raw body, in constant time (Cloud API reference §3.2).
/// `hub`: the values of X-Hub-Signature-256, exactly `sha256=<64 lower-case hex digits>`. `alias`: the values of
/// X-Signature-SHA256, where the prefix may be missing; looked at only when there is no `hub`. A repeated field,
/// another length, upper case or another prefix is malformed.
signature_check check_signature(std::span<const std::string_view> hub, std::span<const std::string_view> alias,
                                std::string_view body, const hmac_key& key);

/// The value of X-Hub-Signature-256 for a body.
std::string signature_header(std::string_view body, const hmac_key& key);

} // namespace wakala::http
