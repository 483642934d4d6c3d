#include <nlohmann/json.hpp>

#include "payments/attempt.hpp"
#include <algorithm>
#include <array>

namespace wakala::payments {

using nlohmann::json;

namespace {

constexpr std::array providers{payment_provider::stripe, payment_provider::mpesa};
constexpr std::array states{
    attempt_state::created,   attempt_state::sent,      attempt_state::unknown,         attempt_state::pending,
    attempt_state::paid,      attempt_state::paid_late, attempt_state::failed,          attempt_state::expired,
    attempt_state::cancelled, attempt_state::review,    attempt_state::partly_refunded, attempt_state::refunded};
constexpr std::array reasons{failure_reason::none,          failure_reason::refused,     failure_reason::no_money,
                             failure_reason::wrong_pin,     failure_reason::unreachable, failure_reason::busy,
                             failure_reason::cannot_prompt, failure_reason::declined,    failure_reason::other};
constexpr std::array refund_statuses{refund_status::pending, refund_status::succeeded, refund_status::failed};

std::string_view to_string(refund_status s) {
  switch (s) {
  case refund_status::pending:
    return "pending";
  case refund_status::succeeded:
    return "succeeded";
  case refund_status::failed:
    return "failed";
  }
  return "pending";
}

/// The one of `all` with that name.
template <class Enum, std::size_t N>
Enum named(const json& value, const std::array<Enum, N>& all) {
  const auto name = value.get<std::string>();
  for (const auto one : all)
    if (to_string(one) == name)
      return one;
  throw json::out_of_range::create(401, "name", &value); // as of anything else that is not what it should be
}

json to_json(const money& m) { return {{"minor", m.minor}, {"currency", m.currency}}; }

money money_of(const json& j) { return {j.at("minor").get<std::int64_t>(), j.at("currency").get<std::string>()}; }

json to_json(const payment_note& n) {
  return {{"receipt", n.receipt}, {"amount", n.amount ? to_json(*n.amount) : json(nullptr)}, {"right", n.right}};
}

payment_note payment_of(const json& j) {
  payment_note n{j.at("receipt").get<std::string>(), {}, j.at("right").get<bool>()};
  if (const auto& amount = j.at("amount"); !amount.is_null())
    n.amount = money_of(amount);
  return n;
}

json to_json(const refund_note& n) {
  return {{"id", n.id}, {"amount", to_json(n.amount)}, {"status", to_string(n.status)}};
}

refund_note refund_of(const json& j) {
  return {j.at("id").get<std::string>(), money_of(j.at("amount")), named(j.at("status"), refund_statuses)};
}

template <class Note>
json all_to_json(const std::vector<Note>& notes) {
  auto all = json::array();
  for (const auto& one : notes)
    all.push_back(to_json(one));
  return all;
}

attempt attempt_of(const json& j) {
  attempt a;
  a.id = j.at("id").get<std::string>();
  a.order_id = j.at("order_id").get<std::string>();
  a.provider = named(j.at("provider"), providers);
  a.due = money_of(j.at("due"));
  a.account = j.at("account").get<std::string>();
  a.reference = j.at("reference").get<std::string>();
  a.state = named(j.at("state"), states);
  a.failure = named(j.at("failure"), reasons);
  a.sends = j.at("sends").get<std::int64_t>();
  a.not_taken = j.at("not_taken").get<std::int64_t>();
  a.ambiguous = j.at("ambiguous").get<bool>();
  a.taken = j.at("taken").get<bool>();
  a.ended_expired = j.at("ended_expired").get<bool>();
  a.ended_cancelled = j.at("ended_cancelled").get<bool>();
  a.ended_failed = named(j.at("ended_failed"), reasons);
  a.money_arrived = j.at("money_arrived").get<bool>();
  a.confirmed = j.at("confirmed").get<bool>();
  a.late = j.at("late").get<bool>();
  a.mismatch = j.at("mismatch").get<bool>();
  for (const auto& one : j.at("payments"))
    a.payments.push_back(payment_of(one));
  for (const auto& one : j.at("refunds"))
    a.refunds.push_back(refund_of(one));
  a.refunded_total = j.at("refunded_total").get<std::int64_t>();
  return a;
}

} // namespace

std::string_view to_string(payment_provider p) noexcept {
  switch (p) {
  case payment_provider::stripe:
    return "stripe";
  case payment_provider::mpesa:
    return "mpesa";
  }
  return "unknown";
}

std::string_view to_string(attempt_state s) noexcept {
  switch (s) {
  case attempt_state::created:
    return "created";
  case attempt_state::sent:
    return "sent";
  case attempt_state::unknown:
    return "unknown";
  case attempt_state::pending:
    return "pending";
  case attempt_state::paid:
    return "paid";
  case attempt_state::paid_late:
    return "paid_late";
  case attempt_state::failed:
    return "failed";
  case attempt_state::expired:
    return "expired";
  case attempt_state::cancelled:
    return "cancelled";
  case attempt_state::review:
    return "review";
  case attempt_state::partly_refunded:
    return "partly_refunded";
  case attempt_state::refunded:
    return "refunded";
  }
  return "unknown";
}

std::string_view to_string(failure_reason r) noexcept {
  switch (r) {
  case failure_reason::none:
    return "none";
  case failure_reason::refused:
    return "refused";
  case failure_reason::no_money:
    return "no_money";
  case failure_reason::wrong_pin:
    return "wrong_pin";
  case failure_reason::unreachable:
    return "unreachable";
  case failure_reason::busy:
    return "busy";
  case failure_reason::cannot_prompt:
    return "cannot_prompt";
  case failure_reason::declined:
    return "declined";
  case failure_reason::other:
    return "other";
  }
  return "other";
}

std::string to_text(const attempt& a) {
  return json{{"id", a.id},
              {"order_id", a.order_id},
              {"provider", to_string(a.provider)},
              {"due", to_json(a.due)},
              {"account", a.account},
              {"reference", a.reference},
              {"state", to_string(a.state)},
              {"failure", to_string(a.failure)},
              {"sends", a.sends},
              {"not_taken", a.not_taken},
              {"ambiguous", a.ambiguous},
              {"taken", a.taken},
              {"ended_expired", a.ended_expired},
              {"ended_cancelled", a.ended_cancelled},
              {"ended_failed", to_string(a.ended_failed)},
              {"money_arrived", a.money_arrived},
              {"confirmed", a.confirmed},
              {"late", a.late},
              {"mismatch", a.mismatch},
              {"payments", all_to_json(a.payments)},
              {"refunds", all_to_json(a.refunds)},
              {"refunded_total", a.refunded_total}}
      .dump();
}

result<attempt> attempt_from(std::string_view text) {
  try {
    return attempt_of(json::parse(text));
  } catch (const json::exception&) { // its words may quote what it found
    return make_error(errc::corrupt, "a payment attempt cannot be read");
  }
}

} // namespace wakala::payments
