// What the consoles look at: actors, figures, traces, and who may.
#include "actors/inspect/actor_ids.hpp"
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/audited.hpp"
#include "http/inspect_view.hpp"
#include "http/overview_scope.hpp"
#include "http/status.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace wakala::http {

using actors::actor_name;
using nlohmann::json;

namespace {

/// Of which tenants a caller may know; null: of all.
json tenants_of(const principal& who) { return who.is_operator ? json(nullptr) : json(who.tenants); }

bool may_see(const principal& who, const actor_name& name) {
  return who.is_operator || (!name.tenant.empty() && who.tenants.contains(name.tenant));
}

response refused_scope() { return problem_for(403, "the token's scopes do not allow this"); }

std::string text_of(const query_values& query, std::string_view name) {
  const auto value = query.find(name);
  return value ? std::string(*value) : std::string{};
}

/// Asks the inspector and hands its JSON on, or answers with its error.
void inspect(const admin_call& call, const json& question, std::function<void(json)> then) {
  call.actors().inspect(question.dump(), [to = call.to, then = std::move(then)](const result<std::string>& text) {
    if (!text) {
      to.send(problem_for(text.error()));
      return;
    }
    auto told = json::parse(*text, nullptr, false);
    if (told.is_discarded())
      to.send(problem_for(500));
    else
      then(std::move(told));
  });
}

/// `?reveal=true&reason=…`: calls `then(false)`, or `then(true)` once the record says that it was asked for; else
/// answers.
void with_reveal(const admin_call& call, const std::string& on, const tenant_id& tenant,
                 std::function<void(bool)> then) {
  const auto wanted = flag_of(call.what, "reveal");
  if (!wanted) {
    call.to.send(problem_for(wanted.error()));
    return;
  }
  if (!*wanted)
    return then(false);
  if (!call.who.may_reveal(tenant)) {
    call.to.send(problem_for(403, "the token may not see personal data"));
    return;
  }
  const auto reason = reason_of(json{{"reason", text_of(query_values{call.what.query}, "reason")}}, true);
  if (!reason) {
    call.to.send(problem_for(make_error(errc::invalid_argument, reason.error().what, "reason")));
    return;
  }
  write_down(call, {"reveal", on, *reason, tenant}, "done",
             [to = call.to, then = std::move(then)](const result<std::uint64_t>& number) {
               if (number)
                 then(true);
               else
                 to.send(problem_for(number.error()));
             });
}

void answer(const responder& to, const json& what) { to.send(response::json(200, what.dump())); }

/// The actor of the path; answers when it is none, or not for the caller's eyes.
std::optional<actor_name> actor_of(const admin_call& call) {
  const auto name = actors::actor_name_from(call.value("actor"), "actor");
  if (!name) {
    call.to.send(problem_for(404, name.error().what));
    return std::nullopt;
  }
  if (!may_see(call.who, *name)) {
    call.to.send(refused_scope());
    return std::nullopt;
  }
  return *name;
}

bool has_tenant(const admin_call& call, const tenant_id& tenant) {
  return tenant != actors::system_tenant && call.api->options.context->tenants->get()->find(tenant) != nullptr;
}

json path_of(const json& actor, const actor_name& name) {
  auto path = json::array();
  const auto add = [&](const char* kind, const std::string& id, const std::string& shown) {
    path.push_back({{"kind", kind}, {"id", id}, {"name", shown}});
  };
  if (!actor.is_object() || name.kind == actor_name::sort::node)
    return path;
  const auto node = actor.value("node", "");
  add("node", actors::node_name_id(node), node);
  if (!actor.value("shard", json()).is_string() || name.kind == actor_name::sort::shard)
    return path;
  const auto shard = actor.at("shard").get<std::string>();
  add("shard", actors::shard_actor_id(static_cast<shard_id>(std::stoul(shard.substr(shard.rfind('-') + 1)))), shard);
  if (name.kind == actor_name::sort::conversation)
    add("tenant", actor.value("under", ""), name.tenant);
  return path;
}

} // namespace

