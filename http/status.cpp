#include "http/status.hpp"

namespace wakala::http {

int to_status(const error& e) noexcept {
  switch (e.code) {
  case errc::invalid_argument:
    return e.field.starts_with('/') ? 422 : 400;
  case errc::not_found:
    return 404;
  case errc::conflict:
    return 409;
  case errc::fenced:
  case errc::overloaded:
  case errc::unavailable:
  case errc::deadline_exceeded:
    return 503;
  case errc::unauthenticated:
    return 401;
  case errc::corrupt:
  case errc::handler_failed:
    return 500;
  }
  return 500;
}

response problem_for(const error& e) { return problem_for(to_status(e), e.what, e.field); }

response problem_for(int status, std::string_view detail, std::string_view field) {
  auto answer = response::problem(status, reason_phrase(status), detail, field);
  if (status == 503)
    answer.with("Retry-After", retry_after);
  return answer;
}

} // namespace wakala::http
