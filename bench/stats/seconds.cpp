#include "bench/stats/seconds.hpp"

namespace wakala::bench {

second_of_run& seconds_of_run::at(std::uint64_t ns) {
  const auto index = static_cast<std::size_t>(ns / 1'000'000'000);
  if (index >= seconds_.size())
    seconds_.resize(index + 1);
  return seconds_[index];
}

seconds_of_run::points seconds_of_run::of(std::uint64_t second_of_run::*what) const {
  points list;
  for (std::size_t i = 0; i < seconds_.size(); ++i)
    list.emplace_back(static_cast<double>(i), static_cast<double>(seconds_[i].*what));
  return list;
}

seconds_of_run::points seconds_of_run::good_per_second() const { return of(&second_of_run::good); }
seconds_of_run::points seconds_of_run::failed_per_second() const { return of(&second_of_run::failed); }
seconds_of_run::points seconds_of_run::late_per_second() const { return of(&second_of_run::late); }

seconds_of_run::points seconds_of_run::percentile_ms(double percent) const {
  points list;
  for (std::size_t i = 0; i < seconds_.size(); ++i)
    if (seconds_[i].latency.count() > 0)
      list.emplace_back(static_cast<double>(i), to_ms(seconds_[i].latency.percentile(percent)));
  return list;
}

} // namespace wakala::bench
