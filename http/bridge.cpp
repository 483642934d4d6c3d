#include "http/bridge.hpp"

#include "actors/inspect/inspector.hpp"
#include "actors/node.hpp"
#include "actors/protocol/ask.hpp"
#include "runtime/shard_map.hpp"

#include <caf/event_based_actor.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::http {

namespace {

using actors::ask;

template <class Question>
void ask_tenant(actors::node& node, std::string tenant, Question question, bridge::done_text done) {
  auto shard = node.shard_of(tenant);
  ask(node.system(), std::move(shard), actors::for_tenant<Question>{std::move(tenant), std::move(question)},
      std::move(done));
}

} // namespace

void bridge::deliver(std::vector<actors::routed_event> events, time_ms received_at, time_ms deadline,
                     std::uint64_t began_us, std::function<void(post_verdict)> done) {
  actors::post_updates(node_.shards(), node_.context(), std::move(events), received_at, deadline, began_us,
                       [done = std::move(done)](const std::vector<actors::event_outcome>& outcomes) {
                         done(post_verdict{std::all_of(outcomes.begin(), outcomes.end(), actors::is_settled)});
                       });
}

void bridge::create_tenant(std::string form, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenant_put{std::move(form), {}, false}, std::move(done));
}

void bridge::replace_tenant(std::string id, std::string form, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenant_put{std::move(form), std::move(id), true}, std::move(done));
}

void bridge::delete_tenant(std::string id, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenant_delete{std::move(id)}, std::move(done));
}

void bridge::import_tenants(std::string form, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenants_import{std::move(form)}, std::move(done));
}

void bridge::put_catalog(std::string tenant, std::string json, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::catalog_put{std::move(json)}, std::move(done));
}

void bridge::get_catalog(std::string tenant, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::catalog_get{}, std::move(done));
}

void bridge::import_catalog(std::string tenant, std::string text, bool is_csv, bool is_partial, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::catalog_import{std::move(text), is_csv, is_partial}, std::move(done));
}

void bridge::conversation(std::string tenant, std::string contact, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::conversation_query{std::move(contact)}, std::move(done));
}

void bridge::messages(std::string tenant, std::string contact, std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::messages_query{std::move(contact), std::move(after), limit},
             std::move(done));
}

void bridge::conversations(std::string tenant, std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::conversations_query{std::move(after), limit}, std::move(done));
}

void bridge::post_message(std::string tenant, actors::message_post post, done_text done) {
  ask_tenant(node_, std::move(tenant), std::move(post), std::move(done));
}

void bridge::post_read(std::string tenant, actors::read_post post, done_text done) {
  ask_tenant(node_, std::move(tenant), std::move(post), std::move(done));
}

void bridge::account(std::string tenant, bool are_templates, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::account_query{are_templates}, std::move(done));
}

void bridge::account_errand(std::string tenant, actors::account_errand errand, done_text done) {
  ask_tenant(node_, std::move(tenant), std::move(errand), std::move(done));
}

void bridge::take_turn(std::string tenant, std::string contact, bool begins, bool greets, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::human_turn{std::move(contact), begins, greets}, std::move(done));
}

void bridge::block_shopper(std::string tenant, std::string contact, bool is_blocked, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::shopper_block{std::move(contact), is_blocked}, std::move(done));
}

void bridge::orders(std::string tenant, std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::orders_query{std::move(after), limit}, std::move(done));
}

void bridge::order(std::string tenant, std::string order, std::string action, std::string form, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::order_action{std::move(order), std::move(action), std::move(form)},
             std::move(done));
}

void bridge::ledger(std::string tenant, std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::ledger_query{std::move(after), limit}, std::move(done));
}

void bridge::payment(std::string tenant, std::string action, std::string id, std::string text, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::payment_call{std::move(action), std::move(id), std::move(text)},
             std::move(done));
}

void bridge::hooks(std::string tenant, std::string state, std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::hooks_query{std::move(state), std::move(after), limit},
             std::move(done));
}

void bridge::act_on_hook(std::string tenant, std::string id, std::string action, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::hook_action{std::move(id), std::move(action)}, std::move(done));
}

