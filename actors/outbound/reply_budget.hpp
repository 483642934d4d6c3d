/// \file
/// How many of the shop's own answers may leave within the merchant's hour.
#pragma once

#include "runtime/core/clock.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

namespace wakala::actors {

/// Answers are counted some at a time, by the tenant's home and on disk, before they leave; what was counted and did
/// not leave soon is given back. Thread-safe.
class reply_budget {
public:
  struct wish {
    std::uint32_t count = 0;
    std::uint32_t returned = 0; ///< so many were counted and have not left
  };

  /// `ask` is called, on any thread, when few are left; the answer is `grant`.
  explicit reply_budget(std::function<void(wish)> ask) : ask_(std::move(ask)) {}

  /// Any number may leave, and none is counted.
  void set_unlimited(bool is_unlimited);
  /// What was counted and has not left: it counts no longer.
  std::uint32_t take_back();
  /// One may leave, and is counted.
  bool take(time_ms now);
  /// One that was taken has not left.
  void give_back();
  /// None may leave now. Asks for some.
  bool is_empty(time_ms now);
  /// None may leave, and the hour has no more of them.
  bool is_used_up(time_ms now);
  /// What would be asked for now; nothing while enough are left or a question is out. Whoever takes it asks.
  std::optional<wish> wanted(time_ms now);
  /// `count` more were counted at `now`; if none, asking is of use after `wait` milliseconds.
  void grant(std::uint32_t count, time_ms wait, time_ms now);

private:
  std::optional<wish> wanted_locked(time_ms now);

  const std::function<void(wish)> ask_;
  std::atomic<bool> is_unlimited_{false};
  std::mutex mutex_;
  std::uint32_t left_ = 0;
  std::uint32_t returned_ = 0;
  std::uint32_t at_once_ = 1; ///< asked for; grows while they are used up, shrinks when they are not
  time_ms valid_until_ = 0;
  time_ms ask_not_before_ = 0;
  bool was_denied_ = false; ///< the last time
};

} // namespace wakala::actors
