// The admin listener on a real node.
#include "actors/tenant/payments/pay_tokens.hpp"
#include "runtime/core/time_text.hpp"
#include "tests/http/support/http_node.hpp"

#include <regex>
#include <set>
#include <sstream>

namespace wakala::http::test {
namespace {

class admin_listener : public http_node {
protected:
  void SetUp() override {
    payments.daraja_addresses = "any";
    serve();
  }

  /// Status and problem body of a refused call.
  void expect_problem(const client_answer& answer, int status, const std::string& field = {}) {
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << answer.body;
    const auto body = json::parse(answer.body, nullptr, false);
    ASSERT_TRUE(body.is_object()) << answer.body;
    EXPECT_EQ(body.value("status", 0), status);
    EXPECT_EQ(body.value("field", ""), field) << answer.body;
  }
};

TEST_F(admin_listener, knows_who_may_do_what) {
  const std::string form = R"({"id":"x","phone_numbers":[{"id":"n-x"}]})";
  struct row {
    const char* method;
    const char* target;
    int as_operator;
    int as_duka;
    int as_nobody;
  };
  const row table[] = {
      {"GET", "/healthz", 200, 200, 200},
      {"GET", "/readyz", 200, 200, 200},
      {"GET", "/metrics", 200, 200, 200},
      {"GET", "/openapi.json", 200, 200, 200},
      {"GET", "/console", 308, 308, 308},
      {"GET", "/console/", 404, 404, 404}, // it is not part of a test's node
      {"GET", "/v1/cluster", 200, 403, 401},
      {"GET", "/v1/set-aside", 200, 403, 401},
      {"POST", "/v1/set-aside/00000000000000000000000000000000:drop", 404, 403, 401},
      {"POST", "/v1/tenants/duka/messages", 422, 422, 401},
      {"POST", "/v1/tenants/bidii/messages", 422, 403, 401},
      {"GET", "/v1/tenants", 200, 200, 401},
      {"POST", "/v1/tenants", 422, 403, 401},
      {"POST", "/v1/tenants:import", 200, 403, 401},
      {"GET", "/v1/tenants/duka", 200, 200, 401},
      {"GET", "/v1/tenants/bidii", 200, 403, 401},
      {"GET", "/v1/tenants/nobody", 404, 403, 401},
      {"GET", "/v1/tenants/~system", 404, 403, 401},
      {"PUT", "/v1/tenants/nobody", 404, 403, 401},
      {"PUT", "/v1/tenants/duka", 200, 403, 401},
      {"DELETE", "/v1/tenants/nobody", 404, 403, 401},
      {"DELETE", "/v1/tenants/~system", 404, 403, 401},
      {"GET", "/v1/tenants/duka/catalog", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/catalog", 200, 403, 401},
      {"PUT", "/v1/tenants/duka/catalog", 422, 422, 401},
      {"PUT", "/v1/tenants/bidii/catalog", 422, 403, 401},
      {"POST", "/v1/tenants/duka/catalog:import", 415, 415, 401},
      {"POST", "/v1/tenants/bidii/catalog:import", 415, 403, 401},
      {"GET", "/v1/tenants/duka/conversations", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/conversations", 200, 403, 401},
      {"GET", "/v1/tenants/duka/payments", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/payments", 200, 403, 401},
      {"GET", "/v1/tenants/duka/payments/00000000000000000000000000000000", 404, 404, 401},
      {"POST", "/v1/tenants/duka/payments/00000000000000000000000000000000:check", 404, 404, 401},
      {"POST", "/v1/tenants/duka/payments/00000000000000000000000000000000:match", 422, 422, 401},
      {"POST", "/v1/tenants/bidii/payments/00000000000000000000000000000000:settle", 404, 403, 401},
      {"POST", "/v1/tenants/duka/payments:register", 409, 409, 401}, // it has no account
      {"GET", "/v1/tenants/duka/reconciliation", 400, 400, 401},     // of which day?
      {"GET", "/v1/tenants/bidii/reconciliation", 400, 403, 401},
      {"GET", "/v1/tenants/duka/account", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/account", 200, 403, 401},
      {"POST", "/v1/tenants/duka/account:refresh", 503, 503, 401}, // its Graph API is not to be asked
      {"POST", "/v1/tenants/bidii/account:refresh", 503, 403, 401},
      {"POST", "/v1/tenants/duka/account:onboard", 503, 403, 401},
      {"GET", "/v1/tenants/duka/templates", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/templates", 200, 403, 401},
      {"POST", "/v1/tenants/duka/templates:submit_order_templates", 503, 503, 401},
      {"POST", "/v1/tenants/bidii/templates:submit_order_templates", 503, 403, 401},
      {"POST", "/v1/tenants/duka/conversations/254700000001:hand_over", 404, 404, 401},
      {"POST", "/v1/tenants/bidii/conversations/254700000001:hand_over", 404, 403, 401},
      {"POST", "/v1/tenants/duka/conversations/254700000001:hand_back", 404, 404, 401},
      {"POST", "/v1/tenants/bidii/conversations/254700000001:hand_back?greet=true", 404, 403, 401},
      {"POST", "/v1/tenants/duka/conversations/254700000001:hand_back?greet=maybe", 400, 400, 401},
      {"POST", "/v1/tenants/duka/users/254700000001:block", 404, 404, 401},
      {"POST", "/v1/tenants/duka/users/254700000001:unblock", 404, 404, 401},
      {"POST", "/v1/tenants/bidii/users/254700000001:block", 404, 403, 401},
      {"GET", "/v1/tenants/duka/orders", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/orders", 200, 403, 401},
      {"GET", "/v1/tenants/duka/orders/K7Q2M", 404, 404, 401},
      {"GET", "/v1/tenants/bidii/orders/K7Q2M", 404, 403, 401},
      {"POST", "/v1/tenants/duka/orders/K7Q2M:confirm", 404, 404, 401},
      {"POST", "/v1/tenants/bidii/orders/K7Q2M:refund", 404, 403, 401},
      {"GET", "/v1/tenants/duka/ledger", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/ledger", 200, 403, 401},
      {"GET", "/v1/tenants/duka/webhook/deliveries", 200, 200, 401},
      {"GET", "/v1/tenants/bidii/webhook/deliveries", 200, 403, 401},
      {"POST", "/v1/tenants/duka/webhook/deliveries/evt_00000000000000000000000000000000:retry", 404, 404, 401},
      {"POST", "/v1/tenants/bidii/webhook/deliveries/evt_00000000000000000000000000000000:drop", 404, 403, 401},
      {"POST", "/v1/tenants/duka/webhook:test", 409, 409, 401},
      {"POST", "/v1/tenants/bidii/webhook:test", 409, 403, 401},
      {"GET", "/v1/tenants/duka/conversations/254700000001", 404, 404, 401},
      {"GET", "/v1/tenants/bidii/conversations/254700000001", 404, 403, 401},
      {"GET", "/v1/tenants/duka/conversations/254700000001/messages", 404, 404, 401},
      {"GET", "/v1/tenants/duka/dead-letters", 200, 200, 401},
      {"GET", "/v1/tenants/~system/dead-letters", 404, 403, 401},
      {"POST", "/v1/tenants/duka/dead-letters/00000000000000000000000000000000:replay", 404, 404, 401},
      {"POST", "/v1/tenants/bidii/dead-letters/00000000000000000000000000000000:drop", 404, 403, 401},
      {"GET", "/v1/tenants/duka/notices", 200, 200, 401},
      {"GET", "/v1/tenants/duka/set-aside", 200, 200, 401},
      {"GET", "/v1/tenants/~system/set-aside", 404, 403, 401},
      {"GET", "/v1/unknown", 404, 404, 404},
      {"GET", "/", 404, 404, 404},
      {"GET", "/healthz/", 404, 404, 404},
      {"POST", "/healthz", 405, 405, 405},
      {"PATCH", "/v1/tenants/duka", 405, 405, 405},
  };
  for (const auto& r : table) {
    const std::string body = std::string_view(r.method) == "GET" ? "" : "{}";
    EXPECT_EQ(admin(r.method, r.target, body).status, r.as_operator) << r.method << " " << r.target;
    EXPECT_EQ(admin(r.method, r.target, body, duka_token).status, r.as_duka) << r.method << " " << r.target;
    for (const std::string_view nobody : {"", "unknown-token", "operator-toke", "operator-token2"})
      EXPECT_EQ(admin(r.method, r.target, body, nobody).status, r.as_nobody) << r.method << " " << r.target;
  }
  EXPECT_EQ(admin("PATCH", "/v1/tenants/duka", "{}").header("Allow"), "GET, PUT, DELETE");
  expect_problem(admin("GET", "/v1/tenants", "", ""), 401);
  EXPECT_EQ(admin("GET", "/v1/tenants", "", "").header("WWW-Authenticate"), R"(Bearer realm="wakala")");
  expect_problem(admin("GET", "/v1/cluster", "", duka_token), 403);
}

TEST_F(admin_listener, creates_shows_changes_and_deletes_tenants) {
  const json form{{"id", "tenant_9"},
                  {"name", "Soko"},
                  {"currency", "UGX"},
                  {"time_zone", "Africa/Kampala"},
                  {"waba_id", "102290129340398"},
                  {"phone_numbers", json::array({{{"id", "106540352242922"}, {"display", "256700000000"}}})},
                  {"app_secret", "very-secret"},
                  {"verify_token", "also-secret"},
                  {"access_token", "most-secret"},
                  {"catalog_id", "194836987003835"},
                  {"event_filters", json::array({"messages", "status"})},
                  {"limits", {{"messages_per_second", 20}}}};
  const auto created = admin("POST", "/v1/tenants", form.dump());
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.header("Location"), "/v1/tenants/tenant_9");
  auto shown = form;
  for (const auto* secret : {"app_secret", "verify_token", "access_token"})
    shown[secret] = json{{"set", true}};
  EXPECT_EQ(json::parse(created.body), shown);
  EXPECT_EQ(created.body.find("very-secret"), std::string::npos);
  EXPECT_EQ(read("/v1/tenants/tenant_9"), shown);

  expect_problem(admin("POST", "/v1/tenants", form.dump()), 409, "/id");
  auto thief = form;
  thief["id"] = "thief";
  expect_problem(admin("POST", "/v1/tenants", thief.dump()), 409, "/phone_numbers/0/id");

  auto changed = shown; // as it was read back: secrets stay
  changed["name"] = "Soko Kuu";
  changed["verify_token"] = "";
  const auto put = admin("PUT", "/v1/tenants/tenant_9", changed.dump());
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_EQ(read("/v1/tenants/tenant_9").at("name"), "Soko Kuu");
  EXPECT_EQ(read("/v1/tenants/tenant_9").at("verify_token"), (json{{"set", false}}));
  EXPECT_EQ(running->context()->tenants->get()->find("tenant_9")->config.app_secret, "very-secret");
  changed["id"] = "other";
  expect_problem(admin("PUT", "/v1/tenants/tenant_9", changed.dump()), 422, "/id");

  EXPECT_EQ(admin("DELETE", "/v1/tenants/tenant_9").status, 204);
  expect_problem(admin("GET", "/v1/tenants/tenant_9"), 404);
  expect_problem(admin("DELETE", "/v1/tenants/tenant_9"), 404);
  EXPECT_EQ(admin("POST", "/v1/tenants", form.dump()).status, 201); // and its names are free again
}

TEST_F(admin_listener, names_what_is_wrong_in_a_tenant) {
  struct row {
    const char* body;
    int status;
    const char* field;
  };
  const row table[] = {
      {"", 400, ""},
      {"{", 400, ""},
      {"[]", 400, ""},
      {"\"\xff\"", 400, ""},
      {"{}", 422, "/id"},
      {R"({"id":""})", 422, "/id"},
      {R"({"id":"a b"})", 422, "/id"},
      {R"({"id":"~system"})", 422, "/id"},
      {R"({"id":7})", 422, "/id"},
      {R"({"id":"x","nmae":"y"})", 422, "/nmae"},
      {R"({"id":"x","currency":"KESH"})", 422, "/currency"},
      {R"({"id":"x","phone_numbers":{}})", 422, "/phone_numbers"},
      {R"({"id":"x","phone_numbers":[{"id":"1"},{"id":"1"}]})", 422, "/phone_numbers/1/id"},
      {R"({"id":"x","phone_numbers":[{"id":"1","colour":"red"}]})", 422, "/phone_numbers/0/colour"},
      {R"({"id":"x","app_secret":7})", 422, "/app_secret"},
      {R"({"id":"x","event_filters":["messages","all"]})", 422, "/event_filters/1"},
      {R"({"id":"x","limits":{"a":0}})", 422, "/limits/a"},
      {R"({"id":"x","shop":{"delivery":{"areas":[{"name":"W","fee":"free"}]}}})", 422, "/shop/delivery/areas/0/fee"},
  };
  for (const auto& r : table) {
    SCOPED_TRACE(r.body);
    expect_problem(admin("POST", "/v1/tenants", r.body), r.status, r.field);
  }
  EXPECT_EQ(read("/v1/tenants").at("tenants").size(), 2U);
}

TEST_F(admin_listener, lists_tenants_page_by_page_and_to_tenants_only_themselves) {
  add_tenant("chai");
  std::vector<std::string> ids;
  std::string after;
  for (int pages = 0; pages < 10; ++pages) {
    const auto page = read("/v1/tenants?limit=2&after=" + after);
    for (const auto& tenant : page.at("tenants"))
      ids.push_back(tenant.at("id"));
    if (page.at("next").is_null())
      break;
    after = page.at("next");
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"bidii", "chai", "duka"}));
  const auto own = json::parse(admin("GET", "/v1/tenants", "", duka_token).body);
  ASSERT_EQ(own.at("tenants").size(), 1U);
  EXPECT_EQ(own.at("tenants")[0].at("id"), "duka");
  EXPECT_TRUE(own.at("next").is_null());
}

TEST_F(admin_listener, imports_tenant_routes) {
  const std::string good =
      R"({"tenant_123":{"webhook_url":"https://x.example/v1/webhooks/tenant_123","hmac_secret":"${SHOP_SECRET}","event_filters":["messages","status","errors"]},
          "duka":{"event_filters":["messages"]}})";
  const auto answer = admin("POST", "/v1/tenants:import", good);
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(json::parse(answer.body), (json{{"created", {"tenant_123"}}, {"updated", {"duka"}}}));
  EXPECT_EQ(running->context()->tenants->get()->find("tenant_123")->config.app_secret, "s3cret");
  EXPECT_EQ(read("/v1/tenants/duka").at("phone_numbers")[0].at("id"), number_of("duka"));
  EXPECT_EQ(read("/v1/tenants/duka").at("event_filters"), json::array({"messages"}));

  const auto missing = admin("POST", "/v1/tenants:import",
                             R"({"a":{"hmac_secret":"${SHOP_SECRET}"},"b":{"hmac_secret":"${NO_SUCH_SECRET}"}})");
  expect_problem(missing, 422, "/b/hmac_secret");
  EXPECT_NE(missing.body.find("NO_SUCH_SECRET"), std::string::npos);
  EXPECT_EQ(admin("GET", "/v1/tenants/a").status, 404); // nothing of it was done
  expect_problem(admin("POST", "/v1/tenants:import", R"({"a":{"webhook_url":"https://x.example/v1/webhooks/b"}})"),
                 422, "/a/webhook_url");
  expect_problem(admin("POST", "/v1/tenants:import", R"({"a":{"colour":1}})"), 422, "/a/colour");
  expect_problem(admin("POST", "/v1/tenants:import", "nonsense"), 400);
}

TEST_F(admin_listener, keeps_catalogs_and_points_at_what_is_wrong) {
  EXPECT_EQ(read("/v1/tenants/duka/catalog").at("products"), json::array());
  EXPECT_EQ(read("/v1/tenants/duka/catalog").at("sync").at("state"), "off");
  const std::string good =
      R"({"products":[{"id":"sugar","name":"Sugar 1 kg","category":"Food","price":"250.00","stock":4},
                                           {"id":"tea","name":"Tea","category":"Food","price":120}]})";
  const auto put = admin("PUT", "/v1/tenants/duka/catalog", good, duka_token);
  ASSERT_EQ(put.status, 200) << put.body;
  const auto shown = read("/v1/tenants/duka/catalog");
  ASSERT_EQ(shown.at("products").size(), 2U);
  EXPECT_EQ(shown.at("products")[0], (json{{"id", "sugar"},
                                           {"name", "Sugar 1 kg"},
                                           {"category", "Food"},
                                           {"price", "250.00"},
                                           {"currency", "KES"},
                                           {"stock", 4}}));
  EXPECT_EQ(shown.at("products")[1].at("price"), "120.00");
  struct row {
    const char* body;
    int status;
    const char* field;
  };
  const row table[] = {
      {"{", 400, ""},
      {"{}", 422, "/products"},
      {R"({"products":[{"name":"x","category":"c","price":"1"}]})", 422, "/products/0/id"},
      {R"({"products":[{"id":"a","name":"x","category":"c","price":"1"},{"id":"a","name":"x","category":"c","price":"1"}]})",
       422, "/products/1/id"},
      {R"({"products":[{"id":"a","name":"x","category":"c","price":1.5}]})", 422, "/products/0/price"},
      {R"({"products":[{"id":"a","name":"x","category":"c","price":"1.005"}]})", 422, "/products/0/price"},
      {R"({"products":[{"id":"a","name":"x","category":"c","price":"1","currency":"USD"}]})", 422,
       "/products/0/currency"},
      {R"({"products":[{"id":"a","name":"x","category":"c","price":"1","stock":-1}]})", 422, "/products/0/stock"},
  };
  for (const auto& r : table) {
    SCOPED_TRACE(r.body);
    expect_problem(admin("PUT", "/v1/tenants/duka/catalog", r.body), r.status, r.field);
  }
  EXPECT_EQ(read("/v1/tenants/duka/catalog"), shown);
}

TEST_F(admin_listener, imports_catalogs_and_tells_every_line_that_is_wrong) {
  const auto import = [&](const std::string& body, const std::string& type, const std::string& query = {}) {
    return call(admin_server->port(), "POST", "/v1/tenants/duka/catalog:import" + query, body,
                {{"Authorization", "Bearer " + std::string(duka_token)}, {"Content-Type", type}});
  };
  const std::string header = "id,name,category,price,stock\r\n";
  const auto good =
      import(header + "sugar,\"Sugar, 1 kg\",Food,250.00,4\r\ntea,Tea,Food,120,\r\n", "Text/CSV; charset=utf-8");
  ASSERT_EQ(good.status, 200) << good.body;
  EXPECT_EQ(json::parse(good.body), (json{{"imported", true},
                                          {"added", 2},
                                          {"changed", 0},
                                          {"removed", 0},
                                          {"unchanged", 0},
                                          {"errors", json::array()},
                                          {"errors_total", 0}}));
  const auto shown = read("/v1/tenants/duka/catalog");
  EXPECT_EQ(shown.at("products")[0].at("name"), "Sugar, 1 kg");

  const auto bad = import(header + "sugar,Sugar,Food,1.005,4\r\n,Tea,Food,120,many\r\n", "text/csv");
  expect_problem(bad, 422, "price");
  const auto told = json::parse(bad.body);
  ASSERT_EQ(told.at("errors").size(), 3U) << bad.body;
  EXPECT_EQ(told.at("errors")[0].at("line"), 2);
  EXPECT_EQ(told.at("errors_total"), 3);
  expect_problem(import(R"({"products":[{"id":"a","name":"x","category":"c","price":1.5}]})", "application/json"),
                 422, "/products/0/price");
  expect_problem(import("id,name,colour\n", "text/csv"), 422, "colour");
  expect_problem(import("{", "application/json"), 400);
  expect_problem(import("{}", "application/json"), 422, "/products");
  expect_problem(import("x", "application/xml"), 415, "Content-Type");
  expect_problem(import("x", "text/csv", "?partial=perhaps"), 400, "partial");
  EXPECT_EQ(read("/v1/tenants/duka/catalog"), shown);

  const auto partly =
      import(header + "sugar,Sugar,Food,1.005,4\r\nsalt,Salt,Food,30,\r\n", "text/csv", "?partial=true");
  ASSERT_EQ(partly.status, 200) << partly.body;
  EXPECT_EQ(json::parse(partly.body).at("added"), 1);
  EXPECT_EQ(json::parse(partly.body).at("errors")[0].at("field"), "price");
  EXPECT_EQ(read("/v1/tenants/duka/catalog").at("products").size(), 3U);

  // What is shown can be imported as it is, and is nothing new.
  auto same = read("/v1/tenants/duka/catalog");
  EXPECT_EQ(json::parse(import(same.dump(), "application/json").body).at("unchanged"), 3);
}

TEST_F(admin_listener, imports_more_than_other_bodies_may_have) {
  std::string text = "id,name,category,price,description\n";
  for (int i = 0; i < 10'000; ++i)
    text += "p" + std::to_string(i) + ",Thing,Things,1.50," + std::string(600, 'x') + "\n";
  const auto import = [&](const std::string& body) {
    return call(admin_server->port(), "POST", "/v1/tenants/duka/catalog:import", body,
                {{"Authorization", "Bearer " + std::string(duka_token)}, {"Content-Type", "text/csv"}});
  };
  ASSERT_GT(text.size(), std::size_t{5} * 1024 * 1024);
  const auto done = import(text);
  ASSERT_EQ(done.status, 200) << done.body.substr(0, 300);
  EXPECT_EQ(json::parse(done.body).at("added"), 10'000);
  EXPECT_EQ(import(std::string(17 * 1024 * 1024, 'x')).status, 413);
}

TEST_F(admin_listener, shows_a_conversation_and_its_transcript) {
  ASSERT_EQ(http_node::post("/v1/webhooks", hello_to("duka", "wamid.in/1=="), app_secret).status, 200);
  ASSERT_TRUE(graph->wait_for_messages(1));
  for (const auto* contact : {"254700000001", "%2B254700000001", "+254700000001", "254%20700%20000%20001"}) {
    const auto view = read(std::string("/v1/tenants/duka/conversations/") + contact);
    EXPECT_EQ(view.at("session").at("user_phone"), amina.phone) << contact;
    EXPECT_EQ(view.at("session").at("tenant_id"), "duka");
    EXPECT_EQ(view.at("session").at("message_count"), 2);
    EXPECT_EQ(view.at("cart").at("total"), (json{{"amount", "0.00"}, {"currency", "KES"}}));
    EXPECT_TRUE(view.contains("budgets"));
  }
  const std::string messages = "/v1/tenants/duka/conversations/254700000001/messages";
  ASSERT_TRUE(eventually([&] {
    const auto all = read(messages).at("messages");
    return all.back().at("status") == "accepted";
  }));
  const auto all = read(messages);
  EXPECT_TRUE(all.at("next").is_null());
  ASSERT_EQ(all.at("messages").size(), 2U);
  EXPECT_EQ(all.at("messages")[0].at("id"), "wamid.in/1==");
  EXPECT_EQ(all.at("messages")[0].at("direction"), "in");
  EXPECT_EQ(all.at("messages")[0].at("text"), "hi");
  EXPECT_EQ(all.at("messages")[1].at("direction"), "out");
  EXPECT_TRUE(all.at("messages")[1].at("wamid").is_string());
  // Page by page it is the same.
  const auto first = read(messages + "?limit=1");
  EXPECT_EQ(first.at("messages"), json::array({all.at("messages")[0]}));
  ASSERT_TRUE(first.at("next").is_string());
  const auto second = read(messages + "?limit=1&after=" + first.at("next").get<std::string>());
  EXPECT_EQ(second.at("messages")[0].at("id"), all.at("messages")[1].at("id"));
  for (const auto* bad : {"?limit=0", "?limit=501", "?limit=x"})
    expect_problem(admin("GET", messages + bad), 400, "limit");
  expect_problem(admin("GET", messages + "?after=x"), 400, "after");
  expect_problem(admin("GET", "/v1/tenants/duka/conversations/254799999999/messages"), 404);
  expect_problem(admin("GET", "/v1/tenants/duka/conversations/KE.13491208655302741918"), 404);
}

TEST_F(admin_listener, finds_a_shopper_without_phone_number_by_user_id) {
  const actors::test::shopper anonymous{"", "KE.13491208655302741918", "Zawadi"};
  const auto body = actors::test::text_webhook(number_of("duka"), anonymous, "wamid.u", "hi", now()).dump();
  ASSERT_EQ(http_node::post("/v1/webhooks", body, app_secret).status, 200);
  const auto view = read("/v1/tenants/duka/conversations/KE.13491208655302741918");
  EXPECT_EQ(view.at("session").at("user_id"), anonymous.user_id);
  EXPECT_TRUE(view.at("session").at("user_phone").is_null());
}

TEST_F(admin_listener, lists_all_conversations_over_pages) {
  for (int i = 0; i < 5; ++i) {
    const actors::test::shopper who{"25470000010" + std::to_string(i), {}, "Amina"};
    const auto body =
        actors::test::text_webhook(number_of("duka"), who, "wamid." + std::to_string(i), "hi", now()).dump();
    ASSERT_EQ(http_node::post("/v1/webhooks", body, app_secret).status, 200);
  }
  std::set<std::string> phones;
  std::string after;
  int pages = 0;
  for (; pages < 10; ++pages) {
    const auto page = read("/v1/tenants/duka/conversations?limit=2&after=" + after);
    EXPECT_LE(page.at("conversations").size(), 2U);
    for (const auto& line : page.at("conversations"))
      EXPECT_TRUE(phones.insert(line.at("session").at("user_phone")).second);
    if (page.at("next").is_null())
      break;
    after = page.at("next");
  }
  EXPECT_EQ(phones.size(), 5U);
  EXPECT_EQ(read("/v1/tenants/bidii/conversations").at("conversations"), json::array());
  expect_problem(admin("GET", "/v1/tenants/duka/conversations?after=zz"), 400, "after");
}

TEST_F(admin_listener, shows_and_drops_what_was_set_aside) {
  ASSERT_EQ(http_node::post("/v1/webhooks", R"({"hello":"world"})", app_secret).status, 200);
  const auto items = read("/v1/set-aside").at("items");
  ASSERT_EQ(items.size(), 1U);
  const std::string drop = "/v1/set-aside/" + items[0].at("id").get<std::string>() + ":drop";
  EXPECT_EQ(json::parse(admin("POST", drop).body), (json{{"outcome", "dropped"}}));
  EXPECT_EQ(read("/v1/set-aside").at("items"), json::array());
  expect_problem(admin("POST", drop), 404);
  expect_problem(admin("POST", "/v1/set-aside/nonsense:drop"), 404);
  // Statuses of messages that this shop never sent lie with the tenant.
  const auto status =
      actors::test::status_webhook(number_of("duka"), "wamid.unknown", "delivered", amina.phone, {}, now()).dump();
  ASSERT_EQ(http_node::post("/v1/webhooks", status, app_secret).status, 200);
  const auto unmatched = read("/v1/tenants/duka/set-aside").at("items");
  ASSERT_EQ(unmatched.size(), 1U);
  EXPECT_EQ(unmatched[0].at("reason"), "unmatched");
  expect_problem(admin("GET", "/v1/tenants/duka/set-aside?after=12"), 400, "after");
}

class admin_listener_with_poison : public http_node {
protected:
  void SetUp() override {
    limits.event_attempts = 2;
    step = [this](const auto& state, const whatsapp::event& e, const auto& about) {
      if (poisonous && e.text == "poison")
        throw std::runtime_error("poison");
      return commerce::step(state, e, about);
    };
    serve();
  }
  std::atomic<bool> poisonous{true};
};

TEST_F(admin_listener_with_poison, replays_dead_letters_at_most_once) {
  ASSERT_EQ(post("/v1/webhooks", hello_to("duka", "wamid.p", "poison"), app_secret).status, 200);
  const auto items = read("/v1/tenants/duka/dead-letters").at("items");
  ASSERT_EQ(items.size(), 1U);
  EXPECT_EQ(items[0].at("reason"), "handler_failed");
  const std::string letter = "/v1/tenants/duka/dead-letters/" + items[0].at("id").get<std::string>();
  EXPECT_NE(admin("POST", letter + ":replay", "", duka_token).status, 200);
  EXPECT_EQ(read("/v1/tenants/duka/dead-letters").at("items").size(), 1U);
  poisonous = false;
  const auto replayed = admin("POST", letter + ":replay", "", duka_token);
  EXPECT_EQ(replayed.status, 200) << replayed.body;
  EXPECT_EQ(json::parse(replayed.body), (json{{"outcome", "applied"}}));
  EXPECT_EQ(read("/v1/tenants/duka/dead-letters").at("items"), json::array());
  EXPECT_EQ(admin("POST", letter + ":replay").status, 404);
  EXPECT_EQ(inbound_ids("duka", amina.phone), std::vector<std::string>{"wamid.p"});
  EXPECT_EQ(post("/v1/webhooks", hello_to("duka", "wamid.p", "poison"), app_secret).status, 200); // a redelivery
  EXPECT_EQ(inbound_ids("duka", amina.phone).size(), 1U);
}

TEST_F(admin_listener, is_ready_only_while_the_store_can_be_read) {
  EXPECT_EQ(admin("GET", "/healthz", "", "").body, R"({"status":"ok"})");
  EXPECT_EQ(read("/readyz"), (json{{"status", "ready"}, {"reasons", json::array()}}));
  store->break_all(true);
  EXPECT_EQ(http_node::post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret).status, 503);
  client_answer answer;
  EXPECT_TRUE(eventually([&] {
    answer = admin("GET", "/readyz", "", "");
    return answer.status == 503;
  }));
  const auto body = json::parse(answer.body);
  EXPECT_EQ(body.at("status"), "not_ready");
  ASSERT_GE(body.at("reasons").size(), 1U);
  EXPECT_NE(body.at("reasons")[0].at("why"), "");
  EXPECT_TRUE(answer.header("Retry-After").has_value());
  EXPECT_EQ(admin("GET", "/healthz", "", "").status, 200);
  store->break_all(false);
  EXPECT_TRUE(eventually([&] { return admin("GET", "/readyz", "", "").status == 200; }));
}

TEST_F(admin_listener, is_ready_only_while_every_shard_is_open) {
  const auto shard = shard_state("duka").at("shard");
  store->on_append([this](const auto&) {
    store->break_all(true); // and it stays so: the shard cannot be opened again either
    return actors::test::fault::before;
  });
  EXPECT_EQ(http_node::post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret).status, 503);
  client_answer answer;
  EXPECT_TRUE(eventually([&] {
    answer = admin("GET", "/readyz", "", "");
    return answer.status == 503;
  }));
  const auto reasons = json::parse(answer.body).at("reasons");
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0].at("shard"), shard);
  EXPECT_TRUE(reasons[0].at("why").get<std::string>().starts_with("commits cannot be written: ")) << reasons.dump();
  EXPECT_EQ(read("/v1/cluster").at("shards").size(), shard_count);
  store->on_append({});
  store->break_all(false);
  EXPECT_TRUE(eventually([&] { return admin("GET", "/readyz", "", "").status == 200; }));
}

