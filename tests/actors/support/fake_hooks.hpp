/// \file
/// A merchant's own system as a test wants it: records every event, answers at once, later, badly or never.
#pragma once

#include "actors/outbound/merchant_hooks.hpp"

#include <nlohmann/json.hpp>

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::actors::test {

/// Thread-safe.
class fake_hooks final : public merchant_hooks {
public:
  /// What to answer to a call, `number` counting all calls from 0; nothing: keep the answer back. Until one is given
  /// all is taken.
  using answerer = std::function<std::optional<hook_answer>(const hook_call&, std::size_t number)>;

  void post(hook_call call, std::function<void(hook_answer)> done) override;

  void answer_with(answerer how);
  /// Answers everything kept back, in order of arrival.
  void release(const hook_answer& how);
  /// Forgets what was kept back: the other side will never answer.
  void lose();

  std::vector<hook_call> calls() const;
  std::size_t kept() const;
  /// `type` and code of the order of each call, as `paid K7Q2M`.
  std::vector<std::string> told() const;

private:
  mutable std::mutex mutex_;
  answerer how_;
  std::vector<hook_call> calls_;
  std::vector<std::pair<hook_call, std::function<void(hook_answer)>>> kept_;
};

hook_answer answered(int status);
hook_answer of_kind(hook_answer::kind what);
nlohmann::json body_of(const hook_call& call);
std::string code_of(const hook_call& call);

} // namespace wakala::actors::test
