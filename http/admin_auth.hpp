/// \file
/// Who may call the admin API.
#pragma once

#include "http/core/hmac.hpp"
#include "http/core/message.hpp"
#include "runtime/core/ids.hpp"
#include "runtime/core/node_config.hpp"

#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace wakala::http {

/// What a token allows.
struct principal {
  std::string name; ///< for the audit record
  bool is_operator = false;
  bool sees_personal = false; ///< with a reason, what shoppers have written and who they are, of any tenant
  std::set<tenant_id> tenants;

  bool may_see(const tenant_id& tenant) const { return is_operator || tenants.contains(tenant); }
  /// A merchant knows his own shoppers.
  bool may_reveal(const tenant_id& tenant) const {
    return tenants.contains(tenant) || (is_operator && sees_personal);
  }
};

/// The configured tokens, kept as digests. Immutable, thread-safe.
class token_table {
public:
  explicit token_table(const std::vector<admin_token>& tokens);

  /// Nothing unless exactly one `Authorization: Bearer` field holds a known token. Takes the same time whichever it
  /// is.
  std::optional<principal> find(const request_head& head) const;
  /// The same for a token that came another way.
  std::optional<principal> find_token(std::string_view token) const;

private:
  struct entry {
    sha256_digest digest{};
    principal allowed;
  };
  std::vector<entry> entries_;
};

/// 401 with the challenge; `presented`: a token came, but nobody knows it.
response unauthorized(bool presented);

} // namespace wakala::http
