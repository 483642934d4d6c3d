// News of orders that leave by a template, since the shopper's window is closed: once, counted, and only when Meta
// would take them.
#include "actors/outbound/message_post.hpp"
#include "persistence/memory/memory_store.hpp"
#include "tests/actors/support/shop.hpp"

#include <gmock/gmock.h>

#include <mutex>
#include <set>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class order_templates : public shop_fixture {
protected:
  void SetUp() override { begin(); }
  void TearDown() override { stop(); }

  void begin(const json& more = json::object()) {
    limits.conversation_idle = std::chrono::milliseconds{400};
    start();
    add_tenant("duka", more);
    const json shelf{{"products", {{{"id", "unga"}, {"name", "Unga"}, {"category", "Flour"}, {"price", "250.00"}}}}};
    ASSERT_TRUE(ask_tenant("duka", catalog_put{shelf.dump()}).value);
  }
  void tell(const std::string& text) {
    insist(text_webhook("n-duka", amina, "wamid." + std::to_string(++told_), text, now()));
  }
  /// An order that was confirmed while its shopper was there; its code.
  std::string confirmed(const json& form = json::object(), const std::string& words = "is confirmed") {
    tell("2 unga");
    tell("checkout");
    json answer;
    EXPECT_TRUE(eventually([&] {
      answer = json_of(ask_tenant("duka", orders_query{"", 1}));
      return answer.is_object() && !answer.at("orders").empty();
    }));
    const auto code = answer.at("orders").at(0).at("code").get<std::string>();
    EXPECT_EQ(done(code, "confirm", form).at("state"), "confirmed");
    EXPECT_TRUE(eventually([&] { return sent(words) == 1; }));
    return code;
  }
  json done(const std::string& order, const std::string& action, const json& form = json::object()) {
    text_answer answer;
    EXPECT_TRUE(eventually([&] { // not while the shard is being opened
      answer = ask_tenant("duka", order_action{order, action, form.dump()});
      return answer.value || answer.why.code != errc::unavailable;
    }));
    EXPECT_TRUE(answer.value) << action << ": " << answer.why.what << " " << answer.why.field;
    return json_of(answer);
  }
  /// A tenant without traffic sleeps after a restart.
  void wake_up() {
    EXPECT_TRUE(eventually([&] { return ask_tenant("duka", orders_query{"", 1}).value.has_value(); }));
  }
  /// Two days pass: the shopper's window is long closed.
  void pass() { clock->advance(std::chrono::hours{48}); }

  std::vector<json> sent_templates(const std::string& name) const {
    std::vector<json> found;
    for (const auto& call : graph->messages())
      if (call.body.value("type", "") == "template" && call.body.at("template").at("name") == name)
        found.push_back(call.body);
    return found;
  }
  std::size_t sent(const std::string& part) const {
    const auto all = graph->messages();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const recorded_call& call) {
      return call.body.dump().find(part) != std::string::npos;
    }));
  }
  bool is_sent(const std::string& name, std::size_t times = 1) {
    return eventually([&] { return sent_templates(name).size() == times; });
  }
  /// The last message of the transcript.
  json last_shown() {
    const auto all = transcript_of("duka", amina.phone);
    return all.empty() ? json::object() : all.back();
  }
  void tell_template(const std::string& name, const std::string& status, const std::string& category = "UTILITY") {
    const json value{{"event", status},
                     {"message_template_id", 7},
                     {"message_template_name", name},
                     {"message_template_language", "en"},
                     {"message_template_category", category},
                     {"reason", nullptr}};
    insist(json{{"object", "whatsapp_business_account"},
                {"entry",
                 {{{"id", "waba-duka"},
                   {"time", now() / 1000},
                   {"changes", {{{"field", "message_template_status_update"}, {"value", value}}}}}}}});
    clock->advance(std::chrono::seconds{1});
  }

  shopper amina = with_phone("254722000001");
  int told_ = 0;
};

