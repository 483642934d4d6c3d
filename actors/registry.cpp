#include "actors/registry.hpp"

#include "actors/records/conversation_records.hpp"
#include "actors/records/letters.hpp"
#include "actors/shards/edge.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/link_frames.hpp"
#include "runtime/links.hpp"
#include "runtime/measured_actor.hpp"
#include "runtime/shard_map.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds ask_timeout{20};
constexpr std::chrono::seconds confirm_patience{2};
constexpr std::chrono::milliseconds confirm_look{250};

/// A link has told another node of a change, or could not.
struct confirmed_change {
  std::uint64_t number = 0;
};

struct look_for_late {};

} // namespace

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::confirmed_change)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::look_for_late)

namespace wakala::actors {

namespace {

/// Of one content: a tenant that was removed and made again has the same versions as before, and other keys.
std::size_t hash_of(const persistence::tenant_row& row) {
  return std::hash<std::string>{}(row.wrapped_key + row.config) + row.version;
}

std::string config_associated(const tenant_id& id) { return "tenant-config" + std::string(1, '\0') + id; }

/// What is written on the administrator's behalf is all or nothing per tenant.
class registry_state {
public:
  static inline const char* name = "wakala.registry";

  explicit registry_state(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(registry_options options) {
    options_ = std::move(options);
    self_->set_default_handler(caf::drop);
    self_->set_error_handler([](caf::error&) {}); // about something that was not asked
    return {
        [this](const tenant_put& put) { return changed(put, [&] { return this->put(put); }); },
        [this](const tenant_delete& request) { return changed(request, [&] { return remove(request.id); }); },
        [this](const tenants_import& request) { return changed(request, [&] { return import(request.form); }); },
        [this](replay_set_aside) { replay(""); },
        [this](const reload_tenants& request) {
          reload();
          if (request.done)
            request.done();
        },
        [this](links_up& up) { links_ = std::move(up.links); },
        [this](confirmed_change c) { confirmed(c.number); },
        [this](look_for_late) { answer_late(); },
    };
  }

private:
  struct waiting_change {
    caf::response_promise promise;
    text_answer answer;
    std::size_t open = 0;
    time_ms until = 0;
  };

  directory_ptr tenants() const { return options_.node->tenants->get(); }

  /// Makes a change, here or where the system's shard is, and answers when the other nodes know of it or have had
  /// their time.
  template <class Request, class Change>
  caf::response_promise changed(const Request& request, Change&& change) {
    auto promise = self_->make_response_promise();
    if (!options_.is_in_cluster) {
      promise.deliver(text_answer::from(change()));
      return promise;
    }
    const auto table = options_.shards();
    const auto shard = runtime::shard_of(system_tenant, options_.node->shard_count);
    if (!table->is_here(shard)) {
      self_->request((*table)[shard], ask_timeout, for_tenant<Request>{system_tenant, request})
          .then(
              [this, promise](const text_answer& answer) mutable {
                reload(); // the other has told us by now, but perhaps over a link that is slower than its answer
                promise.deliver(answer);
              },
              [promise](const caf::error&) mutable {
                promise.deliver(text_answer{
                    std::nullopt, make_error(errc::unavailable, "the node that writes tenants did not answer")});
              });
      return promise;
    }
    reload();
    auto answer = text_answer::from(change());
    if (!answer.value || links_.empty()) {
      promise.deliver(std::move(answer));
      return promise;
    }
    const auto number = ++last_change_;
    waiting_[number] =
        waiting_change{promise, std::move(answer), links_.size(),
                       options_.node->clock->now() + std::chrono::milliseconds{confirm_patience}.count() + 200};
    // A link that ends before it has read the question answers nothing.
    if (!std::exchange(look_is_planned_, true))
      self_->delayed_send(self_, confirm_look, look_for_late{});
    const bytes frame{static_cast<char>(runtime::frame_kind::tenants_changed)};
    for (const auto& link : links_)
      self_->send(link, runtime::link_question{frame, confirm_patience,
                                               [me = caf::actor_cast<caf::actor>(self_), number](const auto&) {
                                                 caf::anon_send(me, confirmed_change{number});
                                               }});
    return promise;
  }

  void answer_late() {
    look_is_planned_ = false;
    const auto now = options_.node->clock->now();
    for (auto it = waiting_.begin(); it != waiting_.end();) {
      if (it->second.until > now) {
        ++it;
        continue;
      }
      it->second.promise.deliver(std::move(it->second.answer));
      it = waiting_.erase(it);
    }
    if (!waiting_.empty() && !std::exchange(look_is_planned_, true))
      self_->delayed_send(self_, confirm_look, look_for_late{});
  }

  void confirmed(std::uint64_t number) {
    const auto it = waiting_.find(number);
    if (it == waiting_.end() || --it->second.open > 0)
      return;
    it->second.promise.deliver(std::move(it->second.answer));
    waiting_.erase(it);
  }

  /// What other nodes have changed since.
  void reload() {
    const auto before = tenants();
    auto loaded = load_directory(*options_.store, *options_.node->keys, options_.node->shard_count, before.get());
    if (!loaded) {
      log::warn("tenants.not_read", {{"why", loaded.error().what}});
      return;
    }
    const auto now = *loaded;
    options_.node->tenants->set(now);
    bool is_new = false;
    for (const auto& [id, entry] : now->all())
      if (const auto old = before->find(id); old != entry) {
        if (old) // a tenant that nobody knew has no actor anywhere
          tell_places(id, entry);
        is_new = true;
      }
    for (const auto& [id, entry] : before->all())
      if (!now->find(id))
        tell_places(id, nullptr);
    // What came before we knew of its number was set aside.
    const auto shard = runtime::shard_of(system_tenant, options_.node->shard_count);
    if (is_new && options_.shards()->is_here(shard))
      replay("");
  }

  result<std::string> put(const tenant_put& request) {
    const auto form = json::parse(request.form, nullptr, false);
    if (form.is_discarded())
      return make_error(errc::invalid_argument, "the body is not JSON");
    const auto before = request.id.empty() ? nullptr : tenants()->find(request.id);
    if (request.must_exist && (!before || request.id == system_tenant))
      return make_error(errc::not_found, "no such tenant");
    auto config = parse_tenant(form, before ? &before->config : nullptr, request.id);
    if (!config)
      return config.error();
    if (!request.must_exist && tenants()->find(config->id))
      return make_error(errc::conflict, "a tenant of that id exists", "/id");
    if (auto r = store(*config); !r)
      return r.error();
    replay("");
    return to_form(*config).dump();
  }

  result<void> check_numbers(const tenant_config& config) const {
    for (std::size_t i = 0; i < config.phone_numbers.size(); ++i)
      if (const auto owner = tenants()->by_number(config.phone_numbers[i].id); owner && owner->config.id != config.id)
        return make_error(errc::conflict, "another tenant has that number",
                          "/phone_numbers/" + std::to_string(i) + "/id");
    return {};
  }

  result<void> store(const tenant_config& config) {
    if (auto free = check_numbers(config); !free)
      return free;
    const auto before = tenants()->find(config.id);
    persistence::tenant_row row;
    row.id = config.id;
    row.shard = runtime::shard_of(config.id, options_.node->shard_count);
    row.version = before ? before->version + 1 : 1;
    auto& ring = *options_.node->keys;
    if (before) {
      // The wrapped key is the store's; read it back rather than keep it in every snapshot.
      auto rows = options_.store->tenants();
      if (!rows)
        return rows.error();
      for (auto& known : *rows)
        if (known.id == config.id)
          row.wrapped_key = known.wrapped_key;
    }
    if (row.wrapped_key.empty())
      row.wrapped_key = ring.new_tenant_key(config.id);
    auto keys = ring.unwrap_tenant(config.id, row.wrapped_key);
    if (!keys)
      return keys.error();
    row.config = (*keys)->data.seal(config_associated(config.id), to_stored(config), ring.random());
    if (auto written = options_.store->put_tenant(row); !written)
      return written.error();
    auto entry = std::make_shared<tenant_entry>();
    entry->config = config;
    entry->shard = row.shard;
    entry->keys = before ? before->keys : *keys;
    entry->version = row.version;
    entry->row_hash = hash_of(row);
    auto next = std::make_shared<directory>(*tenants());
    next->add(entry);
    options_.node->tenants->set(next);
    tell_places(config.id, entry);
    log::info("tenant.stored", {{"tenant", config.id}, {"version", row.version}});
    return {};
  }

  /// Tells every shard here: a tenant that is spread, or was, may have an actor on any of them.
  void tell_places(const tenant_id& id, const tenant_entry_ptr& entry) {
    const auto table = options_.shards();
    for (const auto& shard : *table)
      self_->send(shard, for_tenant<reconfigure>{id, reconfigure{entry}});
  }

  result<std::string> remove(const tenant_id& id) {
    const auto entry = tenants()->find(id);
    if (!entry || id == system_tenant)
      return make_error(errc::not_found, "no such tenant");
    if (auto erased = options_.store->erase_tenant(id); !erased)
      return erased.error();
    auto next = std::make_shared<directory>(*tenants());
    next->remove(id);
    options_.node->tenants->set(next);
    tell_places(id, nullptr);
    log::info("tenant.removed", {{"tenant", id}});
    return std::string("{}");
  }

  result<std::string> import(const std::string& text) {
    const auto form = json::parse(text, nullptr, false);
    if (form.is_discarded())
      return make_error(errc::invalid_argument, "the body is not JSON");
    std::map<tenant_id, tenant_config> existing;
    for (const auto& [id, entry] : tenants()->all())
      existing[id] = entry->config;
    auto configs = parse_tenant_routes(form, existing, options_.environment);
    if (!configs)
      return configs.error();
    auto created = json::array();
    auto updated = json::array();
    for (const auto& config : *configs) {
      const bool known = existing.contains(config.id);
      if (auto r = store(config); !r)
        return r.error();
      (known ? updated : created).push_back(config.id);
    }
    return json{{"created", std::move(created)}, {"updated", std::move(updated)}}.dump();
  }

  caf::actor system_shard() const {
    return (*options_.shards())[runtime::shard_of(system_tenant, options_.node->shard_count)];
  }

  /// One page of set-aside updates after the other.
  void replay(const std::string& after) {
    letters_query query{persistence::table::aside, after, 1'000, true};
    self_->request(system_shard(), ask_timeout, for_tenant<letters_query>{system_tenant, query})
        .then(
            [this](const text_answer& answer) {
              if (!answer.value)
                return;
              const auto page = json::parse(*answer.value, nullptr, false);
              std::vector<routed_event> ready;
              std::vector<std::string> ids;
              for (const auto& item : page.at("items")) {
                auto e = unpack_event(item.get<std::string>());
                if (!e || e->aside != aside_reason::unknown_number)
                  continue;
                tenant_entry_ptr owner;
                if (e->update.phone_number_id)
                  owner = tenants()->by_number(*e->update.phone_number_id);
                else
                  owner = tenants()->by_waba(e->update.waba_id.value_or(""));
                // It may come back only through a door that it could have come through.
                const bool may =
                    owner && (e->origin.empty() ? owner->config.app_secret.empty() : e->origin == owner->config.id);
                if (!may)
                  continue;
                ids.push_back(to_hex(e->key.hash));
                e->aside = aside_reason::none;
                e->tenant = owner->config.id;
                assign_key(*e, *owner->keys, options_.node->clock->now());
                e->index = static_cast<std::uint32_t>(ready.size());
                ready.push_back(std::move(*e));
              }
              in_order_of_time(ready, ids);
              bring_back(std::move(ready), std::move(ids));
              if (page.at("next").is_string())
                replay(page.at("next").get<std::string>());
            },
            [](const caf::error&) {}); // the next change of a tenant tries again
  }

  /// Rows come in the order of their keys, which is none: the shopper's order is that of the events' times.
  static void in_order_of_time(std::vector<routed_event>& ready, std::vector<std::string>& ids) {
    std::vector<std::size_t> order(ready.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return ready[a].update.at < ready[b].update.at; });
    std::vector<routed_event> sorted;
    std::vector<std::string> sorted_ids;
    for (const auto i : order) {
      sorted.push_back(std::move(ready[i]));
      sorted.back().index = static_cast<std::uint32_t>(sorted.size() - 1);
      sorted_ids.push_back(std::move(ids[i]));
    }
    ready = std::move(sorted);
    ids = std::move(sorted_ids);
  }

  void bring_back(std::vector<routed_event> ready, std::vector<std::string> ids) {
    if (ready.empty())
      return;
    log::info("set_aside.replaying", {{"count", ready.size()}});
    const auto now = options_.node->clock->now();
    const auto shard = system_shard();
    post_updates(
        options_.shards(), options_.node, std::move(ready), now, now + options_.node->limits.webhook_deadline.count(),
        monotonic_us(), [shard, ids = std::move(ids)](const std::vector<event_outcome>& outcomes) {
          for (std::size_t i = 0; i < ids.size(); ++i)
            if (is_settled(outcomes[i]))
              caf::anon_send(shard, for_tenant<letter_action>{
                                        system_tenant, letter_action{persistence::table::aside, ids[i], false}});
        });
  }

  caf::event_based_actor* self_;
  registry_options options_;
  std::vector<caf::actor> links_; ///< to all nodes that can be reached
  std::map<std::uint64_t, waiting_change> waiting_;
  std::uint64_t last_change_ = 0;
  bool look_is_planned_ = false;
};

} // namespace

namespace {

result<tenant_entry_ptr> read_entry(const persistence::tenant_row& row, persistence::keyring& keys) {
  auto unwrapped = keys.unwrap_tenant(row.id, row.wrapped_key);
  if (!unwrapped)
    return unwrapped.error();
  auto entry = std::make_shared<tenant_entry>();
  entry->shard = row.shard;
  entry->keys = *unwrapped;
  entry->version = row.version;
  entry->row_hash = hash_of(row);
  if (row.id == system_tenant) {
    entry->config.id = system_tenant;
    return tenant_entry_ptr(std::move(entry));
  }
  const auto text = entry->keys->data.open(config_associated(row.id), row.config);
  if (!text)
    return make_error(errc::corrupt, "the configuration of tenant " + row.id + " cannot be unsealed");
  auto config = from_stored(*text);
  if (!config)
    return config.error();
  entry->config = std::move(*config);
  return tenant_entry_ptr(std::move(entry));
}

result<void> make_system_tenant(persistence::store& where, persistence::keyring& keys, std::uint32_t shard_count) {
  persistence::tenant_row row;
  row.id = system_tenant;
  row.shard = runtime::shard_of(system_tenant, shard_count);
  row.version = 1;
  row.wrapped_key = keys.new_tenant_key(system_tenant);
  if (auto written = where.put_tenant(row); !written && written.error().code != errc::conflict)
    return written.error();
  return {}; // a conflict: another node that starts at this moment was quicker
}

} // namespace

result<directory_ptr> load_directory(persistence::store& where, persistence::keyring& keys, std::uint32_t shard_count,
                                     const directory* known) {
  auto rows = where.tenants();
  const auto is_system = [](const persistence::tenant_row& row) { return row.id == system_tenant; };
  if (rows && std::none_of(rows->begin(), rows->end(), is_system)) {
    if (auto made = make_system_tenant(where, keys, shard_count); !made)
      return made.error();
    rows = where.tenants();
  }
  if (!rows)
    return rows.error();
  std::vector<tenant_entry_ptr> entries;
  for (const auto& row : *rows) {
    auto entry = known != nullptr ? known->find(row.id) : nullptr;
    if (!entry || entry->row_hash != hash_of(row)) {
      auto read = read_entry(row, keys);
      if (!read)
        return read.error();
      entry = std::move(*read);
    }
    entries.push_back(std::move(entry));
  }
  auto all = std::make_shared<directory>();
  all->add(std::move(entries));
  return directory_ptr(std::move(all));
}

caf::actor spawn_registry(caf::actor_system& sys, registry_options options) {
  using measured_registry = runtime::measured<registry_state>;
  const auto& figures = options.node->figures;
  runtime::own_figures row(figures, runtime::actor_kind::service, figures->number_of("registry"), 0);
  return sys.spawn<measured_registry, caf::detached>(
      std::move(row), [options = std::move(options)](measured_registry* self) -> caf::behavior {
        return self->state.start(options);
      });
}

} // namespace wakala::actors
