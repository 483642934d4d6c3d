#include "runtime/core/random.hpp"

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <sys/random.h>

namespace wakala {

std::uint64_t random_source::next_u64() {
  std::uint64_t value = 0;
  std::array<std::uint8_t, sizeof value> raw{};
  fill(raw);
  std::memcpy(&value, raw.data(), sizeof value);
  return value;
}

std::uint64_t random_source::below(std::uint64_t bound) {
  return bound == 0 ? 0 : next_u64() % bound; // the bias is below 2^-32 for every bound used here
}

conversation_id random_source::next_conversation_id() {
  conversation_id id;
  fill(id.bytes);
  return id;
}

void system_random::fill(std::span<std::uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR)
        continue;
      throw std::runtime_error("getrandom failed"); // no randomness, no keys: nothing sensible can go on
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

void seeded_random::fill(std::span<std::uint8_t> out) {
  const std::lock_guard lock(mutex_);
  for (auto& byte : out)
    byte = static_cast<std::uint8_t>(engine_() >> 32U);
}

} // namespace wakala
