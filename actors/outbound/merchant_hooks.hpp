/// \file
/// The way out to merchants' own systems. http/ implements it; tests have their own.
#pragma once

#include "runtime/core/clock.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace wakala::actors {

/// One event, to be signed and posted.
struct hook_call {
  std::string url;
  std::vector<std::string> secrets; ///< one, or two while one is being rolled
  std::string event_id;
  std::string body; ///< JSON
  time_ms at = 0;   ///< of the signature
  /// As `http::client_request::may_leave`: asked just before the first byte is written; false: it stays. Empty: it
  /// may.
  std::function<bool()> may_leave = {};
};

/// What became of it.
struct hook_answer {
  enum class kind : std::uint8_t {
    answered,  ///< by `status`
    no_answer, ///< it may have arrived or not
    held,      ///< this node would not send it, which says nothing of the merchant's system
  };
  kind what = kind::no_answer;
  int status = 0;
  std::string why; ///< for people; no URL, no secret

  bool is_good() const noexcept { return what == kind::answered && status >= 200 && status < 300; }
};

/// Posts one event. `done` is called exactly once, on any thread. Thread-safe.
class merchant_hooks {
public:
  virtual ~merchant_hooks() = default;
  virtual void post(hook_call call, std::function<void(hook_answer)> done) = 0;
};

} // namespace wakala::actors
