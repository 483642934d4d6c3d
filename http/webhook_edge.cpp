#include "http/webhook_edge.hpp"

#include "http/post_bounds.hpp"
#include "http/quiet_log.hpp"
#include "http/status.hpp"
#include "http/webhook_keys.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/monotonic.hpp"
#include "whatsapp/event.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace wakala::http {

using actors::tenant_entry_ptr;

namespace {

constexpr std::string_view webhooks_path = "/v1/webhooks";

} // namespace

struct webhook_edge::state {
  explicit state(webhook_edge_options o)
      : options(std::move(o)), keys(options.meta.app_secret),
        bounds(std::make_shared<post_bounds>(options.context->limits.in_flight_events_per_tenant)) {}

  /// Whose URL a path is.
  struct door {
    tenant_entry_ptr tenant; ///< null: the app's
  };

  std::optional<door> find_door(std::string_view path) const {
    if (path == webhooks_path)
      return door{};
    if (!path.starts_with(webhooks_path) || path.size() < webhooks_path.size() + 2 ||
        path[webhooks_path.size()] != '/')
      return std::nullopt;
    const auto segment = path.substr(webhooks_path.size() + 1);
    const auto id = segment.find('/') == std::string_view::npos ? url_decode(segment) : std::nullopt;
    if (!id || *id == actors::system_tenant)
      return std::nullopt;
    auto tenant = options.context->tenants->get()->find(*id);
    return tenant ? std::optional(door{std::move(tenant)}) : std::nullopt;
  }

  static std::optional<response> check_method(std::string_view method) {
    if (method == "GET" || method == "POST")
      return std::nullopt;
    return problem_for(405).with("Allow", "GET, POST");
  }

  std::optional<response> check_head(const request_head& head) const {
    return find_door(head.path) ? check_method(head.method) : problem_for(404);
  }

  void handle(request&& what, const responder& to) {
    const auto through = find_door(what.path);
    if (!through) {
      to.send(problem_for(404));
    } else if (auto refused = check_method(what.method)) {
      to.send(std::move(*refused));
    } else if (what.method == "GET") {
      to.send(verify(what, *through));
    } else {
      receive(what, *through, to);
    }
  }

  /// Cloud API reference §3.1.
  response verify(const request& what, const door& through) const {
    const query_values query{what.query};
    const auto& own = through.tenant ? through.tenant->config.verify_token : options.meta.verify_token;
    const auto& wanted = own.empty() ? options.meta.verify_token : own;
    const auto token = query.find("hub.verify_token");
    const bool good = !wanted.empty() && token && constant_time_equal(*token, wanted);
    if (!good || query.find("hub.mode") != "subscribe")
      return problem_for(403, "the verify token or the mode is wrong");
    const auto challenge = query.find("hub.challenge");
    if (!challenge)
      return problem_for(400, "is required", "hub.challenge");
    return response::text(200, std::string(*challenge)).with("X-Content-Type-Options", "nosniff");
  }

  void receive(const request& what, const door& through, const responder& to) {
    const auto began_us = monotonic_us();
    auto& count = *options.context->count;
    count.webhook_posts.fetch_add(1, std::memory_order_relaxed);
    const auto now = options.context->clock->now();
    if (const auto verdict = check_signature_of(what, through); verdict != signature_check::good)
      return refuse_signature(verdict, through, now, to);
    // Only now, else a stranger could use up a tenant's budget; and before the body is looked at, since that is
    // cheap.
    if (through.tenant && !bounds->take_post(through.tenant->config, now)) {
      count_throttled({&through.tenant->config.id, 1}, now);
      return put_off(to);
    }
    auto place = options.gate->enter(1, what.body.size());
    if (!place)
      return shed(to);
    auto decoded = whatsapp::decode(what.body);
    if (!decoded) {
      count.webhook_bodies_refused.fetch_add(1, std::memory_order_relaxed);
      to.send(problem_for(400, decoded.error().what));
      return;
    }
    const auto tenants = options.context->tenants->get();
    const auto system = tenants->find(actors::system_tenant);
    if (!system) {
      to.send(problem_for(503, "the node is starting"));
      return;
    }
    auto events = actors::route(std::move(*decoded), what.body, {*tenants, through.tenant.get(), *system->keys, now});
    const auto work = std::make_shared<in_work>(to, std::move(place));
    work->taken = bounds->take(events, through.tenant ? nullptr : tenants.get(), now);
    count_throttled(work->taken.throttled, now);
    if (events.empty() && !work->taken.all())
      return work->taken.throttled.empty() ? shed(to) : put_off(to);
    if (events.size() > 1) {
      // The one place goes back first: a POST larger than the bound must be able to have the node to itself.
      work->place = {};
      work->place = options.gate->enter(events.size(), what.body.size());
      if (!work->place)
        return shed(to);
    }
    options.actors->deliver(std::move(events), now, now + options.context->limits.webhook_deadline.count(), began_us,
                            [work](post_verdict verdict) { work->answer(verdict); });
  }

