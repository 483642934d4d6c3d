#include "http/webhook_edge.hpp"

#include "http/status.hpp"
#include "http/webhook_keys.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "runtime/fair_share.hpp"
#include "whatsapp/event.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace wakala::http {

using actors::tenant_entry_ptr;

namespace {

constexpr std::string_view webhooks_path = "/v1/webhooks";
constexpr time_ms rejection_log_pause = 10 * ms_per_second;

/// Says at most once in a while per URL that signatures are refused: a misconfigured secret must be seen, a flood
/// must not fill the disk. Thread-safe.
class rejection_log {
public:
  void count(const tenant_id& tenant, signature_check verdict, time_ms now) {
    std::uint64_t rejected = 0;
    {
      const std::lock_guard lock{mutex_};
      auto& one = lines_[tenant]; // tenants that exist, so their number is bounded
      ++one.since_last;
      if (one.last != 0 && now - one.last < rejection_log_pause)
        return;
      one.last = now;
      rejected = std::exchange(one.since_last, 0);
    }
    log::warn("webhook.signature_rejected",
              {{"tenant", tenant.empty() ? "(app)" : tenant}, {"verdict", to_string(verdict)}, {"count", rejected}});
  }

private:
  struct line {
    time_ms last = 0;
    std::uint64_t since_last = 0;
  };
  std::mutex mutex_;
  std::map<tenant_id, line> lines_;
};

} // namespace

struct webhook_edge::state {
  explicit state(webhook_edge_options o)
      : options(std::move(o)), keys(options.meta.app_secret),
        shares(std::make_shared<runtime::fair_share>(options.context->limits.in_flight_events_per_tenant)) {}

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
    auto& count = *options.context->count;
    count.webhook_posts.fetch_add(1, std::memory_order_relaxed);
    const auto now = options.context->clock->now();
    if (const auto verdict = check_signature_of(what, through); verdict != signature_check::good) {
      count.webhook_signatures_rejected.fetch_add(1, std::memory_order_relaxed);
      rejections.count(through.tenant ? through.tenant->config.id : tenant_id{}, verdict, now);
      to.send(problem_for(403, std::string("signature ") + std::string(to_string(verdict))));
      return;
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
    auto taken = take_shares(events);
    if (events.empty() && !taken.all)
      return shed(to);
    if (events.size() > 1) {
      // The one place goes back first: a POST larger than the bound must be able to have the node to itself.
      place = {};
      place = options.gate->enter(events.size(), what.body.size());
      if (!place) {
        give_back(*shares, taken);
        return shed(to);
      }
    }
    // The place is held until the verdict is there: it bounds what waits in mailboxes. Given back before the answer,
    // so that whoever has the answer finds it free.
    const auto held = std::make_shared<runtime::admission::ticket>(std::move(place));
    options.actors->deliver(std::move(events), now, now + options.context->limits.webhook_deadline.count(),
                            [to, held, shares = shares, taken = std::move(taken)](post_verdict verdict) {
                              *held = {};
                              give_back(*shares, taken);
                              to.send(verdict.settled && taken.all
                                          ? response::empty(200)
                                          : problem_for(503, "not every update could be stored now"));
                            });
  }

  /// What the POST took of its tenants' shares.
  struct taken_shares {
    std::map<tenant_id, std::size_t> counts;
    bool all = true; ///< false: a tenant had no room; its updates were put off
  };

  /// Whose share an update takes: its tenant's; what is set aside, that of the URL it came through.
  static std::string share_of(const actors::routed_event& e) {
    return e.aside == actors::aside_reason::none ? e.tenant : actors::system_tenant + e.origin;
  }

  /// Takes a place for each update; those of a tenant that has no room left are removed, for Meta to send again. A
  /// tenant in a flood delays itself: what stands beside its updates goes on.
  taken_shares take_shares(std::vector<actors::routed_event>& events) const {
    taken_shares taken;
    std::map<tenant_id, std::size_t> wanted;
    for (const auto& e : events)
      ++wanted[share_of(e)];
    for (const auto& [tenant, count] : wanted)
      if (shares->enter(tenant, count))
        taken.counts.emplace(tenant, count);
    taken.all = taken.counts.size() == wanted.size();
    if (!taken.all)
      std::erase_if(events, [&](const auto& e) { return !taken.counts.contains(share_of(e)); });
    return taken;
  }

  static void give_back(runtime::fair_share& shares, const taken_shares& taken) {
    for (const auto& [tenant, count] : taken.counts)
      shares.leave(tenant, count);
  }

  signature_check check_signature_of(const request& what, const door& through) {
    const auto hub = what.values("X-Hub-Signature-256");
    const auto alias = what.values("X-Signature-SHA256");
    if (const auto key = keys.find(through.tenant))
      return check_signature(hub, alias, what.body, *key);
    return signature_check::mismatch; // no secret is known: nothing can be signed with it
  }

  void shed(const responder& to) const {
    options.context->count->webhook_posts_shed.fetch_add(1, std::memory_order_relaxed);
    to.send(problem_for(503, "too many updates are in work"));
  }

  webhook_edge_options options;
  webhook_keys keys;
  std::shared_ptr<runtime::fair_share> shares;
  rejection_log rejections;
};

webhook_edge::webhook_edge(webhook_edge_options options) : state_(std::make_shared<state>(std::move(options))) {}

request_handler webhook_edge::handler() {
  return [state = state_](request&& what, const responder& to) { state->handle(std::move(what), to); };
}

request_precheck webhook_edge::precheck() {
  return [state = state_](const request_head& head) { return state->check_head(head); };
}

} // namespace wakala::http
