#include "actors/inspect/inspector.hpp"

#include "actors/inspect/cluster_merge.hpp"
#include "actors/inspect/node_part.hpp"
#include "actors/inspect/told.hpp"
#include "actors/inspect/tracer.hpp"
#include "actors/inspect/watched.hpp"
#include "actors/link_messages.hpp"
#include "runtime/core/log.hpp"
#include "runtime/link_frames.hpp"
#include "runtime/links.hpp"
#include "runtime/measured_actor.hpp"
#include "runtime/shard_map.hpp"

#include <caf/event_based_actor.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

namespace wakala::actors {

namespace {

/// INTERNAL: what another node has answered, or a supervisor, brought back to our own thread.
struct run_here_now {
  std::function<void()> run;
};

} // namespace

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::run_here_now)

namespace wakala::actors {

using nlohmann::json;
using runtime::actor_kind;

namespace {

constexpr std::chrono::milliseconds node_patience{1'500};
constexpr std::chrono::milliseconds shard_patience{1'000};
constexpr std::chrono::seconds tidy_every{30};
constexpr std::chrono::milliseconds cluster_patience{2'000};
constexpr std::size_t rows_max = 5'000; ///< of one answer, before it is cut to a page
constexpr std::size_t tenants_searched_max = 1'000;
constexpr std::size_t tenants_asked_max = 32; ///< which wakes those that sleep

/// One answer for each that was asked; what did not come is missing.
struct gathering {
  std::size_t open = 0;
  std::map<std::string, json> parts; ///< by node
  std::vector<std::string> unreachable;
  std::function<void(gathering&)> done;
  void finish_one() {
    if (--open == 0)
      done(*this);
  }
};
using gathering_ptr = std::shared_ptr<gathering>;

class inspector {
public:
  static inline const char* name = "wakala.inspector";

  explicit inspector(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(inspector_options o) {
    node_ = o.node;
    store_ = std::move(o.store);
    part_ = std::make_unique<node_part>(node_);
    tracer_ = std::make_unique<tracer>(store_, node_);
    self_->set_default_handler(caf::drop);
    self_->set_error_handler([](caf::error&) {});
    return {
        [this](const inspect_request& asked) { return answer(asked); },
        [this](const meet_membership& there) { membership_ = there.membership; },
        [this](const runtime::route_table_ptr& routes) {
          links_.clear();
          for (const auto& [node, link] : routes->links)
            links_[node] = link;
        },
        [](const run_here_now& now) { now.run(); },
    };
  }

private:
  using answer_function = std::function<void(told)>;

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
      find(q, then);
    else if (ask == "trace")
      trace(q, then);
    else if (ask == "watched")
      watched(q, then);
    else if (ask == "part")
      part(then);
    else if (ask == "local_actors")
      then(local_actors(q));
    else if (ask == "local_actor")
      then(local_actor(q));
    else if (ask == "hops")
      then(hops(q));
    else if (ask == "local_watched")
      then(node_->memory ? told(watched_here(node_->memory->watched, q, monotonic_us()))
                         : told(make_error(errc::unavailable, "this node remembers nothing")));
    else
      then(make_error(errc::invalid_argument, "a question that this version does not know"));
  }

  // -- this node

  /// This node's figures. Gives up what they need when nobody looks any more.
  node_part& here() {
    if (!std::exchange(is_tidy_due_, true))
      tidy_later();
    return *part_;
  }
  void tidy_later() {
    self_->delayed_send(self_, tidy_every, run_here_now{[this] {
                          is_tidy_due_ = part_->tidy();
                          if (is_tidy_due_)
                            tidy_later();
                        }});
  }

  void part(const answer_function& then) {
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

  static std::optional<shard_id> shard_of(const json& q) {
    const auto text = q.value("shard", "");
    const auto digits = text.substr(text.find_last_not_of("0123456789") + 1);
    return digits.empty() || digits.size() > 6 ? std::nullopt : std::optional<shard_id>(std::stoul(digits));
  }

  told local_actors(const json& q) {
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

  told local_actor(const json& q) {
    const auto id = actor_name_from(q.value("id", ""));
    if (!id)
      return id.error();
    if (!id->tenant.empty() && !node_->figures->known(id->tenant))
      return json{{"actor", nullptr}};
    return json{{"actor", here().one(*id)}};
  }

  static json to_json(const recent_hop& hop) {
    return {{"edge", hop.was_edge_here},  {"total_us", hop.total_us},
            {"edge_us", hop.edge_us},     {"away_us", hop.away_us},
            {"answer_us", hop.answer_us}, {"owner", hop.was_committed_here},
            {"shard", hop.shard},         {"seq", hop.seq},
            {"epoch", hop.epoch},         {"here_us", hop.here_us},
            {"commit_us", hop.commit_us}};
  }
  static recent_hop hop_from(const json& j, const event_hash& event) {
    recent_hop hop;
    hop.event = event;
    hop.was_edge_here = j.value("edge", false);
    hop.total_us = j.value("total_us", 0U);
    hop.edge_us = j.value("edge_us", 0U);
    hop.away_us = j.value("away_us", 0U);
    hop.answer_us = j.value("answer_us", 0U);
    hop.was_committed_here = j.value("owner", false);
    hop.shard = j.value("shard", 0U);
    hop.seq = j.value("seq", std::uint64_t{0});
    hop.epoch = j.value("epoch", std::uint64_t{0});
    hop.here_us = j.value("here_us", 0U);
    hop.commit_us = j.value("commit_us", 0U);
    return hop;
  }

  told hops(const json& q) {
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

  // -- the cluster

  /// Asks the other nodes the same, and ourselves; `done` runs here.
  void everywhere(const json& q, std::function<void(gathering&)> done, const std::string& only = {}) {
    const auto work = std::make_shared<gathering>();
    work->done = std::move(done);
    work->open = 1;
    const auto me = caf::actor_cast<caf::actor>(self_);
    for (const auto& [node, link] : links_) {
      if (!only.empty() && node != only)
        continue;
      ++work->open;
      const auto told = [work, node = node](const result<bytes>& frame) {
        const auto text = frame ? answer_from(*frame) : text_answer{std::nullopt, frame.error()};
        auto part = text.value ? json::parse(*text.value, nullptr, false) : json();
        if (part.is_object())
          work->parts[node] = std::move(part);
        else
          work->unreachable.push_back(node);
        work->finish_one();
      };
      bytes frame(1, static_cast<char>(runtime::frame_kind::node_question));
      frame += q.dump();
      self_->send(link,
                  runtime::link_question{std::move(frame), node_patience, [me, told](const result<bytes>& answer) {
                                           caf::anon_send(me, run_here_now{[told, answer] { told(answer); }});
                                         }});
    }
    if (only.empty() || only == node_->node_name) {
      ++work->open;
      dispatch(q, [this, work](told own) {
        if (own)
          work->parts[node_->node_name] = std::move(*own);
        else
          work->unreachable.push_back(node_->node_name);
        work->finish_one();
      });
    }
    work->finish_one();
  }

  void with_cluster(std::function<void(const runtime::cluster_report*)> then) {
    if (!membership_)
      return then(nullptr);
    self_->request(membership_, cluster_patience, runtime::cluster_query{})
        .then([then](const runtime::cluster_answer& answer) { then(answer.value ? &*answer.value : nullptr); },
              [then](const caf::error&) { then(nullptr); });
  }

  void overview(const answer_function& then) {
    everywhere({{"ask", "part"}}, [this, then](gathering& all) {
      const auto work = std::make_shared<gathering>(std::move(all));
      with_cluster([this, then, work](const runtime::cluster_report* report) {
        if (report != nullptr)
          learn_names(*report);
        then(overview_json(node_->node_name, static_cast<bool>(membership_), node_->shard_count, node_->clock->now(),
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
    everywhere(
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
    everywhere({{"ask", "local_actor"}, {"id", q.at("id")}}, [then](gathering& all) {
      for (const auto& [node, part] : all.parts)
        if (part.contains("actor") && part.at("actor").is_object())
          return then(json{{"actor", part.at("actor")}, {"unreachable", all.unreachable}});
      then(json{{"actor", nullptr}, {"unreachable", all.unreachable}});
    });
  }

  /// The tenants that are asked for, or as many as may be searched.
  std::vector<tenant_entry_ptr> tenants_of(const json& q) const {
    const auto all = node_->tenants->get();
    std::vector<tenant_entry_ptr> out;
    if (q.contains("tenants") && q.at("tenants").is_array()) {
      for (const auto& id : q.at("tenants").get<std::vector<std::string>>())
        if (auto entry = all->find(id); entry && id != system_tenant)
          out.push_back(std::move(entry));
      return out;
    }
    for (const auto& [id, entry] : all->all())
      if (id != system_tenant && out.size() < tenants_searched_max)
        out.push_back(entry);
    return out;
  }

  static void add_found(json& found, const char* by, const std::string& tenant, const conversation_id& id,
                        const std::string& text) {
    const auto actor = conversation_actor_id(tenant, id);
    for (const auto& each : found)
      if (each.at("actor") == actor)
        return;
    found.push_back({{"by", by},
                     {"tenant", tenant},
                     {"actor", actor},
                     {"wamid", by == std::string_view("wamid") ? json(text) : json(nullptr)}});
  }

  void find(const json& q, const answer_function& then) {
    const auto text = q.value("q", "");
    const auto contact = q.value("contact", text);
    const auto tenants = tenants_of(q);
    auto found = json::array();
    for (const auto& tenant : tenants) {
      const auto by_contact = tracer_->conversation_of(*tenant, contact);
      if (!by_contact)
        return then(by_contact.error());
      if (*by_contact)
        add_found(found, "contact", tenant->config.id, **by_contact, text);
      if (text.starts_with("wamid.") || text.starts_with("o"))
        if (const auto commit = tracer_->look_up(tenant, text, {}); commit && !commit->row.conversation.is_nil())
          add_found(found, "wamid", tenant->config.id, commit->row.conversation, text);
      if (const auto id = parse_conversation_id(text))
        if (const auto there = store_->conversation_key(tenant->config.id, *id); there && *there)
          add_found(found, "conversation", tenant->config.id, *id, text);
    }
    if (!found.empty() || tenants.size() > tenants_asked_max)
      return then(json{{"found", std::move(found)}});
    ask_tenants_for(contact, tenants, then);
  }

  /// Shoppers of the last moments are not in the tables yet: their tenants know them.
  void ask_tenants_for(const std::string& contact, const std::vector<tenant_entry_ptr>& tenants,
                       const answer_function& then) {
    struct asked {
      std::size_t open = 1;
      json found = json::array();
    };
    const auto work = std::make_shared<asked>();
    const auto finish = [work, then] {
      if (--work->open == 0)
        then(json{{"found", std::move(work->found)}});
    };
    const auto table = node_->shards->get();
    for (const auto& tenant : tenants) {
      ++work->open;
      self_
          ->request((*table)[tenant->shard], cluster_patience,
                    for_tenant<conversation_query>{tenant->config.id, conversation_query{contact}})
          .then(
              [work, finish, id = tenant->config.id](const text_answer& answer) {
                const auto view = answer.value ? json::parse(*answer.value, nullptr, false) : json();
                if (view.is_object())
                  if (const auto whose = parse_conversation_id(view.value("conversation_id", "")))
                    add_found(work->found, "contact", id, *whose, {});
                finish();
              },
              [finish](const caf::error&) { finish(); });
    }
    finish();
  }

  /// What nodes remember of updates, by the hexadecimal hashes of those: at the edge, and at their owner.
  using known_hops = std::map<std::string, std::pair<std::optional<recent_hop>, std::optional<recent_hop>>>;

  void ask_hops(json events, std::function<void(known_hops, std::vector<std::string>)> then) {
    everywhere({{"ask", "hops"}, {"events", std::move(events)}}, [this, then](gathering& all) {
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
    const auto tenants = tenants_of(q);
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
    everywhere(asked, [this, then](gathering& all) {
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
  std::shared_ptr<persistence::store> store_;
  std::unique_ptr<node_part> part_;
  std::unique_ptr<tracer> tracer_;
  caf::actor membership_;
  std::map<std::string, caf::actor> links_;
  std::map<std::uint32_t, std::string> names_; ///< of nodes, by their marks
  bool is_tidy_due_ = false;
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
