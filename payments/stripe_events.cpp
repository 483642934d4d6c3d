#include "payments/stripe_events.hpp"

#include "payments/stripe_objects.hpp"

namespace wakala::payments {

using nlohmann::json;

namespace {

void read_metadata(const json& object, stripe_event& out) {
  if (const auto* metadata = member(object, "metadata")) {
    out.tenant_id = text_of(*metadata, "tenant_id");
    out.order_id = text_of(*metadata, "order_id");
    out.attempt_id = text_of(*metadata, "attempt_id");
  }
}

void read_amount(const json& object, const char* name, stripe_event& out) {
  out.amount = stripe_money_in(object, name);
  const auto* value = member(object, name);
  out.amount_unreadable = !out.amount && value != nullptr && !value->is_null();
}

stripe_fact session_fact(std::string_view what, bool paid) {
  if (what == "completed")
    return paid ? stripe_fact::paid : stripe_fact::pending;
  if (what == "async_payment_succeeded")
    return stripe_fact::paid;
  if (what == "async_payment_failed")
    return stripe_fact::failed;
  return what == "expired" ? stripe_fact::expired : stripe_fact::none;
}

void read_session(std::string_view what, const json& object, stripe_event& out) {
  const auto session = stripe_session_in(object);
  out.fact = session_fact(what, session.paid);
  out.session_id = session.id;
  out.payment_link = stripe_id_in(object, "payment_link");
  out.payment_intent = session.payment_intent;
  if (out.order_id.empty())
    out.order_id = session.order_id;
  read_amount(object, "amount_total", out);
}

void read_intent(std::string_view what, const json& object, stripe_event& out) {
  out.fact = what == "succeeded"        ? stripe_fact::paid
             : what == "processing"     ? stripe_fact::pending
             : what == "payment_failed" ? stripe_fact::try_failed
             : what == "canceled"       ? stripe_fact::cancelled
                                        : stripe_fact::none;
  out.payment_intent = text_of(object, "id");
  read_amount(object, what == "succeeded" ? "amount_received" : "amount", out);
  if (!out.amount && !out.amount_unreadable)
    read_amount(object, "amount", out);
}

void read_refund(const json& object, stripe_event& out) {
  out.fact = stripe_fact::refund;
  out.refund = stripe_refund_in(object);
  out.payment_intent = stripe_id_in(object, "payment_intent");
  read_amount(object, "amount", out);
}

void read_refunded_charge(const json& object, stripe_event& out) {
  out.fact = stripe_fact::refunded_so_far;
  out.payment_intent = stripe_id_in(object, "payment_intent");
  out.refunded_total = stripe_money_in(object, "amount_refunded");
  read_amount(object, "amount", out);
}

void read_dispute(const json& object, stripe_event& out) {
  out.fact = stripe_fact::dispute;
  out.payment_intent = stripe_id_in(object, "payment_intent");
  out.dispute_status = text_of(object, "status");
  read_amount(object, "amount", out);
}

} // namespace

std::string_view to_string(stripe_fact f) noexcept {
  switch (f) {
  case stripe_fact::none:
    return "none";
  case stripe_fact::paid:
    return "paid";
  case stripe_fact::pending:
    return "pending";
  case stripe_fact::failed:
    return "failed";
  case stripe_fact::try_failed:
    return "try_failed";
  case stripe_fact::expired:
    return "expired";
  case stripe_fact::cancelled:
    return "cancelled";
  case stripe_fact::refund:
    return "refund";
  case stripe_fact::refunded_so_far:
    return "refunded_so_far";
  case stripe_fact::dispute:
    return "dispute";
  }
  return "none";
}

result<stripe_event> read_stripe_event(std::string_view body) {
  const auto parsed = parse_object(body);
  if (!parsed || text_of(*parsed, "object") != "event")
    return bad_member("", "is no event");
  stripe_event out;
  out.id = text_of(*parsed, "id");
  out.type = text_of(*parsed, "type");
  if (out.id.empty())
    return bad_member("/id", "missing");
  if (out.type.empty())
    return bad_member("/type", "missing");
  out.created = stripe_time_in(*parsed, "created");
  out.live = flag_of(*parsed, "livemode");
  const auto* data = member(*parsed, "data");
  const auto* object = data == nullptr ? nullptr : member(*data, "object");
  if (object == nullptr || !object->is_object())
    return bad_member("/data/object", "missing");
  read_metadata(*object, out);
  const auto after = [&](std::string_view prefix) -> std::string_view {
    const std::string_view type = out.type;
    return type.starts_with(prefix) ? type.substr(prefix.size()) : std::string_view{};
  };
  if (const auto what = after("checkout.session."); !what.empty())
    read_session(what, *object, out);
  else if (const auto step = after("payment_intent."); !step.empty())
    read_intent(step, *object, out);
  else if (out.type == "charge.refunded")
    read_refunded_charge(*object, out);
  else if (out.type == "refund.created" || out.type == "refund.updated" || out.type == "refund.failed")
    read_refund(*object, out);
  else if (!after("charge.dispute.").empty())
    read_dispute(*object, out);
  return out;
}

} // namespace wakala::payments
