#include "bench/stats/knee_search.hpp"

#include <algorithm>

namespace wakala::bench {

std::optional<knee_search::trial> knee_search::next() const {
  if (is_over_)
    return std::nullopt;
  return trial{rate_, is_long_};
}

void knee_search::report(bool held) {
  if (is_over_)
    return;
  if (is_long_) {
    ++confirmed_tries_;
    if (held)
      knee_ = rate_;
    // In growing steps: a server that only holds for seconds may be far above what it holds for long.
    const auto lower = rate_ * (1 - std::min(0.5, options_.precision * confirmed_tries_));
    is_over_ = held || confirmed_tries_ >= options_.confirmations || lower < options_.floor;
    if (!is_over_)
      rate_ = lower;
    return;
  }
  (held ? held_ : failed_) = rate_;
  choose();
}

void knee_search::choose() {
  if (!failed_) {
    if (rate_ >= options_.ceiling)
      return confirm(rate_);
    rate_ = std::min(rate_ * options_.growth, options_.ceiling);
    return;
  }
  if (!held_) {
    rate_ = *failed_ / 2;
    is_over_ = rate_ < options_.floor;
    return;
  }
  if (*failed_ - *held_ <= options_.precision * *held_)
    return confirm(*held_);
  rate_ = (*held_ + *failed_) / 2;
}

void knee_search::confirm(double rate) {
  rate_ = rate;
  is_long_ = true;
}

} // namespace wakala::bench
