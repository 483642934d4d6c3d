/// \file
/// A payment provider as a test wants it: records every call, answers at once, later, or never.
#pragma once

#include "payments/provider.hpp"
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::actors::test {

/// Thread-safe.
class fake_provider final : public payments::provider_client {
public:
  /// What to answer to a call; nothing: keep the answer back.
  using answerer = std::function<std::optional<payments::provider_answer>(const payments::provider_request&)>;
  using done_function = std::function<void(payments::provider_answer)>;

  void send(account keys, payments::provider_request request, done_function done) override;
  void answer_with(answerer how);
  /// Answers everything kept back.
  void release(const answerer& how);
  void lose();

  std::vector<payments::provider_request> calls() const;
  /// Those whose path holds `part`.
  std::vector<payments::provider_request> calls_of(const std::string& part) const;

private:
  mutable std::mutex mutex_;
  answerer how_;
  std::vector<payments::provider_request> calls_;
  std::vector<std::pair<payments::provider_request, done_function>> kept_;
};

payments::provider_answer accepted_with(std::string body);
payments::provider_answer came_to(payments::call_outcome what, std::string code = {});

} // namespace wakala::actors::test
