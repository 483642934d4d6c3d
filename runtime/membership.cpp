#include "runtime/membership.hpp"

#include "runtime/core/codec.hpp"
#include "runtime/core/log.hpp"
#include "runtime/link_frames.hpp"
#include "runtime/shard_map.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <optional>
#include <set>

namespace wakala::runtime {

namespace {

struct beat_tick {};

} // namespace

} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::beat_tick)

namespace wakala::runtime {

using persistence::cluster_view;
using persistence::lease_row;
using persistence::node_row;

namespace {

using steady = std::chrono::steady_clock;

bytes shard_note(frame_kind kind, shard_id shard, std::uint64_t epoch) {
  encoder out(static_cast<std::uint8_t>(kind), 16);
  out.number(shard);
  out.number(epoch);
  return out.take();
}

class membership {
public:
  static inline const char* name = "wakala.membership";

  explicit membership(caf::event_based_actor* self) : self_(self) {}
  ~membership() {
    for (const auto& [node, peer] : peers_)
      caf::anon_send_exit(peer.link, caf::exit_reason::user_shutdown);
  }
  membership(const membership&) = delete;
  membership& operator=(const membership&) = delete;

  caf::behavior start(membership_options options) {
    o_ = std::move(options);
    self_->set_default_handler(caf::drop);
    self_->set_error_handler([](caf::error&) {}); // no answer of ours is worth the node's place in the cluster
    return {
        [this](join_cluster) { self_->send(self_, beat_tick{}); },
        [this](beat_tick) {
          // Planned before the work, which may take as long as the store wants it to.
          self_->delayed_send(self_, o_.timing.beat_every, beat_tick{});
          beat();
        },
        [this](const link_changed& change) { linked(change); },
        [this](const shard_opened& s) { opened(s); },
        [this](const shard_ended& s) { ended(s); },
        [this](const pulse_felt& p) { felt(p.number); },
        [this](const membership_note& note) { noted(note); },
        [this](const guest_arrived& guest) { arrived(guest); },
        [this](cluster_query) { return report(); },
        [this](const drain_node& request) {
          return done_answer::from(done(o_.registry->set_draining(request.node, request.is_draining)));
        },
        [this](const move_shard& request) { return done_answer::from(done(move(request))); },
        [this](leave_cluster) {
          auto promise = self_->make_response_promise();
          left_ = promise;
          o_.me.is_draining = true;
          if (const auto told = o_.registry->set_draining(o_.me.name, true); !told)
            log::warn("node.not_drained", {{"why", told.error().what}});
          beat();
          return promise;
        },
    };
  }

private:
  struct peer_link {
    link_target target;
    caf::actor link;
    link_state state = link_state::down;
    time_ms refused_at = 0; ///< by the store's clock, when it began
  };

  static result<bool> done(const result<void>& r) {
    if (r)
      return true;
    return r.error();
  }

  // -- living ------------------------------------------------------------

  void beat() {
    look_for_pulses();
    if (is_wedged_)
      return;
    const auto asked = steady::now();
    const auto good_until = standing::clock::now() + o_.timing.stale_after;
    auto view = o_.registry->beat(o_.me, o_.timing.stale_after);
    const auto answered = steady::now();
    // Also how long the store took for this one: who came just behind us may not have been heard meanwhile.
    const auto silent_for = answered - last_beat_;
    if (!view)
      return missed(view.error());
    // Nobody takes from us before this, since the store has heard us later than `asked`.
    o_.may_act->extend_until(good_until);
    o_.clock->learn(view->now, asked, answered);
    const bool was_member = has_view_;
    if (misses_ > 0 || (was_member && silent_for > o_.timing.stale_after))
      log::warn("node.rejoined",
                {{"silent_ms", std::chrono::duration_cast<std::chrono::milliseconds>(silent_for).count()}});
    may_judge_silence_ = was_member && misses_ == 0 && silent_for <= o_.timing.stale_after;
    misses_ = 0;
    last_beat_ = asked;
    has_view_ = true;
    view_ = std::move(*view);
    lost_since_.clear();
    keep_links();
    release_again();
    act();
  }

