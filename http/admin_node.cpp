// The node itself: health, metrics, and the description of this API.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/node_metrics.hpp"
#include "http/openapi_text.hpp"
#include "http/status.hpp"

#include <nlohmann/json.hpp>

namespace wakala::http {

using nlohmann::json;

namespace {

json reason(json shard, std::string why) { return json{{"shard", std::move(shard)}, {"why", std::move(why)}}; }

response readiness(json reasons) {
  const bool ready = reasons.empty();
  auto answer = response::json(
      ready ? 200 : 503, json{{"status", ready ? "ready" : "not_ready"}, {"reasons", std::move(reasons)}}.dump());
  if (!ready)
    answer.with("Retry-After", retry_after);
  return answer;
}

/// Ready only while the others know of this node: what it would take meanwhile could go nowhere.
response membership(const result<std::string>& view) {
  const auto known = view ? json::parse(*view, nullptr, false) : json();
  if (known.is_object() && known.value("member", false))
    return readiness(json::array());
  return readiness(json::array({reason(nullptr, "the cluster has not heard of this node of late")}));
}

} // namespace

void healthz(admin_call& call) { call.to.send(response::json(200, R"({"status":"ok"})")); }

void readyz(admin_call& call) {
  call.api->shards->get([to = call.to, api = call.api](const result<std::string>& text) {
    const auto shards = parse_shards(text);
    auto reasons = json::array();
    if (!shards)
      reasons.push_back(reason(nullptr, shards.error().what));
    else
      for (const auto& shard : *shards) {
        if (!shard.trouble.empty())
          reasons.push_back(reason(shard.name, shard.trouble));
        else if (shard.state != "open" && shard.state != "remote") // that is another node's business
          reasons.push_back(reason(shard.name, "is " + shard.state));
      }
    if (!reasons.empty()) {
      to.send(readiness(std::move(reasons)));
      return;
    }
    // A shard notices a store that cannot write by its next commit, but one that cannot be read only when somebody
    // asks.
    api->store->get([to, api](const result<std::string>& read) {
      if (!read)
        to.send(readiness(json::array({reason(nullptr, "the store cannot be read: " + read.error().what)})));
      else if (api->options.actors->is_in_cluster())
        api->options.actors->cluster([to](const result<std::string>& view) { to.send(membership(view)); });
      else
        to.send(readiness(json::array()));
    });
  });
}

void metrics(admin_call& call) {
  call.api->shards->get([to = call.to, api = call.api](const result<std::string>& text) {
    const auto shards = parse_shards(text);
    static const std::vector<shard_status> none;
    const auto& options = api->options;
    const auto tenants = options.context->tenants->get();
    const auto hidden = tenants->find(actors::system_tenant) ? std::size_t{1} : std::size_t{0};
    node_metrics node{*options.context->count,
                      shards ? *shards : none,
                      options.public_counters ? options.public_counters() : nullptr,
                      tenants->all().size() - hidden,
                      options.node_name,
                      options.version};
    response answer;
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = render(node);
    to.send(std::move(answer));
  });
}

void openapi(admin_call& call) { call.to.send(response::json(200, std::string(openapi_text()))); }

} // namespace wakala::http
