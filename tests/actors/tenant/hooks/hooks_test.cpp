// Merchants' own systems hear of orders: of each change once written, in order for each order, through failures and
// crashes.
#include "tests/actors/support/shop.hpp"

#include <algorithm>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using persistence::table;

const std::string secret = "a-secret-of-the-shop";

class order_events : public shop_fixture {
protected:
  void SetUp() override {
    limits.conversation_idle = std::chrono::milliseconds{400}; // so often is looked at what is due
    start();
    add_tenant("duka", {{"webhook", webhook()}});
    const json shelf{
        {"products", json::array({{{"id", "chai"}, {"name", "Chai"}, {"category", "Tea"}, {"price", "100.00"}}})}};
    ASSERT_TRUE(ask_tenant("duka", catalog_put{shelf.dump()}).value);
  }
  void TearDown() override { stop(); }

  static json webhook(const json& more = json::object()) {
    json form{{"url", "https://shop.example/hook"}, {"secret", secret}};
    form.update(more);
    return form;
  }
  /// Null: none.
  void configure(const json& hook) {
    auto form = json::parse(to_form(running->context()->tenants->get()->find("duka")->config).dump());
    form.erase("webhook");
    if (!hook.is_null())
      form["webhook"] = hook;
    ASSERT_TRUE(ask_registry(tenant_put{form.dump(), "duka", true}).value);
  }