  void missed(const error& why) {
    if (misses_++ == 0 || why.code != last_miss_)
      log::error("node.not_heard", {{"why", why.what}});
    last_miss_ = why.code;
    if (why.code != errc::conflict)
      return; // the shards stay ours until somebody takes them; we write nothing that the store does not want
    o_.may_act->end();
    for (const auto& [shard, epoch] : std::exchange(open_, {}))
      self_->send(o_.host, drop_shard{shard});
    for (const auto shard : std::exchange(taking_, {}))
      self_->send(o_.host, drop_shard{shard});
    leaving_.clear();
  }

  void look_for_pulses() {
    const auto now = steady::now();
    if (waits_for_pulse_ && now - pulse_sent_at_ > o_.wedged_after) {
      if (!is_wedged_) {
        is_wedged_ = true;
        log::error("node.wedged", {{"shards", open_.size()}});
        o_.may_act->end();
        static_cast<void>(o_.registry->leave(o_.me.name, o_.me.incarnation)); // else our silence says it
      }
      return;
    }
    if (waits_for_pulse_)
      return;
    pulse_sent_at_ = now;
    // The host runs where all actors run that wait for nothing. Those of the store may wait for it, and rightly.
    waits_for_pulse_ = true;
    ++last_pulse_;
    self_->send<caf::message_priority::high>(o_.host, pulse{last_pulse_});
  }

  void felt(std::uint64_t number) {
    waits_for_pulse_ = waits_for_pulse_ && number != last_pulse_;
    if (is_wedged_ && !waits_for_pulse_) {
      is_wedged_ = false;
      log::warn("node.moves_again");
      has_view_ = false;
    }
  }

  // -- shards ------------------------------------------------------------

  void act() {
    own_knowledge own{o_.me.name, open_, {}, may_judge_silence_};
    for (const auto& node : view_.nodes)
      if (is_gone(node))
        own.refused.insert(node.name);
    const auto plan = plan_shards(view_, own, o_.timing);
    for (const auto shard : plan.lost) {
      log::warn("shard.lost", {{"shard", shard_name(shard)}, {"to", view_.leases.at(shard).node}});
      open_.erase(shard);
      leaving_.erase(shard);
      self_->send(o_.host, drop_shard{shard});
    }
    for (const auto shard : plan.take) {
      if (taking_.contains(shard) || to_release_.contains(shard) || lost_since_.contains(shard))
        continue;
      taking_.insert(shard);
      self_->send(o_.host, serve_shard{shard, view_.leases.at(shard).epoch});
    }
    for (const auto shard : plan.release) {
      if (leaving_.size() >= o_.hand_overs_at_once)
        break;
      const auto heir = peers_.find(plan.owners.at(shard));
      if (heir == peers_.end() || heir->second.state != link_state::up || !leaving_.insert(shard).second)
        continue; // an heir that cannot be told has it a heartbeat later; better it stays where it is served
      self_->send(o_.host, hand_over_shard{shard});
    }
    owners_ = plan.owners;
    if (give_up_what_is_only_leased())
      return act();
    tell_routes();
    finish_leaving();
  }

  /// A lease in our name without a supervisor, of a take of which we have not heard or of an earlier life: nobody
  /// else takes it while we live, so what is another's is given up. What is still opening here goes the usual way.
  bool give_up_what_is_only_leased() {
    bool is_any = false;
    for (const auto& lease : view_.leases) {
      const auto& owner = owners_.at(lease.shard);
      if (lease.node != o_.me.name || owner == o_.me.name || owner.empty() || open_.contains(lease.shard) ||
          to_release_.contains(lease.shard))
        continue;
      if (taking_.contains(lease.shard)) {
        if (leaving_.insert(lease.shard).second)
          self_->send(o_.host, hand_over_shard{lease.shard});
        continue;
      }
      to_release_[lease.shard] = lease.epoch;
      is_any = true;
    }
    return is_any && release_again();
  }

  void opened(const shard_opened& s) {
    taking_.erase(s.shard);
    open_[s.shard] = s.epoch;
    auto& lease = view_.leases.at(s.shard);
    if (s.epoch >= lease.epoch)
      lease = lease_row{s.shard, s.epoch, o_.me.name, lease.pinned_to};
    for (const auto& [node, peer] : peers_)
      tell(peer, shard_note(frame_kind::shard_taken, s.shard, s.epoch));
    tell_routes();
  }