void bridge::letters(std::string tenant, persistence::table where, std::string after, std::size_t limit,
                     done_text done) {
  ask_tenant(node_, std::move(tenant), actors::letters_query{where, std::move(after), limit, false}, std::move(done));
}

void bridge::act_on_letter(std::string tenant, persistence::table where, std::string id, bool replay,
                           done_text done) {
  ask_tenant(node_, std::move(tenant), actors::letter_action{where, std::move(id), replay}, std::move(done));
}

void bridge::inspect(std::string question, done_text done) {
  ask(node_.system(), node_.inspector(), actors::inspect_request{std::move(question)}, std::move(done));
}

void bridge::conversation(std::string tenant, const conversation_id& id, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::conversation_query{{}, id}, std::move(done));
}

void bridge::messages(std::string tenant, const conversation_id& id, std::string after, std::size_t limit,
                      done_text done) {
  ask_tenant(node_, std::move(tenant), actors::messages_query{{}, std::move(after), limit, id}, std::move(done));
}

void bridge::act_on_actor(std::string tenant, const conversation_id& id, std::string action, std::uint32_t minutes,
                          done_text done) {
  ask_tenant(node_, std::move(tenant), actors::actor_action{{}, std::move(action), minutes, id}, std::move(done));
}

namespace {

/// What is written down is often that shards are given away, the record's own among them: for so long it is tried
/// again.
constexpr std::chrono::milliseconds audit_patience{8'000};
constexpr std::chrono::milliseconds audit_pause{150};

void try_to_add(caf::event_based_actor* self, actors::node* node, const std::string& entry,
                std::chrono::milliseconds left, const bridge::done_text& done) {
  const auto finish = [self, done](result<std::string> answer) {
    done(std::move(answer));
    self->quit();
  };
  const auto again = [=](const error& why) {
    if (left.count() <= 0)
      return finish(why);
    self->become([=](caf::unit_t) { try_to_add(self, node, entry, left - audit_pause, done); });
    self->delayed_send(self, audit_pause, caf::unit);
  };
  // The shard may be somewhere else by now.
  self->request(node->shard_of(actors::system_tenant), actors::question_patience,
                actors::for_tenant<actors::audit_add>{actors::system_tenant, actors::audit_add{entry}})
      .then(
          [=](const actors::text_answer& answer) {
            if (!answer.value && answer.why.code == errc::unavailable)
              again(answer.why);
            else if (answer.value)
              finish(*answer.value);
            else
              finish(answer.why);
          },
          [=](const caf::error&) { again(make_error(errc::unavailable, "the node did not answer in time")); });
}

} // namespace

void bridge::add_audit(std::string entry, done_text done) {
  node_.system().spawn([node = &node_, entry = std::move(entry), done = std::move(done)](
                           caf::event_based_actor* self) { try_to_add(self, node, entry, audit_patience, done); });
}

void bridge::audit(std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, actors::system_tenant, actors::audit_query{std::move(after), limit, false}, std::move(done));
}

void bridge::verify_audit(done_text done) {
  ask_tenant(node_, actors::system_tenant, actors::audit_query{{}, 0, true}, std::move(done));
}

void bridge::shards(done_text done) {
  const auto table = node_.shards();
  struct gather {
    std::vector<std::string> parts;
    std::size_t open = 0;
    done_text done;
    void finish_one() {
      if (--open > 0)
        return;
      std::string all = R"({"shards":[)";
      for (std::size_t i = 0; i < parts.size(); ++i)
        all += (i > 0 ? "," : "") + parts[i];
      done(all + "]}");
    }
  };
  auto work = std::make_shared<gather>();
  work->open = table->size();
  work->done = std::move(done);
  for (shard_id shard = 0; shard < table->size(); ++shard)
    work->parts.push_back(
        fmt::format(R"({{"shard":"{}","epoch":0,"state":"down","seq":0,"unfolded_rows":0,"tenants":0}})",
                    runtime::shard_name(shard)));
  node_.system().spawn([table, work](caf::event_based_actor* self) {
    for (shard_id i = 0; i < table->size(); ++i)
      self->request((*table)[i], std::chrono::seconds{1}, actors::shard_query{})
          .then(
              [work, i](const actors::text_answer& answer) {
                if (answer.value)
                  work->parts[i] = *answer.value;
                work->finish_one();
              },
              [work](const caf::error&) { work->finish_one(); });
  });
}

