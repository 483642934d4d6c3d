#include "runtime/core/error.hpp"

namespace wakala {

std::string_view to_string(errc code) noexcept {
  switch (code) {
  case errc::invalid_argument:
    return "invalid_argument";
  case errc::not_found:
    return "not_found";
  case errc::conflict:
    return "conflict";
  case errc::fenced:
    return "fenced";
  case errc::overloaded:
    return "overloaded";
  case errc::unavailable:
    return "unavailable";
  case errc::deadline_exceeded:
    return "deadline_exceeded";
  case errc::unauthenticated:
    return "unauthenticated";
  case errc::corrupt:
    return "corrupt";
  case errc::handler_failed:
    return "handler_failed";
  }
  return "unknown";
}

} // namespace wakala