  void ended(const shard_ended& s) {
    taking_.erase(s.shard);
    open_.erase(s.shard);
    leaving_.erase(s.shard);
    if (s.is_lost)
      lost_since_.insert(s.shard); // our view is older than that: whose it is the next heartbeat says
    if (!s.is_lost && s.epoch != 0) {
      to_release_[s.shard] = s.epoch;
      release_again();
    }
    act();
  }

  /// What is ended here must become another's, also when the store was away at that moment.
  bool release_again() {
    for (auto it = to_release_.begin(); it != to_release_.end();) {
      const auto [shard, epoch] = *it;
      const auto released = o_.registry->release(shard, epoch);
      if (!released) {
        log::warn("shard.not_released", {{"shard", shard_name(shard)}, {"why", released.error().what}});
        return false;
      }
      it = to_release_.erase(it);
      if (!*released) { // another epoch: whose it is the next heartbeat says
        lost_since_.insert(shard);
        auto& lease = view_.leases.at(shard);
        if (lease.node == o_.me.name && lease.epoch <= epoch)
          lease.node.clear();
        continue;
      }
      auto& lease = view_.leases.at(shard);
      if (lease.epoch <= epoch)
        lease = lease_row{shard, epoch + 1, "", lease.pinned_to};
      const auto heir = shard < owners_.size() ? peers_.find(owners_[shard]) : peers_.end();
      if (heir != peers_.end())
        tell(heir->second, shard_note(frame_kind::shard_free, shard, epoch + 1));
    }
    return true;
  }

  result<void> move(const move_shard& request) {
    if (!has_view_ || request.shard >= view_.leases.size())
      return make_error(errc::not_found, "there is no shard " + std::to_string(request.shard), "shard");
    const auto is_it = [&](const node_row& node) { return node.name == request.node; };
    if (!request.node.empty() && std::none_of(view_.nodes.begin(), view_.nodes.end(), is_it))
      return make_error(errc::not_found, "the cluster has no node " + request.node, "node");
    return o_.registry->pin(request.shard, request.node);
  }

  void finish_leaving() {
    if (!left_)
      return;
    const bool others = std::any_of(owners_.begin(), owners_.end(), [](const auto& owner) { return !owner.empty(); });
    const auto is_elsewhere = [this](const lease_row& lease) {
      return !lease.node.empty() && lease.node != o_.me.name;
    };
    // Not before the others have them: what comes until then finds its way through us.
    if (others && !(open_.empty() && leaving_.empty() && taking_.empty() && to_release_.empty() &&
                    std::all_of(view_.leases.begin(), view_.leases.end(), is_elsewhere)))
      return;
    std::exchange(left_, std::nullopt)->deliver(done_answer{true, {}});
  }

  // -- others ------------------------------------------------------------

  void keep_links() {
    std::map<std::string, const node_row*> there;
    for (const auto& node : view_.nodes)
      if (node.name != o_.me.name)
        there[node.name] = &node;
    for (auto it = peers_.begin(); it != peers_.end();) {
      const auto node = there.find(it->first);
      const bool same = node != there.end() && node->second->incarnation == it->second.target.incarnation &&
                        node->second->address == it->second.target.address;
      if (same) {
        ++it;
        continue;
      }
      caf::anon_send_exit(it->second.link, caf::exit_reason::user_shutdown);
      it = peers_.erase(it);
    }
    for (const auto& [node, row] : there) {
      if (peers_.contains(node) || standing_of(*row, view_.now, o_.timing) == node_standing::stale)
        continue;
      link_target target{node, row->incarnation, row->address};
      auto link =
          spawn_link(self_->system(), o_.hello, o_.door, target, o_.with_tls, caf::actor_cast<caf::actor>(self_));
      peers_[node] = peer_link{std::move(target), std::move(link), link_state::down, 0};
    }
  }

  void linked(const link_changed& change) {
    const auto peer = peers_.find(change.node);
    if (peer == peers_.end() || peer->second.target.incarnation != change.incarnation)
      return;
    const bool is_news = peer->second.state != change.state;
    if (is_news && change.state == link_state::refused)
      peer->second.refused_at = o_.clock->now();
    peer->second.state = change.state;
    if (is_news && has_view_)
      act();
  }

