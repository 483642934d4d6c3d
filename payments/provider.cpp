#include "payments/provider.hpp"

namespace wakala::payments {

std::string_view to_string(call_outcome what) noexcept {
  switch (what) {
  case call_outcome::accepted:
    return "accepted";
  case call_outcome::refused:
    return "refused";
  case call_outcome::ambiguous:
    return "ambiguous";
  case call_outcome::not_sent:
    return "not_sent";
  case call_outcome::retry_later:
    return "retry_later";
  case call_outcome::config_problem:
    return "config_problem";
  }
  return "unknown";
}

} // namespace wakala::payments
