/// \file
/// The check of a webhook's signature, as cheap as it can be made.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace wakala::bench::ceiling {

using mac = std::array<std::uint8_t, 32>;

/// Knows the key's two pads as SHA-256 states already. Thread-safe.
class signature_checker {
public:
  explicit signature_checker(std::string_view secret);
  ~signature_checker();
  signature_checker(signature_checker&&) noexcept;
  signature_checker(const signature_checker&) = delete;
  signature_checker& operator=(const signature_checker&) = delete;
  signature_checker& operator=(signature_checker&&) = delete;

  mac sign(std::string_view body) const;
  /// `given`: the value of X-Hub-Signature-256. The body's MAC when it is the one given.
  std::optional<mac> check(std::string_view given, std::string_view body) const;

private:
  struct pads;
  std::unique_ptr<pads> pads_;
};

} // namespace wakala::bench::ceiling
