#include "payments/stripe_requests.hpp"

#include "runtime/core/encoding.hpp"

#include "payments/amounts.hpp"
#include "payments/json_values.hpp"
#include "payments/stripe_form.hpp"
#include <algorithm>

namespace wakala::payments {

namespace {

constexpr std::size_t session_lines_max = 100;
constexpr std::size_t link_lines_max = 20;
constexpr std::size_t idempotency_key_max = 255;
constexpr std::size_t metadata_value_max = 500;
constexpr time_ms session_life_min = 30 * 60 * ms_per_second;
constexpr time_ms session_life_max = ms_per_day;

/// Part of a path: nothing that would change it.
bool is_id(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
}

bool is_web_address(std::string_view url) { return url.starts_with("https://") || url.starts_with("http://"); }

void add_metadata(stripe_form& form, const std::string& prefix, const stripe_purpose& purpose) {
  form.add(prefix + "[tenant_id]", purpose.tenant_id).add(prefix + "[order_id]", purpose.order_id);
  if (!purpose.attempt_id.empty())
    form.add(prefix + "[attempt_id]", purpose.attempt_id);
}

result<void> check_purpose(const stripe_purpose& purpose) {
  for (const auto& [field, value] : {std::pair{"tenant_id", &purpose.tenant_id}, {"order_id", &purpose.order_id}})
    if (value->empty() || value->size() > metadata_value_max)
      return bad_member(field, "1 to 500 characters");
  if (purpose.attempt_id.size() > metadata_value_max)
    return bad_member("attempt_id", "at most 500 characters");
  return {};
}

result<void> add_lines(stripe_form& form, const std::vector<stripe_line>& lines, std::size_t lines_max) {
  if (lines.empty() || lines.size() > lines_max)
    return bad_member("lines", "1 to " + std::to_string(lines_max) + " lines");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
    const auto at = "lines/" + std::to_string(i);
    if (line.name.empty() || !is_utf8(line.name))
      return bad_member(at + "/name", "must not be empty");
    if (line.quantity < 1)
      return bad_member(at + "/quantity", "one or more");
    if (line.price.currency != lines.front().price.currency)
      return bad_member(at + "/price", "all lines have one currency");
    const auto amount = stripe_amount(line.price);
    if (!amount)
      return bad_member(at + "/price", amount.error().what);
    const auto key = "line_items[" + std::to_string(i) + "]";
    form.add(key + "[quantity]", line.quantity)
        .add(key + "[price_data][currency]", stripe_currency(line.price.currency))
        .add(key + "[price_data][unit_amount]", *amount)
        .add(key + "[price_data][product_data][name]", line.name);
  }
  return {};
}

result<provider_request> post(std::string path, const stripe_form& form, const stripe_purpose& purpose,
                              std::string_view what) {
  auto key = stripe_idempotency_key(purpose, what);
  if (!key)
    return key.error();
  return provider_request{"POST", std::move(path), form.body(), std::move(*key)};
}

} // namespace

result<std::string> stripe_idempotency_key(const stripe_purpose& purpose, std::string_view what) {
  auto key = purpose.tenant_id + '/' + purpose.order_id + '/' + purpose.attempt_id + '/' + std::string(what);
  if (key.size() > idempotency_key_max)
    return bad_member("idempotency_key", "tenant, order and attempt are too long together");
  return key;
}

result<provider_request> stripe_checkout_request(const stripe_checkout& checkout, time_ms now) {
  if (auto good = check_purpose(checkout.purpose); !good)
    return good.error();
  if (!is_web_address(checkout.success_url))
    return bad_member("success_url", "must be an address");
  if (!checkout.cancel_url.empty() && !is_web_address(checkout.cancel_url))
    return bad_member("cancel_url", "must be an address");
  const auto life = checkout.expires_at - now;
  if (checkout.expires_at != 0 && (life < session_life_min || life > session_life_max))
    return bad_member("expires_at", "30 minutes to 24 hours ahead");
  stripe_form form;
  form.add("mode", "payment")
      .add("client_reference_id", checkout.purpose.order_id)
      .add("success_url", checkout.success_url);
  if (!checkout.cancel_url.empty())
    form.add("cancel_url", checkout.cancel_url);
  if (checkout.expires_at != 0) // whole seconds, and not a moment less than 30 minutes
    form.add("expires_at", (checkout.expires_at + ms_per_second - 1) / ms_per_second);
  if (auto good = add_lines(form, checkout.lines, session_lines_max); !good)
    return good.error();
  add_metadata(form, "metadata", checkout.purpose);
  // The session's metadata is not copied: without this, refunds and disputes would not lead to the order.
  add_metadata(form, "payment_intent_data[metadata]", checkout.purpose);
  return post("/v1/checkout/sessions", form, checkout.purpose, "checkout");
}

result<provider_request> stripe_link_request(const stripe_checkout& checkout) {
  if (auto good = check_purpose(checkout.purpose); !good)
    return good.error();
  stripe_form form;
  if (auto good = add_lines(form, checkout.lines, link_lines_max); !good)
    return good.error();
  form.add("restrictions[completed_sessions][limit]", 1); // a forwarded message is not a second payment
  if (!checkout.success_url.empty()) {
    if (!is_web_address(checkout.success_url))
      return bad_member("success_url", "must be an address");
    form.add("after_completion[type]", "redirect").add("after_completion[redirect][url]", checkout.success_url);
  }
  add_metadata(form, "metadata", checkout.purpose);
  add_metadata(form, "payment_intent_data[metadata]", checkout.purpose);
  return post("/v1/payment_links", form, checkout.purpose, "link");
}

result<provider_request> stripe_expire_request(const stripe_purpose& purpose, std::string_view session_id) {
  if (!is_id(session_id))
    return bad_member("session_id", "is no id");
  return post("/v1/checkout/sessions/" + std::string(session_id) + "/expire", {}, purpose, "expire");
}

result<provider_request> stripe_close_link_request(const stripe_purpose& purpose, std::string_view link_id) {
  if (!is_id(link_id))
    return bad_member("link_id", "is no id");
  stripe_form form;
  form.add("active", false);
  return post("/v1/payment_links/" + std::string(link_id), form, purpose, "close");
}

result<provider_request> stripe_refund_request(const stripe_refund& refund) {
  if (auto good = check_purpose(refund.purpose); !good)
    return good.error();
  if (!is_id(refund.payment_intent))
    return bad_member("payment_intent", "is no id");
  const auto amount = stripe_amount(refund.amount);
  if (!amount)
    return amount.error();
  stripe_form form;
  form.add("payment_intent", refund.payment_intent).add("amount", *amount).add("reason", "requested_by_customer");
  add_metadata(form, "metadata", refund.purpose);
  return post("/v1/refunds", form, refund.purpose, "refund-" + std::to_string(refund.number));
}

result<provider_request> stripe_session_query(std::string_view session_id) {
  if (!is_id(session_id))
    return bad_member("session_id", "is no id");
  return provider_request{"GET", "/v1/checkout/sessions/" + std::string(session_id), {}, {}};
}

} // namespace wakala::payments
