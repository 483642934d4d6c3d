#include "actors/inspect/inspector.hpp"

#include "actors/inspect/cluster_asker.hpp"
#include "actors/inspect/cluster_merge.hpp"
#include "actors/inspect/finder.hpp"
#include "actors/inspect/hop_json.hpp"
#include "actors/inspect/local_answers.hpp"
#include "actors/inspect/tracer.hpp"
#include "actors/inspect/watched.hpp"
#include "runtime/measured_actor.hpp"

#include <caf/event_based_actor.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

namespace wakala::actors {

using nlohmann::json;
using runtime::actor_kind;

namespace {

class inspector {
public:
  static inline const char* name = "wakala.inspector";

  explicit inspector(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(inspector_options o) {
    node_ = o.node;
    tracer_ = std::make_unique<tracer>(o.store, node_);
    finder_ = std::make_unique<finder>(self_, o.store, node_);
    here_ = std::make_unique<local_answers>(self_, node_);
    cluster_ = std::make_unique<cluster_asker>(
        self_, node_->node_name, [this](const json& q, const answer_function& then) { dispatch(q, then); });
    self_->set_default_handler(caf::drop);
    self_->set_error_handler([](caf::error&) {});
    return {
        [this](const inspect_request& asked) { return answer(asked); },
        [this](const meet_membership& there) { cluster_->meet(there.membership); },
        [this](const runtime::route_table_ptr& routes) {
          cluster_->connect({routes->links.begin(), routes->links.end()});
        },
        [](const run_here_now& now) { now.run(); },
    };
  }

private:
  caf::response_promise answer(const inspect_request& asked) {
    auto promise = self_->make_response_promise();
    const answer_function then = [promise](const told& found) {
      auto p = promise;
      p.deliver(found ? text_answer{(*found).dump(), {}} : text_answer{std::nullopt, found.error()});
    };
    const auto q = json::parse(asked.question, nullptr, false);
    if (!q.is_object()) {
      then(make_error(errc::invalid_argument, "a question must be a JSON object"));
      return promise;
    }
    try {
      dispatch(q, then);
    } catch (const json::exception&) { // a member of the wrong kind, from a node of another version
      then(make_error(errc::invalid_argument, "a question of an unknown form"));
    }
    return promise;
  }

  void dispatch(const json& q, const answer_function& then) {
    const auto ask = q.value("ask", "");
    if (ask == "overview")
      overview(then);
    else if (ask == "actors")
      actors(q, then);
    else if (ask == "actor")
      actor(q, then);
    else if (ask == "find")
      finder_->find(q, then);
    else if (ask == "trace")
      trace(q, then);
    else if (ask == "watched")
      watched(q, then);
    else if (ask == "part")
      here_->part(then);
    else if (ask == "local_actors")
      then(here_->actors(q));
    else if (ask == "local_actor")
      then(here_->actor(q));
    else if (ask == "hops")
      then(here_->hops(q));
    else if (ask == "local_watched")
      then(here_->watched(q));
    else
      then(make_error(errc::invalid_argument, "a question that this version does not know"));
  }

  void overview(const answer_function& then) {
    cluster_->everywhere({{"ask", "part"}}, [this, then](gathering& all) {
      const auto work = std::make_shared<gathering>(std::move(all));
      cluster_->with_cluster([this, then, work](const runtime::cluster_report* report) {
        if (report != nullptr)
          learn_names(*report);
        then(overview_json(node_->node_name, cluster_->has_met(), node_->shard_count, node_->clock->now(),
                           work->parts, report));
      });
    });
  }

  void actors(const json& q, const answer_function& then) {
    auto asked = q;
    asked["ask"] = "local_actors";
    const auto by = actor_order_from(q.value("sort", "id"));
    if (!by)
      return then(make_error(errc::invalid_argument,
                             "must be id, mailbox, waiting, waiting_max, messages, handling, bytes or last_activity",
                             "sort"));
    if (const auto under = q.value("under", ""); !under.empty())
      if (const auto above = actor_name_from(under, "under"); !above)
        return then(above.error());
    const auto limit = q.value("limit", std::size_t{100});
    const auto cursor = page_cursor_from(q.value("after", ""));
    if (!cursor)
      return then(cursor.error());
    asked["limit"] = std::min(rows_max, cursor->rank + limit + 1);
    asked["after_id"] = cursor->id;
    cluster_->everywhere(
        asked,
        [then, by = *by, limit, cursor = *cursor, now = node_->clock->now()](gathering& all) {
          then(actors_json(all.parts, all.unreachable, by, limit, cursor, now));
        },
        q.value("node", ""));
  }

  void actor(const json& q, const answer_function& then) {
    const auto id = actor_name_from(q.value("id", ""));
    if (!id)
      return then(id.error());
    cluster_->everywhere({{"ask", "local_actor"}, {"id", q.at("id")}}, [then](gathering& all) {
      for (const auto& [node, part] : all.parts)
        if (part.contains("actor") && part.at("actor").is_object())
          return then(json{{"actor", part.at("actor")}, {"unreachable", all.unreachable}});
      then(json{{"actor", nullptr}, {"unreachable", all.unreachable}});
    });
  }

  /// What nodes remember of updates, by the hexadecimal hashes of those: at the edge, and at their owner.
  using known_hops = std::map<std::string, std::pair<std::optional<recent_hop>, std::optional<recent_hop>>>;

  void ask_hops(json events, std::function<void(known_hops, std::vector<std::string>)> then) {
    cluster_->everywhere({{"ask", "hops"}, {"events", std::move(events)}}, [this, then](gathering& all) {
      known_hops known;
      for (const auto& [node, part] : all.parts) {
        names_[node_mark(node)] = node;
        const auto hops = part.value("hops", json(json::object()));
        for (const auto& [hex, told] : hops.items()) {
          const auto hop = hop_from(told, parse_conversation_id(hex).value_or(conversation_id{}).bytes);
          if (hop.was_edge_here)
            known[hex].first = hop;
          if (hop.was_committed_here)
            known[hex].second = hop;
        }
      }
      then(std::move(known), all.unreachable);
    });
  }

  void trace(const json& q, const answer_function& then) {
    const auto id = q.value("id", "");
    const auto contact = q.value("contact", "");
    const auto tenants = tenants_of(*node_, q);
    auto events = json::array();
    const auto whose = std::make_shared<std::map<std::string, tenant_entry_ptr>>();
    const auto update = update_name_from(id);
    for (const auto& tenant : tenants) {
      const auto add = [&](const std::string& hex) {
        events.push_back(hex);
        (*whose)[hex] = tenant;
      };
      if (!update)
        for (const auto& hash : tracer::hashes_of(*tenant, id))
          add(to_string(conversation_id{hash}));
      else if (update->first == tenant->config.id)
        add(update->second);
    }
    ask_hops(std::move(events), [this, then, id, contact, tenants,
                                 whose](known_hops known, const std::vector<std::string>& unreachable) {
      auto found = commit_of(id, contact, tenants, *whose, known);
      if (!found)
        return then(found.error());
      const auto hex = found->row.key ? to_string(conversation_id{found->row.key->hash}) : std::string{};
      if (hex.empty() || known.contains(hex))
        return then(tell(id, *found, known[hex], unreachable));
      // One of ours: what has caused it is known only now.
      ask_hops(json::array({hex}), [this, then, id, found = *found, hex](known_hops of_cause, const auto& gone) {
        then(tell(id, found, of_cause[hex], gone));
      });
    });
  }

  result<traced_commit> commit_of(const std::string& id, const std::string& contact,
                                  const std::vector<tenant_entry_ptr>& tenants,
                                  const std::map<std::string, tenant_entry_ptr>& whose,
                                  const known_hops& known) const {
    for (const auto& [hex, both] : known)
      if (both.second && whose.contains(hex))
        if (auto found = tracer_->remembered(whose.at(hex), *both.second))
          return found;
    for (const auto& tenant : tenants) {
      auto looked = tracer_->look_up(tenant, id, contact);
      if (looked || looked.error().code != errc::not_found)
        return looked;
    }
    return make_error(errc::not_found, "nobody has seen this message, or not in the last 8 days");
  }

  told tell(const std::string& id, const traced_commit& found,
            const std::pair<std::optional<recent_hop>, std::optional<recent_hop>>& known,
            const std::vector<std::string>& unreachable) const {
    auto out = tracer_->tell(
        found,
        [this](std::uint32_t mark) {
          const auto at = names_.find(mark);
          if (at != names_.end())
            return at->second;
          return mark == node_mark(node_->node_name) ? node_->node_name : std::string("(a node that is gone)");
        },
        known.first, known.second);
    if (out) {
      (*out)["wamid"] = id;
      (*out)["unreachable"] = unreachable;
    }
    return out;
  }

  /// What has passed of that which consoles watch. Their wishes live as long as somebody asks this.
  void watched(const json& q, const answer_function& then) {
    auto asked = q;
    asked["ask"] = "local_watched";
    cluster_->everywhere(asked, [this, then](gathering& all) {
      const auto work = std::make_shared<watched_everywhere>(all.parts);
      if (work->events().empty())
        return then(work->told());
      ask_hops(work->events(), [this, then, work](known_hops known, const std::vector<std::string>& unreachable) {
        const auto tenants = node_->tenants->get();
        for (const auto& [hex, both] : known) {
          const auto tenant = tenants->find(work->tenant_of(hex));
          if (!tenant || !both.second)
            continue;
          if (const auto commit = tracer_->remembered(tenant, *both.second))
            if (auto trace = tell(update_name(tenant->config.id, hex), *commit, both, unreachable))
              work->add(hex, std::move(*trace));
        }
        then(work->told());
      });
    });
  }

  void learn_names(const runtime::cluster_report& report) {
    for (const auto& node : report.view.nodes)
      names_[node_mark(node.name)] = node.name;
  }

  caf::event_based_actor* self_;
  node_context_ptr node_;
  std::unique_ptr<tracer> tracer_;
  std::unique_ptr<finder> finder_;
  std::unique_ptr<local_answers> here_;
  std::unique_ptr<cluster_asker> cluster_;
  std::map<std::uint32_t, std::string> names_; ///< of nodes, by their marks
};

} // namespace

caf::actor spawn_inspector(caf::actor_system& sys, inspector_options options) {
  using measured_inspector = runtime::measured<inspector>;
  const auto& figures = options.node->figures;
  runtime::own_figures row(figures, actor_kind::service, figures->number_of("inspector"), 0);
  return sys.spawn<measured_inspector, caf::detached>(
      std::move(row), [options = std::move(options)](measured_inspector* self) -> caf::behavior {
        return self->state.start(options);
      });
}

} // namespace wakala::actors