namespace {

constexpr std::chrono::seconds cluster_patience{8}; ///< it waits for the store

nlohmann::json to_json(const runtime::cluster_report& report) {
  using nlohmann::json;
  const auto& view = report.view;
  auto nodes = json::array();
  for (const auto& node : view.nodes) {
    const auto link = std::find_if(report.links.begin(), report.links.end(),
                                   [&](const auto& each) { return each.first == node.name; });
    std::size_t shards = 0;
    for (const auto& lease : view.leases)
      shards += lease.node == node.name ? 1U : 0U;
    nodes.push_back({{"name", node.name},
                     {"state", runtime::to_string(runtime::standing_of(node, view.now, report.timing))},
                     {"heartbeat_age_ms", std::max<time_ms>(view.now - node.beat_at, 0)},
                     {"version", node.version},
                     {"protocol", node.protocol},
                     {"address", node.address},
                     {"shards", shards},
                     {"link", node.name == report.me       ? "self"
                              : link == report.links.end() ? "none"
                                                           : std::string(runtime::to_string(link->second))}});
  }
  const auto is_in = [](const std::vector<shard_id>& list, shard_id shard) {
    return std::find(list.begin(), list.end(), shard) != list.end();
  };
  auto shards = json::array();
  for (const auto& lease : view.leases)
    shards.push_back({{"shard", runtime::shard_name(lease.shard)},
                      {"node", lease.node.empty() ? json(nullptr) : json(lease.node)},
                      {"epoch", lease.epoch},
                      {"state", is_in(report.opening, lease.shard)   ? "opening"
                                : is_in(report.leaving, lease.shard) ? "leaving"
                                : lease.node.empty()                 ? "free"
                                                                     : "owned"},
                      {"pinned_to", lease.pinned_to.empty() ? json(nullptr) : json(lease.pinned_to)}});
  return json{{"node", report.me}, {"member", report.is_member}, {"nodes", nodes}, {"shards", shards}};
}

error alone() { return make_error(errc::not_found, "this node is alone: cluster.listen is not set"); }

void ask_done(caf::actor_system& sys, caf::actor whom, caf::message question, bridge::done_text done) {
  sys.spawn([whom = std::move(whom), question = std::move(question),
             done = std::move(done)](caf::event_based_actor* self) {
    self->request(whom, cluster_patience, question)
        .then(
            [done](const runtime::done_answer& answer) {
              if (answer.value)
                done(std::string("{}"));
              else
                done(answer.why);
            },
            [done](const caf::error&) { done(make_error(errc::unavailable, "the store did not answer in time")); });
  });
}

} // namespace

bool bridge::is_in_cluster() const { return static_cast<bool>(node_.membership()); }

void bridge::cluster(done_text done) {
  const auto membership = node_.membership();
  if (!membership)
    return done(alone());
  node_.system().spawn([membership, done = std::move(done)](caf::event_based_actor* self) {
    self->request(membership, cluster_patience, runtime::cluster_query{})
        .then([done](const runtime::cluster_answer& answer) { done(to_json(*answer.value).dump()); },
              [done](const caf::error&) { done(make_error(errc::unavailable, "the store did not answer in time")); });
  });
}

void bridge::drain(std::string node, bool is_draining, done_text done) {
  if (const auto membership = node_.membership())
    ask_done(node_.system(), membership, caf::make_message(runtime::drain_node{std::move(node), is_draining}),
             std::move(done));
  else
    done(alone());
}

void bridge::move_shard(shard_id shard, std::string node, done_text done) {
  if (const auto membership = node_.membership())
    ask_done(node_.system(), membership, caf::make_message(runtime::move_shard{shard, std::move(node)}),
             std::move(done));
  else
    done(alone());
}

} // namespace wakala::http
