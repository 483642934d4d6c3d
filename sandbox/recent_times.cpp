#include "sandbox/recent_times.hpp"

namespace wakala::sandbox {

std::size_t recent_times::within(time_ms span, time_ms now) {
  while (!times_.empty() && now - times_.front() >= span)
    times_.pop_front();
  return times_.size();
}

} // namespace wakala::sandbox
