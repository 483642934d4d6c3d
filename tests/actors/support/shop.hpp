/// \file
/// A whole node in one process, over a store that outlives it.
#pragma once

#include "actors/node.hpp"
#include "runtime/system_config.hpp"
#include "tests/actors/support/fake_graph.hpp"
#include "tests/actors/support/fake_hooks.hpp"
#include "tests/actors/support/moving_clock.hpp"
#include "tests/actors/support/scripted_store.hpp"
#include "tests/actors/support/webhooks.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wakala::actors::test {

using outcomes = std::vector<event_outcome>;

/// How long a test waits for what should come at once.
constexpr std::chrono::seconds patience{20};

class shop_fixture : public ::testing::Test {
protected:
  shop_fixture();
  ~shop_fixture() override;

  void start();
  /// Ends the node and its actor system as a stop would: what is in flight outside is forgotten.
  void stop();
  /// Until every shard is open.
  void restart();

  /// Stops the node when the test's body ends, before what the body lent to store and graph is gone: declare it last.
  struct [[nodiscard]] stopper {
    shop_fixture& shop;
    explicit stopper(shop_fixture& f) : shop(f) {}
    stopper(const stopper&) = delete;
    ~stopper() { shop.stop(); }
  };
  stopper stop_at_the_end() { return stopper{*this}; }

  /// Creates the tenant unless it is there: number `n-<id>`, no app secret.
  void add_tenant(const tenant_id& id, const nlohmann::json& more = nlohmann::json::object());
  static std::string number_of(const tenant_id& id) { return "n-" + id; }

  std::vector<routed_event> routed(const nlohmann::json& body, const tenant_id& url = {}) const;
  std::future<outcomes> post_later(const nlohmann::json& body, const tenant_id& url = {});
  outcomes post(const nlohmann::json& body, const tenant_id& url = {});
  /// One text of one shopper to the tenant; the outcome of its only update.
  event_outcome say(const tenant_id& tenant, const shopper& who, const std::string& id, const std::string& text);
  event_outcome report(const tenant_id& tenant, const recorded_call& call, const std::string& status);
  /// Posts until it is settled, as Meta would; the last outcomes.
  outcomes insist(const nlohmann::json& body, const tenant_id& url = {});
  /// Meta says of each message that it has been called with so far that it has it: one whose answer got lost in a
  /// crash would be waited for. What is still on its way has to be waited for first.
  void meta_has_all(const tenant_id& tenant);

  template <class Answer, class Question>
  Answer ask(const caf::actor& whom, const Question& question) {
    Answer got{};
    caf::scoped_actor self{*system};
    self->request(whom, patience, question)
        .receive([&](Answer& answer) { got = std::move(answer); },
                 [&](caf::error& why) { ADD_FAILURE() << "no answer: " << system->render(why); });
    return got;
  }
  template <class Question>
  text_answer ask_tenant(const tenant_id& tenant, const Question& question) {
    return ask<text_answer>(running->shard_of(tenant), for_tenant<Question>{tenant, question});
  }
  template <class Question>
  text_answer ask_registry(const Question& question) {
    return ask<text_answer>(running->registry(), question);
  }
  /// The answer's JSON, or null.
  static nlohmann::json json_of(const text_answer& answer);

  nlohmann::json conversation_of(const tenant_id& tenant, const std::string& contact);
  /// The whole transcript, page by page.
  std::vector<nlohmann::json> transcript_of(const tenant_id& tenant, const std::string& contact,
                                            std::size_t page = 500);
  std::vector<std::string> inbound_ids(const tenant_id& tenant, const std::string& contact);
  nlohmann::json letters(const tenant_id& tenant, persistence::table where = persistence::table::dead_letter);
  nlohmann::json shard_state(const tenant_id& tenant);

  /// Asks again and again until it is so; false when it does not become so in time.
  bool eventually(const std::function<bool()>& is_so, std::chrono::milliseconds within = patience);
  /// Waits for a message of the transcript to stand at `status`.
  bool stands_at(const tenant_id& tenant, const std::string& contact, const std::string& id,
                 const std::string& status);

  time_ms now() const { return clock->now(); }

  limits_config limits;
  std::uint32_t shard_count = 4;
  std::shared_ptr<moving_clock> clock = std::make_shared<moving_clock>();
  std::shared_ptr<random_source> random =
      std::make_shared<seeded_random>(::testing::UnitTest::GetInstance()->random_seed() + 7);
  std::shared_ptr<scripted_store> store;
  std::shared_ptr<fake_graph> graph = std::make_shared<fake_graph>();
  std::shared_ptr<fake_hooks> hooks = std::make_shared<fake_hooks>();
  step_function step = commerce::step;
  std::shared_ptr<payments::provider_client> stripe; ///< null: there is none
  std::shared_ptr<payments::provider_client> daraja;
  payments_config payments;

  std::shared_ptr<runtime::counters> count; ///< of the present node
  std::unique_ptr<caf::actor_system_config> config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<node> running;
};

const shopper amina{"254700000001", {}, "Amina"};
const shopper baraka{"254700000002", {}, "Baraka"};

} // namespace wakala::actors::test
