/// \file
/// How a payment provider is asked, and what came of it. Whoever sends needs a network; nobody else does.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace wakala::payments {

/// What a caller may do after a call.
enum class call_outcome : std::uint8_t {
  accepted,       ///< Taken. That is not paid yet.
  refused,        ///< Not taken, and would not be: `code` says why.
  ambiguous,      ///< It may have taken effect: ask or wait before it is sent again.
  not_sent,       ///< Nothing left this node.
  retry_later,    ///< Not taken now: the same may be sent again after a while.
  config_problem, ///< Not taken: keys, rights or addresses of the shop are wrong. Somebody has to mend that.
};
std::string_view to_string(call_outcome what) noexcept;

/// The keys of a shop's Stripe account. Never logged.
struct stripe_account {
  std::string secret_key;
  std::string on_behalf_of; ///< `acct_…` of a connected account; empty: the key's own

  bool operator==(const stripe_account&) const = default;
};

/// The keys of a shop's Daraja app. Never logged.
struct daraja_account {
  std::string consumer_key;
  std::string consumer_secret;

  bool operator==(const daraja_account&) const = default;
};

/// A request as it goes out, but for the address and the keys.
struct provider_request {
  std::string method = "POST";
  std::string path; ///< with its slash
  std::string body;
  std::string idempotency_key; ///< Stripe only; empty: none

  bool operator==(const provider_request&) const = default;
};

/// What came back. `accepted` and the others are decided by the readers of each provider's answers.
struct provider_answer {
  call_outcome what = call_outcome::not_sent;
  int status = 0;         ///< 0: there was no answer
  std::string body;       ///< as it came; personal data
  std::string code;       ///< the provider's code of a refusal
  std::string field;      ///< the parameter it is about
  std::string request_id; ///< for logs
  std::string why;        ///< for people: no secret, no personal data
};

/// Sends requests. May be called from any thread.
class provider_client {
public:
  using account = std::variant<stripe_account, daraja_account>;

  virtual ~provider_client() = default;
  /// `done` runs exactly once, on any thread; it must not block.
  virtual void send(account keys, provider_request request, std::function<void(provider_answer)> done) = 0;
};

} // namespace wakala::payments
