// The node's own scheduler under the real actor system: nothing is lost, nothing waits behind a long job, nobody
// spins.
#include "runtime/system_config.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <sched.h>
#include <sys/resource.h>

namespace wakala::runtime {
namespace {

using step = caf::atom_constant<caf::atom("step")>;

node_config with_workers(std::size_t workers) {
  node_config config;
  config.worker_threads = workers;
  return config;
}

/// A ring of actors that hand a count around until it is used up.
void pass_around(caf::actor_system& sys, int actors, int rounds) {
  std::promise<void> done;
  auto finished = done.get_future();
  std::vector<caf::actor> ring;
  const auto all = std::make_shared<std::vector<caf::actor>>();
  for (int i = 0; i < actors; ++i)
    ring.push_back(sys.spawn([all, i, &done](caf::event_based_actor* self) -> caf::behavior {
      return {[=, &done](step, int left) {
        if (left == 0)
          done.set_value();
        else
          self->send((*all)[static_cast<std::size_t>(i + 1) % all->size()], step::value, left - 1);
      }};
    }));
  *all = ring;
  caf::anon_send(ring.front(), step::value, actors * rounds);
  EXPECT_EQ(finished.wait_for(std::chrono::seconds{20}), std::future_status::ready);
  for (const auto& each : ring)
    caf::anon_send_exit(each, caf::exit_reason::kill);
}

TEST(scheduler, hands_on_every_message_with_one_worker_and_with_many) {
  for (const std::size_t workers : {1U, 2U, 5U}) {
    system_config config(with_workers(workers));
    caf::actor_system sys{config};
    pass_around(sys, 50, 200);
  }
}

TEST(scheduler, workers_that_are_woken_interrupt_nobody) {
  system_config config(with_workers(1));
  caf::actor_system sys{config};
  std::promise<int> policy;
  sys.spawn([&](caf::event_based_actor*) { policy.set_value(sched_getscheduler(0)); });
  EXPECT_EQ(policy.get_future().get(), SCHED_BATCH);
  EXPECT_EQ(sched_getscheduler(0), SCHED_OTHER) << "only the workers";
}

TEST(scheduler, takes_work_from_many_threads_at_once) {
  system_config config(with_workers(3));
  caf::actor_system sys{config};
  std::atomic<int> handled{0};
  std::promise<void> done;
  auto finished = done.get_future();
  constexpr int threads = 4;
  constexpr int each = 5'000;
  std::vector<caf::actor> counters;
  for (int i = 0; i < 16; ++i)
    counters.push_back(sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
      return {[&](step) {
        if (++handled == threads * each)
          done.set_value();
      }};
    }));
  std::vector<std::thread> senders;
  for (int t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        caf::anon_send(counters[static_cast<std::size_t>(i + t) % counters.size()], step::value);
    });
  for (auto& sender : senders)
    sender.join();
  EXPECT_EQ(finished.wait_for(std::chrono::seconds{20}), std::future_status::ready);
  EXPECT_EQ(handled, threads * each);
  for (const auto& counter : counters)
    caf::anon_send_exit(counter, caf::exit_reason::kill);
}

TEST(scheduler, nothing_waits_behind_a_job_that_takes_long) {
  std::promise<void> quick_done; // before the system: its actors use it until they have ended
  auto quick = quick_done.get_future();
  system_config config(with_workers(2));
  caf::actor_system sys{config};
  // It holds its worker until the other actor has had its turn: with the work of both on one worker, that is never.
  const auto slow = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](step) { EXPECT_EQ(quick.wait_for(std::chrono::seconds{10}), std::future_status::ready); }};
  });
  const auto fast =
      sys.spawn([&](caf::event_based_actor*) -> caf::behavior { return {[&](step) { quick_done.set_value(); }}; });
  caf::anon_send(slow, step::value);
  caf::anon_send(fast, step::value);
  caf::anon_send_exit(slow, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(fast, caf::exit_reason::user_shutdown);
}

TEST(scheduler, workers_without_work_use_no_processor_time) {
  system_config config(with_workers(4));
  caf::actor_system sys{config};
  pass_around(sys, 5, 10);
  const auto used = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
  };
  const auto before = used();
  std::promise<void> never;
  never.get_future().wait_for(std::chrono::milliseconds{300});
  EXPECT_LT(used() - before, 60) << "somebody wakes up again and again";
}

} // namespace
} // namespace wakala::runtime
