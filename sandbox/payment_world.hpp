/// \file
/// What the stand-ins for payment providers share: how they are set up, and what they need of the world.
#pragma once

#include "runtime/core/clock.hpp"
#include "sandbox/routes.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::sandbox {

struct payment_options {
  std::uint64_t seed = 0;
  std::string stripe_key;            ///< the only secret key taken; empty: any
  std::string stripe_webhook_url;    ///< where events go; empty: nowhere
  std::string stripe_webhook_secret; ///< signs them: the whole `whsec_…`
  std::string daraja_key;            ///< the only app taken; empty: any
  std::string daraja_secret;
  std::string daraja_passkey;                    ///< of every shortcode; empty: passwords are not looked at
  std::chrono::milliseconds retry_base{1'000};   ///< wait before an event is posted again; doubles each time
  int event_tries = 4;                           ///< Stripe's sandbox tries three times more
  std::chrono::milliseconds prompt_life{60'000}; ///< a prompt that nobody answers ends then
};

/// A POST to the business.
struct payment_post {
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// `post` reports the HTTP status, 0 for no answer, and the answer's body.
struct payment_world {
  const clock_source& clock;
  std::function<void(std::chrono::milliseconds wait, std::function<void()> call)> later;
  std::function<void(payment_post what, std::function<void(int status, const std::string& body)> done)> post;
};

/// A call of a provider's API: `parts` are those of the path below the provider's base address.
struct payment_call {
  const web_request& request;
  std::vector<std::string> parts;
  std::string base_url; ///< of the provider, as the caller knows it
};

} // namespace wakala::sandbox
