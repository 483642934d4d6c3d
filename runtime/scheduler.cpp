#include "runtime/scheduler.hpp"

#include "runtime/slim_actor.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <pthread.h>
#include <sched.h>
#include <string>

namespace wakala::runtime {

namespace {

/// Jobs that may wait for each worker that is awake before another one is woken.
constexpr std::size_t jobs_each = 8;
/// How long a job may wait behind a long one while somebody sleeps.
constexpr std::chrono::milliseconds look_up{1};
/// Whoever sleeps until it is called looks by itself after so long: glibc before 2.41 may lose a call to a condition
/// variable on which several wait (its bug 25847), and a worker that was called but never woke would be waited for.
constexpr std::chrono::milliseconds longest_sleep{250};

void name_thread(std::thread& thread, const std::string& name) {
  pthread_setname_np(thread.native_handle(), name.c_str());
}

/// The calling thread does not interrupt whoever runs when it is woken: it has its turn soon enough, and all of them
/// find their caches warm. Who reads sockets and who writes commits still interrupts it. Needs no privilege.
void do_not_interrupt() noexcept {
  const sched_param none{};
  static_cast<void>(sched_setscheduler(0, SCHED_BATCH, &none)); // of this thread only
}

} // namespace

class scheduler::worker : public caf::execution_unit {
public:
  explicit worker(scheduler& owner) : caf::execution_unit(&owner.system()), owner_(owner) {}

  void exec_later(caf::resumable* job) override { owner_.enqueue(job); }

  std::thread thread;

private:
  scheduler& owner_;
};

scheduler::scheduler(caf::actor_system& sys) : caf::scheduler::abstract_coordinator(sys) {}

scheduler::~scheduler() = default;

caf::actor_system::module* scheduler::make(caf::actor_system& sys, caf::detail::type_list<>) {
  return new scheduler(sys); // the system owns its modules
}

void scheduler::start() {
  awake_ = num_workers();
  for (std::size_t i = 0; i < num_workers(); ++i)
    workers_.push_back(std::make_unique<worker>(*this));
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    auto& each = *workers_[i];
    each.thread = std::thread([this, &each] {
      do_not_interrupt();
      system().thread_started();
      run(each);
      system().thread_terminates();
    });
    name_thread(each.thread, "worker-" + std::to_string(i));
  }
  timer_ = std::thread([this] {
    system().thread_started();
    clock_.run_dispatch_loop();
    system().thread_terminates();
  });
  name_thread(timer_, "clock");
  caf::scheduler::abstract_coordinator::start();
}

void scheduler::stop() {
  stop_actors(); // the utility actors are jobs themselves
  {
    const std::lock_guard guard(lock_);
    stopping_ = true;
  }
  wakes_.notify_all();
  for (auto& each : workers_)
    each->thread.join();
  for (auto* job : jobs_) {
    if (auto* const slim = dynamic_cast<slim_actor*>(job)) // the framework knows its own kinds only
      slim->cleanup(caf::make_error(caf::exit_reason::user_shutdown), nullptr);
    cleanup_and_release(job);
  }
  jobs_.clear();
  clock_.cancel_dispatch_loop();
  timer_.join();
}

void scheduler::enqueue(caf::resumable* job) {
  bool wake = false;
  {
    const std::lock_guard guard(lock_);
    jobs_.push_back(job);
    wake = call_another();
  }
  if (wake)
    wakes_.notify_one();
}

bool scheduler::call_another() {
  if (jobs_.empty() || asleep_ <= called_)
    return false;
  const bool much_to_do = jobs_.size() > jobs_each * (awake_ + called_);
  // Somebody has to see it should all who are awake be busy for long: who watches, or who was called and is on the
  // way.
  const bool nobody_looks = !is_watched_ && called_ == 0;
  if (!much_to_do && !nobody_looks)
    return false;
  ++called_;
  return true;
}

caf::resumable* scheduler::next() {
  std::unique_lock guard(lock_);
  while (jobs_.empty()) {
    if (stopping_)
      return nullptr;
    sleep(guard);
  }
  auto* const job = jobs_.front();
  jobs_.pop_front();
  const bool wake = call_another();
  guard.unlock();
  if (wake)
    wakes_.notify_one();
  return job;
}

void scheduler::sleep(std::unique_lock<std::mutex>& guard) {
  --awake_;
  ++asleep_;
  // Beside those who work one looks up; the others, and the last one, sleep until they are called.
  if (awake_ == 0 || is_watched_) {
    wakes_.wait_for(guard, longest_sleep);
  } else {
    is_watched_ = true;
    wakes_.wait_for(guard, look_up);
    is_watched_ = false;
  }
  --asleep_;
  ++awake_;
  if (called_ > 0)
    --called_;
}

void scheduler::run(worker& me) {
  while (auto* const job = next()) {
    switch (job->resume(&me, max_throughput())) {
    case caf::resumable::resume_later:
      enqueue(job);
      break;
    case caf::resumable::done:
    case caf::resumable::awaiting_message:
    case caf::resumable::shutdown_execution_unit:
      intrusive_ptr_release(job);
      break;
    }
  }
}

} // namespace wakala::runtime