TEST_F(admin_listener, describes_the_cluster) {
  const auto all = read("/v1/cluster");
  EXPECT_EQ(all.at("nodes"),
            json::array({{{"name", "node-1"}, {"state", "up"}, {"heartbeat_age_ms", 0}, {"version", "0.1.0"}}}));
  ASSERT_EQ(all.at("shards").size(), shard_count);
  for (std::size_t i = 0; i < shard_count; ++i)
    EXPECT_EQ(
        all.at("shards")[i],
        (json{{"shard", "wakala-shard-" + std::to_string(i)}, {"node", "node-1"}, {"epoch", 1}, {"state", "open"}}));
}

TEST_F(admin_listener, metrics_are_well_formed_and_count) {
  ASSERT_EQ(http_node::post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret).status, 200);
  ASSERT_EQ(http_node::post("/v1/webhooks", hello_to("duka", "wamid.1"), "wrong").status, 403);
  const auto answer = admin("GET", "/metrics", "", "");
  EXPECT_TRUE(answer.header("Content-Type").value_or("").starts_with("text/plain; version=0.0.4"));
  const std::regex sample{
      R"re(([a-z][a-z0-9_]*)(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? (-?[0-9]+))re"};
  const std::regex type{R"re(# TYPE ([a-z0-9_]+) (counter|gauge))re"};
  std::map<std::string, std::string> values;
  std::map<std::string, std::string> types;
  std::string help;
  std::istringstream lines{answer.body};
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (line.starts_with("# HELP ")) {
      help = line.substr(7, line.find(' ', 7) - 7);
    } else if (std::regex_match(line, found, type)) {
      EXPECT_EQ(found[1], help);
      EXPECT_TRUE(types.emplace(found[1], found[2]).second) << line;
    } else if (std::regex_match(line, found, sample)) {
      ASSERT_TRUE(types.contains(found[1])) << line;
      EXPECT_EQ(found[1], help) << "samples stand below their family";
      EXPECT_EQ(types[found[1]] == "counter", found[1].str().ends_with("_total")) << line;
      EXPECT_TRUE(found[1].str().starts_with("wakala_")) << line;
      EXPECT_TRUE(values.emplace(line.substr(0, line.rfind(' ')), found[6]).second) << line;
    } else {
      ADD_FAILURE() << "not the text format: " << line;
    }
  }
  EXPECT_EQ(values[R"(wakala_events_total{outcome="committed"})"], "1");
  EXPECT_EQ(values[R"(wakala_webhook_posts_refused_total{reason="signature"})"], "1");
  EXPECT_EQ(values["wakala_tenants"], "2");
  EXPECT_EQ(values[R"(wakala_shards{state="open"})"], std::to_string(shard_count));
  EXPECT_EQ(values[R"(wakala_http_answers_total{class="2xx"})"], "1");
  EXPECT_EQ(values[R"(wakala_build_info{version="0.1.0",node="node-1"})"], "1");
  EXPECT_EQ(answer.body.find(amina.phone), std::string::npos);
}

