// Events for merchants' own systems: what is not delivered, and a test.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"

namespace wakala::http {

namespace {

/// The key of an event, behind what tells pending ones from failed ones when both are listed.
bool is_hook_cursor(std::string_view text) {
  return (text.size() == 32 || text.size() == 34 || text.size() == 48) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void act(admin_call& call, const char* action) {
  call.actors().act_on_hook(call.value("tenant"), call.value("id"), action, answer_with(call.to));
}

} // namespace

void list_hooks(admin_call& call) {
  auto wanted = read_page(call.what, is_hook_cursor);
  auto state = std::string(query_values{call.what.query}.find("state").value_or(""));
  if (!wanted)
    call.to.send(problem_for(wanted.error()));
  else if (!state.empty() && state != "pending" && state != "failed")
    call.to.send(problem_for(make_error(errc::invalid_argument, "must be pending or failed", "state")));
  else
    call.actors().hooks(call.value("tenant"), std::move(state), std::move(wanted->after), wanted->limit,
                        answer_with(call.to));
}

void retry_hook(admin_call& call) { act(call, "retry"); }

void drop_hook(admin_call& call) { act(call, "drop"); }

void test_hook(admin_call& call) {
  call.actors().act_on_hook(call.value("tenant"), {}, "test", answer_with(call.to));
}

} // namespace wakala::http
