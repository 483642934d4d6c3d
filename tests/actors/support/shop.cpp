#include "tests/actors/support/shop.hpp"

#include "persistence/memory/memory_store.hpp"
#include "runtime/config/flat_yaml.hpp"
#include "runtime/config/yaml_tree.hpp"
#include "runtime/core/monotonic.hpp"

#include <cstdlib>

namespace wakala::actors::test {

using nlohmann::json;

namespace {

persistence::key_bytes test_kek() {
  persistence::key_bytes kek{};
  kek.fill(0x42);
  return kek;
}

std::shared_ptr<const commerce::phrasebook> phrases() {
  const std::string folder = WAKALA_SOURCE_DIR "/strings/";
  return std::make_shared<const commerce::phrasebook>(
      commerce::phrasebook::make(load_flat_yaml(folder + "en.yaml").value(),
                                 load_flat_yaml(folder + "sw.yaml").value())
          .value());
}

} // namespace

shop_fixture::shop_fixture() {
  limits.messages_per_second = 1'000;
  store = std::make_shared<scripted_store>(persistence::make_memory_store(shard_count));
}

shop_fixture::~shop_fixture() { stop(); }

void shop_fixture::start() {
  static const auto book = phrases();
  static const auto templates = std::make_shared<const commerce::order_templates>(
      commerce::order_templates::make(load_yaml_tree(WAKALA_SOURCE_DIR "/strings/order-templates.yaml").value())
          .value());
  node_config settings;
  settings.worker_threads = 2;
  config = std::make_unique<runtime::system_config>(settings);
  system = std::make_unique<caf::actor_system>(*config);
  auto context = std::make_shared<node_context>();
  context->limits = limits;
  context->shard_count = store->shard_count();
  context->clock = clock;
  context->random = random;
  context->keys = persistence::keyring::open(test_kek(), *store, random).value();
  context->phrases = book;
  context->order_templates = templates;
  context->graph = graph;
  context->hooks = hooks;
  context->step = step;
  context->stripe = stripe;
  context->daraja = daraja;
  context->payments = payments;
  context->tenants->set(load_directory(*store, *context->keys, store->shard_count()).value());
  count = context->count;
  running = std::make_unique<node>(*system, context, store,
                                   std::map<std::string, std::string, std::less<>>{{"SHOP_SECRET", "s3cret"}});
}

void shop_fixture::stop() {
  running.reset();
  graph->lose(); // answers hold handles of actors
  hooks->lose();
  system.reset();
  config.reset();
}

void shop_fixture::restart() {
  stop();
  start();
  const auto shards = running->shards();
  EXPECT_TRUE(eventually([&] {
    return std::all_of(shards->begin(), shards->end(), [&](const caf::actor& shard) {
      return json_of(ask<text_answer>(shard, shard_query{})).at("state") == "open";
    });
  }));
}

void shop_fixture::add_tenant(const tenant_id& id, const json& more) {
  if (running->context()->tenants->get()->find(id))
    return;
  json form{{"id", id},
            {"name", "Duka " + id},
            {"currency", "KES"},
            {"waba_id", "waba-" + id},
            {"phone_numbers", json::array({{{"id", number_of(id)}, {"display", "254711000000"}}})},
            {"access_token", "token-" + id}};
  form["limits"] = {{"messages_per_hour", 1'000'000}};
  if (const char* shards = std::getenv("WAKALA_TEST_SPREAD"))
    form["limits"]["spread_shards"] = std::stoi(shards);
  form.update(more);
  const auto answer = ask_registry(tenant_put{form.dump(), {}, false});
  ASSERT_TRUE(answer.value) << answer.why.what << " " << answer.why.field;
}

std::vector<routed_event> shop_fixture::routed(const json& body, const tenant_id& url) const {
  const auto text = body.dump();
  const auto tenants = running->context()->tenants->get();
  const auto origin = url.empty() ? nullptr : tenants->find(url);
  const routing_input in{*tenants, origin.get(), *tenants->find(system_tenant)->keys, clock->now()};
  return route(whatsapp::decode(text).value(), text, in);
}

std::future<outcomes> shop_fixture::post_later(const json& body, const tenant_id& url) {
  auto promise = std::make_shared<std::promise<outcomes>>();
  auto future = promise->get_future();
  const auto received = clock->now();
  post_updates(running->shards(), running->context(), routed(body, url), received,
               received + limits.webhook_deadline.count(), monotonic_us(),
               [promise](outcomes all) { promise->set_value(std::move(all)); });
  return future;
}

outcomes shop_fixture::post(const json& body, const tenant_id& url) {
  auto answer = post_later(body, url);
  if (answer.wait_for(patience) != std::future_status::ready) {
    ADD_FAILURE() << "a POST was never answered";
    return {};
  }
  return answer.get();
}

event_outcome shop_fixture::say(const tenant_id& tenant, const shopper& who, const std::string& id,
                                const std::string& text) {
  const auto all = post(text_webhook(number_of(tenant), who, id, text, now()));
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? event_outcome::retry : all.front();
}

event_outcome shop_fixture::report(const tenant_id& tenant, const recorded_call& call, const std::string& status) {
  const auto all = post(
      status_webhook(number_of(tenant), wamid_of(call), status, call.body.value("to", ""), call.callback(), now()));
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? event_outcome::retry : all.front();
}

outcomes shop_fixture::insist(const json& body, const tenant_id& url) {
  outcomes last;
  EXPECT_TRUE(eventually([&] {
    last = post(body, url);
    return std::all_of(last.begin(), last.end(), is_settled);
  }));
  return last;
}

void shop_fixture::meta_has_all(const tenant_id& tenant) {
  for (const auto& call : graph->messages())
    insist(
        status_webhook(number_of(tenant), wamid_of(call), "sent", call.body.value("to", ""), call.callback(), now()));
}

json shop_fixture::json_of(const text_answer& answer) { return answer.value ? json::parse(*answer.value) : json(); }

json shop_fixture::conversation_of(const tenant_id& tenant, const std::string& contact) {
  return json_of(ask_tenant(tenant, conversation_query{contact}));
}

std::vector<json> shop_fixture::transcript_of(const tenant_id& tenant, const std::string& contact, std::size_t page) {
  std::vector<json> all;
  std::string after;
  for (int pages = 0; pages < 10'000; ++pages) {
    text_answer answer;
    // A shard that opens again says "later"; whoever reads asks again.
    eventually([&] {
      answer = ask_tenant(tenant, messages_query{contact, after, page});
      return answer.value || answer.why.code != errc::unavailable;
    });
    if (!answer.value) {
      if (answer.why.code != errc::not_found)
        ADD_FAILURE() << "no transcript: " << answer.why.what;
      return all;
    }
    const auto j = json::parse(*answer.value);
    for (const auto& m : j.at("messages"))
      all.push_back(m);
    if (!j.at("next").is_string())
      return all;
    after = j.at("next").get<std::string>();
  }
  ADD_FAILURE() << "a transcript without end";
  return all;
}

std::vector<std::string> shop_fixture::inbound_ids(const tenant_id& tenant, const std::string& contact) {
  std::vector<std::string> ids;
  for (const auto& m : transcript_of(tenant, contact))
    if (m.at("direction") == "in")
      ids.push_back(m.at("id").get<std::string>());
  return ids;
}

json shop_fixture::letters(const tenant_id& tenant, persistence::table where) {
  letters_query query;
  query.where = where;
  const auto page = json_of(ask_tenant(tenant, query));
  return page.is_object() ? page.at("items") : json::array();
}

json shop_fixture::shard_state(const tenant_id& tenant) {
  return json_of(ask<text_answer>(running->shard_of(tenant), shard_query{}));
}

bool shop_fixture::eventually(const std::function<bool()>& is_so, std::chrono::milliseconds within) {
  const auto end = std::chrono::steady_clock::now() + within;
  caf::scoped_actor self{*system};
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    self->receive(caf::after(std::chrono::milliseconds{5}) >> [] {});
  }
  return true;
}

bool shop_fixture::stands_at(const tenant_id& tenant, const std::string& contact, const std::string& id,
                             const std::string& status) {
  std::string last;
  const bool good = eventually([&] {
    for (const auto& m : transcript_of(tenant, contact))
      if (m.at("id") == id)
        last = m.at("status").get<std::string>();
    return last == status;
  });
  EXPECT_TRUE(good) << id << " stands at " << last << ", not at " << status;
  return good;
}

} // namespace wakala::actors::test
