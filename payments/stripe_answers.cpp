#include "payments/stripe_answers.hpp"

#include "payments/amounts.hpp"
#include "payments/stripe_objects.hpp"

namespace wakala::payments {

using nlohmann::json;

namespace {

stripe_session_status session_status_of(std::string_view text) {
  return text == "open"       ? stripe_session_status::open
         : text == "complete" ? stripe_session_status::complete
         : text == "expired"  ? stripe_session_status::expired
                              : stripe_session_status::unknown;
}

/// The object of that kind that the body is, or nothing.
std::optional<json> object_of_kind(std::string_view body, std::string_view kind) {
  auto parsed = parse_object(body);
  if (parsed && (text_of(*parsed, "object") != kind || text_of(*parsed, "id").empty()))
    parsed.reset();
  return parsed;
}

} // namespace

stripe_verdict read_stripe_verdict(int status, std::string_view body, std::string_view should_retry) {
  stripe_verdict out;
  const auto parsed = parse_object(body);
  if (status >= 200 && status < 300) {
    if (parsed)
      out.what = call_outcome::accepted;
    return out;
  }
  if (const auto* wrong = parsed ? member(*parsed, "error") : nullptr) {
    out.type = text_of(*wrong, "type");
    out.code = text_of(*wrong, "code");
    out.field = text_of(*wrong, "param");
    out.text = text_of(*wrong, "message");
  }
  if (status == 401 || status == 403)
    out.what = call_outcome::config_problem;
  else if (out.type == "idempotency_error" && status != 409)
    out.what = call_outcome::refused; // the key was used for something else: the same again cannot help
  else if (status == 409 || status == 429 || status == 424)
    out.what = call_outcome::retry_later;
  else if (status >= 400 && status < 500 && status != 408)
    out.what = call_outcome::refused;
  if (out.what == call_outcome::refused && should_retry == "true")
    out.what = call_outcome::retry_later;
  if (out.what == call_outcome::retry_later && should_retry == "false")
    out.what = call_outcome::refused;
  return out; // 408, 5xx and what is no answer: ambiguous
}

std::optional<money> stripe_money_in(const json& object, const char* name) {
  const auto amount = number_of(object, name);
  if (!amount)
    return std::nullopt;
  auto read = money_from_stripe(*amount, text_of(object, "currency"));
  return read ? std::optional(std::move(*read)) : std::nullopt;
}

std::string stripe_id_in(const json& object, const char* name) {
  const auto* value = member(object, name);
  if (value != nullptr && value->is_object())
    return text_of(*value, "id");
  return plain_text(value);
}

time_ms stripe_time_in(const json& object, const char* name) {
  constexpr time_ms seconds_max = 100'000'000'000;
  const auto seconds = number_of(object, name).value_or(0);
  return seconds < 0 || seconds > seconds_max ? 0 : seconds * ms_per_second;
}

stripe_session stripe_session_in(const json& object) {
  stripe_session out;
  out.id = text_of(object, "id");
  out.url = text_of(object, "url");
  out.status = session_status_of(text_of(object, "status"));
  const auto payment = text_of(object, "payment_status");
  out.paid = payment == "paid" || payment == "no_payment_required";
  out.total = stripe_money_in(object, "amount_total");
  out.payment_intent = stripe_id_in(object, "payment_intent");
  const auto* metadata = member(object, "metadata");
  out.order_id = metadata == nullptr ? std::string{} : text_of(*metadata, "order_id");
  if (out.order_id.empty())
    out.order_id = text_of(object, "client_reference_id");
  out.expires_at = stripe_time_in(object, "expires_at");
  return out;
}

result<stripe_session> read_stripe_session(std::string_view body) {
  const auto object = object_of_kind(body, "checkout.session");
  if (!object)
    return bad_member("", "is no checkout.session");
  return stripe_session_in(*object);
}

result<stripe_link> read_stripe_link(std::string_view body) {
  const auto object = object_of_kind(body, "payment_link");
  if (!object)
    return bad_member("", "is no payment_link");
  return stripe_link{text_of(*object, "id"), text_of(*object, "url"), flag_of(*object, "active")};
}

refund_status refund_status_of(std::string_view text) noexcept {
  return text == "succeeded"                      ? refund_status::succeeded
         : text == "failed" || text == "canceled" ? refund_status::failed
                                                  : refund_status::pending;
}

stripe_refund_answer stripe_refund_in(const json& object) {
  return {text_of(object, "id"), refund_status_of(text_of(object, "status")), stripe_money_in(object, "amount")};
}

result<stripe_refund_answer> read_stripe_refund(std::string_view body) {
  const auto object = object_of_kind(body, "refund");
  if (!object)
    return bad_member("", "is no refund");
  return stripe_refund_in(*object);
}

} // namespace wakala::payments
