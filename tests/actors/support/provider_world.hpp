/// \file
/// M-Pesa and Stripe as they are outside: prompts and pages, what payers do with them, answers and callbacks that are
/// lost, late or doubled, and how much money was really taken. All chance comes from a seed and from the how manieth
/// a prompt or page is, so that it does not depend on who asks first.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/random.hpp"

#include "payments/provider.hpp"
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wakala::actors::test {

/// Thread-safe.
class provider_world {
public:
  using answer = std::optional<payments::provider_answer>;

  provider_world(std::uint64_t seed, std::shared_ptr<clock_source> clock) : seed_(seed), clock_(std::move(clock)) {}

  answer mpesa(const payments::provider_request& r);
  answer stripe(const payments::provider_request& r);

  /// Some payers answer their prompts and pages; all of them when `everybody` does: who has not paid by then has not.
  void payers_act(random_source& dice, bool everybody);

  /// Something that a provider wants to tell the shop.
  struct news {
    bool is_card = false;
    std::size_t place = 0; ///< of the prompt or page
    std::string attempt;
    std::string text;
  };
  std::vector<news> waiting() const;
  void taken(const news& what);

  /// What shoppers have paid, less what has gone back, in cents.
  std::int64_t taken_by_mpesa() const;
  std::int64_t taken_by_card() const;

private:
  struct prompt {
    std::string attempt, name, receipt;
    std::int64_t shillings = 0;
    time_ms sent_at = 0;
    std::optional<int> code; ///< what the payer did
    unsigned tells = 0;      ///< so often it is still told
  };
  struct page {
    std::string attempt, id, key;
    std::int64_t cents = 0;
    bool is_paid = false;
    bool is_over = false;
    unsigned tells = 0;
  };
  std::uint64_t roll(std::string_view what, std::size_t which) const;
  answer new_prompt(const payments::provider_request& r);
  answer new_page(const payments::provider_request& r);
  answer refund(const payments::provider_request& r);
  static std::string page_text(const page& p);

  const std::uint64_t seed_;
  const std::shared_ptr<clock_source> clock_;
  mutable std::mutex mutex_;
  std::vector<prompt> prompts_;
  std::vector<page> pages_;
  std::size_t prompts_asked_ = 0;
  std::map<std::string, std::string> refunds_; ///< answers by idempotency key
  std::int64_t refunded_ = 0;
};

} // namespace wakala::actors::test
