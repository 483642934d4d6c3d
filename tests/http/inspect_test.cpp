// What the consoles ask of a node: who may, what is shown, and that it is true.
#include "runtime/core/encoding.hpp"
#include "tests/http/support/http_node.hpp"

#include <numeric>

namespace wakala::http::test {
namespace {

constexpr std::string_view revealing_token = "revealing-token";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += c;
    else
      out += "%" + to_hex(as_span(std::string_view(&c, 1)));
  return out;
}

class inspection : public http_node {
protected:
  void SetUp() override {
    tokens.push_back({std::string(revealing_token), {"operator", "personal"}, "night-shift"});
    serve();
  }
  void greet(const tenant_id& tenant, const std::string& id, const std::string& text = "hi") {
    const auto secret = tenant == "bidii" ? "bidii-secret" : app_secret;
    ASSERT_EQ(
        post(tenant == "bidii" ? "/v1/webhooks/bidii" : "/v1/webhooks", hello_to(tenant, id, text), secret).status,
        200);
    ASSERT_TRUE(graph->wait_for_messages(1));
  }
  void start_afresh() {
    close_listeners();
    io.stop(); // its threads have spawned actors: the actor system waits for them
    stop();
    io.start();
    serve();
  }
  std::string actor_of(const tenant_id& tenant) {
    const auto found = read("/v1/find?q=%2B254%20700%20000%20001&tenant=" + tenant).at("found");
    return found.empty() ? std::string{} : found.at(0).at("actor").get<std::string>();
  }
  json act(const std::string& actor, const std::string& action, const json& form,
           std::string_view token = operator_token) {
    const auto answer = admin("POST", "/v1/actors/" + escaped(actor) + ":" + action, form.dump(), token);
    auto told = json::parse(answer.body, nullptr, false);
    told["http"] = answer.status;
    return told;
  }
  json trace(const std::string& id, const std::string& more = {}) {
    return read("/v1/trace/" + escaped(id) + "?tenant=duka" + more);
  }
  static std::int64_t sum_of(const json& hops) {
    return std::accumulate(hops.begin(), hops.end(), std::int64_t{0}, [](std::int64_t sum, const json& hop) {
      for (const auto* part : {"waiting_us", "handling_us", "transit_us", "commit_us"})
        if (hop.contains(part) && hop.at(part).is_number())
          sum += hop.at(part).get<std::int64_t>();
      return sum;
    });
  }
};

TEST_F(inspection, who_may_do_what) {
  greet("duka", "wamid.1");
  greet("bidii", "wamid.2");
  const auto of_duka = "/v1/actors/" + escaped(actor_of("duka"));
  const auto of_bidii = "/v1/actors/" + escaped(actor_of("bidii"));
  const std::string why = R"({"reason":"a test"})";
  struct row {
    const char* method;
    std::string target;
    std::string body;
    int as_operator;
    int as_duka;
  };
  const row table[] = {
      {"GET", "/v1/whoami", "", 200, 200},
      {"GET", "/v1/overview", "", 200, 200},
      {"GET", "/v1/actors", "", 200, 403},
      {"GET", "/v1/actors?kind=conversation", "", 200, 403},
      {"GET", "/v1/actors?kind=conversation&tenant=duka", "", 200, 200},
      {"GET", "/v1/actors?kind=conversation&tenant=bidii", "", 200, 403},
      {"GET", "/v1/actors?kind=conversation&tenant=duka&under=node%3Awakala", "", 200, 403},
      {"GET", "/v1/actors?under=tenant%3Abidii%3A0", "", 200, 403},
      {"GET", "/v1/actors?under=tenant%3Aduka%3A0", "", 200, 200},
      {"GET", "/v1/actors/node%3Awakala", "", 200, 403},
      {"GET", "/v1/actors/shard%3A0", "", 200, 403},
      {"GET", of_duka, "", 200, 200},
      {"GET", of_bidii, "", 200, 403},
      {"GET", of_duka + "/messages", "", 200, 200},
      {"GET", of_bidii + "/messages", "", 200, 403},
      {"GET", "/v1/find?q=254700000001", "", 200, 200},
      {"GET", "/v1/find?q=254700000001&tenant=bidii", "", 200, 403},
      {"GET", "/v1/trace/wamid.1?tenant=duka", "", 200, 200},
      {"GET", "/v1/trace/wamid.2?tenant=bidii", "", 200, 403},
      {"GET", "/v1/trace/wamid.2", "", 200, 404}, // it is not there for them
      {"GET", "/v1/audit", "", 200, 200},
      {"GET", "/v1/audit:verify", "", 200, 403},
      {"POST", of_duka + ":pause", why, 200, 200},
      {"POST", of_bidii + ":pause", why, 200, 403},
      {"POST", of_duka + ":resume", why, 200, 200},
      {"POST", of_duka + ":passivate", why, 200, 403},
      {"POST", of_duka + ":restart", why, 200, 403},
      {"POST", "/v1/actors:bulk", R"({"action":"passivate","filter":{"tenant":"duka"},"reason":"a test"})", 200, 403},
  };
  for (const auto& r : table) {
    EXPECT_EQ(admin(r.method, r.target, r.body).status, r.as_operator) << r.method << " " << r.target;
    EXPECT_EQ(admin(r.method, r.target, r.body, duka_token).status, r.as_duka) << r.method << " " << r.target;
    EXPECT_EQ(admin(r.method, r.target, r.body, "").status, 401) << r.method << " " << r.target;
    EXPECT_EQ(admin(r.method, r.target, r.body, "unknown").status, 401) << r.method << " " << r.target;
  }
  // Of the whole audit record a merchant sees what was done to him.
  const auto theirs = json::parse(admin("GET", "/v1/audit", "", duka_token).body).at("entries");
  EXPECT_FALSE(theirs.empty());
  for (const auto& entry : theirs)
    EXPECT_EQ(entry.at("tenant"), "duka");
  const auto narrow = json::parse(admin("GET", "/v1/overview", "", duka_token).body);
  EXPECT_EQ(narrow.at("shards").size(), 1U);
  EXPECT_FALSE(narrow.at("nodes").at(0).contains("counters"));
  const auto me = json::parse(admin("GET", "/v1/whoami", "", duka_token).body);
  EXPECT_EQ(me.at("tenants"), (json{"duka"}));
  EXPECT_EQ(me.at("may"), (json{"read", "act_tenant", "personal"}));
}

TEST_F(inspection, bad_input_names_what_is_wrong) {
  greet("duka", "wamid.1");
  const auto actor = "/v1/actors/" + escaped(actor_of("duka"));
  struct row {
    const char* method;
    std::string target;
    std::string body;
    int status;
    std::string field;
  };
  const row table[] = {
      {"POST", actor + ":pause", "{}", 422, "/reason"},
      {"POST", actor + ":pause", R"({"reason":"  "})", 422, "/reason"},
      {"POST", actor + ":pause", R"({"reason":7})", 422, "/reason"},
      {"POST", actor + ":pause", R"({"reason":")" + std::string(201, 'x') + R"("})", 422, "/reason"},
      {"POST", actor + ":pause", R"({"reason":"x","minutes":0})", 422, "/minutes"},
      {"POST", actor + ":pause", R"({"reason":"x","minutes":"ten"})", 422, "/minutes"},
      {"POST", actor + ":pause", "[1]", 400, ""},
      {"POST", "/v1/actors/node%3Awakala:restart", R"({"reason":"x"})", 409, ""},
      {"POST", "/v1/actors/nothing:restart", R"({"reason":"x"})", 404, ""},
      {"GET", "/v1/actors/conversation%3Aduka%3Azz", "", 404, ""},
      {"GET", "/v1/actors/conversation%3Anobody%3A00000000000000000000000000000000", "", 404, ""},
      {"GET", "/v1/actors?sort=beauty", "", 400, "sort"},
      {"GET", "/v1/actors?kind=beauty", "", 400, "kind"},
      {"GET", "/v1/actors?under=beauty", "", 400, "under"},
      {"GET", "/v1/actors?limit=0", "", 400, "limit"},
      {"GET", "/v1/actors?after=beauty", "", 400, "after"},
      {"GET", "/v1/actors?kind=conversation&mailbox_min=many", "", 400, "mailbox_min"},
      {"GET", "/v1/find", "", 400, "q"},
      {"GET", actor + "?reveal=yes", "", 400, "reveal"},
      {"POST", "/v1/actors:bulk", R"({"action":"dance","filter":{"tenant":"duka"},"reason":"x"})", 422, "/action"},
      {"POST", "/v1/actors:bulk", R"({"action":"pause","reason":"x"})", 422, "/filter"},
      {"POST", "/v1/actors:bulk", R"({"action":"pause","filter":{"mood":"x"},"reason":"x"})", 422, "/filter/mood"},
      {"POST", "/v1/actors:bulk", R"({"action":"pause","filter":{"min_bytes":"x"},"reason":"x"})", 422,
       "/filter/min_bytes"},
      {"GET", "/v1/trace/wamid.unknown?tenant=duka", "", 404, ""},
  };
  for (const auto& r : table) {
    const auto answer = admin(r.method, r.target, r.body);
    EXPECT_EQ(answer.status, r.status) << r.target << " " << r.body << " " << answer.body;
    EXPECT_EQ(json::parse(answer.body, nullptr, false).value("field", ""), r.field) << r.target << " " << r.body;
  }
  EXPECT_TRUE(read("/v1/audit").at("entries").empty()) << "nothing was done";
}

TEST_F(inspection, figures_are_those_of_the_actors) {
  for (int i = 0; i < 5; ++i)
    greet("duka", "wamid." + std::to_string(i));
  json view;
  ASSERT_TRUE(eventually([&] { // what is looked at often is kept for a moment
    view = read("/v1/overview");
    return view.at("nodes").at(0).at("counters").at("events_committed") == 5;
  }));
  const auto& node = view.at("nodes").at(0);
  EXPECT_EQ(node.at("conversations"), 1);
  EXPECT_EQ(node.at("self"), true);
  const auto& counts = node.at("latency").at("count");
  EXPECT_EQ(counts.size(), node.at("latency").at("le_us").size() + 1);
  EXPECT_EQ(
      std::accumulate(counts.begin(), counts.end(), 0, [](int sum, const json& c) { return sum + c.get<int>(); }), 5);
  EXPECT_EQ(view.at("shards").size(), shard_count);
  ASSERT_TRUE(eventually([&] {
    const auto list = read("/v1/actors?kind=tenant&tenant=duka").at("actors");
    return !list.empty() && list.at(0).at("children") == 1;
  }));
  const auto top = read("/v1/actors?kind=conversation&sort=messages").at("actors");
  ASSERT_EQ(top.size(), 1U);
  EXPECT_GE(top.at(0).at("messages"), 5);
  EXPECT_GT(top.at(0).at("handling_us"), 0);
  EXPECT_GT(top.at(0).at("bytes"), 100);
  // From the node down to it.
  std::string at = "node:wakala";
  for (const auto* kind : {"shard", "tenant", "conversation"}) {
    const auto below = read("/v1/actors?limit=500&under=" + escaped(at)).at("actors");
    const auto next = std::find_if(below.begin(), below.end(), [&](const json& each) {
      const auto whose = top.at(0).at("shard");
      return each.at("kind") == kind && each.at("shard") == whose && each.value("tenant", json()) != "~system";
    });
    ASSERT_NE(next, below.end()) << at << " " << below.dump();
    EXPECT_EQ(next->at("under"), at);
    at = next->at("id");
  }
  EXPECT_EQ(at, top.at(0).at("id"));
  EXPECT_TRUE(eventually([&] {
    const auto all = read("/v1/actors?kind=conversation").at("actors");
    return all.at(0).at("mailbox") == 0;
  })) << "what came in was dealt with";
}

TEST_F(inspection, top_lists_are_paged_and_in_order) {
  for (int i = 0; i < 30; ++i) {
    const actors::test::shopper who{"25470000" + std::to_string(1000 + i), {}, "Amina"};
    for (int n = 0; n <= i % 3; ++n)
      ASSERT_EQ(post("/v1/webhooks",
                     actors::test::text_webhook(number_of("duka"), who,
                                                "wamid." + std::to_string(i) + "." + std::to_string(n), "hi", now())
                         .dump(),
                     app_secret)
                    .status,
                200);
  }
  for (const std::string sort : {"id", "messages", "handling", "waiting", "bytes"}) {
    std::set<std::string> seen;
    std::string after;
    std::optional<std::uint64_t> last;
    for (int pages = 0; pages < 20; ++pages) {
      const auto page = read("/v1/actors?kind=conversation&limit=7&sort=" + sort + after);
      EXPECT_EQ(page.at("total"), 30);
      for (const auto& actor : page.at("actors")) {
        EXPECT_TRUE(seen.insert(actor.at("id")).second) << "twice, sorted by " << sort;
        if (sort != "messages")
          continue; // others change while we look
        EXPECT_LE(actor.at("messages"), last.value_or(~0ULL)) << "out of order";
        last = actor.at("messages").get<std::uint64_t>();
      }
      if (page.at("next").is_null())
        break;
      after = "&after=" + escaped(page.at("next"));
    }
    if (sort == "id")
      EXPECT_EQ(seen.size(), 30U);
    else
      EXPECT_GE(seen.size(), 25U) << sort; // ranks move meanwhile
  }
}

TEST_F(inspection, a_message_is_followed_from_the_edge_to_its_answer) {
  greet("duka", "wamid.1", "hello there");
  const auto told = trace("wamid.1");
  EXPECT_EQ(told.at("complete"), true) << told.dump();
  std::vector<std::string> names;
  for (const auto& hop : told.at("hops"))
    names.push_back(hop.at("hop"));
  EXPECT_EQ(names, (std::vector<std::string>{"edge", "shard", "tenant", "conversation", "commit", "answer"}));
  const auto total = told.at("total_us").get<std::int64_t>();
  EXPECT_LE(std::abs(total - sum_of(told.at("hops"))), std::max<std::int64_t>(total / 20, 200)) << told.dump();
  EXPECT_EQ(told.at("decided").at("kind"), "message");
  EXPECT_EQ(told.at("decided").at("text"), "•••");
  ASSERT_EQ(told.at("sends").size(), 1U);
  const auto& sent = told.at("sends").at(0);
  EXPECT_EQ(sent.at("text"), "•••");
  EXPECT_EQ(told.at("redacted"), true);
  // The answer, by the id that Meta has given it, leads back to what has caused it.
  std::string of_meta;
  ASSERT_TRUE(eventually([&] {
    const auto calls = graph->messages();
    of_meta = actors::test::wamid_of(calls.at(0));
    const auto answer = admin("GET", "/v1/trace/" + escaped(sent.at("id")) + "?tenant=duka");
    return answer.status == 200 && json::parse(answer.body).at("sends").at(0).at("status") == "accepted";
  }));
  ASSERT_TRUE(
      eventually([&] { return admin("GET", "/v1/trace/" + escaped(of_meta) + "?tenant=duka").status == 200; }));
  EXPECT_EQ(trace(of_meta).at("seq"), told.at("seq"));
  EXPECT_EQ(trace(of_meta).at("complete"), true);
}

TEST_F(inspection, a_slow_store_shows_in_the_hop_of_the_commit) {
  greet("duka", "wamid.0");
  store->on_append([](const auto&) {
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    return actors::test::fault::none;
  });
  greet("duka", "wamid.1");
  const auto told = trace("wamid.1");
  for (const auto& hop : told.at("hops"))
    if (hop.at("hop") == "commit")
      EXPECT_GE(hop.at("commit_us"), 20'000) << told.dump();
    else
      EXPECT_LT(hop.at("handling_us"), 15'000) << told.dump();
  EXPECT_LE(std::abs(told.at("total_us").get<std::int64_t>() - sum_of(told.at("hops"))),
            std::max<std::int64_t>(told.at("total_us").get<std::int64_t>() / 20, 200));
  store->on_append(nullptr);
}

TEST_F(inspection, a_message_is_followed_after_a_restart_too) {
  greet("duka", "wamid.HBgMMjU0NzAwMDAwMDAxFQIAEhgUM0E=", "hello there");
  const auto before = trace("wamid.HBgMMjU0NzAwMDAwMDAxFQIAEhgUM0E=");
  start_afresh();
  ASSERT_TRUE(eventually([&] { // once the tables hold it
    return admin("GET", "/v1/trace/" + escaped("wamid.HBgMMjU0NzAwMDAwMDAxFQIAEhgUM0E=") + "?tenant=duka").status ==
           200;
  }));
  const auto after = trace("wamid.HBgMMjU0NzAwMDAwMDAxFQIAEhgUM0E=");
  EXPECT_EQ(after.at("seq"), before.at("seq"));
  EXPECT_EQ(after.at("complete"), false);
  EXPECT_TRUE(after.at("total_us").is_null());
  ASSERT_EQ(after.at("hops").size(), before.at("hops").size() - 1) << "all but the answer's";
  for (std::size_t i = 0; i + 1 < after.at("hops").size(); ++i)
    EXPECT_EQ(after.at("hops").at(i), before.at("hops").at(i));
  // By a contact where the id gives none away.
  EXPECT_EQ(admin("GET", "/v1/trace/wamid.1?tenant=duka&contact=254700000001").status, 404) << "no such message";
}

TEST_F(inspection, personal_data_are_shown_to_who_may_with_a_reason_which_is_written_down) {
  greet("duka", "wamid.1", "my secret wish");
  const auto actor = "/v1/actors/" + escaped(actor_of("duka"));
  for (const auto& target : {actor, actor + "/messages", std::string("/v1/trace/wamid.1?tenant=duka")}) {
    const auto more = target.find('?') == std::string::npos ? "?" : "&";
    const auto plain = admin("GET", target);
    EXPECT_EQ(plain.body.find("secret wish"), std::string::npos) << target;
    EXPECT_EQ(plain.body.find("254700000001"), std::string::npos) << target;
    EXPECT_EQ(plain.body.find("Amina"), std::string::npos) << target;
    EXPECT_EQ(admin("GET", target + more + "reveal=true&reason=x").status, 403) << "an operator is not enough";
    EXPECT_EQ(admin("GET", target + more + "reveal=true", "", revealing_token).status, 400) << "why?";
  }
  EXPECT_TRUE(read("/v1/audit").at("entries").empty());
  const auto shown = admin("GET", actor + "/messages?reveal=true&reason=a%20complaint", "", revealing_token);
  EXPECT_NE(shown.body.find("my secret wish"), std::string::npos) << shown.body;
  const auto state = admin("GET", actor + "?reveal=true&reason=a%20complaint", "", duka_token);
  EXPECT_NE(state.body.find("254700000001"), std::string::npos) << "a merchant knows his shoppers " << state.body;
  const auto entries = read("/v1/audit").at("entries");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries.at(1).at("who"), "night-shift");
  EXPECT_EQ(entries.at(1).at("action"), "reveal");
  EXPECT_EQ(entries.at(1).at("reason"), "a complaint");
  EXPECT_EQ(entries.at(1).at("tenant"), "duka");
}

TEST_F(inspection, a_paused_conversation_takes_nothing_in_and_loses_nothing) {
  limits.webhook_deadline = std::chrono::milliseconds{400};
  start_afresh();
  greet("duka", "wamid.1");
  ASSERT_TRUE(eventually([&] { return read("/v1/actors?kind=conversation").at("actors").at(0).at("mailbox") == 0; }));
  const auto actor = actor_of("duka");
  EXPECT_EQ(act(actor, "pause", {{"reason", "a look"}, {"minutes", 2}}).at("result"), "done");
  EXPECT_EQ(read("/v1/actors?kind=conversation").at("actors").at(0).at("state"), "paused");
  const auto sent = graph->messages().size();
  EXPECT_EQ(post("/v1/webhooks", hello_to("duka", "wamid.2"), app_secret).status, 503) << "Meta comes again";
  EXPECT_EQ(act(actor, "passivate", {{"reason", "a look"}}).at("result"), "stays");
  EXPECT_EQ(graph->messages().size(), sent);
  EXPECT_EQ(act(actor, "resume", {{"reason", "enough"}}).at("result"), "done");
  EXPECT_EQ(post("/v1/webhooks", hello_to("duka", "wamid.2"), app_secret).status, 200);
  EXPECT_TRUE(graph->wait_for_messages(sent + 1));
  // By itself, too.
  EXPECT_EQ(act(actor, "pause", {{"reason", "a look"}, {"minutes", 1}}).at("result"), "done");
  clock->advance(std::chrono::seconds{61});
  EXPECT_TRUE(
      eventually([&] { return post("/v1/webhooks", hello_to("duka", "wamid.3"), app_secret).status == 200; }));
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2", "wamid.3"}));
}

TEST_F(inspection, conversations_are_put_to_sleep_and_started_afresh) {
  greet("duka", "wamid.1");
  const auto actor = actor_of("duka");
  ASSERT_TRUE(eventually([&] { return act(actor, "passivate", {{"reason", "memory"}}).at("result") == "done"; }));
  EXPECT_TRUE(eventually([&] { return read("/v1/actors?kind=conversation").at("total") == 0; }));
  EXPECT_EQ(act(actor, "passivate", {{"reason", "memory"}}).at("result"), "not_live");
  EXPECT_EQ(act(actor, "restart", {{"reason", "stuck"}}).at("result"), "not_live");
  greet("duka", "wamid.2");
  EXPECT_EQ(act(actor, "restart", {{"reason", "stuck"}}).at("result"), "done");
  EXPECT_TRUE(
      eventually([&] { return post("/v1/webhooks", hello_to("duka", "wamid.3"), app_secret).status == 200; }));
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 3U);
  EXPECT_EQ(act(actor, "restart", {{"reason", "stuck"}}, duka_token).at("http"), 403);
}

TEST_F(inspection, many_are_acted_on_at_once_after_a_look) {
  for (int i = 0; i < 12; ++i) {
    const actors::test::shopper who{"25470000" + std::to_string(2000 + i), {}, "Amina"};
    ASSERT_EQ(
        post("/v1/webhooks",
             actors::test::text_webhook(number_of("duka"), who, "wamid." + std::to_string(i), "hi", now()).dump(),
             app_secret)
            .status,
        200);
  }
  ASSERT_TRUE(graph->wait_for_messages(12));
  const json wish{{"action", "pause"}, {"filter", {{"tenant", "duka"}}}, {"reason", "an incident"}};
  const auto dry = json::parse(admin("POST", "/v1/actors:bulk", wish.dump()).body);
  EXPECT_EQ(dry.at("matched"), 12);
  EXPECT_EQ(dry.at("done"), 0);
  EXPECT_EQ(dry.at("sample").size(), 10U);
  EXPECT_EQ(read("/v1/actors?kind=conversation").at("actors").at(0).at("state"), "live");
  auto real = wish;
  real["dry_run"] = false;
  const auto done = json::parse(admin("POST", "/v1/actors:bulk", real.dump()).body);
  EXPECT_EQ(done.at("done"), 12) << done.dump();
  for (const auto& actor : read("/v1/actors?kind=conversation").at("actors"))
    EXPECT_EQ(actor.at("state"), "paused");
  const auto entry = read("/v1/audit").at("entries").at(0);
  EXPECT_EQ(entry.at("action"), "bulk pause");
  EXPECT_EQ(entry.at("reason"), "an incident");
  EXPECT_EQ(entry.at("result"), "12 done, 0 not");
}

TEST_F(inspection, the_audit_record_is_a_chain_that_shows_what_was_changed) {
  EXPECT_EQ(admin("POST", "/v1/set-aside/00000000000000000000000000000000:drop", R"({"reason":"spring"})").status,
            404);
  EXPECT_EQ(admin("POST", "/v1/cluster/nodes/b:drain", R"({"reason":"an upgrade"})").status, 404);
  greet("duka", "wamid.1");
  for (int i = 0; i < 5; ++i)
    act(actor_of("duka"), i % 2 == 0 ? "pause" : "resume", {{"reason", "look " + std::to_string(i)}});
  const auto all = read("/v1/audit").at("entries");
  ASSERT_EQ(all.size(), 7U);
  EXPECT_EQ(all.at(6).at("result"), "refused: no such event") << all.at(6).dump();
  EXPECT_EQ(all.at(5).at("reason"), "an upgrade");
  EXPECT_EQ(all.at(0).at("n"), 7);
  const auto page = read("/v1/audit?limit=3");
  EXPECT_EQ(page.at("entries").size(), 3U);
  EXPECT_EQ(read("/v1/audit?limit=3&after=" + page.at("next").get<std::string>()).at("entries").at(0).at("n"), 4);
  const auto whole = read("/v1/audit:verify");
  EXPECT_EQ(whole.at("ok"), true);
  EXPECT_EQ(whole.at("entries"), 7);
  EXPECT_EQ(whole.at("last_hash"), all.at(0).at("hash"));
  start_afresh();
  EXPECT_EQ(read("/v1/audit:verify").at("last_hash"), all.at(0).at("hash")) << "kept";
  act(actor_of("duka"), "resume", {{"reason", "again"}});
  EXPECT_EQ(read("/v1/audit").at("entries").at(0).at("n"), 8);
}

} // namespace
} // namespace wakala::http::test
