#include "bench/actors/local_node.hpp"

#include "actors/node.hpp"
#include "actors/outbound/discard_transport.hpp"
#include "bench/load/body.hpp"
#include "http/bridge.hpp"
#include "persistence/memory/memory_store.hpp"
#include "runtime/config/flat_yaml.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/system_config.hpp"
#include "whatsapp/event.hpp"

#include <caf/actor_system.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <future>
#include <thread>

namespace wakala::bench {

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto answer_patience = 30s;
constexpr auto ready_patience = 30s;
constexpr unsigned quiet_looks = 4; ///< so often nothing has changed between two looks: nothing will

/// What a benchmark does not want to meet: it measures the path, not the guards.
limits_config far_limits() {
  limits_config limits;
  limits.webhook_deadline = 10s;
  limits.live_conversations = 5'000'000;
  limits.conversation_idle = 24h;
  limits.unfolded_rows = 5'000'000;
  limits.fold_lag = 600s;
  limits.outbox_per_conversation = 100'000;
  limits.messages_per_second = 1'000'000;
  return limits;
}

result<commerce::phrasebook> texts() {
  const std::string folder = WAKALA_STRINGS_DIR;
  auto english = load_flat_yaml(folder + "/en.yaml");
  if (!english)
    return english.error();
  auto kiswahili = load_flat_yaml(folder + "/sw.yaml");
  if (!kiswahili)
    return kiswahili.error();
  return commerce::phrasebook::make(std::move(*english), std::move(*kiswahili));
}

std::string form_of(const bench_tenant& shop) {
  return json{{"id", shop.id},
              {"name", "Duka " + shop.id},
              {"currency", "KES"},
              {"time_zone", "Africa/Nairobi"},
              {"waba_id", shop.waba_id},
              {"phone_numbers", json::array({json{{"id", shop.number_id}, {"display", shop.display}}})},
              {"verify_token", "bench-verify"},
              {"access_token", "bench-access-token"},
              {"limits", {{"shopper_messages_per_minute", 10'000'000}, {"messages_per_hour", 10'000'000}}}}
      .dump();
}

/// Waits for the answer of a question to the node.
template <class Ask>
result<std::string> answer_of(Ask ask) {
  auto answered = std::make_shared<std::promise<result<std::string>>>();
  auto answer = answered->get_future();
  ask([answered](result<std::string> text) { answered->set_value(std::move(text)); });
  if (answer.wait_for(answer_patience) != std::future_status::ready)
    return make_error(errc::unavailable, "the node did not answer");
  return answer.get();
}

class memory_node final : public local_node {
public:
  result<void> start(const local_node_options& options, const population& who) {
    store_ = persistence::make_memory_store(options.shards);
    auto random = std::make_shared<system_random>();
    persistence::key_bytes kek{};
    random->fill(kek);
    auto keys = persistence::keyring::open(kek, *store_, random);
    if (!keys)
      return keys.error();
    auto tenants = actors::load_directory(*store_, **keys, options.shards);
    if (!tenants)
      return tenants.error();
    auto phrases = texts();
    if (!phrases)
      return phrases.error();
    context_ = std::make_shared<actors::node_context>();
    context_->limits = far_limits();
    context_->shard_count = options.shards;
    context_->clock = std::make_shared<system_clock_source>();
    context_->random = random;
    context_->keys = std::move(*keys);
    context_->tenants->set(std::move(*tenants));
    context_->phrases = std::make_shared<const commerce::phrasebook>(std::move(*phrases));
    context_->graph = actors::make_discard_transport();
    node_config settings;
    settings.worker_threads = options.workers;
    settings_ = std::make_unique<runtime::system_config>(settings);
    system_ = std::make_unique<caf::actor_system>(*settings_);
    node_ =
        std::make_unique<actors::node>(*system_, context_, store_, std::map<std::string, std::string, std::less<>>{});
    bridge_ = std::make_unique<http::bridge>(*node_);
    auto ready = wait_for_shards();
    return ready ? add_shops(who) : ready;
  }

  ~memory_node() override {
    bridge_.reset();
    node_.reset(); // its actors end before their system
  }

  std::vector<actors::routed_event> route(std::string_view body) const override {
    const auto tenants = context_->tenants->get();
    const auto system = tenants->find(actors::system_tenant);
    return actors::route(whatsapp::decode(body).value(), body,
                         {*tenants, nullptr, *system->keys, context_->clock->now()});
  }

  void deliver(std::vector<actors::routed_event> events, std::function<void(bool)> done) override {
    const auto now = context_->clock->now();
    bridge_->deliver(std::move(events), now, now + context_->limits.webhook_deadline.count(), monotonic_us(),
                     [done = std::move(done)](http::post_verdict verdict) { done(verdict.settled); });
  }

  result<void> settle(std::chrono::milliseconds patience) const override {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const auto& count = *context_->count;
    std::pair<std::uint64_t, std::uint64_t> before;
    for (unsigned quiet = 0; quiet < quiet_looks;) {
      const std::pair now{count.journal_rows.load(), count.sends_accepted.load()};
      const bool is_folded = count.folded_rows.load() == now.first;
      quiet = is_folded && now == before ? quiet + 1 : 0;
      before = now;
      if (std::chrono::steady_clock::now() > deadline)
        return make_error(errc::unavailable, "the actors did not come to rest: " + std::to_string(now.first) +
                                                 " rows, " + std::to_string(count.folded_rows.load()) + " folded");
      std::this_thread::sleep_for(100ms);
    }
    return {};
  }

  const runtime::counters& counts() const override { return *context_->count; }
  persistence::store& store() override { return *store_; }

private:
  result<void> wait_for_shards() {
    const auto deadline = std::chrono::steady_clock::now() + ready_patience;
    for (;;) {
      auto text = answer_of([this](auto done) { bridge_->shards(std::move(done)); });
      if (!text)
        return text.error();
      const auto told = json::parse(*text);
      const auto& list = told.at("shards");
      if (std::all_of(list.begin(), list.end(), [](const json& shard) { return shard.at("state") == "open"; }))
        return {};
      if (std::chrono::steady_clock::now() > deadline)
        return make_error(errc::unavailable, "the shards did not open: " + *text);
      std::this_thread::sleep_for(5ms);
    }
  }

  result<void> add_shops(const population& who) {
    for (const auto& shop : who.tenants()) {
      auto added = answer_of([&](auto done) { bridge_->create_tenant(form_of(shop), std::move(done)); });
      if (added)
        added = answer_of([&](auto done) { bridge_->put_catalog(shop.id, bench_catalog(), std::move(done)); });
      if (!added)
        return make_error(added.error().code, "shop " + shop.id + ": " + added.error().what, added.error().field);
    }
    return {};
  }

  std::shared_ptr<persistence::store> store_;
  std::shared_ptr<actors::node_context> context_;
  std::unique_ptr<runtime::system_config> settings_;
  std::unique_ptr<caf::actor_system> system_;
  std::unique_ptr<actors::node> node_;
  std::unique_ptr<http::bridge> bridge_;
};

} // namespace

result<std::unique_ptr<local_node>> local_node::start(const local_node_options& options, const population& who) {
  auto made = std::make_unique<memory_node>();
  auto started = made->start(options, who);
  if (!started)
    return started.error();
  return std::unique_ptr<local_node>(std::move(made));
}

} // namespace wakala::bench
