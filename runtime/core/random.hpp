/// \file
/// Randomness comes in through an interface, so that tests can replay a run from its seed.
#pragma once

#include "runtime/core/ids.hpp"

#include <cstdint>
#include <mutex>
#include <random>
#include <span>

namespace wakala {

/// Where random bytes come from. Thread-safe.
class random_source {
public:
  virtual ~random_source() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;

  std::uint64_t next_u64();
  /// Uniform in [0, bound); 0 when bound is 0.
  std::uint64_t below(std::uint64_t bound);
  conversation_id next_conversation_id();
};

/// The kernel's generator. Small requests are served from a stock that each thread fetches at once; a process that
/// forks starts with a new one on both sides.
class system_random final : public random_source {
public:
  void fill(std::span<std::uint8_t> out) override;
};

/// Reproducible from its seed. For tests and the sandbox, never for keys.
class seeded_random final : public random_source {
public:
  explicit seeded_random(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

} // namespace wakala