/// What of a value is not as a schema of `doc` says; empty when all is.
std::string difference(const json& doc, const json& schema, const json& value, const std::string& at = "") {
  if (const auto ref = schema.find("$ref"); ref != schema.end())
    return difference(doc, doc.at(json::json_pointer(ref->get<std::string>().substr(1))), value, at);
  if (const auto type = schema.find("type"); type != schema.end()) {
    const auto is = [&](const json& name) {
      return name == "null"      ? value.is_null()
             : name == "object"  ? value.is_object()
             : name == "array"   ? value.is_array()
             : name == "string"  ? value.is_string()
             : name == "boolean" ? value.is_boolean()
             : name == "integer" ? value.is_number_integer()
                                 : value.is_number();
    };
    if (type->is_array() ? std::none_of(type->begin(), type->end(), is) : !is(*type))
      return at + " is " + value.dump() + ", not " + type->dump();
  }
  if (const auto list = schema.find("enum"); list != schema.end())
    if (std::find(list->begin(), list->end(), value) == list->end())
      return at + " is " + value.dump();
  const auto properties = schema.value("properties", json::object());
  if (value.is_object()) {
    for (const auto& key : schema.value("required", json::array()))
      if (!value.contains(key.get<std::string>()))
        return at + "/" + key.get<std::string>() + " is missing";
    for (const auto& [key, member] : value.items()) {
      if (!properties.contains(key)) {
        if (!properties.empty())
          return at + "/" + key + " is not described";
        continue;
      }
      if (auto found = difference(doc, properties.at(key), member, at + "/" + key); !found.empty())
        return found;
    }
  }
  if (value.is_array() && schema.contains("items"))
    for (std::size_t i = 0; i < value.size(); ++i)
      if (auto found = difference(doc, schema.at("items"), value[i], at + "/" + std::to_string(i)); !found.empty())
        return found;
  return {};
}

