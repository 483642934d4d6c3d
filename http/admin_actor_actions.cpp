// What operators do with actors; each of it goes into the audit record.
#include "actors/inspect/actor_ids.hpp"
#include "actors/inspect/told.hpp"
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/audited.hpp"
#include "http/status.hpp"

#include <nlohmann/json.hpp>

#include <memory>

namespace wakala::http {

using actors::actor_name;
using nlohmann::json;

namespace {

constexpr std::uint32_t minutes_max = 1'440;
constexpr std::size_t bulk_max = 1'000;
constexpr std::size_t bulk_at_once = 8;
constexpr std::size_t sample_size = 10;

bool is_action(const std::string& word) {
  return word == "passivate" || word == "restart" || word == "pause" || word == "resume";
}

error bad_member(const char* what, const char* where) { return make_error(errc::invalid_argument, what, where); }

actors::told form_of(const admin_call& call) {
  if (call.what.body.empty())
    return json(json::object());
  auto form = json::parse(call.what.body, nullptr, false);
  if (form.is_object())
    return form;
  return make_error(errc::invalid_argument, "the body must be a JSON object");
}

result<std::uint32_t> minutes_of(const json& form) {
  constexpr std::uint32_t usual = 15;
  if (!form.contains("minutes"))
    return usual;
  const auto& given = form.at("minutes");
  if (!given.is_number_integer() || given.get<std::int64_t>() < 1 || given.get<std::int64_t>() > minutes_max)
    return bad_member("must be a number from 1 to 1440", "/minutes");
  return given.get<std::uint32_t>();
}

std::string result_in(const std::string& text) {
  const auto told = json::parse(text, nullptr, false);
  return told.is_object() ? told.value("result", "") : std::string{};
}

} // namespace

void act_on_actor(admin_call& call) {
  const auto path = std::string_view(call.what.target).substr(0, call.what.target.find('?'));
  const auto action = std::string(path.substr(path.rfind(':') + 1));
  const auto name = actors::actor_name_from(call.value("actor"), "actor");
  if (!name) {
    call.to.send(problem_for(404, name.error().what));
    return;
  }
  const bool is_theirs = !name->tenant.empty() && call.who.tenants.contains(name->tenant);
  const bool may = call.who.is_operator || (is_theirs && (action == "pause" || action == "resume"));
  if (!may) {
    call.to.send(problem_for(403, "the token's scopes do not allow this"));
    return;
  }
  const auto form = form_of(call);
  const auto reason = form ? reason_of(*form, true) : result<std::string>(form.error());
  const auto minutes = reason ? minutes_of(*form) : result<std::uint32_t>(reason.error());
  if (!minutes) {
    call.to.send(problem_for(minutes.error()));
    return;
  }
  if (name->kind != actor_name::sort::conversation) {
    call.to.send(problem_for(409, "only conversations can be passivated, restarted, paused and resumed; nodes are "
                                  "drained and shards moved"));
    return;
  }
  if (name->tenant == actors::system_tenant || !call.api->options.context->tenants->get()->find(name->tenant)) {
    call.to.send(problem_for(404, "no such tenant"));
    return;
  }
  const auto id = to_string(*name);
  call.actors().act_on_actor(
      name->tenant, name->conversation, action, *minutes,
      [call, id, action, note = audit_note{action, id, *reason, name->tenant}](const result<std::string>& text) {
        const auto outcome = text ? result_in(*text) : "refused: " + text.error().what;
        write_down(call, note, outcome, [call, id, action, text, outcome](const result<std::uint64_t>& number) {
          if (!text)
            call.to.send(problem_for(text.error()));
          else if (!number)
            call.to.send(problem_for(make_error(errc::unavailable, "the answer was \"" + outcome +
                                                                       "\", but it could not be written into the "
                                                                       "audit record: " +
                                                                       number.error().what)));
          else
            call.to.send(response::json(
                200, json{{"id", id}, {"action", action}, {"result", outcome}, {"audit", *number}}.dump()));
        });
      });
}

namespace {

struct bulk_wish {
  std::string action;
  std::string reason;
  std::uint32_t minutes = 15;
  bool is_dry = true;
  json question; ///< for the inspector
};

result<bulk_wish> bulk_wish_from(const admin_call& call) {
  const auto form = form_of(call);
  if (!form)
    return form.error();
  bulk_wish out;
  out.action = (*form).value("action", json()).is_string() ? (*form).at("action").get<std::string>() : std::string{};
  if (!is_action(out.action))
    return bad_member("must be passivate, restart, pause or resume", "/action");
  const auto reason = reason_of(*form, true);
  if (!reason)
    return reason.error();
  out.reason = *reason;
  const auto minutes = minutes_of(*form);
  if (!minutes)
    return minutes.error();
  out.minutes = *minutes;
  if ((*form).contains("dry_run") && !(*form).at("dry_run").is_boolean())
    return bad_member("must be true or false", "/dry_run");
  out.is_dry = (*form).value("dry_run", true);
  auto limit = bulk_max;
  if ((*form).contains("limit")) {
    const auto& given = (*form).at("limit");
    if (!given.is_number_integer() || given.get<std::int64_t>() < 1 ||
        given.get<std::int64_t>() > static_cast<std::int64_t>(bulk_max))
      return bad_member("must be a number from 1 to 1000", "/limit");
    limit = given.get<std::size_t>();
  }
  const auto filter = (*form).value("filter", json(json::object()));
  if (!filter.is_object() || filter.empty())
    return bad_member("is needed, with at least one member: without one it would mean everybody", "/filter");
  out.question = {{"ask", "actors"}, {"kind", "conversation"}, {"limit", limit}};
  for (const auto& [member, value] : filter.items()) {
    const bool is_text = member == "tenant" || member == "shard" || member == "node";
    const bool is_number = member == "min_mailbox" || member == "min_bytes" || member == "idle_seconds";
    if (!is_text && !is_number)
      return make_error(errc::invalid_argument, "is not known", "/filter/" + member);
    if (is_text ? !value.is_string() : !value.is_number_unsigned())
      return make_error(errc::invalid_argument, is_text ? "must be a text" : "must be a number", "/filter/" + member);
    const auto* name = member == "min_mailbox"    ? "mailbox_min"
                       : member == "min_bytes"    ? "bytes_min"
                       : member == "idle_seconds" ? "idle_s_min"
                                                  : member.c_str();
    out.question[name] = value;
  }
  return out;
}

/// One conversation after the other, a few at a time.
struct bulk_run : std::enable_shared_from_this<bulk_run> {
  bulk_run(const admin_call& c, bulk_wish w, std::vector<actor_name> all)
      : call(c), wish(std::move(w)), todo(std::move(all)) {}

