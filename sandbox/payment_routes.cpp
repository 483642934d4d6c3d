#include "sandbox/payment_routes.hpp"

#include "sandbox/request_parts.hpp"
#include "sandbox/web_parts.hpp"

#include <nlohmann/json.hpp>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

web_reply refusal(const error& wrong) {
  return wrong.code == errc::conflict ? problem(409, "Conflict", wrong.what, wrong.field) : problem(wrong);
}

} // namespace

bool payment_routes::handle(const web_request& request, std::vector<std::string> parts,
                            const routes::respond& answer) {
  if (parts.empty() || (parts[0] != "stripe" && parts[0] != "daraja" && parts[0] != "payments"))
    return false;
  const auto which = parts[0];
  if (which == "payments") {
    if (parts.size() == 1 && request.method == "GET")
      answer(ok(dump({{"stripe", stripe_.state()}, {"daraja", daraja_.state()}})));
    else if (parts.size() == 2 && request.method == "POST")
      answer(act(request, parts[1]));
    else
      answer(problem(404, "Not found", "the sandbox has no such path"));
    return true;
  }
  if (parts.size() == 1) {
    answer(request.method == "POST" ? control(request, which)
                                    : problem(404, "Not found", "the sandbox has no such path"));
    return true;
  }
  parts.erase(parts.begin());
  const payment_call call{request, std::move(parts), "http://" + request.host + "/_sandbox/" + which};
  if (which == "stripe")
    stripe_.handle(call, answer);
  else
    daraja_.handle(call, answer);
  return true;
}

web_reply payment_routes::control(const web_request& request, const std::string& which) {
  const auto wish = json::parse(request.body, nullptr, false);
  if (!wish.is_object())
    return problem(400, "Bad request", "the body is a JSON object");
  const auto made = which == "stripe" ? stripe_.control(wish) : daraja_.control(wish);
  return made ? ok(*made) : refusal(made.error());
}

web_reply payment_routes::act(const web_request& request, const std::string& id) {
  const auto wish = json::parse(request.body, nullptr, false);
  const auto what = text_or(wish, "do");
  if (what.empty())
    return problem(400, "Bad request", "the body names what to do", "do");
  auto done = stripe_.act(id, what);
  if (done && !*done)
    done = daraja_.act(id, what);
  if (!done)
    return refusal(done.error());
  return *done ? ok(dump({{"id", id}, {"done", what}})) : problem(404, "Not found", "there is no such payment");
}

} // namespace wakala::sandbox
