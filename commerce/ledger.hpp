/// \file
/// The shop's books: double entry, in one currency each. Pure; no personal data.
#pragma once

#include "commerce/order.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::commerce {

/// One side of an entry. Accounts: `money:<method>` is what the shop holds there (a debit), `sales` what was earned,
/// `owed_to_shoppers` what came in and is not the shop's, `unmatched` what nobody knows the order of (credits), and
/// `rounding` what ways of paying without fractions have made more or less.
struct posting {
  std::string account;
  std::int64_t minor = 0; ///< debits positive, credits negative; never 0

  bool operator==(const posting&) const = default;
};

struct ledger_entry {
  time_ms at = 0;
  std::string what;       ///< `payment`, `refund`, `refund_due`, `lapse`, `unmatched` or `returned`
  std::string order_code; ///< of the order it is for
  std::string reference;  ///< the receipt, as it was told; may be empty
  std::string currency;
  std::vector<posting> postings; ///< their sum is 0

  bool operator==(const ledger_entry&) const = default;
};

/// Money that came in, as somebody says who has seen it.
struct payment {
  std::string method;    ///< `cash`, `bank`, …: lower-case letters, digits and `_`, at most 30
  std::string reference; ///< the payer's receipt; at most 100 characters, may be empty
  money amount;          ///< positive
  /// For so much it counts, in minor units, where the way of paying knows no fractions; 0: for its amount.
  std::int64_t counts_as = 0;
  bool was_unmatched = false; ///< the books have it already, as nobody's

  std::int64_t counted() const noexcept { return counts_as == 0 ? amount.minor : counts_as; }
  bool operator==(const payment&) const = default;
};

/// Do debits and credits cancel out, exactly?
bool is_balanced(const ledger_entry& e) noexcept;

/// `for_order` of what came in, now or before, pays for the order; what is owed to the shopper changes by the rest.
/// `invalid_argument` for an amount that cannot be booked.
result<ledger_entry> payment_entry(const placed_order& o, const payment& what, std::int64_t for_order, time_ms at);
/// All goes back: what paid for the order, and what is owed. `conflict` when nothing came in.
result<ledger_entry> refund_entry(const placed_order& o, std::string_view method, std::string_view reference,
                                  time_ms at);
/// What was paid of an order that has come to nothing (`lapse`), or is to go back (`refund_due`), is owed to the
/// shopper.
ledger_entry owing_entry(const placed_order& o, std::string_view what, time_ms at);
/// Some of what is owed has gone back to the shopper.
result<ledger_entry> return_entry(const placed_order& o, const payment& what, time_ms at);
/// A payment that belongs to no order that is known; or (`returned`) one that went back to whoever made it.
result<ledger_entry> unmatched_entry(const payment& what, bool returned, time_ms at);

/// Sums by currency and account. Each currency's sum over its accounts is 0.
class balances {
public:
  /// `corrupt` when the entry does not balance, or a sum would no longer be exact; nothing is added then.
  result<void> add(const ledger_entry& e);
  using sums_by_account = std::map<std::string, std::int64_t>;
  /// Currency → account → minor units.
  const std::map<std::string, sums_by_account>& sums() const noexcept { return sums_; }

  bool operator==(const balances&) const = default;

private:
  friend result<balances> balances_from(std::string_view text);

  std::map<std::string, sums_by_account> sums_;
};

// As JSON. Reading anything else, or what does not balance, is `corrupt`.
std::string to_text(const ledger_entry& e);
result<ledger_entry> ledger_entry_from(std::string_view text);
std::string to_text(const balances& b);
result<balances> balances_from(std::string_view text);

} // namespace wakala::commerce
