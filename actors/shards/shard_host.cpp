#include "actors/shards/shard_host.hpp"

#include "actors/protocol/registry_messages.hpp"
#include "actors/shards/remote_shard.hpp"
#include "runtime/backoff.hpp"
#include "runtime/core/log.hpp"
#include "runtime/shard_map.hpp"

#include <cstdlib>
#include <optional>

namespace wakala::actors {

namespace {

struct restart_shard {
  shard_id shard = 0;
};

} // namespace

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::restart_shard)

namespace wakala::actors {

namespace {

store_handles handles_of(const shard_host_options& o, shard_id shard) {
  auto handles = o.store;
  handles.reader = o.readers[shard % o.readers.size()];
  return handles;
}

/// What there is before the host begins: nobody may find an empty table.
shard_table_ptr first_table(caf::actor_system& sys, const shard_host_options& o) {
  auto table = std::make_shared<shard_table>();
  for (shard_id shard = 0; shard < o.node->shard_count; ++shard)
    table->add(o.is_in_cluster
                   ? spawn_remote_shard(sys, shard, o.node)
                   : spawn_shard_supervisor(sys, shard_place{shard, 0, {}, {}}, o.node, handles_of(o, shard)),
               !o.is_in_cluster);
  return table;
}

class shard_host {
public:
  static inline const char* name = "wakala.shard_host";

