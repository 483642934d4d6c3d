/// \file
/// What the Graph API is asked about a merchant's account (Cloud API reference §3.6, §13.1, §18).
#pragma once

#include "actors/config/tenant_config.hpp"
#include "actors/outbound/graph_errand.hpp"
#include "whatsapp/account.hpp"
#include "whatsapp/template_definition.hpp"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace wakala::actors {

/// Asks the Graph API for all of it, and before that, with `is_onboarding`, subscribes the app and registers the
/// numbers.
struct account_errand {
  bool is_onboarding = false;
  std::string pin;          ///< of the numbers' two-step verification, six digits; empty: they are not registered
  std::string callback_url; ///< instead of the app's own, for this account; empty: the app's
  bool submits_order_templates = false; ///< those that the account does not have, when all of it is known
};

/// Numbers of the account as Meta lists them: `[{id,display,name}]`.
using found_numbers = std::shared_ptr<nlohmann::json>;

std::vector<whatsapp::known_number> known_numbers(const tenant_config& config);

/// What is learnt goes to `account`, which outlives the errand. Subscribes the app to the account, with a callback of
/// its own if there is one, and registers the numbers if there is a PIN.
std::vector<errand_step> onboarding_steps(const tenant_config& config, whatsapp::account_facts& account, time_ms now,
                                          const std::string& pin, const std::string& callback_url);
/// Asks for account, numbers, messaging limit and templates.
std::vector<errand_step> asking_steps(const tenant_config& config, whatsapp::account_facts& account, time_ms now,
                                      const found_numbers& found);
/// Creates a template, and learns of it.
errand_step creating_step(const tenant_config& config, whatsapp::account_facts& account, time_ms now,
                          const whatsapp::template_definition& definition);
/// Adds a shopper to the numbers' block lists, or takes one off them.
std::vector<errand_step> blocking_steps(const tenant_config& config, const std::string& contact, bool is_blocked);

} // namespace wakala::actors