TEST_F(order_templates, what_is_shipped_two_days_later_is_told_by_a_template_once) {
  const auto code = confirmed({{"delivery_date", "2031-12-01"}});
  pass();
  EXPECT_EQ(done(code, "pack").at("delivery_date"), "2031-12-01");
  EXPECT_TRUE(is_sent("order_packed_en"));
  done(code, "ship", {{"tracking_url", "https://rider.example/7"}});
  ASSERT_TRUE(is_sent("order_shipped_en"));
  const auto body = sent_templates("order_shipped_en").at(0);
  EXPECT_EQ(body.at("template").at("language").at("code"), "en");
  const auto text = body.dump();
  EXPECT_THAT(text, HasSubstr(R"("parameter_name":"tracking_url","text":"https://rider.example/7")"));
  EXPECT_THAT(text, HasSubstr(R"("parameter_name":"delivery_date","text":"1 December 2031")"));
  EXPECT_THAT(text, HasSubstr(R"("parameter_name":"customer_name","text":"Amina")"));
  EXPECT_THAT(text, HasSubstr(R"("parameter_name":"business_name","text":"Duka duka")"));
  EXPECT_TRUE(eventually([&] { return last_shown().at("status") == "accepted"; }));
  EXPECT_EQ(last_shown().at("type"), "template");
  EXPECT_THAT(last_shown().at("text").get<std::string>(), HasSubstr("Dear Amina, your order " + code));
  restart();
  done(code, "deliver");
  EXPECT_TRUE(is_sent("order_delivered_en"));
  EXPECT_EQ(sent_templates("order_shipped_en").size(), 1U);
  EXPECT_EQ(conversation_of("duka", amina.phone).at("order").at("state"), "delivered");
}

TEST_F(order_templates, once_although_the_node_dies_before_it_is_told) {
  const auto code = confirmed();
  pass();
  const auto cut = std::make_shared<std::atomic<bool>>(true);
  store->on_append([cut](const std::vector<persistence::row_ptr>& rows) {
    const bool is_update = std::any_of(rows.begin(), rows.end(),
                                       [](const auto& row) { return !row->conversation.is_nil() && row->key; });
    return *cut && is_update ? fault::before : fault::none;
  });
  const auto stopped = stop_at_the_end();
  done(code, "pack");
  restart();
  EXPECT_TRUE(sent_templates("order_packed_en").empty());
  *cut = false;
  wake_up();
  ASSERT_TRUE(is_sent("order_packed_en"));
  restart();
  done(code, "ship");
  ASSERT_TRUE(is_sent("order_shipped_en"));
  EXPECT_EQ(sent_templates("order_packed_en").size(), 1U);
}

TEST_F(order_templates, in_the_language_that_is_spoken) {
  tell("kiswahili");
  const auto code = confirmed(json::object(), "imethibitishwa");
  pass();
  done(code, "pack");
  EXPECT_TRUE(is_sent("order_packed_sw"));
  EXPECT_TRUE(sent_templates("order_packed_en").empty());
}

TEST_F(order_templates, who_has_written_stop_is_told_nothing) {
  const auto code = confirmed();
  tell("STOP");
  pass();
  done(code, "pack");
  EXPECT_TRUE(eventually([&] { return conversation_of("duka", amina.phone).at("order").at("state") == "packed"; }));
  EXPECT_EQ(sent("order_packed"), 0U);
  tell("START");
  pass();
  done(code, "ship");
  EXPECT_TRUE(is_sent("order_shipped_en"));
}

TEST_F(order_templates, one_that_meta_has_paused_is_shown_as_failed_and_not_sent) {
  const auto code = confirmed();
  pass();
  tell_template("order_packed_en", "APPROVED");
  tell_template("order_packed_en", "PAUSED");
  done(code, "pack");
  EXPECT_TRUE(eventually([&] { return last_shown().at("status") == "failed"; }));
  EXPECT_EQ(last_shown().at("error").at("code"), "132015");
  EXPECT_THAT(last_shown().at("error").at("details").get<std::string>(), HasSubstr("order_packed_en (en) is PAUSED"));
  EXPECT_THAT(last_shown().at("text").get<std::string>(), HasSubstr("is packed"));
  restart();
  tell_template("order_shipped_en", "APPROVED");
  done(code, "ship");
  EXPECT_TRUE(is_sent("order_shipped_en")) << "the next goes all the same";
  EXPECT_EQ(sent("order_packed"), 0U);
  const auto all = transcript_of("duka", amina.phone);
  EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const json& m) { return m.at("status") == "failed"; }), 1);
}