TEST_F(admin_listener, answers_as_its_description_says) {
  auto form = read("/v1/tenants/duka");
  form["webhook"] = {{"url", "https://shop.example/hook"}, {"secret", "a-secret-of-the-shop"}};
  ASSERT_EQ(admin("PUT", "/v1/tenants/duka", form.dump()).status, 200);
  hooks->answer_with([](const actors::hook_call&, std::size_t) { return actors::test::answered(500); });
  ASSERT_EQ(http_node::post("/v1/webhooks", hello_to("duka", "wamid.1"), app_secret).status, 200);
  ASSERT_EQ(http_node::post("/v1/webhooks", R"({"hello":"world"})", app_secret).status, 200);
  ASSERT_TRUE(graph->wait_for_messages(1));
  const json catalog{{"products", json::array({{{"id", "a"}, {"name", "A"}, {"category", "C"}, {"price", "1.00"}}})}};
  ASSERT_EQ(admin("PUT", "/v1/tenants/duka/catalog", catalog.dump()).status, 200);
  for (const auto* text : {"1 a", "checkout"}) {
    const auto body = hello_to("duka", std::string("wamid.") + text, text);
    ASSERT_EQ(http_node::post("/v1/webhooks", body, app_secret).status, 200);
  }
  const auto notice = json{
      {"object", "whatsapp_business_account"},
      {"entry", json::array({{{"id", "waba-duka"},
                              {"time", 1'700'000'000},
                              {"changes", json::array({{{"field", "account_alerts"}, {"value", {{"x", 1}}}}})}}})}};
  ASSERT_EQ(http_node::post("/v1/webhooks", notice.dump(), app_secret).status, 200);
  EXPECT_EQ(read("/v1/tenants/duka/notices").at("items").size(), 1U);
  const auto quality = json{
      {"object", "whatsapp_business_account"},
      {"entry",
       json::array(
           {{{"id", "waba-duka"},
             {"time", 1'700'000'000},
             {"changes",
              json::array(
                  {{{"field", "phone_number_quality_update"},
                    {"value",
                     {{"display_phone_number", "254711000000"}, {"event", "FLAGGED"}, {"current_limit", 250}}}},
                   {{"field", "message_template_status_update"},
                    {"value",
                     {{"event", "APPROVED"},
                      {"message_template_name", "order_update"},
                      {"message_template_language", "en"}}}},
                   {{"field", "account_update"},
                    {"value",
                     {{"event", "ACCOUNT_RESTRICTION"},
                      {"restriction_info", {{{"restriction_type", "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}}}}}}}})}}})}};
  ASSERT_EQ(http_node::post("/v1/webhooks", quality.dump(), app_secret).status, 200);
  const auto code = read("/v1/tenants/duka/orders").at("orders").at(0).at("code").get<std::string>();
  ASSERT_EQ(admin("POST", "/v1/tenants/duka/orders/" + code + ":pay", R"({"amount":"1.00"})").status, 200);
  form = read("/v1/tenants/duka");
  form["payments"]["mpesa"] = {
      {"consumer_key", "ck"}, {"consumer_secret", "cs"}, {"short_code", "174379"}, {"passkey", "pass"}};
  form["payments"]["stripe"] = {{"secret_key", "sk"}, {"webhook_secret", "whsec"}};
  ASSERT_EQ(admin("PUT", "/v1/tenants/duka", form.dump()).status, 200);
  const auto token = actors::by_hand_token(*running->context()->tenants->get()->find("duka")->keys, "duka");
  const json by_hand{{"TransID", "RKT1"},          {"TransAmount", "5.00"},    {"BusinessShortCode", "174379"},
                     {"BillRefNumber", "unknown"}, {"MSISDN", "254700000001"}, {"FirstName", "AMINA"}};
  ASSERT_EQ(post_with("/v1/payments/daraja/duka/" + token + "/confirmation", by_hand.dump(), {}).status, 200);
  const auto payment = read("/v1/tenants/duka/payments").at("payments").at(0).at("id").get<std::string>();
  const auto shopper =
      read("/v1/find?q=" + amina.phone + "&tenant=duka").at("found").at(0).at("actor").get<std::string>();
  const auto message = read("/v1/tenants/duka/conversations/" + amina.phone + "/messages")
                           .at("messages")
                           .at(0)
                           .at("id")
                           .get<std::string>();
  ASSERT_EQ(admin("POST", "/v1/actors/" + shopper + ":resume", R"({"reason":"a test"})").status, 200);
  const auto doc = read("/openapi.json");
  std::size_t compared = 0;
  for (const auto& [path, item] : doc.at("paths").items()) {
    if (!item.contains("get") || !item.at("get").at("responses").contains("200") ||
        !item.at("get").at("responses").at("200").at("content").contains("application/json"))
      continue;
    auto target = path;
    for (const auto& [name, value] : {std::pair<std::string, std::string>{"{tenant}", "duka"},
                                      {"{contact}", amina.phone},
                                      {"{order}", code},
                                      {"{payment}", payment},
                                      {"{actor}", shopper},
                                      {"{message}", message}})
      if (const auto found = target.find(name); found != std::string::npos)
        target.replace(found, name.size(), value);
    if (target.ends_with("/reconciliation"))
      target += "?date=" + to_rfc3339(now()).substr(0, 10);
    if (target.ends_with("/find"))
      target += "?q=" + amina.phone;
    if (target.starts_with("/v1/trace/"))
      target += "?tenant=duka";
    const auto& schema = item.at("get").at("responses").at("200").at("content").at("application/json").at("schema");
    EXPECT_EQ(difference(doc, schema, read(target)), "") << target;
    ++compared;
  }
  EXPECT_EQ(compared, 32U);
  const auto& problem = doc.at("components").at("schemas").at("Problem");
  EXPECT_EQ(difference(doc, problem, json::parse(admin("GET", "/v1/tenants?limit=0").body)), "");
}

TEST_F(admin_listener, serves_its_description) {
  const auto doc = read("/openapi.json");
  EXPECT_EQ(doc.at("openapi"), "3.1.0");
  EXPECT_TRUE(doc.at("paths").contains("/v1/tenants:import"));
}

} // namespace
} // namespace wakala::http::test