void whoami(admin_call& call) { answer(call.to, whoami_json(call.who)); }

void overview(admin_call& call) {
  call.api->overview->get([call](const result<std::string>& text) {
    if (!text)
      call.to.send(problem_for(text.error()));
    else
      call.to.send(response::json(200, overview_for(call.who, *text, *call.api->options.context)));
  });
}

/// Reached only by who does not ask for a WebSocket, or cannot have one.
void live(admin_call& call) {
  if (call.api->live)
    call.to.send(problem_for(426, "a WebSocket only").with("Upgrade", "websocket"));
  else
    call.to.send(problem_for(make_error(errc::unavailable, "this node has no live feed")));
}

void list_actors(admin_call& call) {
  const query_values query{call.what.query};
  const auto wanted = read_page(call.what, [](std::string_view) { return true; });
  if (!wanted) {
    call.to.send(problem_for(wanted.error()));
    return;
  }
  json question{{"ask", "actors"}, {"limit", wanted->limit}, {"after", wanted->after}};
  for (const auto* name : {"under", "kind", "node", "shard", "tenant", "q", "sort"})
    if (const auto text = text_of(query, name); !text.empty())
      question[name] = text;
  for (const auto* name : {"mailbox_min", "bytes_min", "idle_s_min"})
    if (const auto text = text_of(query, name); !text.empty()) {
      std::uint64_t least = 0;
      const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), least);
      if (failed != std::errc{} || end != text.data() + text.size()) {
        call.to.send(problem_for(make_error(errc::invalid_argument, "must be a number", name)));
        return;
      }
      question[name] = least;
    }
  const auto kind = question.value("kind", "");
  if (!kind.empty() && kind != "node" && kind != "service" && kind != "shard" && kind != "tenant" &&
      kind != "conversation") {
    call.to.send(problem_for(
        make_error(errc::invalid_argument, "must be node, service, shard, tenant or conversation", "kind")));
    return;
  }
  if (!call.who.is_operator) {
    // Below a tenant of theirs, or only what belongs to one.
    const auto under = actors::actor_name_from(question.value("under", ""), "under");
    const auto tenant = question.value("tenant", "");
    const bool is_below = under && may_see(call.who, *under);
    const bool is_theirs = call.who.tenants.contains(tenant) && (kind == "conversation" || kind == "tenant") &&
                           !question.contains("under");
    if (!is_below && !is_theirs) {
      call.to.send(
          problem_for(403, "the token sees actors of its tenants: ?tenant=ID&kind=conversation or kind=tenant"));
      return;
    }
  }
  inspect(call, question, [to = call.to](const json& told) { answer(to, told); });
}

void get_actor(admin_call& call) {
  const auto name = actor_of(call);
  if (!name)
    return;
  const auto id = to_string(*name);
  if (name->kind != actor_name::sort::conversation) {
    inspect(call, {{"ask", "actor"}, {"id", id}}, [to = call.to, name = *name](json told) {
      auto actor = told.value("actor", json());
      if (!actor.is_object()) {
        to.send(problem_for(404, "no such actor just now"));
        return;
      }
      const auto path = path_of(actor, name);
      answer(to, {{"actor", std::move(actor)}, {"state", nullptr}, {"redacted", false}, {"path", path}});
    });
    return;
  }
  if (!has_tenant(call, name->tenant)) {
    call.to.send(problem_for(404, "no such tenant"));
    return;
  }
  with_reveal(call, id, name->tenant, [call, name = *name, id](bool reveals) {
    // Asking wakes it, if it sleeps.
    call.actors().conversation(
        name.tenant, name.conversation, [call, name, id, reveals](const result<std::string>& text) {
          if (!text) {
            call.to.send(problem_for(text.error()));
            return;
          }
          auto state = json::parse(*text, nullptr, false);
          if (!reveals)
            redact(state);
          inspect(call, {{"ask", "actor"}, {"id", id}}, [to = call.to, name, state, reveals](json told) {
            auto actor = told.value("actor", json());
            const auto path = path_of(actor, name);
            answer(to, {{"actor", std::move(actor)}, {"state", state}, {"redacted", !reveals}, {"path", path}});
          });
        });
  });
}