TEST_F(order_templates, they_count_against_the_limit_and_wait_for_it) {
  stop();
  store = std::make_shared<scripted_store>(persistence::make_memory_store(shard_count));
  begin({{"limits", {{"messages_per_hour", 1'000'000}, {"templates_per_day", 1}}}});
  const auto code = confirmed();
  pass();
  done(code, "pack");
  ASSERT_TRUE(is_sent("order_packed_en"));
  const json offer{{"messaging_product", "whatsapp"},
                   {"to", amina.phone},
                   {"type", "template"},
                   {"template", {{"name", "offer"}, {"language", {{"code", "en"}}}}}};
  const auto posted = json_of(ask_tenant("duka", std::get<message_post>(check_post(offer, "n-duka", "key:1").what)));
  EXPECT_EQ(posted.at("outcome"), "limited");
  EXPECT_EQ(posted.at("limit"), "templates_per_day");
  done(code, "ship");
  done(code, "deliver");
  restart();
  wake_up();
  EXPECT_FALSE(eventually([&] { return sent("order_shipped") > 0; }, std::chrono::milliseconds{300}));
  clock->advance(std::chrono::hours{25});
  restart(); // or a minute passes
  wake_up();
  EXPECT_TRUE(is_sent("order_shipped_en"));
  EXPECT_EQ(sent("order_delivered"), 0U) << "one after the other";
}

// -- bringing them to Meta ------------------------------------------------------------

