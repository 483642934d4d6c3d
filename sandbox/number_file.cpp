#include "sandbox/number_file.hpp"

#include <algorithm>

namespace wakala::sandbox {

bool number_file::blocks(const std::string& wa_id, const std::string& user_id) const {
  return std::ranges::any_of(blocked, [&](const blocked_user& one) {
    return (!wa_id.empty() && one.wa_id == wa_id) || (!user_id.empty() && one.user_id == user_id);
  });
}

} // namespace wakala::sandbox
