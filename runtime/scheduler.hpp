/// \file
/// The threads that run a node's actors, with as few wake-ups as possible.
#pragma once

#include <caf/detail/thread_safe_actor_clock.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace wakala::runtime {

/// Takes the place of the framework's scheduler. One queue for all workers, of which a sleeping one is woken when
/// nobody is awake, or when more waits than those who are awake will soon have done: waking a thread costs more than
/// an actor's step, and the framework's own policy of sharing wakes one for nearly every message between two actors.
/// Workers that are not needed sleep. While others work one of them looks up now and then, so that no job waits
/// behind one that takes long; when all sleep, nobody polls.
class scheduler : public caf::scheduler::abstract_coordinator {
public:
  explicit scheduler(caf::actor_system& sys);
  ~scheduler() override;

  /// For `caf::actor_system_config::load`.
  static caf::actor_system::module* make(caf::actor_system& sys, caf::detail::type_list<>);

  void start() override;
  void stop() override;
  void enqueue(caf::resumable* job) override;
  caf::detail::thread_safe_actor_clock& clock() noexcept override { return clock_; }

private:
  class worker;

  caf::resumable* next();
  /// With the lock held: must a sleeper be woken for what waits? If so it counts as called.
  bool call_another();
  void sleep(std::unique_lock<std::mutex>& guard);
  void run(worker& me);

  caf::detail::thread_safe_actor_clock clock_;
  std::thread timer_;
  std::vector<std::unique_ptr<worker>> workers_;

  std::mutex lock_;
  std::condition_variable wakes_;
  std::deque<caf::resumable*> jobs_;
  std::size_t awake_ = 0;
  std::size_t asleep_ = 0;
  std::size_t called_ = 0;  ///< of those asleep, how many were woken and do not know it yet
  bool is_watched_ = false; ///< one who sleeps looks up now and then
  bool stopping_ = false;
};

} // namespace wakala::runtime
