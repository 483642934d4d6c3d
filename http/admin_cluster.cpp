// The nodes and who has which shard.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/audited.hpp"
#include "http/shard_status.hpp"
#include "http/status.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <utility>

namespace wakala::http {

using nlohmann::json;

namespace {

/// `wakala-shard-7` or `7`.
std::optional<shard_id> shard_named(std::string_view text) {
  constexpr std::string_view prefix = "wakala-shard-";
  if (text.starts_with(prefix))
    text.remove_prefix(prefix.size());
  shard_id shard = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), shard);
  if (failed != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return shard;
}

/// A node that is alone is a cluster of one.
void alone(admin_call& call) {
  call.api->shards->get([to = call.to, api = call.api](const result<std::string>& text) {
    const auto shards = parse_shards(text);
    if (!shards) {
      to.send(problem_for(shards.error()));
      return;
    }
    const auto& name = api->options.node_name;
    auto list = json::array();
    for (const auto& shard : *shards)
      list.push_back({{"shard", shard.name}, {"node", name}, {"epoch", shard.epoch}, {"state", shard.state}});
    const json node{{"name", name}, {"state", "up"}, {"heartbeat_age_ms", 0}, {"version", api->options.version}};
    to.send(response::json(200, json{{"nodes", json::array({node})}, {"shards", std::move(list)}}.dump()));
  });
}

} // namespace

void cluster(admin_call& call) {
  if (call.actors().is_in_cluster())
    call.actors().cluster(answer_with(call.to));
  else
    alone(call);
}

namespace {

/// What the body says, and why; answers when it cannot be read.
std::optional<std::pair<json, std::string>> form_and_reason(const admin_call& call) {
  auto form = call.what.body.empty() ? json(json::object()) : json::parse(call.what.body, nullptr, false);
  const auto reason = form.is_object()
                          ? reason_of(form, false)
                          : result<std::string>(make_error(errc::invalid_argument, "the body must be a JSON object"));
  if (reason)
    return std::pair{std::move(form), *reason};
  call.to.send(problem_for(reason.error()));
  return std::nullopt;
}

void drain(admin_call& call, bool is_draining) {
  const auto form = form_and_reason(call);
  if (!form)
    return;
  const auto node = call.value("node");
  call.actors().drain(
      node, is_draining,
      audited(call, {is_draining ? "drain" : "undrain", "node:" + node, form->second, {}}, answer_with(call.to)));
}

} // namespace

void drain_node(admin_call& call) { drain(call, true); }

void undrain_node(admin_call& call) { drain(call, false); }

void move_shard(admin_call& call) {
  const auto shard = shard_named(call.value("shard"));
  if (!shard) {
    call.to.send(problem_for(make_error(errc::not_found, "there is no such shard", "shard")));
    return;
  }
  const auto given = form_and_reason(call);
  if (!given)
    return;
  const auto& form = given->first;
  if (!form.contains("node") || !(form.at("node").is_string() || form.at("node").is_null())) {
    call.to.send(problem_for(make_error(
        errc::invalid_argument, "must be the name of a node, or null: back to where the shard belongs", "/node")));
    return;
  }
  const auto node = form.at("node").is_null() ? std::string{} : form.at("node").get<std::string>();
  call.actors().move_shard(
      *shard, node,
      audited(call, {"move", "shard:" + std::to_string(*shard), given->second, {}}, answer_with(call.to)));
}

} // namespace wakala::http