  void arrived(const guest_arrived& guest) {
    const auto is_known = [&] {
      const auto peer = peers_.find(guest.node);
      return peer != peers_.end() && peer->second.target.incarnation == guest.incarnation;
    };
    if (!is_known())
      beat(); // it has announced itself since we looked
    if (is_known())
      self_->send(peers_.at(guest.node).link, link_offer{guest.door});
  }

  void noted(const membership_note& note) {
    decoder in(note.what);
    const auto kind = static_cast<frame_kind>(in.form());
    const auto shard = in.number32();
    const auto epoch = in.number();
    if (!in.good() || !has_view_ || shard >= view_.leases.size())
      return;
    auto& lease = view_.leases[shard];
    if (epoch <= lease.epoch)
      return;
    lease = lease_row{shard, epoch, kind == frame_kind::shard_taken ? note.from : std::string{}, lease.pinned_to};
    // Who gives a shard away knows why (a pin, a node that drains); we may not have heard of that yet.
    if (kind == frame_kind::shard_free)
      beat();
    else
      act();
  }

  void tell(const peer_link& peer, bytes note) {
    if (peer.state == link_state::up)
      self_->send(peer.link, link_question{std::move(note), std::chrono::seconds{2}, [](const result<bytes>&) {}});
  }

  void tell_routes() {
    auto table = std::make_shared<route_table>();
    table->tenants_version = view_.tenants_version;
    for (const auto& [node, peer] : peers_)
      if (peer.state == link_state::up)
        table->links.emplace_back(node, peer.link);
    for (const auto& lease : view_.leases) {
      shard_route route{lease.node, lease.epoch, {}};
      const auto peer = peers_.find(lease.node);
      if (peer != peers_.end() && peer->second.state == link_state::up)
        route.link = peer->second.link;
      else if (lease.node == o_.me.name || !lives(lease.node))
        route.node.clear(); // ours and not open is on its way here
      table->shards.push_back(std::move(route));
    }
    self_->send(o_.host, route_table_ptr(std::move(table)));
  }

  /// Its machine says that nobody listens there, and the node has not been heard of since: one whose address is wrong
  /// refuses too, and lives.
  bool is_gone(const node_row& node) const {
    const auto peer = peers_.find(node.name);
    return peer != peers_.end() && peer->second.state == link_state::refused &&
           node.beat_at <= peer->second.refused_at;
  }

  bool lives(const std::string& who) const {
    return std::any_of(view_.nodes.begin(), view_.nodes.end(), [&](const node_row& node) {
      return node.name == who && !is_gone(node) &&
             (standing_of(node, view_.now, o_.timing) != node_standing::stale || !may_judge_silence_);
    });
  }

  cluster_answer report() const {
    cluster_report out;
    out.view = view_;
    out.me = o_.me.name;
    out.is_member = has_view_ && o_.may_act->holds();
    for (const auto& [node, peer] : peers_)
      out.links.emplace_back(node, peer.state);
    out.opening.assign(taking_.begin(), taking_.end());
    out.leaving.assign(leaving_.begin(), leaving_.end());
    out.timing = o_.timing;
    return cluster_answer{std::move(out), {}};
  }

  caf::event_based_actor* self_;
  membership_options o_;
  cluster_view view_;
  bool has_view_ = false;
  bool may_judge_silence_ = false;
  unsigned misses_ = 0; ///< heartbeats in a row that did not get through
  errc last_miss_ = errc::unavailable;
  steady::time_point last_beat_;
  std::map<std::string, peer_link> peers_;
  std::vector<std::string> owners_; ///< who should have each shard
  std::map<shard_id, std::uint64_t> open_;
  std::set<shard_id> taking_;
  std::set<shard_id> leaving_;
  std::map<shard_id, std::uint64_t> to_release_;
  std::set<shard_id> lost_since_; ///< the last view
  std::optional<caf::response_promise> left_;
  bool is_wedged_ = false;
  bool waits_for_pulse_ = false;
  std::uint64_t last_pulse_ = 0;
  steady::time_point pulse_sent_at_;
};

} // namespace

caf::actor spawn_membership(caf::actor_system& sys, membership_options options) {
  return sys.spawn<caf::detached>(
      [options = std::move(options)](caf::stateful_actor<membership>* self) -> caf::behavior {
        return self->state.start(options);
      });
}

} // namespace wakala::runtime
