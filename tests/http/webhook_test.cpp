// The public listener on a real node: statuses, signatures, verification, and who may touch whom.
#include "http/core/hmac.hpp"
#include "tests/http/support/http_node.hpp"

namespace wakala::http::test {
namespace {

using actors::test::text_webhook;

class webhooks : public http_node {
protected:
  void SetUp() override { serve(); }

  std::string raw_post(const std::string& path, const std::string& body, const std::string& extra = {}) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           extra + "\r\n" + body;
  }
  static std::string signed_by(const std::string& body, std::string_view secret = app_secret) {
    return "X-Hub-Signature-256: " + signature_header(body, hmac_key{secret}) + "\r\n";
  }
  static std::string nested(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
  }
};

TEST_F(webhooks, a_signed_text_is_committed_and_answered_with_an_empty_200) {
  const auto answer = post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_GE(committed(), 1U);
  EXPECT_TRUE(graph->wait_for_messages(1));
  EXPECT_EQ(count->webhook_posts, 1U);
}

TEST_F(webhooks, bad_input_gets_its_status_and_changes_nothing) {
  const auto good = hello_to("duka", "wamid.1");
  const std::string five_mb(5U << 20U, ' ');
  struct row {
    const char* what;
    std::string sent;
    int status;
    bool half_close = false;
  };
  const row table[] = {
      {"unknown tenant", raw_post("/v1/webhooks/nobody", good, signed_by(good)), 404},
      {"the system's own tenant", raw_post("/v1/webhooks/~system", good, signed_by(good)), 404},
      {"the same, escaped", raw_post("/v1/webhooks/%7Esystem", good, signed_by(good)), 404},
      {"trailing slash", raw_post("/v1/webhooks/duka/", good, signed_by(good)), 404},
      {"empty tenant", raw_post("/v1/webhooks/", good, signed_by(good)), 404},
      {"broken escape", raw_post("/v1/webhooks/du%ZZka", good, signed_by(good)), 404},
      {"path beside", raw_post("/v1/webhooksduka", good, signed_by(good)), 404},
      {"unknown path", raw_post("/", good, signed_by(good)), 404},
      {"payments of later", raw_post("/v1/payments/stripe/duka", good, signed_by(good)), 404},
      {"unknown tenant before wrong method",
       "DELETE /v1/webhooks/nobody HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n", 404},
      {"wrong method", "DELETE /v1/webhooks HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n", 405},
      {"wrong method on a tenant",
       "PUT /v1/webhooks/duka HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", 405},
      {"header of 64 KB", raw_post("/v1/webhooks", good, "X-Large: " + std::string(64U << 10U, 'x') + "\r\n"), 431},
      {"unknown tenant before header of 64 KB",
       raw_post("/v1/webhooks/nobody", good, "X-Large: " + std::string(64U << 10U, 'x') + "\r\n"), 404},
      {"body of 5 MB", raw_post("/v1/webhooks", five_mb, signed_by(five_mb)), 413},
      {"truncated body", raw_post("/v1/webhooks", good, signed_by(good)).substr(0, 400), 408},
      {"truncated body, other side done", raw_post("/v1/webhooks", good, signed_by(good)).substr(0, 400), 408, true},
      {"length is no number", "POST /v1/webhooks HTTP/1.1\r\nHost: w\r\nContent-Length: ten\r\n\r\n" + good, 400},
      {"two lengths", "POST /v1/webhooks HTTP/1.1\r\nHost: w\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400},
      {"body shorter than signed", raw_post("/v1/webhooks", good.substr(0, good.size() - 1), signed_by(good)), 403},
      {"not JSON", raw_post("/v1/webhooks", "hello", signed_by("hello")), 400},
      {"empty body", raw_post("/v1/webhooks", "", signed_by("")), 400},
      {"JSON cut off", raw_post("/v1/webhooks", good.substr(0, 100), signed_by(good.substr(0, 100))), 400},
      {"not UTF-8", raw_post("/v1/webhooks", "\"\xff\"", signed_by("\"\xff\"")), 400},
      {"nested 65 deep", raw_post("/v1/webhooks", nested(65), signed_by(nested(65))), 400},
      {"bad signature before bad JSON", raw_post("/v1/webhooks", "hello", signed_by("HELLO")), 403},
  };
  const auto before = committed();
  for (const auto& r : table) {
    const auto answer = raw_exchange(public_server->port(), r.sent, r.half_close, std::chrono::seconds{4});
    EXPECT_EQ(status_of(answer), r.status) << r.what << ": " << answer.substr(0, 300);
    EXPECT_EQ(answer.find("Allow: GET, POST") != std::string::npos, r.status == 405) << r.what;
    EXPECT_EQ(committed(), before) << r.what;
  }
  EXPECT_TRUE(graph->calls().empty());
  EXPECT_EQ(post("/v1/webhooks", good, app_secret).status, 200); // and still serves
}

TEST_F(webhooks, a_slow_reader_and_a_slow_writer_cost_nobody_else) {
  const auto good = hello_to("duka", "wamid.slow");
  const auto before = committed();
  // One never reads its answers, the other never ends its header.
  const slow_reader reader{public_server->port(),
                           "GET /v1/webhooks?hub.mode=subscribe&hub.verify_token=app-verify&hub.challenge=" +
                               std::string(12'000, '1') + " HTTP/1.1\r\nHost: w\r\n\r\n",
                           2'000};
  const auto slow = raw_exchange(public_server->port(), "POST /v1/webhooks HTTP/1.1\r\nHost:", false);
  EXPECT_EQ(status_of(slow), 408);
  EXPECT_EQ(committed(), before);
  EXPECT_EQ(post("/v1/webhooks", good, app_secret).status, 200);
  EXPECT_TRUE(eventually([&] { return public_server->counters().write_failures > 0; })); // and is let go of
  EXPECT_EQ(post("/v1/webhooks", good, app_secret).status, 200);
}

TEST_F(webhooks, signatures) {
  const auto body = hello_to("duka", "wamid.1");
  const auto right = signature_header(body, hmac_key{app_secret});
  const auto digits = right.substr(7);
  auto upper = right;
  for (auto& c : upper)
    if (c >= 'a' && c <= 'f')
      c = static_cast<char>(c - 32);
  const std::string hub = "X-Hub-Signature-256";
  const std::string alias = "X-Signature-SHA256";
  struct row {
    const char* what;
    header_list headers;
  };
  const row refused[] = {
      {"missing", {}},
      {"SHA-1 only", {{"X-Hub-Signature", "sha1=da39a3ee5e6b4b0d3255bfef95601890afd80709"}}},
      {"empty", {{hub, ""}}},
      {"no prefix", {{hub, digits}}},
      {"other prefix", {{hub, "sha512=" + digits}}},
      {"upper-case hex", {{hub, "sha256=" + upper.substr(7)}}},
      {"too short", {{hub, right.substr(0, 70)}}},
      {"too long", {{hub, right + "0"}}},
      {"no hex", {{hub, "sha256=" + std::string(64, 'z')}}},
      {"wrong secret", {{hub, signature_header(body, hmac_key{"another"})}}},
      {"the secret of another tenant", {{hub, signature_header(body, hmac_key{"bidii-secret"})}}},
      {"of another body", {{hub, signature_header(body + " ", hmac_key{app_secret})}}},
      {"twice", {{hub, right}, {hub, right}}},
      {"alias twice", {{alias, right}, {alias, right}}},
      {"wrong first, right alias", {{hub, signature_header(body, hmac_key{"another"})}, {alias, right}}},
      {"alias wrong", {{alias, digits.substr(1) + "0"}}},
  };
  const auto before = committed();
  for (const auto& r : refused) {
    const auto answer = post_with("/v1/webhooks", body, r.headers);
    EXPECT_EQ(answer.status, 403) << r.what;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << r.what;
  }
  EXPECT_EQ(committed(), before);
  EXPECT_EQ(count->webhook_signatures_rejected, std::size(refused));
  EXPECT_EQ(post_with("/v1/webhooks", body, {{"x-hub-signature-256", right}}).status, 200);
  EXPECT_EQ(post_with("/v1/webhooks", body, {{alias, digits}}).status, 200);
  EXPECT_EQ(post_with("/v1/webhooks", body, {{alias, right}}).status, 200);
  EXPECT_EQ(post_with("/v1/webhooks", body, {{hub, right}, {alias, "whatever"}}).status, 200);
  EXPECT_EQ(count->events_committed, 1U); // the same message four times
  EXPECT_EQ(count->events_repeated, 3U);
}

TEST_F(webhooks, verification) {
  struct row {
    std::string target;
    int status;
    std::string body;
  };
  const std::string ask = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
  const row table[] = {
      {"/v1/webhooks" + ask + "app-verify", 200, "1158201444"},
      {"/v1/webhooks?hub.verify_token=app-verify&hub.challenge=%3Cb%3E+1%26&hub.mode=subscribe", 200, "<b> 1&"},
      {"/v1/webhooks?hub%2Everify_token=app-verify&hub.challenge=1&hub.mode=subscribe", 200, "1"},
      {"/v1/webhooks/bidii" + ask + "bidii-verify", 200, "1158201444"},
      {"/v1/webhooks/b%69dii" + ask + "bidii-verify", 200, "1158201444"},
      {"/v1/webhooks/duka" + ask + "app-verify", 200, "1158201444"}, // has no token of its own
      {"/v1/webhooks/bidii" + ask + "app-verify", 403, ""},
      {"/v1/webhooks" + ask + "bidii-verify", 403, ""},
      {"/v1/webhooks" + ask, 403, ""},
      {"/v1/webhooks" + ask + "app-verif", 403, ""},
      {"/v1/webhooks" + ask + "App-verify", 403, ""},
      {"/v1/webhooks?hub.challenge=1&hub.verify_token=app-verify", 403, ""},
      {"/v1/webhooks?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=app-verify", 403, ""},
      {"/v1/webhooks", 403, ""},
      {"/v1/webhooks?hub.mode=subscribe&hub.verify_token=app-verify", 400, ""},
      {"/v1/webhooks/nobody" + ask + "app-verify", 404, ""},
      {"/v1/webhooks/~system" + ask + "app-verify", 404, ""},
  };
  for (const auto& r : table) {
    const auto answer = visit(r.target);
    EXPECT_EQ(answer.status, r.status) << r.target;
    if (r.status == 200) {
      EXPECT_EQ(answer.body, r.body) << r.target;
      EXPECT_TRUE(answer.header("Content-Type").value_or("").starts_with("text/plain")) << r.target;
    }
  }
}

class webhooks_without_keys : public http_node {
protected:
  void SetUp() override {
    meta.app_secret.clear();
    meta.verify_token.clear();
    serve();
  }
};

TEST_F(webhooks_without_keys, refuse_everything) {
  const auto body = hello_to("duka", "wamid.1");
  EXPECT_EQ(post_with("/v1/webhooks", body, {}).status, 403);
  // Signed with the empty key, as whoever knows that none is set would.
  EXPECT_EQ(post("/v1/webhooks", body, "").status, 403);
  EXPECT_EQ(post("/v1/webhooks/duka", body, "").status, 403);
  EXPECT_EQ(visit("/v1/webhooks?hub.mode=subscribe&hub.challenge=1&hub.verify_token=").status, 403);
  EXPECT_EQ(visit("/v1/webhooks?hub.mode=subscribe&hub.challenge=1").status, 403);
  EXPECT_EQ(committed(), 0U);
  EXPECT_EQ(post("/v1/webhooks/bidii", hello_to("bidii", "wamid.2"), "bidii-secret").status, 200);
}

TEST_F(webhooks, a_tenants_secret_reaches_that_tenant_only) {
  // Through its own URL, with its own secret, but about somebody else.
  EXPECT_EQ(post("/v1/webhooks/bidii", hello_to("duka", "wamid.1"), "bidii-secret").status, 200);
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/conversations/" + amina.phone).status, 404);
  auto aside = read("/v1/set-aside").at("items");
  ASSERT_EQ(aside.size(), 1U);
  EXPECT_EQ(aside[0].at("reason"), "foreign");
  EXPECT_EQ(aside[0].at("origin"), "bidii");
  // One good update beside a foreign one.
  auto both = json::parse(hello_to("bidii", "wamid.2"));
  both.at("entry").push_back(json::parse(hello_to("duka", "wamid.3")).at("entry")[0]);
  EXPECT_EQ(post("/v1/webhooks/bidii", both.dump(), "bidii-secret").status, 200);
  EXPECT_EQ(inbound_ids("bidii", amina.phone), std::vector<std::string>{"wamid.2"});
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/conversations/" + amina.phone).status, 404);
  EXPECT_EQ(read("/v1/set-aside").at("items").size(), 2U);
  // Its secret opens neither the app's URL nor another tenant's.
  EXPECT_EQ(post("/v1/webhooks", hello_to("bidii", "wamid.4"), "bidii-secret").status, 403);
  EXPECT_EQ(post("/v1/webhooks/duka", hello_to("duka", "wamid.4"), "bidii-secret").status, 403);
}

TEST_F(webhooks, the_apps_url_reaches_only_tenants_without_a_secret_of_their_own) {
  auto both = json::parse(hello_to("bidii", "wamid.1"));
  both.at("entry").push_back(json::parse(hello_to("duka", "wamid.2")).at("entry")[0]);
  EXPECT_EQ(post("/v1/webhooks", both.dump(), app_secret).status, 200);
  EXPECT_EQ(admin("GET", "/v1/tenants/bidii/conversations/" + amina.phone).status, 404);
  EXPECT_EQ(inbound_ids("duka", amina.phone), std::vector<std::string>{"wamid.2"});
  const auto aside = read("/v1/set-aside").at("items");
  ASSERT_EQ(aside.size(), 1U);
  EXPECT_EQ(aside[0].at("reason"), "foreign");
  EXPECT_EQ(aside[0].at("origin"), "");
  EXPECT_EQ(post("/v1/webhooks/bidii", both.dump(), app_secret).status, 403);
  EXPECT_EQ(post("/v1/webhooks/duka", hello_to("duka", "wamid.3"), app_secret).status, 200);
}

TEST_F(webhooks, a_changed_secret_holds_from_the_next_request_on) {
  EXPECT_EQ(post("/v1/webhooks/bidii", hello_to("bidii", "wamid.1"), "bidii-secret").status, 200);
  auto form = read("/v1/tenants/bidii");
  form["app_secret"] = "fresh-secret";
  EXPECT_EQ(admin("PUT", "/v1/tenants/bidii", form.dump()).status, 200);
  EXPECT_EQ(post("/v1/webhooks/bidii", hello_to("bidii", "wamid.2"), "bidii-secret").status, 403);
  EXPECT_EQ(post("/v1/webhooks/bidii", hello_to("bidii", "wamid.2"), "fresh-secret").status, 200);
  EXPECT_EQ(admin("DELETE", "/v1/tenants/bidii").status, 204);
  EXPECT_EQ(post("/v1/webhooks/bidii", hello_to("bidii", "wamid.3"), "fresh-secret").status, 404);
}

TEST_F(webhooks, signed_json_of_another_kind_is_set_aside) {
  for (const auto& [body, rows] :
       {std::pair<std::string, std::size_t>{R"({"hello":"world"})", 1}, {"[]", 2}, {"3", 3}, {nested(64), 4}}) {
    EXPECT_EQ(post("/v1/webhooks", body, app_secret).status, 200) << body;
    const auto aside = read("/v1/set-aside").at("items");
    ASSERT_EQ(aside.size(), rows) << body;
    for (const auto& item : aside)
      EXPECT_EQ(item.at("reason"), "no_webhook");
  }
  EXPECT_EQ(post("/v1/webhooks", R"({"hello":"world"})", app_secret).status, 200); // a repeat
  EXPECT_EQ(read("/v1/set-aside").at("items").size(), 4U);
  EXPECT_EQ(post("/v1/webhooks", R"({"object":"whatsapp_business_account","entry":[]})", app_secret).status, 200);
  EXPECT_EQ(read("/v1/set-aside").at("items").size(), 4U);
}

TEST_F(webhooks, updates_of_an_unknown_number_are_processed_once_a_tenant_has_it) {
  EXPECT_EQ(post("/v1/webhooks", hello_to("newcomer", "wamid.1"), app_secret).status, 200);
  ASSERT_EQ(read("/v1/set-aside").at("items").size(), 1U);
  EXPECT_EQ(read("/v1/set-aside").at("items")[0].at("reason"), "unknown_number");
  add_tenant("newcomer");
  EXPECT_TRUE(eventually([&] { return inbound_ids("newcomer", amina.phone).size() == 1; }));
  EXPECT_TRUE(eventually([&] { return read("/v1/set-aside").at("items").empty(); }));
}

TEST_F(webhooks, a_store_that_cannot_write_answers_503_until_it_can) {
  store->on_append([](const auto&) { return actors::test::fault::before; });
  const auto body = hello_to("duka", "wamid.1");
  const auto before = committed();
  const auto answer = post("/v1/webhooks", body, app_secret);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  EXPECT_EQ(committed(), before);
  store->on_append({});
  EXPECT_TRUE(eventually([&] { return post("/v1/webhooks", body, app_secret).status == 200; }));
  EXPECT_EQ(inbound_ids("duka", amina.phone), std::vector<std::string>{"wamid.1"});
}

class webhooks_at_capacity : public http_node {
protected:
  void SetUp() override {
    gate = std::make_shared<runtime::admission>(3, 10U << 20U);
    serve();
  }
};

TEST_F(webhooks_at_capacity, are_told_to_come_back) {
  std::string many;
  {
    actors::test::change c;
    c.phone_number_id = number_of("duka");
    for (int i = 0; i < 5; ++i)
      c.messages.push_back(actors::test::text_message(amina, "wamid.many." + std::to_string(i), "hi", now()));
    many = actors::test::webhook({c}).dump();
  }
  {
    const auto taken = gate->enter(3, 1);
    ASSERT_TRUE(taken);
    const auto before = committed();
    for (const auto& body : {hello_to("duka", "wamid.1"), many}) {
      const auto answer = post("/v1/webhooks", body, app_secret);
      EXPECT_EQ(answer.status, 503);
      EXPECT_EQ(answer.header("Retry-After"), "5");
    }
    EXPECT_EQ(committed(), before);
    EXPECT_EQ(count->webhook_posts_shed, 2U);
    // What would be refused anyhow is told so, overloaded or not.
    EXPECT_EQ(post("/v1/webhooks", hello_to("duka", "wamid.1"), "another").status, 403);
  }
  EXPECT_EQ(post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret).status, 200);
  EXPECT_EQ(post("/v1/webhooks", many, app_secret).status, 200); // larger than the bound, but alone
  EXPECT_EQ(gate->events(), 0U);
}

class webhooks_of_a_flooding_tenant : public http_node {
protected:
  void SetUp() override {
    limits.in_flight_events_per_tenant = 1;
    limits.webhook_deadline = std::chrono::seconds{20};
    serve();
    add_tenant("jirani");
  }
};

TEST_F(webhooks_of_a_flooding_tenant, are_put_off_alone) {
  std::promise<void> release;
  const auto released = release.get_future().share();
  store->on_append([released](const auto& rows) {
    if (rows.front()->tenant == "duka")
      released.wait();
    return actors::test::fault::none;
  });
  auto first = std::async(std::launch::async,
                          [&] { return post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret).status; });
  // Another shopper's update finds the tenant's one place taken, as soon as the first has it.
  actors::test::change duka;
  duka.phone_number_id = number_of("duka");
  duka.messages.push_back(actors::test::text_message({"254700000777", {}, "Juma"}, "wamid.2", "hi", now()));
  actors::test::change jirani;
  jirani.phone_number_id = number_of("jirani");
  jirani.messages.push_back(actors::test::text_message(amina, "wamid.3", "hi", now()));
  const auto both = actors::test::webhook({duka, jirani}).dump();
  ASSERT_TRUE(eventually([&] { return gate->events() == 1; }));
  EXPECT_EQ(post("/v1/webhooks", actors::test::webhook({duka}).dump(), app_secret).status, 503);
  auto second = std::async(std::launch::async, [&] { return post("/v1/webhooks", both, app_secret).status; });
  ASSERT_TRUE(eventually([&] { return gate->events() == 2; })) << "the neighbour's update was let in, alone";
  release.set_value();
  EXPECT_EQ(first.get(), 200);
  EXPECT_EQ(second.get(), 503) << "one update was put off, so the POST has to come again";
  EXPECT_EQ(inbound_ids("jirani", amina.phone), std::vector<std::string>{"wamid.3"});
  EXPECT_TRUE(inbound_ids("duka", "254700000777").empty());
  EXPECT_EQ(post("/v1/webhooks", both, app_secret).status, 200);
  EXPECT_EQ(inbound_ids("jirani", amina.phone), std::vector<std::string>{"wamid.3"});
  EXPECT_EQ(inbound_ids("duka", "254700000777"), std::vector<std::string>{"wamid.2"});
}

class webhooks_of_hurried_tenants : public http_node {
protected:
  /// At most one POST a second; two at once.
  void hurry(const tenant_id& tenant) {
    auto form = read("/v1/tenants/" + tenant);
    form["limits"]["inbound_per_s"] = 1;
    ASSERT_EQ(admin("PUT", "/v1/tenants/" + tenant, form.dump()).status, 200);
  }
  void SetUp() override {
    serve();
    hurry("duka");
    hurry("bidii");
    add_tenant("jirani");
    clock->stop(); // however slow the machine is, no second passes
  }
  int sent = 0;
  /// The status of a POST with one update for each, through the app's URL.
  int tell(const std::vector<tenant_id>& tenants) {
    std::vector<actors::test::change> changes;
    for (const auto& tenant : tenants) {
      actors::test::change c;
      c.phone_number_id = number_of(tenant);
      c.messages.push_back(actors::test::text_message(amina, "wamid." + std::to_string(++sent), "hi", now()));
      changes.push_back(c);
    }
    return post("/v1/webhooks", actors::test::webhook(changes).dump(), app_secret).status;
  }
};

TEST_F(webhooks_of_hurried_tenants, are_put_off_at_their_own_url_once_they_are_known_to_be_theirs) {
  const auto body = hello_to("bidii", "wamid.1");
  for (int i = 0; i < 5; ++i) // a stranger cannot use the budget up
    EXPECT_EQ(post("/v1/webhooks/bidii", body, "guess").status, 403);
  EXPECT_EQ(post("/v1/webhooks/bidii", body, "bidii-secret").status, 200);
  EXPECT_EQ(post("/v1/webhooks/bidii", body, "bidii-secret").status, 200);
  const auto third = post("/v1/webhooks/bidii", hello_to("bidii", "wamid.2"), "bidii-secret");
  EXPECT_EQ(third.status, 503);
  EXPECT_EQ(third.header("Retry-After"), "5");
  EXPECT_NE(third.body.find("limits.inbound_per_s"), std::string::npos) << third.body;
  EXPECT_EQ(post("/v1/webhooks/bidii", "no JSON", "bidii-secret").status, 503) << "it looked at the body";
  EXPECT_EQ(post("/v1/webhooks/bidii", body, "guess").status, 403);
  EXPECT_EQ(count->webhook_posts_throttled, 2U);
  EXPECT_EQ(count->webhook_posts_shed, 0U);
  EXPECT_EQ(inbound_ids("bidii", amina.phone), std::vector<std::string>{"wamid.1"});
  clock->advance(std::chrono::seconds{1});
  EXPECT_EQ(post("/v1/webhooks/bidii", hello_to("bidii", "wamid.2"), "bidii-secret").status, 200);
  EXPECT_EQ(inbound_ids("bidii", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2"}));
  EXPECT_NE(admin("GET", "/metrics").body.find("wakala_webhook_posts_throttled_total 2"), std::string::npos);
}

TEST_F(webhooks_of_hurried_tenants, are_put_off_alone_at_the_apps_url) {
  EXPECT_EQ(tell({"duka"}), 200);
  EXPECT_EQ(tell({"duka", "jirani"}), 200);
  EXPECT_EQ(tell({"duka"}), 503);
  EXPECT_EQ(tell({"duka", "jirani"}), 503) << "one update was put off, so the POST has to come again";
  EXPECT_EQ(tell({"jirani"}), 200);
  EXPECT_EQ(inbound_ids("jirani", amina.phone), (std::vector<std::string>{"wamid.3", "wamid.6", "wamid.7"}));
  EXPECT_EQ(inbound_ids("duka", amina.phone), (std::vector<std::string>{"wamid.1", "wamid.2"}));
  EXPECT_EQ(count->webhook_posts_throttled, 2U);
  for (int i = 0; i < 3; ++i) // what is set aside is nobody's, and has no rate
    EXPECT_EQ(tell({"stranger"}), 200);
  clock->advance(std::chrono::seconds{1});
  EXPECT_EQ(tell({"duka"}), 200);
  EXPECT_EQ(gate->events(), 0U);
}

TEST_F(webhooks, a_large_post_for_several_tenants_is_handled_whole) {
  add_tenant("moja");
  add_tenant("mbili");
  std::vector<actors::test::change> changes;
  std::size_t messages = 0;
  for (const std::string tenant : {"duka", "moja", "mbili"}) {
    actors::test::change c;
    c.phone_number_id = number_of(tenant);
    for (int i = 0; i < 100; ++i, ++messages)
      c.messages.push_back(actors::test::text_message({"25470000" + std::to_string(1000 + i), {}, "Amina"},
                                                      "wamid." + tenant + std::to_string(i), std::string(2'000, 'x'),
                                                      now()));
    changes.push_back(std::move(c));
  }
  EXPECT_EQ(post("/v1/webhooks", actors::test::webhook(changes).dump(), app_secret).status, 200);
  EXPECT_EQ(count->events_committed, messages);
  EXPECT_EQ(inbound_ids("mbili", "254700001099"), std::vector<std::string>{"wamid.mbili99"});
}

} // namespace
} // namespace wakala::http::test
