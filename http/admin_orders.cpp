// What was ordered, what has become of it, and the shop's books.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"

namespace wakala::http {

namespace {

/// Where a page of the books begins: 32 hexadecimal digits, as of conversations.
constexpr auto is_ledger_cursor = is_hex_cursor;

} // namespace

void list_orders(admin_call& call) {
  if (auto wanted = read_page(call.what, is_order_cursor))
    call.actors().orders(call.value("tenant"), std::move(wanted->after), wanted->limit, answer_with(call.to));
  else
    call.to.send(problem_for(wanted.error()));
}

void get_order(admin_call& call) {
  call.actors().order(call.value("tenant"), call.value("order"), "get", {}, answer_with(call.to));
}

void move_order(admin_call& call) {
  const auto path = std::string_view(call.what.target).substr(0, call.what.target.find('?'));
  const auto action = path.substr(path.rfind(':') + 1);
  call.actors().order(call.value("tenant"), call.value("order"), std::string(action), call.what.body,
                      answer_with(call.to));
}

void list_ledger(admin_call& call) {
  if (auto wanted = read_page(call.what, is_ledger_cursor))
    call.actors().ledger(call.value("tenant"), std::move(wanted->after), wanted->limit, answer_with(call.to));
  else
    call.to.send(problem_for(wanted.error()));
}

} // namespace wakala::http
