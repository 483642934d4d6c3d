#include "actors/inspect/local_answers.hpp"

#include "actors/inspect/hop_json.hpp"
#include "actors/inspect/watched.hpp"
#include "actors/protocol/messages.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds shard_patience{1'000};
constexpr std::chrono::seconds tidy_every{30};

std::optional<shard_id> shard_of(const json& q) {
  const auto text = q.value("shard", "");
  const auto digits = text.substr(text.find_last_not_of("0123456789") + 1);
  return digits.empty() || digits.size() > 6 ? std::nullopt : std::optional<shard_id>(std::stoul(digits));
}

} // namespace

local_answers::local_answers(caf::event_based_actor* self, node_context_ptr node)
    : self_(self), node_(std::move(node)), part_(node_) {}

node_part& local_answers::here() {
  if (!std::exchange(is_tidy_due_, true))
    tidy_later();
  return part_;
}
void local_answers::tidy_later() {
  self_->delayed_send(self_, tidy_every, run_here_now{[this] {
                        is_tidy_due_ = part_.tidy();
                        if (is_tidy_due_)
                          tidy_later();
                      }});
}

void local_answers::part(const answer_function& then) {
  here().sums(); // before the supervisors' answers wait in our own mailbox
  const auto table = node_->shards->get();
  struct asked {
    std::size_t open = 1;
    json shards = json::array();
  };
  const auto work = std::make_shared<asked>();
  const auto finish = [this, work, then] {
    if (--work->open > 0)
      return;
    auto out = here().node_json();
    out["shards"] = std::move(work->shards);
    then(std::move(out));
  };
  for (shard_id shard = 0; shard < table->size(); ++shard) {
    if (!table->is_here(shard))
      continue;
    ++work->open;
    self_->request((*table)[shard], shard_patience, shard_query{})
        .then(
            [this, work, shard, finish](const text_answer& answer) {
              auto told = answer.value ? json::parse(*answer.value, nullptr, false) : json();
              if (told.is_object() && told.value("state", "") != "remote") {
                told["id"] = shard_actor_id(shard);
                told["node"] = node_->node_name;
                told.update(here().shard_figures(shard));
                work->shards.push_back(std::move(told));
              }
              finish();
            },
            [finish](const caf::error&) { finish(); });
  }
  finish();
}

told local_answers::actors(const json& q) {
  conversation_wish wish;
  wish.by = actor_order_from(q.value("sort", "id")).value_or(actor_order::id);
  wish.limit = std::min<std::size_t>(q.value("limit", std::size_t{100}), rows_max);
  wish.part = q.value("q", "");
  wish.after = q.value("after_id", "");
  wish.shard = shard_of(q);
  wish.mailbox_min = q.value("mailbox_min", std::uint64_t{0});
  wish.bytes_min = q.value("bytes_min", std::uint64_t{0});
  wish.idle_s_min = q.value("idle_s_min", std::uint64_t{0});
  auto tenant = q.value("tenant", "");
  auto kind = q.value("kind", "");
  if (const auto under = q.value("under", ""); !under.empty()) {
    const auto above = actor_name_from(under, "under");
    if (!above)
      return above.error();
    if (above->kind != actor_name::sort::tenant) {
      auto list = json::array();
      for (auto& each : here().children(*above))
        list.push_back(std::move(each));
      const auto total = list.size();
      return json{{"actors", std::move(list)}, {"total", total}};
    }
    tenant = above->tenant;
    wish.shard = above->shard;
    kind = "conversation";
  }
  if (!tenant.empty()) {
    wish.tenant = node_->figures->known(tenant);
    if (!wish.tenant)
      return json{{"actors", json::array()}, {"total", 0}};
  }
  if (kind == "conversation")
    return here().conversations(wish);
  auto list = json::array();
  const auto add = [&](const actor_name& above) {
    for (auto& each : here().children(above))
      if (each.at("kind") == kind && (tenant.empty() || each.at("tenant") == tenant))
        list.push_back(std::move(each));
  };
  if (kind == "shard" || kind == "service")
    add({actor_name::sort::node, node_->node_name, {}, {}, 0, {}});
  else if (kind == "tenant")
    for (const auto& [shard, figures] : std::map(here().sums().shards)) // a copy: `add` may sum up anew
      add({actor_name::sort::shard, {}, {}, {}, shard, {}});
  else
    list.push_back(here().one({actor_name::sort::node, node_->node_name, {}, {}, 0, {}}));
  const auto total = list.size();
  return json{{"actors", std::move(list)}, {"total", total}};
}

told local_answers::actor(const json& q) {
  const auto id = actor_name_from(q.value("id", ""));
  if (!id)
    return id.error();
  if (!id->tenant.empty() && !node_->figures->known(id->tenant))
    return json{{"actor", nullptr}};
  return json{{"actor", here().one(*id)}};
}

told local_answers::hops(const json& q) const {
  auto found = json::object();
  for (const auto& text : q.value("events", std::vector<std::string>{})) {
    const auto id = parse_conversation_id(text); // 16 bytes, as the hash is
    if (!id)
      continue;
    if (const auto hop = node_->memory ? node_->memory->hops.find(id->bytes) : std::nullopt)
      found[text] = to_json(*hop);
  }
  return json{{"hops", std::move(found)}};
}

told local_answers::watched(const json& q) const {
  if (!node_->memory)
    return make_error(errc::unavailable, "this node remembers nothing");
  return watched_here(node_->memory->watched, q, monotonic_us());
}

} // namespace wakala::actors