  /// A shopper of its own places an order; its code.
  std::string place() {
    const auto who = with_phone("2547220" + std::to_string(10'000 + shoppers_++));
    for (const auto* const text : {"1 chai", "checkout"})
      insist(text_webhook("n-duka", who, "wamid." + std::to_string(++told_), text, now()));
    std::string code;
    EXPECT_TRUE(eventually([&] {
      const auto newest = conversation_of("duka", who.phone);
      if (!newest.is_object() || !newest.value("order", json()).is_object())
        return false;
      code = newest.at("order").at("code").get<std::string>();
      return true;
    }));
    return code;
  }
  void act(const std::string& order, const std::string& action, const json& form = json::object()) {
    text_answer answer;
    EXPECT_TRUE(eventually([&] { // not while a shard is being opened
      answer = ask_tenant("duka", order_action{order, action, form.dump()});
      return answer.value || answer.why.code != errc::unavailable;
    }));
    EXPECT_TRUE(answer.value) << action << ": " << answer.why.what;
  }
  json list(const std::string& state = {}, std::size_t limit = 500) {
    json found;
    EXPECT_TRUE(eventually([&] {
      found = json_of(ask_tenant("duka", hooks_query{state, {}, limit}));
      return found.is_object();
    }));
    return found;
  }
  json pending() { return list("pending").at("deliveries"); }
  text_answer ask_hook(const std::string& id, const std::string& action) {
    return ask_tenant("duka", hook_action{id, action});
  }
  /// Nothing is left to deliver.
  bool is_all_taken() {
    return eventually([&] { return list({}, 1).at("deliveries").empty(); }, std::chrono::seconds{60});
  }
  /// What was told of one order, in order.
  std::vector<std::string> told_of(const std::string& code) const {
    std::vector<std::string> all;
    for (const auto& each : fake()->told())
      if (each.ends_with(" " + code))
        all.push_back(each.substr(0, each.find(' ')));
    return all;
  }
  const std::shared_ptr<fake_hooks>& fake() const { return hooks; }
  bool is_told(std::size_t times) {
    return eventually([&] { return fake()->calls().size() >= times; });
  }

  int shoppers_ = 0;
  int told_ = 0;
};

using names = std::vector<std::string>;

TEST_F(order_events, each_change_is_told_once_in_order_and_then_forgotten) {
  const auto code = place();
  act(code, "pay", {{"amount", "120.00"}, {"method", "mpesa"}, {"reference", "R1"}});
  for (const auto* const move : {"confirm", "pack", "ship", "deliver"})
    act(code, move);
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(told_of(code), (names{"placed", "received", "paid", "confirmed", "packed", "shipped", "delivered"}));
  const auto calls = fake()->calls();
  for (const auto& call : calls) {
    EXPECT_EQ(call.url, "https://shop.example/hook");
    EXPECT_EQ(call.secrets, std::vector<std::string>{secret});
    EXPECT_EQ(body_of(call).at("id"), call.event_id);
    EXPECT_EQ(body_of(call).at("tenant"), "duka");
    EXPECT_EQ(call.body.find("2547220"), std::string::npos) << "no personal data";
  }
  EXPECT_EQ(body_of(calls.at(1)).at("data").at("payment").at("amount").at("amount"), "120.00");
  EXPECT_EQ(body_of(calls.at(1)).at("data").at("order").at("owed").at("amount"), "20.00");
  EXPECT_EQ(count->hooks_delivered, 7U);
  restart();
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(fake()->calls().size(), 7U);
}

TEST_F(order_events, the_event_is_in_the_commit_of_the_change_and_there_is_none_without_it) {
  const auto without = std::make_shared<std::atomic<int>>(0);
  const auto with = std::make_shared<std::atomic<int>>(0);
  const auto cut = std::make_shared<std::atomic<bool>>(false);
  store->on_append([=](const std::vector<persistence::row_ptr>& rows) {
    for (const auto& row : rows) {
      const auto has = [&row](table where, std::string_view prefix) {
        return std::any_of(row->business.begin(), row->business.end(), [&](const persistence::record& r) {
          return r.where == where && !r.erase && r.key.starts_with(prefix);
        });
      };
      if (!has(table::order, ""))
        continue;
      ++(has(table::tenant_entity, "hook.") ? *with : *without);
      if (*cut)
        return fault::before;
    }
    return fault::none;
  });
  const auto stopped = stop_at_the_end();
  const auto code = place();
  *cut = true;
  EXPECT_FALSE(ask_tenant("duka", order_action{code, "confirm", {}}).value);
  *cut = false;
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(told_of(code), names{"placed"}) << "what was not written did not happen";
  act(code, "cancel");
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(told_of(code), (names{"placed", "cancelled"}));
  EXPECT_EQ(*without, 0);
  EXPECT_GE(*with, 3);
}

TEST_F(order_events, a_shop_without_a_webhook_writes_nothing_and_one_that_chooses_hears_what_it_chose) {
  configure(json());
  const auto written = std::make_shared<std::atomic<int>>(0);
  store->on_append([written](const std::vector<persistence::row_ptr>& rows) {
    for (const auto& row : rows)
      for (const auto& r : row->business)
        *written += r.where == table::tenant_entity && r.key.starts_with("hook") ? 1 : 0;
    return fault::none;
  });
  const auto stopped = stop_at_the_end();
  const auto code = place();
  act(code, "confirm");
  EXPECT_EQ(*written, 0);
  configure(webhook({{"events", {"order.packed"}}}));
  act(code, "pack");
  act(code, "ship");
  EXPECT_TRUE(is_told(1));
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(told_of(code), names{"packed"});
}

TEST_F(order_events, what_was_on_its_way_when_the_node_died_is_sent_again_by_the_same_id) {
  fake()->answer_with([](const hook_call&, std::size_t) { return std::nullopt; });
  const auto code = place();
  act(code, "confirm");
  EXPECT_TRUE(is_told(1));
  restart();
  EXPECT_TRUE(is_told(2));
  fake()->answer_with({});
  fake()->release(answered(204));
  EXPECT_TRUE(is_all_taken());
  const auto calls = fake()->calls();
  EXPECT_EQ(told_of(code), (names{"placed", "placed", "confirmed"}));
  EXPECT_EQ(calls.at(0).event_id, calls.at(1).event_id);
  EXPECT_EQ(calls.at(0).body, calls.at(1).body);
}

TEST_F(order_events, an_event_that_is_refused_holds_up_its_own_order_only) {
  clock->stop();
  const auto fine = place();
  EXPECT_TRUE(is_all_taken());
  const auto good = std::make_shared<std::atomic<bool>>(false);
  fake()->answer_with([fine, good](const hook_call& call, std::size_t) {
    return answered(code_of(call) != fine && !*good ? 500 : 200);
  });
  const auto code = place();
  act(code, "confirm");
  act(code, "pack");
  act(fine, "confirm");
  act(fine, "pack");
  EXPECT_TRUE(eventually([&] { return told_of(fine) == names{"placed", "confirmed", "packed"}; }));
  EXPECT_EQ(told_of(code), names{"placed"});
  ASSERT_TRUE(eventually([&] { return pending().size() == 3; })) << "what was taken is forgotten a moment later";
  const auto waiting = pending();
  EXPECT_EQ(waiting.at(0).at("type"), "order.placed");
  EXPECT_EQ(waiting.at(0).at("order_code"), code);
  EXPECT_EQ(waiting.at(0).at("tries"), 1);
  EXPECT_EQ(waiting.at(0).at("last_status"), 500);
  EXPECT_GT(waiting.at(0).at("next_at"), waiting.at(0).at("created_at"));
  EXPECT_EQ(waiting.at(1).at("tries"), 0);
  EXPECT_EQ(waiting.at(1).at("last_status"), nullptr);
  clock->advance(std::chrono::seconds{5});
  EXPECT_TRUE(is_told(fake()->calls().size() + 1));
  EXPECT_TRUE(eventually([&] { return pending().at(0).at("tries") == 2; }));
  *good = true;
  clock->advance(std::chrono::seconds{10});
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(told_of(code), (names{"placed", "placed", "placed", "confirmed", "packed"}));
  EXPECT_EQ(count->hooks_retried, 2U);
  EXPECT_EQ(count->hooks_failed, 0U);
}

TEST_F(order_events, redirects_and_missing_answers_are_not_taken_for_delivered) {
  clock->stop();
  fake()->answer_with([](const hook_call&, std::size_t n) -> std::optional<hook_answer> {
    const hook_answer answers[] = {answered(301), answered(404), of_kind(hook_answer::kind::no_answer)};
    return n < std::size(answers) ? answers[n] : answered(200);
  });
  place();
  for (int tries = 1; tries <= 3; ++tries) {
    EXPECT_TRUE(eventually([&] { return pending().size() == 1 && pending().at(0).at("tries") == tries; })) << tries;
    clock->advance(std::chrono::minutes{1}); // in half an hour the order would expire
  }
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(fake()->calls().size(), 4U);
}

TEST_F(order_events, what_this_node_may_not_send_is_not_a_try) {
  fake()->answer_with(
      [](const hook_call&, std::size_t n) { return n == 0 ? of_kind(hook_answer::kind::held) : answered(200); });
  place();
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(fake()->calls().size(), 2U);
  EXPECT_EQ(count->hooks_retried, 0U);
}

TEST_F(order_events, at_most_eight_are_on_their_way) {
  fake()->answer_with([](const hook_call&, std::size_t) { return std::nullopt; });
  for (int i = 0; i < 10; ++i)
    place();
  EXPECT_TRUE(is_told(8));
  EXPECT_EQ(pending().size(), 10U);
  EXPECT_EQ(fake()->kept(), 8U);
  fake()->answer_with({});
  fake()->release(answered(200));
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(fake()->calls().size(), 10U);
}

TEST_F(order_events, more_than_a_page_is_told_in_order_after_a_start) {
  fake()->answer_with([](const hook_call&, std::size_t) { return std::nullopt; });
  const auto first = place();
  const auto second = place();
  for (int i = 0; i < 55; ++i)
    for (const auto& code : {first, second})
      act(code, "pay", {{"amount", "0.01"}});
  fake()->answer_with({});
  restart();
  EXPECT_TRUE(is_all_taken());
  for (const auto& code : {first, second}) {
    std::vector<std::string> paid;
    std::set<std::string> ids;
    for (const auto& call : fake()->calls())
      if (code_of(call) == code && ids.insert(call.event_id).second && body_of(call).at("type") == "payment.received")
        paid.push_back(body_of(call).at("data").at("order").at("paid").at("amount").get<std::string>());
    ASSERT_EQ(paid.size(), 55U);
    EXPECT_EQ(paid.front(), "0.01");
    EXPECT_EQ(paid.back(), "0.55");
    EXPECT_TRUE(std::is_sorted(paid.begin(), paid.end()));
  }
}

TEST_F(order_events, the_end_of_an_outage_ends_the_pauses_it_has_caused) {
  clock->stop();
  const auto is_down = std::make_shared<std::atomic<bool>>(true);
  fake()->answer_with([is_down](const hook_call&, std::size_t) {
    return *is_down ? of_kind(hook_answer::kind::no_answer) : answered(200);
  });
  for (int i = 0; i < 9; ++i)
    place();
  EXPECT_TRUE(eventually([&] {
    const auto all = pending();
    return all.size() == 9 && std::all_of(all.begin(), all.end(), [](const json& e) { return e.at("tries") == 1; });
  }));
  *is_down = false;
  place();
  EXPECT_TRUE(is_all_taken()) << "although no time has passed";
  EXPECT_EQ(fake()->calls().size(), 19U);
}

TEST_F(order_events, what_is_not_taken_in_three_days_is_set_aside_and_forgotten_after_thirty) {
  clock->stop();
  const auto is_down = std::make_shared<std::atomic<bool>>(true);
  fake()->answer_with([is_down](const hook_call& call, std::size_t) {
    return answered(*is_down && body_of(call).at("type") == "order.placed" ? 503 : 200);
  });
  const auto code = place();
  act(code, "confirm");
  EXPECT_TRUE(is_told(1));
  EXPECT_TRUE(eventually([&] { return pending().size() == 2 && pending().at(0).at("tries") == 1; }));
  clock->advance(std::chrono::hours{71});
  EXPECT_TRUE(eventually([&] { return pending().size() == 2 && pending().at(0).at("tries") == 2; }));
  clock->advance(std::chrono::hours{1});
  EXPECT_TRUE(eventually([&] { return pending().empty(); })) << "what comes after it goes on";
  EXPECT_EQ(told_of(code), (names{"placed", "placed", "placed", "confirmed"}));
  auto failed = list("failed").at("deliveries");
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed.at(0).at("state"), "failed");
  EXPECT_EQ(failed.at(0).at("next_at"), nullptr);
  EXPECT_EQ(count->hooks_failed, 1U);
  const auto id = failed.at(0).at("id").get<std::string>();
  EXPECT_EQ(json_of(ask_hook(id, "retry")).at("outcome"), "retrying");
  EXPECT_TRUE(eventually([&] { return pending().size() == 1 && pending().at(0).at("tries") == 4; }))
      << "it is given its three days again";
  clock->advance(std::chrono::hours{72});
  EXPECT_TRUE(eventually([&] { return list("failed").at("deliveries").size() == 1; }));
  restart();
  EXPECT_EQ(list().at("deliveries").size(), 1U);
  clock->advance(std::chrono::hours{24 * 30});
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(ask_hook(id, "retry").why.code, errc::not_found);
}

TEST_F(order_events, an_event_can_be_tried_at_once_or_given_up) {
  clock->stop();
  const auto is_down = std::make_shared<std::atomic<bool>>(true);
  fake()->answer_with([is_down](const hook_call&, std::size_t) { return answered(*is_down ? 500 : 200); });
  const auto one = place();
  const auto other = place();
  act(other, "confirm");
  EXPECT_TRUE(eventually([&] {
    const auto all = pending();
    return all.size() == 3 && all.at(0).at("tries") == 1 && all.at(1).at("tries") == 1;
  }));
  const auto all = pending();
  *is_down = false;
  EXPECT_EQ(json_of(ask_hook(all.at(1).at("id"), "drop")).at("outcome"), "dropped");
  EXPECT_TRUE(eventually([&] { return told_of(other) == names{"placed", "confirmed"}; })) << "goes on behind it";
  EXPECT_EQ(told_of(one), names{"placed"});
  EXPECT_EQ(json_of(ask_hook(all.at(0).at("id"), "retry")).at("outcome"), "retrying");
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(told_of(one), (names{"placed", "placed"}));
  for (const auto& id : std::vector<std::string>{all.at(0).at("id"), all.at(1).at("id"),
                                                 "evt_00000000000000010000000000000001", "nonsense"})
    for (const auto* const action : {"retry", "drop"})
      EXPECT_EQ(ask_hook(id, action).why.code, errc::not_found) << id;
  EXPECT_EQ(ask_hook(all.at(0).at("id"), "steal").why.code, errc::not_found);
  restart();
  EXPECT_TRUE(is_all_taken());
}

TEST_F(order_events, one_that_is_given_up_on_its_way_does_not_come_back) {
  fake()->answer_with([](const hook_call&, std::size_t) { return std::nullopt; });
  const auto code = place();
  act(code, "confirm");
  EXPECT_TRUE(is_told(1));
  const auto id = pending().at(0).at("id").get<std::string>();
  EXPECT_EQ(json_of(ask_hook(id, "retry")).at("outcome"), "retrying") << "it is being sent";
  EXPECT_EQ(json_of(ask_hook(id, "drop")).at("outcome"), "dropped");
  EXPECT_TRUE(is_told(2));
  EXPECT_EQ(told_of(code), (names{"placed", "confirmed"}));
  fake()->release(answered(500));
  EXPECT_TRUE(eventually([&] { return pending().size() == 1 && pending().at(0).at("tries") == 1; }));
  EXPECT_EQ(pending().at(0).at("type"), "order.confirmed");
}

TEST_F(order_events, a_system_that_is_gone_is_left_alone_until_the_configuration_changes) {
  fake()->answer_with([](const hook_call&, std::size_t n) { return answered(n == 0 ? 410 : 200); });
  const auto code = place();
  EXPECT_TRUE(eventually([&] { return list().at("stopped_at").is_string(); }));
  act(code, "confirm");
  restart();
  EXPECT_TRUE(list().at("stopped_at").is_string());
  EXPECT_EQ(pending().size(), 2U);
  EXPECT_EQ(fake()->calls().size(), 1U);
  configure(webhook({{"events", {"order.packed"}}}));
  act(code, "pack");
  EXPECT_TRUE(list().at("stopped_at").is_string()) << "it is the same place";
  EXPECT_EQ(fake()->calls().size(), 1U);
  configure(webhook({{"url", "https://shop.example/new"}}));
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(list().at("stopped_at"), nullptr);
  EXPECT_EQ(told_of(code), (names{"placed", "placed", "confirmed", "packed"}));
  EXPECT_EQ(fake()->calls().back().url, "https://shop.example/new");
  restart();
  EXPECT_EQ(list().at("stopped_at"), nullptr);
}

TEST_F(order_events, what_waits_while_delivery_is_stopped_is_set_aside_in_its_time) {
  clock->stop();
  fake()->answer_with([](const hook_call&, std::size_t) { return answered(410); });
  place();
  EXPECT_TRUE(eventually([&] { return list().at("stopped_at").is_string(); }));
  place();
  clock->advance(std::chrono::hours{72});
  EXPECT_TRUE(eventually([&] { return list("failed").at("deliveries").size() == 2; }));
  EXPECT_EQ(fake()->calls().size(), 1U);
}

TEST_F(order_events, a_test_is_one_event_now_and_a_good_one_ends_the_stop) {
  fake()->answer_with([](const hook_call& call, std::size_t n) -> std::optional<hook_answer> {
    if (n == 1)
      return of_kind(hook_answer::kind::no_answer);
    return answered(n == 0 ? 410 : body_of(call).at("type") == "webhook.test" ? 201 : 200);
  });
  place();
  EXPECT_TRUE(eventually([&] { return list().at("stopped_at").is_string(); }));
  auto told = json_of(ask_hook({}, "test"));
  EXPECT_EQ(told.at("ok"), false);
  EXPECT_EQ(told.at("status"), nullptr);
  EXPECT_EQ(told.at("why"), "as the test wants it");
  EXPECT_TRUE(list().at("stopped_at").is_string());
  told = json_of(ask_hook({}, "test"));
  EXPECT_EQ(told.at("ok"), true);
  EXPECT_EQ(told.at("status"), 201);
  EXPECT_GE(told.at("milliseconds").get<int>(), 0);
  EXPECT_EQ(fake()->calls().at(2).event_id, told.at("id"));
  EXPECT_TRUE(is_all_taken());
  configure(json());
  EXPECT_EQ(ask_hook({}, "test").why.code, errc::conflict);
}

TEST_F(order_events, both_secrets_sign_while_one_is_rolled) {
  configure(webhook({{"secret", "another-secret-of-it"}, {"secret_before", secret}}));
  place();
  EXPECT_TRUE(is_told(1));
  EXPECT_EQ(fake()->calls().at(0).secrets, (std::vector<std::string>{"another-secret-of-it", secret}));
}

TEST_F(order_events, what_waits_without_a_webhook_is_sent_when_there_is_one_again) {
  fake()->answer_with([](const hook_call&, std::size_t n) { return answered(n == 0 ? 500 : 200); });
  const auto code = place();
  EXPECT_TRUE(eventually([&] { return pending().size() == 1 && pending().at(0).at("tries") == 1; }));
  configure(json());
  act(code, "confirm");
  configure(webhook({{"url", "https://shop.example/other"}}));
  EXPECT_TRUE(is_all_taken());
  EXPECT_EQ(told_of(code), (names{"placed", "placed"})) << "what happened meanwhile is not told";
}

TEST_F(order_events, the_list_is_read_page_by_page_the_pending_ones_first) {
  configure(webhook({{"events", {"order.placed"}}})); // and not that they expire
  clock->stop();
  fake()->answer_with([](const hook_call&, std::size_t) { return answered(500); });
  place();
  place();
  EXPECT_TRUE(eventually([&] { return pending().size() == 2 && pending().at(1).at("tries") == 1; }));
  clock->advance(std::chrono::hours{72});
  EXPECT_TRUE(eventually([&] { return list("failed").at("deliveries").size() == 2; }));
  place();
  EXPECT_TRUE(eventually([&] { return pending().size() == 1; }));
  for (const std::string& state : {std::string(), std::string("failed")}) {
    std::vector<std::string> states;
    for (json next = ""; next.is_string();) {
      const auto page = json_of(ask_tenant("duka", hooks_query{state, next.get<std::string>(), 1}));
      for (const auto& e : page.at("deliveries"))
        states.push_back(e.at("state"));
      next = page.at("next");
    }
    EXPECT_EQ(states, state.empty() ? (names{"pending", "failed", "failed"}) : (names{"failed", "failed"}));
  }
}

} // namespace
} // namespace wakala::actors::test
