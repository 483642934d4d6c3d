// Graph calls about numbers, accounts and templates, and the paths by which testers change them.
#include "sandbox/request_parts.hpp"
#include "sandbox/web_parts.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

/// A call that owns its text, since a callback's verification may come much later.
struct kept_call {
  std::string method, id, edge, bearer;
  json parameters = json::object();
  std::string base_url;

  graph_call view(bool callback_verified) const {
    return {method, id, edge, bearer, parameters, base_url, callback_verified};
  }
};

} // namespace

bool routes::manage(const web_request& request, const parsed_target& at, const respond& answer) {
  auto parts = at.parts;
  std::string version;
  if (!parts.empty() && is_version(parts.front())) {
    version = "/" + parts.front();
    parts.erase(parts.begin());
  }
  if (parts.empty() || parts.size() > 2 || (parts.size() == 1 && request.method == "DELETE"))
    return false;
  kept_call kept{request.method,
                 parts[0],
                 parts.size() == 2 ? parts[1] : std::string{},
                 std::string{bearer_of(request.authorization)},
                 json::object(),
                 "http://" + request.host + version};
  for (const auto& [key, value] : at.query)
    kept.parameters[key] = value;
  const auto body = json::parse(request.body, nullptr, false);
  if (body.is_object())
    kept.parameters.update(body);
  auto outcome = meta_.manage(kept.view(!verify_));
  if (!outcome)
    return false;
  const auto finish = [this, answer](managed_outcome done) {
    for (auto& timed : done.updates)
      schedule(std::move(timed));
    answer(graph_reply(std::move(done.answer)));
    notify();
  };
  if (!outcome->check) {
    finish(std::move(*outcome));
    return true;
  }
  verify_(*outcome->check, [this, kept = std::move(kept), finish, answer](bool good) {
    if (good)
      return finish(*meta_.manage(kept.view(true)));
    answer(graph_reply(meta_.callback_refused()));
  });
  return true;
}

bool routes::change(const web_request& request, const parsed_target& at, const respond& answer) {
  if (at.parts.size() < 2 || at.parts.size() > 3)
    return false;
  const auto& what = at.parts[1];
  const auto named = at.parts.size() == 3;
  if (named ? what != "numbers" && what != "accounts" && what != "templates" && what != "catalogs"
            : what != "shoppers" && what != "webhooks")
    return false;
  auto outcome = named                ? meta_.control(what, at.parts[2], request.body)
                 : what == "shoppers" ? meta_.change_shopper(request.body)
                                      : meta_.send_webhook(request.body);
  if (!outcome) {
    answer(problem(outcome.error()));
    return true;
  }
  for (auto& timed : outcome->updates)
    schedule(std::move(timed));
  answer(ok(dump(outcome->answer)));
  notify();
  return true;
}

} // namespace wakala::sandbox