void list_actor_messages(admin_call& call) {
  const auto name = actor_of(call);
  if (!name)
    return;
  if (name->kind != actor_name::sort::conversation || !has_tenant(call, name->tenant)) {
    call.to.send(problem_for(404, "no such conversation"));
    return;
  }
  const auto wanted = read_page(call.what, is_ordinal_cursor);
  if (!wanted) {
    call.to.send(problem_for(wanted.error()));
    return;
  }
  with_reveal(call, to_string(*name), name->tenant, [call, name = *name, wanted = *wanted](bool reveals) {
    call.actors().messages(name.tenant, name.conversation, wanted.after, wanted.limit,
                           [to = call.to, reveals](const result<std::string>& text) {
                             if (!text) {
                               to.send(problem_for(text.error()));
                               return;
                             }
                             auto told = json::parse(*text, nullptr, false);
                             if (!reveals)
                               redact(told["messages"]);
                             told["redacted"] = !reveals;
                             answer(to, told);
                           });
  });
}

void find_shopper(admin_call& call) {
  const query_values query{call.what.query};
  const auto text = text_of(query, "q");
  const auto tenant = text_of(query, "tenant");
  if (text.empty() || text.size() > 200) {
    call.to.send(problem_for(make_error(errc::invalid_argument, "must have 1 to 200 characters", "q")));
    return;
  }
  if (!tenant.empty() && !call.who.may_see(tenant)) {
    call.to.send(refused_scope());
    return;
  }
  json question{{"ask", "find"}, {"q", text}, {"contact", contact_of(text)}};
  if (!tenant.empty())
    question["tenants"] = json::array({tenant});
  else if (!call.who.is_operator)
    question["tenants"] = tenants_of(call.who);
  inspect(call, question, [to = call.to](const json& told) { answer(to, told); });
}

void get_trace(admin_call& call) {
  const query_values query{call.what.query};
  const auto tenant = text_of(query, "tenant");
  if (!tenant.empty() && !call.who.may_see(tenant)) {
    call.to.send(refused_scope());
    return;
  }
  json question{{"ask", "trace"}, {"id", call.value("message")}, {"contact", contact_of(text_of(query, "contact"))}};
  if (!tenant.empty())
    question["tenants"] = json::array({tenant});
  else if (!call.who.is_operator)
    question["tenants"] = tenants_of(call.who);
  inspect(call, question, [call](json told) {
    const auto whose = told.value("tenant", "");
    const auto on =
        told.value("conversation", json()).is_string() ? told["conversation"].get<std::string>() : "trace";
    with_reveal(call, on, whose, [to = call.to, told = std::move(told)](bool reveals) mutable {
      show_trace(told, reveals);
      answer(to, told);
    });
  });
}

void list_audit(admin_call& call) {
  const auto wanted = read_page(call.what, is_ordinal_cursor);
  if (!wanted) {
    call.to.send(problem_for(wanted.error()));
    return;
  }
  call.actors().audit(wanted->after, wanted->limit, [call](const result<std::string>& text) {
    if (!text || call.who.is_operator) {
      call.to.send(text ? response::json(200, *text) : problem_for(text.error()));
      return;
    }
    auto told = json::parse(*text, nullptr, false);
    auto theirs = json::array();
    for (auto& entry : told["entries"])
      if (entry["tenant"].is_string() && call.who.tenants.contains(entry["tenant"].get<std::string>()))
        theirs.push_back(std::move(entry));
    told["entries"] = std::move(theirs);
    answer(call.to, told);
  });
}

void verify_audit(admin_call& call) { call.actors().verify_audit(answer_with(call.to)); }

} // namespace wakala::http