  void begin() {
    if (todo.empty())
      return finish();
    for (std::size_t i = 0; i < bulk_at_once; ++i)
      next();
  }
  void next() {
    std::size_t mine = 0;
    {
      const std::lock_guard lock{mutex};
      if (at == todo.size())
        return;
      mine = at++;
    }
    const auto& name = todo[mine];
    call.actors().act_on_actor(name.tenant, name.conversation, wish.action, wish.minutes,
                               [self = shared_from_this()](const result<std::string>& text) {
                                 bool is_last = false;
                                 {
                                   const std::lock_guard lock{self->mutex};
                                   ++(text && result_in(*text) == "done" ? self->done : self->failed);
                                   is_last = self->done + self->failed == self->todo.size();
                                 }
                                 if (is_last)
                                   self->finish();
                                 else
                                   self->next();
                               });
  }
  void finish() {
    auto sample = json::array();
    for (std::size_t i = 0; i < std::min(sample_size, todo.size()); ++i)
      sample.push_back(to_string(todo[i]));
    json told{{"matched", todo.size()}, {"done", done}, {"failed", failed}, {"sample", std::move(sample)}};
    audit_note note{"bulk " + wish.action, wish.question.dump(), wish.reason, {}};
    write_down(call, note, std::to_string(done) + " done, " + std::to_string(failed) + " not",
               [to = call.to, told](const result<std::uint64_t>& number) mutable {
                 if (!number) {
                   to.send(problem_for(number.error()));
                   return;
                 }
                 told["audit"] = *number;
                 to.send(response::json(200, told.dump()));
               });
  }

  admin_call call;
  bulk_wish wish;
  std::vector<actor_name> todo;
  std::mutex mutex;
  std::size_t at = 0;
  std::size_t done = 0;
  std::size_t failed = 0;
};

} // namespace

void act_on_actors(admin_call& call) {
  auto wish = bulk_wish_from(call);
  if (!wish) {
    call.to.send(problem_for(wish.error()));
    return;
  }
  call.actors().inspect(wish->question.dump(), [call, wish = *wish](const result<std::string>& text) {
    const auto told = text ? json::parse(*text, nullptr, false) : json();
    if (!text || !told.is_object()) {
      call.to.send(text ? problem_for(500) : problem_for(text.error()));
      return;
    }
    std::vector<actor_name> all;
    auto sample = json::array();
    for (const auto& actor : told.at("actors"))
      if (const auto name = actors::actor_name_from(actor.value("id", ""))) {
        all.push_back(*name);
        if (sample.size() < sample_size)
          sample.push_back(actor.at("id"));
      }
    if (wish.is_dry) {
      call.to.send(response::json(200, json{{"matched", told.value("total", all.size())},
                                            {"done", 0},
                                            {"failed", 0},
                                            {"sample", std::move(sample)},
                                            {"audit", nullptr}}
                                           .dump()));
      return;
    }
    std::make_shared<bulk_run>(call, wish, std::move(all))->begin();
  });
}

} // namespace wakala::http
