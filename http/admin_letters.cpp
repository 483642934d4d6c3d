// Dead letters, notices, and what was set aside.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/audited.hpp"
#include "http/status.hpp"

namespace wakala::http {

using persistence::table;

namespace {

void list(admin_call& call, const tenant_id& tenant, table where) {
  if (auto wanted = read_page(call.what, is_hex_cursor))
    call.actors().letters(tenant, where, std::move(wanted->after), wanted->limit, answer_with(call.to));
  else
    call.to.send(problem_for(wanted.error()));
}

void act(admin_call& call, const tenant_id& tenant, table where, bool replay) {
  const auto form =
      call.what.body.empty() ? nlohmann::json::object() : nlohmann::json::parse(call.what.body, nullptr, false);
  const auto reason = form.is_object() ? reason_of(form, false) : std::string{};
  if (!reason) {
    call.to.send(problem_for(reason.error()));
    return;
  }
  const auto id = call.value("id");
  const auto* kind = where == table::dead_letter ? "dead letter " : "set-aside ";
  audit_note note{replay ? "replay" : "drop", kind + id, *reason,
                  tenant == actors::system_tenant ? tenant_id{} : tenant};
  call.actors().act_on_letter(tenant, where, id, replay, audited(call, std::move(note), answer_with(call.to)));
}

} // namespace

void list_dead_letters(admin_call& call) { list(call, call.value("tenant"), table::dead_letter); }
void replay_dead_letter(admin_call& call) { act(call, call.value("tenant"), table::dead_letter, true); }
void drop_dead_letter(admin_call& call) { act(call, call.value("tenant"), table::dead_letter, false); }
void list_notices(admin_call& call) { list(call, call.value("tenant"), table::notice); }
void list_tenant_set_aside(admin_call& call) { list(call, call.value("tenant"), table::aside); }
void list_set_aside(admin_call& call) { list(call, actors::system_tenant, table::aside); }
void drop_set_aside(admin_call& call) { act(call, actors::system_tenant, table::aside, false); }

} // namespace wakala::http
