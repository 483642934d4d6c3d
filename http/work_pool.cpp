#include "http/work_pool.hpp"

#include <utility>

namespace wakala::http {

work_pool::work_pool(std::size_t threads, std::chrono::milliseconds every, std::function<void()> chore)
    : every_(every), chore_(std::move(chore)), chore_at_(std::chrono::steady_clock::now() + every) {
  for (std::size_t i = 0; i < threads; ++i)
    threads_.emplace_back([this] { run(); });
}

work_pool::~work_pool() { stop(); }

bool work_pool::post(std::function<void()> work) {
  {
    const std::lock_guard lock{mutex_};
    if (stopping_)
      return false;
    waiting_.push_back(std::move(work));
  }
  news_.notify_one();
  return true;
}

void work_pool::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  news_.notify_all();
  for (auto& thread : threads_)
    if (thread.joinable())
      thread.join();
}

void work_pool::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    news_.wait_until(lock, chore_at_, [this] { return stopping_ || !waiting_.empty(); });
    if (!waiting_.empty()) {
      auto work = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      work();
      work = nullptr; // what it holds may be large
      lock.lock();
      continue;
    }
    if (stopping_)
      return;
    if (const auto now = std::chrono::steady_clock::now(); now >= chore_at_) {
      chore_at_ = now + every_;
      lock.unlock();
      chore_();
      lock.lock();
    }
  }
}

} // namespace wakala::http