/// The templates of an account, as far as they matter here.
class account_templates {
public:
  result<graph_reply> operator()(const graph_question& q) {
    const std::lock_guard lock(mutex_);
    if (q.path.find("/message_templates") == std::string::npos)
      return graph_reply{200, R"({"id":"waba-duka","data":[]})"};
    if (q.method == "GET") {
      auto data = json::array();
      for (const auto& [name, language] : has_)
        data.push_back({{"name", name}, {"language", language}, {"status", "APPROVED"}, {"category", "UTILITY"}});
      return graph_reply{200, json{{"data", data}}.dump()};
    }
    const auto body = json::parse(q.body);
    created.push_back(body);
    if (body.at("name") == refused)
      return graph_reply{
          400,
          R"({"error":{"code":100,"message":"(#100) Invalid parameter","error_user_msg":"Too many variables."}})"};
    has_.emplace(body.at("name"), body.at("language"));
    return graph_reply{200, R"({"id":"17","status":"PENDING","category":"UTILITY"})"};
  }

  std::vector<json> created;
  std::string refused;

private:
  std::mutex mutex_;
  std::set<std::pair<std::string, std::string>> has_{{"order_packed_sw", "sw"}};
};

TEST_F(order_templates, are_submitted_where_they_are_missing) {
  const auto meta = std::make_shared<account_templates>();
  meta->refused = "order_shipped_en";
  graph->answer_questions_with([meta](const graph_question& q) { return (*meta)(q); });
  account_errand errand;
  errand.submits_order_templates = true;
  const auto all = [&] { return json_of(ask_tenant("duka", errand)).at("templates"); };
  const auto first = all();
  ASSERT_EQ(first.size(), 16U);
  EXPECT_EQ(meta->created.size(), 15U);
  const auto of = [](const json& list, const std::string& name) {
    return *std::find_if(list.begin(), list.end(), [&](const json& each) { return each.at("name") == name; });
  };
  EXPECT_EQ(of(first, "order_packed_sw").at("outcome"), "exists");
  EXPECT_EQ(of(first, "order_packed_sw").at("status"), "APPROVED");
  const auto packed = of(first, "order_packed_en");
  EXPECT_EQ(packed.at("outcome"), "submitted");
  EXPECT_EQ(packed.at("status"), "PENDING");
  EXPECT_EQ(packed.at("category"), "UTILITY");
  EXPECT_EQ(packed.at("entry"), "order_packed");
  EXPECT_EQ(packed.at("language"), "en");
  const auto shipped = of(first, "order_shipped_en");
  EXPECT_EQ(shipped.at("outcome"), "refused");
  EXPECT_EQ(shipped.at("code"), 100);
  EXPECT_EQ(shipped.at("details"), "Too many variables.");
  EXPECT_EQ(shipped.at("status"), nullptr);
  EXPECT_EQ(meta->created.at(0).at("parameter_format"), "named");
  EXPECT_EQ(meta->created.at(0).at("category"), "UTILITY");

  meta->refused.clear();
  const auto second = all();
  EXPECT_EQ(meta->created.size(), 16U) << "only the one that is missing";
  EXPECT_EQ(of(second, "order_shipped_en").at("outcome"), "submitted");
  EXPECT_EQ(of(second, "order_packed_en").at("outcome"), "exists");
  EXPECT_EQ(of(all(), "order_shipped_en").at("outcome"), "exists");
  EXPECT_EQ(meta->created.size(), 16U);
}

TEST_F(order_templates, nothing_is_submitted_when_meta_does_not_say_what_there_is) {
  graph->answer_questions_with([](const graph_question& q) -> result<graph_reply> {
    if (q.path.find("/message_templates") != std::string::npos)
      return make_error(errc::unavailable, "connection refused");
    return graph_reply{200, R"({"id":"waba-duka","data":[]})"};
  });
  account_errand errand;
  errand.submits_order_templates = true;
  const auto answer = json_of(ask_tenant("duka", errand));
  for (const auto& each : answer.at("templates"))
    EXPECT_EQ(each.at("outcome"), "not_tried");
  const auto asked = graph->questions();
  EXPECT_TRUE(std::none_of(asked.begin(), asked.end(), [](const auto& q) { return q.method == "POST"; }));
}

TEST_F(order_templates, one_that_the_account_is_known_not_to_have_is_not_sent) {
  const auto code = confirmed();
  graph->answer_questions_with([](const graph_question& q) -> result<graph_reply> {
    if (q.path.find("/message_templates") != std::string::npos)
      return graph_reply{200, R"({"data":[{"name":"a","language":"en","status":"APPROVED","category":"UTILITY"}]})"};
    return graph_reply{200, R"({"id":"waba-duka","data":[]})"};
  });
  ASSERT_TRUE(ask_tenant("duka", account_errand{}).value);
  pass();
  done(code, "pack");
  EXPECT_TRUE(eventually([&] { return last_shown().at("status") == "failed"; }));
  EXPECT_EQ(last_shown().at("error").at("code"), "132001");
  EXPECT_EQ(sent("order_packed"), 0U);
}

TEST_F(order_templates, a_day_that_is_none_is_refused) {
  const auto code = confirmed();
  for (const json& bad : {json("2026-02-30"), json("tomorrow"), json(20261201), json("2026-12-01T00:00")}) {
    const auto refused = ask_tenant("duka", order_action{code, "pack", json{{"delivery_date", bad}}.dump()});
    EXPECT_EQ(refused.why.field, "/delivery_date") << "packing takes none";
  }
  done(code, "pack");
  for (const json& bad : {json("2026-02-30"), json("tomorrow"), json(20261201), json("2026-12-01T00:00")}) {
    const auto refused = ask_tenant("duka", order_action{code, "ship", json{{"delivery_date", bad}}.dump()});
    EXPECT_EQ(refused.why.code, errc::invalid_argument);
    EXPECT_EQ(refused.why.field, "/delivery_date") << bad;
  }
  EXPECT_EQ(done(code, "get").at("delivery_date"), nullptr);
}

} // namespace
} // namespace wakala::actors::test
