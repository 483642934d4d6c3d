#include "runtime/core/random.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <pthread.h>
#include <stdexcept>
#include <sys/random.h>

namespace wakala {

namespace {

void from_kernel(std::span<std::uint8_t> out) {
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

/// How often this process began as a copy of another: what the other had in stock must not be handed out again.
std::atomic<std::uint64_t> forks{0};
const int watching_forks = ::pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });

/// A thread's stock of the kernel's bytes. Nonces and ids ask for a dozen at a time, and a system call for each costs
/// more than sealing a record.
class stock {
public:
  void take(std::span<std::uint8_t> out) {
    const auto now = forks.load(std::memory_order_relaxed);
    if (left_ < out.size() || forks_ != now) {
      left_ = 0;
      from_kernel(bytes_);
      left_ = bytes_.size();
      forks_ = now;
    }
    const auto first = bytes_.begin() + static_cast<std::ptrdiff_t>(bytes_.size() - left_);
    std::copy_n(first, out.size(), out.begin());
    std::fill_n(first, out.size(), std::uint8_t{0}); // they may become a key: no second copy of it stays here
    left_ -= out.size();
  }

private:
  std::array<std::uint8_t, 1024> bytes_{};
  std::size_t left_ = 0;
  std::uint64_t forks_ = 0;
};

constexpr std::size_t from_stock_max = 64;

} // namespace

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
  thread_local stock ready;
  if (out.size() > from_stock_max || watching_forks != 0)
    from_kernel(out);
  else
    ready.take(out);
}

void seeded_random::fill(std::span<std::uint8_t> out) {
  const std::lock_guard lock(mutex_);
  for (auto& byte : out)
    byte = static_cast<std::uint8_t>(engine_() >> 32U);
}

} // namespace wakala