  /// What a POST holds until the verdict is there: its places bound what waits in mailboxes.
  struct in_work {
    in_work(responder whom, runtime::admission::ticket one) : to(std::move(whom)), place(std::move(one)) {}

    void answer(post_verdict verdict) {
      const bool all = taken.all();
      // Given back before the answer, so that whoever has the answer finds the places free.
      place = {};
      taken.give_back();
      to.send(verdict.settled && all ? response::empty(200)
                                     : problem_for(503, "not every update could be stored now"));
    }

    responder to;
    runtime::admission::ticket place;
    taken_bounds taken;
  };

  signature_check check_signature_of(const request& what, const door& through) {
    std::array<std::string_view, 2> hub; // a second one is enough to refuse
    std::array<std::string_view, 2> alias;
    const auto hubs = what.values("X-Hub-Signature-256", hub);
    const auto aliases = hubs > 0 ? 0 : what.values("X-Signature-SHA256", alias);
    if (const auto key = keys.find(through.tenant))
      return check_signature({hub.data(), hubs}, {alias.data(), aliases}, what.body, *key);
    return signature_check::mismatch; // no secret is known: nothing can be signed with it
  }

  void refuse_signature(signature_check verdict, const door& through, time_ms now, const responder& to) {
    options.context->count->webhook_signatures_rejected.fetch_add(1, std::memory_order_relaxed);
    const auto tenant = through.tenant ? through.tenant->config.id : tenant_id{};
    // A misconfigured secret must be seen.
    if (const auto times = rejections.count(tenant, now))
      log::warn("webhook.signature_rejected",
                {{"tenant", tenant.empty() ? "(app)" : tenant}, {"verdict", to_string(verdict)}, {"count", times}});
    to.send(problem_for(403, std::string("signature ") + std::string(to_string(verdict))));
  }

  /// One POST, in which these were over their rate.
  void count_throttled(std::span<const tenant_id> tenants, time_ms now) {
    if (tenants.empty())
      return;
    options.context->count->webhook_posts_throttled.fetch_add(1, std::memory_order_relaxed);
    for (const auto& tenant : tenants)
      if (const auto times = throttles.count(tenant, now))
        log::warn("webhook.throttled", {{"tenant", tenant}, {"count", times}});
  }

  static void put_off(const responder& to) {
    to.send(problem_for(503, "more POSTs a second than the tenant's limits.inbound_per_s allows"));
  }

  void shed(const responder& to) const {
    options.context->count->webhook_posts_shed.fetch_add(1, std::memory_order_relaxed);
    to.send(problem_for(503, "too many updates are in work"));
  }

  webhook_edge_options options;
  webhook_keys keys;
  std::shared_ptr<post_bounds> bounds;
  quiet_log rejections;
  quiet_log throttles;
};

webhook_edge::webhook_edge(webhook_edge_options options) : state_(std::make_shared<state>(std::move(options))) {}

request_handler webhook_edge::handler() {
  return [state = state_](request&& what, const responder& to) { state->handle(std::move(what), to); };
}

request_precheck webhook_edge::precheck() {
  return [state = state_](const request_head& head) { return state->check_head(head); };
}

} // namespace wakala::http
