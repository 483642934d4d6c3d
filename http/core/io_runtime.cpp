#include "http/core/io_runtime.hpp"

#include "http/core/io_core.hpp"
#include "runtime/core/log.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <pthread.h>
#include <utility>

namespace wakala::http {

io_core::io_core(std::size_t threads) {
  loops_.reserve(std::max<std::size_t>(threads, 1));
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    loops_.push_back(std::make_unique<event_loop>());
}

io_core::~io_core() { stop(); }

void io_core::start() {
  if (running_.exchange(true))
    return;
  std::size_t index = 0;
  for (auto& each : loops_) {
    each->context.restart();
    each->thread = std::thread([this, &loop = *each] { run(loop); });
    pthread_setname_np(each->thread.native_handle(), ("io-" + std::to_string(index++)).c_str());
  }
}

void io_core::run(event_loop& loop) {
  for (;;) {
    try {
      loop.context.run();
      return;
    } catch (const std::exception& e) {
      log::error("io_handler_threw", {{"what", e.what()}});
    }
  }
}

io_core::event_loop::~event_loop() {
  for (auto* each = inbox.exchange(nullptr); each != nullptr;) {
    const auto last = std::move(each->self_);
    each = each->next_;
  }
}

void io_core::hand(std::size_t loop, std::shared_ptr<io_errand> what) {
  auto& to = *loops_[loop];
  auto* const errand = what.get();
  errand->self_ = std::move(what);
  auto* before = to.inbox.load(std::memory_order_relaxed);
  do
    errand->next_ = before;
  while (!to.inbox.compare_exchange_weak(before, errand, std::memory_order_release, std::memory_order_relaxed));
  if (before == nullptr)
    asio::post(to.context, [&to] { run_errands(to); });
}

void io_core::run_errands(event_loop& loop) {
  io_errand* oldest = nullptr;
  for (auto* each = loop.inbox.exchange(nullptr, std::memory_order_acquire); each != nullptr;) {
    auto* const older = each->next_;
    each->next_ = oldest;
    oldest = std::exchange(each, older);
  }
  while (oldest != nullptr) {
    const auto errand = std::move(oldest->self_);
    oldest = errand->next_;
    try {
      errand->run();
    } catch (const std::exception& e) {
      log::error("io_handler_threw", {{"what", e.what()}});
    }
  }
}

void io_core::stop() {
  for (auto& each : loops_)
    each->context.stop();
  for (auto& each : loops_)
    if (each->thread.joinable())
      each->thread.join();
  running_ = false;
}

void io_core::settle(const std::function<bool()>& done) {
  while (!done()) {
    if (running_) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(50), done); // bounded: the threads may be stopped meanwhile
      continue;
    }
    for (auto& each : loops_) {
      each->context.restart();
      each->context.poll();
    }
    if (!done())
      loops_.front()->context.run_one_for(std::chrono::milliseconds(loops_.size() == 1 ? 50 : 1));
  }
}

void io_core::changed() {
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

io_runtime::io_runtime(std::size_t threads) : core_(std::make_shared<io_core>(threads)) {}

io_runtime::~io_runtime() { core_->stop(); }

void io_runtime::start() { core_->start(); }

void io_runtime::stop() { core_->stop(); }

void io_runtime::post(std::function<void()> work) { asio::post(core_->loop(core_->next()), std::move(work)); }

void io_runtime::post_after(std::chrono::milliseconds delay, std::function<void()> work) {
  auto& loop = core_->loop(core_->next());
  asio::post(loop, [&loop, delay, work = std::move(work)]() mutable {
    auto timer = std::make_shared<steady_timer>(loop, delay);
    timer->async_wait([timer, work = std::move(work)](error_code failed) {
      if (!failed)
        work();
    });
  });
}

} // namespace wakala::http
