#include "http/admin_auth.hpp"

#include "http/status.hpp"
#include "runtime/core/encoding.hpp"

#include <string_view>

namespace wakala::http {

namespace {

constexpr std::string_view tenant_scope = "tenant:";

std::string_view view(const sha256_digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

/// The token of an Authorization field; nothing when it has another scheme.
std::optional<std::string_view> bearer(std::string_view field) {
  const auto blank = field.find(' ');
  if (blank == std::string_view::npos || !iequals(field.substr(0, blank), "Bearer"))
    return std::nullopt;
  field.remove_prefix(blank);
  while (field.starts_with(' '))
    field.remove_prefix(1);
  return field.empty() ? std::nullopt : std::optional(field);
}

} // namespace

token_table::token_table(const std::vector<admin_token>& tokens) {
  for (const auto& token : tokens) {
    if (token.token.empty())
      continue; // would let in everybody who sends nothing
    entry e;
    e.digest = sha256(token.token);
    e.allowed.name = !token.name.empty() ? token.name : "token-" + to_hex(std::span(e.digest).first(4));
    for (const auto& scope : token.scopes) {
      if (scope == "operator")
        e.allowed.is_operator = true;
      else if (scope == "personal")
        e.allowed.sees_personal = true;
      else if (scope.starts_with(tenant_scope))
        e.allowed.tenants.insert(scope.substr(tenant_scope.size()));
    }
    entries_.push_back(std::move(e));
  }
}

std::optional<principal> token_table::find(const request_head& head) const {
  const auto fields = head.values("Authorization");
  const auto token = fields.size() == 1 ? bearer(fields.front()) : std::nullopt;
  return token ? find_token(*token) : std::nullopt;
}

std::optional<principal> token_table::find_token(std::string_view token) const {
  const auto digest = sha256(token);
  const entry* found = nullptr;
  for (const auto& e : entries_)
    if (constant_time_equal(view(e.digest), view(digest)))
      found = &e; // and on to the end: the time must not tell which one it was
  return found == nullptr ? std::nullopt : std::optional(found->allowed);
}

response unauthorized(bool presented) {
  return problem_for(401, presented ? "the token is unknown" : "a bearer token is needed")
      .with("WWW-Authenticate",
            presented ? R"(Bearer realm="wakala", error="invalid_token")" : R"(Bearer realm="wakala")");
}

} // namespace wakala::http
