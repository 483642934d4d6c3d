/// \file
/// A question to the actors that many ask at once and often.
#pragma once

#include "http/bridge.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace wakala::http {

/// Asks at most once at a time and keeps the answer for 200 ms, so that probes cost the node nothing however often
/// they come. Thread-safe. Held by shared pointer: an answer may come after its owner is gone.
class recent_answer : public std::enable_shared_from_this<recent_answer> {
public:
  using question = std::function<void(bridge::done_text)>;

  explicit recent_answer(question ask) : ask_(std::move(ask)) {}

  /// `done` runs once: now, or later on an actor's thread.
  void get(bridge::done_text done);

private:
  void answered(const result<std::string>& text);

  question ask_;
  std::mutex mutex_;
  std::vector<bridge::done_text> waiting_;
  std::shared_ptr<const result<std::string>> last_;
  std::chrono::steady_clock::time_point last_at_{};
};

} // namespace wakala::http
