/// \file
/// The business numbers the sandbox plays Meta for.
#pragma once

#include "runtime/core/result.hpp"
#include "sandbox/number_condition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

/// A business phone number, its account, and where its webhooks go.
struct business_number {
  std::string id;             ///< phone number id
  std::string waba_id;        ///< the account it belongs to
  std::string display;        ///< digits
  std::string name;           ///< verified name
  std::string access_token;   ///< the only token accepted for it; empty: any
  std::string webhook_url;    ///< empty: webhooks of this number are not sent
  std::string webhook_secret; ///< signs its webhooks
  number_condition condition{};
  std::string messaging_limit{}; ///< of its account, `TIER_250` to `TIER_UNLIMITED`; empty: unlimited
};

/// All numbers, in the order they were added.
class number_book {
public:
  /// Replaces a number with the same id.
  void add(business_number number);
  const business_number* find(std::string_view id) const;
  business_number* find(std::string_view id);
  /// The first number of this account; null when it has none.
  const business_number* first_of(std::string_view waba_id) const;
  const std::vector<business_number>& all() const noexcept { return numbers_; }
  bool empty() const noexcept { return numbers_.empty(); }

private:
  std::vector<business_number> numbers_;
};

/// Reads the JSON of `--numbers-file`: an array of `{"phone_number_id", "waba_id"?, "display_phone_number"?,
/// "verified_name"?, "access_token"?, "webhook_url"?, "app_secret"?, "messaging_limit"?}` and the keys of
/// `set_condition`; what is absent comes from `defaults`. Unknown keys are errors. Errors: `invalid_argument` naming
/// the key.
result<std::vector<business_number>> parse_numbers(std::string_view json, const business_number& defaults);

/// Reads `PHONE_ID=SECRET@URL`.
result<business_number> parse_secret_for(std::string_view text, const business_number& defaults);

} // namespace wakala::sandbox
