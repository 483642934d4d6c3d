#include "http/payment_edge.hpp"

#include "actors/tenant/payments/pay_tokens.hpp"
#include "http/core/hmac.hpp"
#include "http/quiet_log.hpp"
#include "http/status.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

#include "payments/callback_trust.hpp"
#include "payments/stripe_signature.hpp"
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::http {

using actors::tenant_entry_ptr;

namespace {

constexpr std::string_view payments_path = "/v1/payments/";
constexpr std::size_t body_max = std::size_t{256} * 1024; ///< events of Stripe have some 5 kB
constexpr std::array<std::string_view, 3> of_attempts{"stk", "reversal", "timeout"};
constexpr std::array<std::string_view, 3> by_hand{"validation", "confirmation", ""};

bool is_for(std::string_view path) { return path.starts_with(payments_path); }

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = std::min(text.find(at), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size())
      return parts;
    text.remove_prefix(end + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

bool holds(const std::array<std::string_view, 3>& all, std::string_view one) {
  return !one.empty() && std::find(all.begin(), all.end(), one) != all.end();
}

std::string hmac_text(std::string_view key, std::string_view data) {
  const auto digest = hmac_sha256(key, data);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

} // namespace

std::string caller_address(const request_head& head, std::string_view trusted) {
  constexpr std::string_view mapped = "::ffff:";
  auto peer = std::string_view(head.peer);
  if (peer.starts_with(mapped))
    peer.remove_prefix(mapped.size());
  const auto proxies = split(trusted, ',');
  if (trusted.empty() || std::find(proxies.begin(), proxies.end(), peer) == proxies.end())
    return std::string(peer);
  // The last word is that of the proxy that we trust; what stands before it, anybody may have written.
  const auto said = head.values("X-Forwarded-For");
  if (said.empty())
    return std::string(peer);
  return std::string(trimmed(split(said.back(), ',').back()));
}

struct payment_edge::state {
  explicit state(payment_edge_options o) : options(std::move(o)) {
    const auto& addresses = options.context->payments.daraja_addresses;
    if (addresses == "published")
      allowed.assign(payments::daraja_addresses().begin(), payments::daraja_addresses().end());
    else if (addresses != "any")
      for (const auto one : split(addresses, ','))
        allowed.emplace_back(one);
    is_anybody_allowed = addresses == "any";
  }

  /// What a path means.
  struct door {
    tenant_entry_ptr tenant;
    std::string action; ///< as `payment_call`
    std::string attempt;
  };

  std::optional<door> find_door(std::string_view path) const {
    if (!is_for(path))
      return std::nullopt;
    const auto parts = split(path.substr(payments_path.size()), '/');
    const auto id = parts.size() > 1 ? url_decode(parts[1]) : std::nullopt;
    auto tenant = id && *id != actors::system_tenant ? options.context->tenants->get()->find(*id) : nullptr;
    if (!tenant)
      return std::nullopt;
    const auto& accounts = tenant->config.payments;
    if (parts[0] == "stripe" && parts.size() == 2 && accounts.stripe)
      return door{std::move(tenant), "stripe", {}};
    if (parts[0] != "daraja" || parts.size() != 4)
      return std::nullopt;
    const auto token = parts[2];
    const auto what = parts[3];
    if (holds(by_hand, what) && actors::is_by_hand_token(*tenant->keys, tenant->config.id, token))
      return door{std::move(tenant), std::string(what), {}};
    if (!holds(of_attempts, what))
      return std::nullopt;
    auto attempt = actors::attempt_of(*tenant->keys, tenant->config.id, token);
    return attempt ? std::optional(door{std::move(tenant), std::string(what), std::move(*attempt)}) : std::nullopt;
  }

  std::optional<response> refusal(const request_head& head, const std::optional<door>& through) const {
    if (!through)
      return problem_for(404);
    if (head.method != "POST")
      return problem_for(405).with("Allow", "POST");
    if (through->action != "stripe" && !is_anybody_allowed &&
        !payments::is_daraja_address(caller_address(head, options.context->payments.trusted_proxies), allowed))
      return problem_for(403, "callbacks of Daraja do not come from this address");
    return std::nullopt;
  }

  std::optional<response> check_head(const request_head& head) const { return refusal(head, find_door(head.path)); }

  void handle(request&& what, const responder& to) {
    const auto through = find_door(what.path);
    if (auto refused = refusal(what, through)) {
      to.send(std::move(*refused));
      return;
    }
    if (what.body.size() > body_max) {
      to.send(problem_for(413));
      return;
    }
    const auto& tenant = through->tenant->config;
    if (through->action == "stripe")
      if (const auto verdict = check(what, *tenant.payments.stripe); verdict != payments::event_signature::good) {
        // A misconfigured secret must be seen.
        if (const auto times = rejections.count(tenant.id, options.context->clock->now()))
          log::warn("payment.signature_rejected",
                    {{"tenant", tenant.id}, {"verdict", to_string(verdict)}, {"count", times}});
        to.send(problem_for(403, "signature " + std::string(to_string(verdict))));
        return;
      }
    options.actors->payment(tenant.id, through->action, through->attempt, std::move(what.body),
                            [to](result<std::string> answer) {
                              to.send(answer ? response::json(200, std::move(*answer)) : problem_for(answer.error()));
                            });
  }

  payments::event_signature check(const request& what, const actors::stripe_shop& shop) const {
    const auto headers = what.values("Stripe-Signature");
    if (headers.size() > 1)
      return payments::event_signature::malformed;
    std::vector<std::string> secrets{shop.webhook_secret};
    if (!shop.webhook_secret_before.empty())
      secrets.push_back(shop.webhook_secret_before);
    return payments::check_stripe_signature(headers.empty() ? std::string_view{} : headers.front(), what.body,
                                            secrets, options.context->clock->now(), hmac_text);
  }

  payment_edge_options options;
  std::vector<std::string> allowed;
  bool is_anybody_allowed = false;
  quiet_log rejections;
};

payment_edge::payment_edge(payment_edge_options options) : state_(std::make_shared<state>(std::move(options))) {}

request_handler payment_edge::handler(request_handler rest) {
  return [state = state_, rest = std::move(rest)](request&& what, const responder& to) {
    if (is_for(what.path))
      state->handle(std::move(what), to);
    else
      rest(std::move(what), to);
  };
}

request_precheck payment_edge::precheck(request_precheck rest) {
  return [state = state_, rest = std::move(rest)](const request_head& head) {
    return is_for(head.path) ? state->check_head(head) : rest(head);
  };
}

} // namespace wakala::http
