#include "persistence/postgres/pool.hpp"

#include <algorithm>

namespace wakala::persistence::postgres {

namespace {

constexpr std::chrono::milliseconds first_wait{20};
constexpr std::chrono::milliseconds longest_wait{500};

} // namespace

result<connection> connector::open(session how) {
  {
    const std::lock_guard lock(mutex_);
    if (wait_.count() > 0) {
      const auto now = std::chrono::steady_clock::now();
      if (now < not_before_)
        return last_;
      not_before_ = now + wait_; // this one tries; the others wait for how it goes
    }
  }
  how.application_name = application_name_;
  auto made = connection::open(url_, how);
  const std::lock_guard lock(mutex_);
  if (made) {
    wait_ = std::chrono::milliseconds{0};
    return made;
  }
  wait_ = std::clamp(wait_ * 2, first_wait, longest_wait);
  not_before_ = std::chrono::steady_clock::now() + wait_;
  last_ = made.error();
  return made;
}

result<pool::loan> pool::take() {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_for(lock, how_.answer_timeout, [this] { return lent_ < most_; }))
    return make_error(errc::unavailable, "database: all connections are busy");
  ++lent_;
  if (!free_.empty()) {
    loan out{std::move(free_.back()), true};
    free_.pop_back();
    return out;
  }
  lock.unlock();
  auto made = from_.open(how_);
  if (made)
    return loan{std::move(*made), false};
  lock.lock();
  --lent_;
  lock.unlock();
  returned_.notify_one();
  return made.error();
}

void pool::give_back(loan taken) {
  {
    const std::lock_guard lock(mutex_);
    --lent_;
    // One that was left within a transaction would bring its locks along.
    if (taken.on->is_usable() && !taken.on->in_transaction())
      free_.push_back(std::move(*taken.on));
    else
      free_.clear(); // what has been cut off once has most likely been cut off everywhere
  }
  returned_.notify_one();
}

result<std::uint64_t> change(pool& on, const char* sql, const parameters& values) {
  const auto done = on.read([&](connection& each) { return each.run(sql, values); });
  if (!done)
    return done.error();
  return done->changed();
}

result<void> change_any(pool& on, const char* sql, const parameters& values) {
  const auto done = change(on, sql, values);
  if (!done)
    return done.error();
  return {};
}

} // namespace wakala::persistence::postgres
