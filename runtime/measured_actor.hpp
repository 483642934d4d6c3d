/// \file
/// An event-based actor of the framework's that keeps its row in the `actor_table`.
#pragma once

#include "runtime/actor_table.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <atomic>
#include <functional>
#include <utility>

namespace wakala::runtime {

/// Counts what comes in and is dealt with, and how long that takes. A row of nobody's is not written to.
class measured_base : public caf::event_based_actor {
public:
  measured_base(caf::actor_config& config, own_figures row) : caf::event_based_actor(config), row_(std::move(row)) {}

  using caf::event_based_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override {
    if (row_) {
      row_->admitted_one();
      // The first who comes while nothing waits sets the clock. Should two think so, the moments are next to each
      // other.
      if (ready_us_.load(std::memory_order_relaxed) == 0)
        ready_us_.store(monotonic_us(), std::memory_order_relaxed);
    }
    caf::event_based_actor::enqueue(std::move(what), host);
  }

protected:
  resume_result resume(caf::execution_unit* host, std::size_t max_throughput) override {
    if (row_) {
      began_us_ = monotonic_us();
      const auto ready = ready_us_.exchange(0, std::memory_order_relaxed);
      run_ready_us_ = ready == 0 ? began_us_ : ready;
    }
    return caf::event_based_actor::resume(host, max_throughput);
  }

  caf::invoke_message_result consume(caf::mailbox_element& what) override {
    const auto how = caf::event_based_actor::consume(what);
    if (row_ && how != caf::invoke_message_result::skipped) {
      const auto now = monotonic_us();
      row_->handled_one(run_ready_us_, began_us_, now);
      began_us_ = now;
    }
    return how;
  }

private:
  own_figures row_;
  std::atomic<std::uint64_t> ready_us_{0}; ///< since when something waits; 0: nothing does
  std::uint64_t run_ready_us_ = 0;         ///< the same, of what is being dealt with
  std::uint64_t began_us_ = 0;             ///< the message at hand
};

/// The same with a state of its own, as `caf::stateful_actor`.
template <class State>
class measured : public caf::stateful_actor<State, measured_base> {
public:
  using base = caf::stateful_actor<State, measured_base>;
  using start_function = std::function<caf::behavior(measured*)>;

  measured(caf::actor_config& config, own_figures row, start_function start)
      : base(config, std::move(row)), start_(std::move(start)) {}

protected:
  caf::behavior make_behavior() override { return std::exchange(start_, nullptr)(this); }

private:
  start_function start_;
};

} // namespace wakala::runtime
