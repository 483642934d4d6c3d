// Payments through providers: how they go, and what a person has to see to.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"

namespace wakala::http {

namespace {

/// The part of the path after its last colon.
std::string action_of(const request& what) {
  const auto path = std::string_view(what.target).substr(0, what.target.find('?'));
  return std::string(path.substr(path.rfind(':') + 1));
}

} // namespace

void list_payments(admin_call& call) {
  const query_values query{call.what.query};
  if (query.find("attention") == "true")
    return call.actors().payment(call.value("tenant"), "attention", {}, {}, answer_with(call.to));
  if (auto wanted = read_page(call.what, is_hex_cursor))
    call.actors().payment(call.value("tenant"), "list", std::move(wanted->after), std::to_string(wanted->limit),
                          answer_with(call.to));
  else
    call.to.send(problem_for(wanted.error()));
}

void get_payment(admin_call& call) {
  call.actors().payment(call.value("tenant"), "get", call.value("payment"), {}, answer_with(call.to));
}

void act_on_payment(admin_call& call) {
  call.actors().payment(call.value("tenant"), action_of(call.what), call.value("payment"), call.what.body,
                        answer_with(call.to));
}

void register_payment_addresses(admin_call& call) {
  call.actors().payment(call.value("tenant"), "register", {}, {}, answer_with(call.to));
}

void get_reconciliation(admin_call& call) {
  const auto date = query_values{call.what.query}.find("date");
  call.actors().payment(call.value("tenant"), "report", std::string(date.value_or("")), {}, answer_with(call.to));
}

} // namespace wakala::http
