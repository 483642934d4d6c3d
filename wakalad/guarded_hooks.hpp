/// \file
/// The way out to merchants' own systems, with the guards that `transport` has.
#pragma once

#include "actors/outbound/merchant_hooks.hpp"
#include "runtime/standing.hpp"

#include <memory>
#include <mutex>

namespace wakala::daemon {

/// It can be closed while actors still hold it. Thread-safe.
class closable_hooks final : public actors::merchant_hooks {
public:
  explicit closable_hooks(std::shared_ptr<actors::merchant_hooks> to) : to_(std::move(to)) {}

  void post(actors::hook_call call, std::function<void(actors::hook_answer)> done) override;
  void close();

private:
  std::mutex mutex_;
  std::shared_ptr<actors::merchant_hooks> to_;
};

/// Keeps a node that may have lost its shards without noticing from sending for them.
std::shared_ptr<actors::merchant_hooks> make_fenced_hooks(std::shared_ptr<actors::merchant_hooks> to,
                                                          std::shared_ptr<runtime::standing> may_act);

} // namespace wakala::daemon