  explicit shard_host(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(shard_host_options options) {
    o_ = std::move(options);
    shards_.resize(o_.node->shard_count);
    self_->set_default_handler(caf::drop);
    self_->set_error_handler([](caf::error&) {});
    self_->set_down_handler([this](const caf::down_msg& down) { went_down(down); });
    for (const auto* each : {&o_.store.writer, &o_.store.folder})
      self_->monitor(*each);
    for (const auto& reader : o_.readers)
      self_->monitor(reader);
    for (shard_id shard = 0; shard < shards_.size(); ++shard) {
      const auto& first = (*o_.node->shards->get())[shard];
      (o_.is_in_cluster ? shards_[shard].remote : shards_[shard].supervisor) = first;
      if (!o_.is_in_cluster)
        self_->monitor(first);
    }
    return {
        [this](restart_shard restart) {
          if (!is_ending_)
            serve(restart.shard, 0);
        },
        [this](const meet_others& others) {
          others_ = others;
          for (const auto& each : {others.registry, others.membership, others.door})
            if (each)
              self_->monitor(each);
        },
        [this](const runtime::serve_shard& order) {
          if (!is_ending_ && !shards_.at(order.shard).supervisor)
            serve(order.shard, order.seen);
        },
        [this](const runtime::hand_over_shard& order) {
          if (const auto& supervisor = shards_.at(order.shard).supervisor)
            self_->send(supervisor, give_up_shard{});
          else
            self_->send(others_.membership, runtime::shard_ended{order.shard, 0, true});
        },
        [this](const runtime::drop_shard& order) {
          if (auto& supervisor = shards_.at(order.shard).supervisor) {
            self_->send(supervisor, stop_shard{});
            ending_.push_back(std::exchange(supervisor, nullptr));
            point_elsewhere(order.shard);
          }
        },
        [this](const shard_is_open& s) {
          if (!is_from_supervisor_of(s.shard))
            return; // one that was told to end before it said this
          shards_.at(s.shard).epoch = s.epoch;
          point_here(s.shard);
          self_->send(others_.membership, runtime::shard_opened{s.shard, s.epoch});
        },
        [this](const shard_is_closing& s) {
          if (is_from_supervisor_of(s.shard))
            point_elsewhere(s.shard);
        },
        [this](const runtime::route_table_ptr& routes) { follow(*routes); },
        [this](runtime::pulse p) { return runtime::pulse_felt{p.number}; },
        [this](end_shards) {
          is_ending_ = true;
          ended_ = self_->make_response_promise();
          for (auto& s : shards_)
            if (s.supervisor) {
              self_->send(s.supervisor, stop_shard{});
              ending_.push_back(std::exchange(s.supervisor, nullptr));
            }
          look_if_ended();
          return *ended_;
        },
    };
  }

private:
  struct served_shard {
    caf::actor supervisor; ///< null: it is not here
    caf::actor remote;     ///< in a cluster
    std::uint64_t epoch = 0;
    unsigned failures = 0;
  };

  void spawn(shard_id shard, std::uint64_t seen) {
    auto& s = shards_[shard];
    shard_place place{shard, seen, o_.is_in_cluster ? caf::actor_cast<caf::actor>(self_) : nullptr, s.remote};
    s.epoch = 0;
    s.supervisor = spawn_shard_supervisor(self_->system(), std::move(place), o_.node, handles_of(o_, shard));
    self_->monitor(s.supervisor);
  }

  void serve(shard_id shard, std::uint64_t seen) {
    spawn(shard, seen);
    if (!o_.is_in_cluster)
      change_table(shard, shards_[shard].supervisor, true);
  }

  bool is_from_supervisor_of(shard_id shard) const {
    const auto& supervisor = shards_.at(shard).supervisor;
    return supervisor && self_->current_sender() == caf::actor_cast<caf::strong_actor_ptr>(supervisor);
  }

  /// Not before it is open: until then its `remote_shard` holds what comes.
  void point_here(shard_id shard) {
    const auto& s = shards_.at(shard);
    change_table(shard, s.supervisor, true);
    self_->send(s.remote, shard_is_here{s.supervisor});
  }

  void point_elsewhere(shard_id shard) {
    const auto& s = shards_.at(shard);
    change_table(shard, s.remote, false);
    self_->send(s.remote, shard_is_here{nullptr});
  }

  void change_table(shard_id shard, const caf::actor& actor, bool is_here) {
    auto next = std::make_shared<shard_table>(*o_.node->shards->get());
    next->set(shard, actor, is_here);
    o_.node->shards->set(std::move(next));
  }

  /// Nothing here can be right without them, and nothing is lost by a process that ends: better at once and loudly
  /// than a node that takes webhooks and never answers.
  void end_if_needed(const caf::down_msg& down) const {
    const auto is_it = [&](const caf::actor& actor) { return actor && actor.address() == down.source; };
    if (!is_it(o_.store.writer) && !is_it(o_.store.folder) && !is_it(others_.registry) &&
        !is_it(others_.membership) && !is_it(others_.door) &&
        std::none_of(o_.readers.begin(), o_.readers.end(), is_it))
      return;
    log::error("node.broken", {{"why", "an actor that everything needs has ended: " + to_string(down.reason)}});
    std::abort();
  }

  void went_down(const caf::down_msg& down) {
    if (!is_ending_)
      end_if_needed(down);
    if (std::erase_if(ending_, [&](const caf::actor& a) { return a.address() == down.source; }) > 0)
      return look_if_ended();
    for (shard_id shard = 0; shard < shards_.size(); ++shard) {
      auto& s = shards_[shard];
      if (!s.supervisor || s.supervisor.address() != down.source)
        continue;
      s.supervisor = nullptr;
      const bool is_lost = down.reason == shard_was_lost;
      const bool is_failure = !is_lost && down.reason != shard_was_ended;
      if (o_.is_in_cluster) {
        if (is_failure) // another may have more luck with it; else it comes back to us with the next heartbeat
          log::error("shard.down", {{"shard", runtime::shard_name(shard)}});
        point_elsewhere(shard);
        self_->send(others_.membership, runtime::shard_ended{shard, s.epoch, is_lost});
        return;
      }
      const runtime::backoff_policy policy{std::chrono::milliseconds{50}, std::chrono::milliseconds{5'000}};
      const auto wait = policy.wait(++s.failures, *o_.node->random);
      log::error("shard.down", {{"shard", runtime::shard_name(shard)}, {"restart_in_ms", wait.count()}});
      self_->delayed_send(self_, wait, restart_shard{shard});
      return;
    }
  }

  void follow(const runtime::route_table& routes) {
    std::vector<caf::actor> links;
    for (const auto& [node, link] : routes.links)
      links.push_back(link);
    for (shard_id shard = 0; shard < shards_.size() && shard < routes.shards.size(); ++shard)
      self_->send(shards_[shard].remote, route_change{routes.shards[shard], links});
    self_->send(others_.registry, links_up{links});
    if (others_.inspector)
      self_->send(others_.inspector, std::make_shared<const runtime::route_table>(routes));
    if (routes.tenants_version != std::exchange(tenants_version_, routes.tenants_version))
      self_->send(others_.registry, reload_tenants{});
  }

  void look_if_ended() {
    if (ended_ && ending_.empty())
      std::exchange(ended_, std::nullopt)->deliver(shards_have_ended{});
  }

  caf::event_based_actor* self_;
  shard_host_options o_;
  std::vector<served_shard> shards_;
  std::vector<caf::actor> ending_; ///< supervisors that are not ours to use any more
  meet_others others_;
  std::uint64_t tenants_version_ = 0;
  bool is_ending_ = false;
  std::optional<caf::response_promise> ended_;
};

} // namespace

caf::actor spawn_shard_host(caf::actor_system& sys, shard_host_options options) {
  options.node->shards->set(first_table(sys, options));
  return sys.spawn([options = std::move(options)](caf::stateful_actor<shard_host>* self) -> caf::behavior {
    return self->state.start(options);
  });
}

} // namespace wakala::actors
