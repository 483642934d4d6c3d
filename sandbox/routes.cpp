#include "sandbox/routes.hpp"

#include "sandbox/page.hpp"
#include "sandbox/request_parts.hpp"
#include "sandbox/web_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace wakala::sandbox {

namespace {

using json = nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr std::int64_t wait_ms_max = 60'000;
constexpr std::int64_t inbound_wait_ms = 30'000;

// All of the page comes from here, none of it inline: nothing that a message carries can become code.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

} // namespace

void routes::handle(web_request request, respond answer) {
  const parsed_target at{request.target};
  const auto& first = at.parts.empty() ? at.path : at.parts.front();
  if (first == "_sandbox" && more_ && more_(request, {at.parts.begin() + 1, at.parts.end()}, answer))
    return;
  if (first == "_sandbox")
    return control(request, at, answer);
  if (request.method == "GET" || request.method == "HEAD") {
    const auto name = first.empty() ? std::string{"index.html"} : first;
    if (const auto file = page_file(name); at.parts.size() <= 1 && !file.empty()) {
      const auto* type = name.ends_with(".js")    ? "text/javascript; charset=utf-8"
                         : name.ends_with(".css") ? "text/css; charset=utf-8"
                         : name.ends_with(".svg") ? "image/svg+xml"
                                                  : "text/html; charset=utf-8";
      return answer({200,
                     type,
                     std::string{file},
                     {{"Content-Security-Policy", std::string{page_policy}},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-cache"}},
                     false});
    }
  }
  graph(request, at, answer);
}

void routes::graph(const web_request& request, const parsed_target& at, const respond& answer) {
  const auto bearer = bearer_of(request.authorization);
  auto parts = at.parts;
  if (request.method == "GET" && parts.size() == 2 && parts[0] == "_media") {
    auto file = meta_.fetch(parts[1], bearer, at.text("ext"), at.text("hash"));
    return answer(
        {file.status, file.mime_type.empty() ? "text/plain" : file.mime_type, std::move(file.bytes), {}, false});
  }
  if (!parts.empty() && is_version(parts.front()))
    parts.erase(parts.begin());
  if (parts.empty() || parts.size() > 2 || parts[0].empty())
    return answer(problem(404, "Not found", "the sandbox has no such path"));
  if (parts.size() == 2 && parts[1] == "messages" && request.method == "POST") {
    auto outcome = meta_.send(parts[0], bearer, request.body);
    for (auto& timed : outcome.updates)
      schedule(std::move(timed));
    auto reply = graph_reply(std::move(outcome.answer));
    reply.drop_connection = outcome.drop_connection;
    if (outcome.answer_after_ms > 0)
      timers_.after(milliseconds{outcome.answer_after_ms}, [answer, reply = std::move(reply)] { answer(reply); });
    else
      answer(std::move(reply));
    return notify();
  }
  if (parts.size() == 2 && parts[1] == "media" && request.method == "POST")
    return answer(graph_reply(meta_.upload(parts[0], bearer, request.content_type, request.body)));
  if (manage(request, at, answer))
    return;
  if (parts.size() == 1 && request.method == "GET")
    return answer(
        graph_reply(meta_.describe(parts[0], bearer, at.text("phone_number_id"), "http://" + request.host)));
  if (parts.size() == 1 && request.method == "DELETE")
    return answer(graph_reply(meta_.remove(parts[0], bearer)));
  answer(problem(404, "Not found", "the sandbox has no such path"));
}

void routes::control(const web_request& request, const parsed_target& at, const respond& answer) {
  const auto what = at.parts.size() == 2 ? at.parts[1] : std::string{};
  const auto after = at.number("after");
  const auto wait_ms = at.number("wait_ms");
  const auto limit = at.number("limit");
  if (!after || !wait_ms || !limit)
    return answer(problem(400, "Bad request", "after, wait_ms and limit must be whole numbers",
                          !after     ? "after"
                          : !wait_ms ? "wait_ms"
                                     : "limit"));
  const auto wait = static_cast<std::int64_t>(std::min<std::uint64_t>(*wait_ms, wait_ms_max));
  const auto get = request.method == "GET";
  const auto post = request.method == "POST";
  if (what == "health" && get)
    return answer(ok(R"({"status":"ok"})"));
  if (what == "state" && get) {
    auto state = meta_.state();
    const auto& counted = poster_.counters();
    state["webhooks"] = {{"posted", counted.posted},
                         {"delivered", counted.delivered},
                         {"retried", counted.retried},
                         {"given_up", counted.given_up},
                         {"waiting", counted.waiting}};
    return answer(ok(dump(state)));
  }
  if (get && at.parts.size() == 3 && at.parts[1] == "catalogs") {
    const auto shown = meta_.catalog(at.parts[2]);
    return answer(shown.is_null() ? problem(404, "Not found", "nobody has called this catalog yet")
                                  : ok(dump(shown)));
  }
  if (what == "messages" && get) {
    message_filter filter{*after, at.text("to"), at.text("phone_number_id"), static_cast<std::size_t>(*limit)};
    return wait_for(
        [this, unread = filter]() mutable {
          const auto found = meta_.log().has_match(unread);
          unread.after = std::max(unread.after, meta_.log().last_message_seq()); // what was looked at stays looked at
          return found;
        },
        [this, filter] { return meta_.log().messages_json(filter); }, wait, answer);
  }
  if (what == "attempts" && get)
    return answer(ok(meta_.log().attempts_json(*after)));
  if (what == "feed" && get)
    return wait_for([this, from = *after] { return meta_.log().feed_seq() != from; },
                    [this, from = *after] { return meta_.log().feed_json(from); }, wait, answer);
  if (what == "inbound" && post)
    return inbound(request, answer);
  if (post && change(request, at, answer))
    return;
  if (what == "chaos" && post) {
    const auto spec = meta_.set_chaos(request.body);
    answer(spec ? ok(dump({{"chaos", to_string(*spec)}})) : problem(spec.error()));
    return notify();
  }
  answer(problem(404, "Not found", "the sandbox has no such path"));
}

void routes::inbound(const web_request& request, const respond& answer) {
  auto outcome = meta_.inbound(request.body);
  if (!outcome)
    return answer(problem(outcome.error()));
  if (outcome->blocked) {
    answer(ok(dump({{"id", outcome->id}, {"delivered", false}, {"status", 0}, {"tries", 0}, {"blocked", true}})));
    return notify();
  }
  const auto options = json::parse(request.body, nullptr, false);
  const auto waits = options.contains("wait") && options["wait"] == true;
  auto wait_ms = inbound_wait_ms;
  if (options.contains("wait_ms") && options["wait_ms"].is_number_integer())
    wait_ms = std::clamp<std::int64_t>(options["wait_ms"].get<std::int64_t>(), 0, wait_ms_max);
  const auto reply = [id = outcome->id](const delivery_report& how) {
    return ok(dump({{"id", id}, {"delivered", how.delivered}, {"status", how.status}, {"tries", how.tries}}));
  };
  if (!waits) {
    schedule(std::move(outcome->update));
    answer(reply({}));
    return notify();
  }
  auto open = std::make_shared<bool>(true);
  const auto once = [answer, open, reply](const delivery_report& how) {
    if (std::exchange(*open, false))
      answer(reply(how));
  };
  timers_.after(milliseconds{wait_ms}, [once] { once({}); });
  schedule(std::move(outcome->update), once);
  notify();
}

void routes::schedule(timed_update timed, webhook_poster::report done) {
  const auto emit = [this, timed = std::move(timed), done = std::move(done)] {
    const auto true_now = meta_.happened(timed.update);
    notify();
    const auto receiver = meta_.receiver_of(timed.update);
    if (!true_now || timed.lost || !receiver) {
      if (done)
        done({});
      return;
    }
    const auto to = *receiver;
    const milliseconds held{timed.held_ms};
    poster_.deliver_after(held, to, timed.update, done);
    if (timed.again_after_ms)
      poster_.deliver_after(held + milliseconds{*timed.again_after_ms}, to, timed.update);
  };
  if (timed.after_ms > 0)
    timers_.after(milliseconds{timed.after_ms}, emit);
  else
    emit();
}

void routes::wait_for(std::function<bool()> has_news, std::function<std::string()> render, std::int64_t wait_ms,
                      const respond& answer) {
  if (wait_ms <= 0 || has_news())
    return answer(ok(render()));
  // Answered by `notify`, or by the timer when no news comes; whichever is second finds nothing to do.
  auto open = std::make_shared<bool>(true);
  auto once = [answer, open](web_reply reply) {
    if (std::exchange(*open, false))
      answer(std::move(reply));
  };
  waiters_.push_back({std::move(has_news), render, once});
  timers_.after(milliseconds{wait_ms}, [once, render, open, this] {
    if (!*open)
      return;
    once(ok(render()));
    notify();
  });
}

void routes::notify() {
  std::list<waiter> ready;
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    const auto next = std::next(at);
    if (at->has_news())
      ready.splice(ready.end(), waiters_, at);
    at = next;
  }
  for (const auto& one : ready)
    one.answer(ok(one.render()));
}

} // namespace wakala::sandbox
