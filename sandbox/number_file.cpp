#include "sandbox/number_file.hpp"

#include <algorithm>

namespace wakala::sandbox {

std::size_t recent_times::within(time_ms span, time_ms now) {
  while (!times_.empty() && now - times_.front() >= span)
    times_.pop_front();
  return times_.size();
}

bool number_file::blocks(const std::string& wa_id, const std::string& user_id) const {
  return std::ranges::any_of(blocked, [&](const blocked_user& one) {
    return (!wa_id.empty() && one.wa_id == wa_id) || (!user_id.empty() && one.user_id == user_id);
  });
}

} // namespace wakala::sandbox
