// The pieces of the listeners that need no node.
#include "http/admin_auth.hpp"
#include "http/admin_call.hpp"
#include "http/admin_routes.hpp"
#include "http/metrics_text.hpp"
#include "http/openapi_text.hpp"
#include "http/post_bounds.hpp"
#include "http/quiet_log.hpp"
#include "http/status.hpp"
#include "http/webhook_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <set>
#include <sstream>

namespace wakala::http::test {
namespace {

using nlohmann::json;

TEST(routes, match_segments_and_suffixes) {
  const auto values =
      match_path("/v1/tenants/{tenant}/dead-letters/{id}:replay", "/v1/tenants/du%6Ba/dead-letters/0a:replay");
  ASSERT_TRUE(values);
  EXPECT_EQ(values->at("tenant"), "duka");
  EXPECT_EQ(values->at("id"), "0a");
  EXPECT_EQ(match_path("/v1/t/{a}", "/v1/t/KE.12%2F3%20x").value().at("a"), "KE.12/3 x");
  EXPECT_EQ(match_path("/v1/t/{a}", "/v1/t/+254").value().at("a"), "+254");
  for (const auto* path :
       {"/v1/t", "/v1/t/", "/v1/t/a/", "/v1/t/a/b", "/v1/T/a", "/v1/t/%zz", "v1/t/a", "", "/", "//t/a"})
    EXPECT_FALSE(match_path("/v1/t/{a}", path)) << path;
  EXPECT_FALSE(match_path("/x/{id}:drop", "/x/:drop"));
  EXPECT_FALSE(match_path("/x/{id}:drop", "/x/1:replay"));
  EXPECT_FALSE(match_path("/healthz", "/healthz/"));
}

TEST(routes, name_the_methods_of_a_path) {
  EXPECT_EQ(find_route("PATCH", "/v1/tenants/duka").allowed, "GET, PUT, DELETE");
  EXPECT_EQ(find_route("GET", "/v1/nothing").allowed, "");
  EXPECT_EQ(find_route("GET", "/v1/tenants:import").allowed, "POST");
  ASSERT_NE(find_route("GET", "/v1/tenants/duka").route, nullptr);
  EXPECT_EQ(find_route("GET", "/v1/tenants/duka").route->who, access::tenant);
}

TEST(routes, no_two_take_the_same_request) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& route : admin_routes()) {
    EXPECT_TRUE(seen.emplace(route.method, route.pattern).second) << route.pattern;
    EXPECT_NE(route.handle, nullptr) << route.pattern;
    EXPECT_TRUE(route.who != access::tenant || route.pattern.find("{tenant}") != std::string_view::npos)
        << route.pattern;
  }
}

TEST(openapi, describes_exactly_the_routes) {
  const auto doc = json::parse(openapi_text());
  EXPECT_EQ(doc.at("openapi"), "3.1.0");
  std::set<std::string> described;
  for (const auto& [path, item] : doc.at("paths").items())
    for (const auto& [method, operation] : item.items()) {
      if (method == "parameters")
        continue;
      std::string upper = method;
      for (auto& c : upper)
        c = static_cast<char>(std::toupper(c));
      described.insert(upper + " " + path);
      EXPECT_TRUE(operation.contains("operationId")) << path;
      EXPECT_FALSE(operation.at("responses").empty()) << path;
    }
  std::set<std::string> served;
  for (const auto& route : admin_routes())
    served.insert(std::string(route.method) + " " + std::string(route.pattern));
  EXPECT_EQ(described, served);
  for (const auto& route : admin_routes()) {
    std::string method{route.method};
    for (auto& c : method)
      c = static_cast<char>(std::tolower(c));
    const auto& operation = doc.at("paths").at(std::string(route.pattern)).at(method);
    EXPECT_EQ(operation.at("security").empty(), route.who == access::open) << route.pattern;
    EXPECT_EQ(operation.at("responses").contains("403"), route.who != access::open && route.who != access::by_handler)
        << route.pattern;
  }
}

TEST(openapi, refers_only_to_what_is_there_and_is_the_file) {
  const auto doc = json::parse(openapi_text());
  std::vector<const json*> todo{&doc};
  std::size_t references = 0;
  while (!todo.empty()) {
    const auto* node = todo.back();
    todo.pop_back();
    if (const auto ref = node->is_object() ? node->find("$ref") : node->end(); ref != node->end()) {
      ++references;
      EXPECT_TRUE(doc.contains(json::json_pointer(ref->get<std::string>().substr(1)))) << *ref;
    }
    if (node->is_structured())
      for (const auto& child : *node)
        todo.push_back(&child);
  }
  EXPECT_GT(references, 50U);
  std::ifstream file{WAKALA_SOURCE_DIR "/docs/openapi.json"};
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), openapi_text());
}

TEST(status, follows_the_code) {
  EXPECT_EQ(to_status(make_error(errc::invalid_argument, "x")), 400);
  EXPECT_EQ(to_status(make_error(errc::invalid_argument, "x", "limit")), 400);
  EXPECT_EQ(to_status(make_error(errc::invalid_argument, "x", "/products/0/id")), 422);
  EXPECT_EQ(to_status(make_error(errc::not_found, "x")), 404);
  EXPECT_EQ(to_status(make_error(errc::conflict, "x", "/id")), 409);
  for (const auto code : {errc::fenced, errc::overloaded, errc::unavailable, errc::deadline_exceeded}) {
    const auto answer = problem_for(make_error(code, "x"));
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(find_header(answer.headers, "Retry-After"), "5");
  }
  EXPECT_EQ(to_status(make_error(errc::unauthenticated, "x")), 401);
  EXPECT_EQ(to_status(make_error(errc::corrupt, "x")), 500);
  EXPECT_EQ(to_status(make_error(errc::handler_failed, "x")), 500);
  const auto body = json::parse(problem_for(make_error(errc::invalid_argument, "why", "/a")).body);
  EXPECT_EQ(body, (json{{"type", "about:blank"},
                        {"title", reason_phrase(422)},
                        {"status", 422},
                        {"detail", "why"},
                        {"field", "/a"}}));
}

request_head with_authorization(std::vector<std::string> values) {
  request_head head;
  for (auto& value : values)
    head.headers.emplace_back("Authorization", std::move(value));
  return head;
}

TEST(tokens, give_what_their_scopes_say) {
  const token_table table{
      {{"boss", {"operator"}, {}}, {"one", {"tenant:a", "tenant:b"}, {}}, {"", {"operator"}, {}}, {"none", {}, {}}}};
  EXPECT_TRUE(table.find(with_authorization({"Bearer boss"})).value().is_operator);
  EXPECT_TRUE(table.find(with_authorization({"bearer  boss"})).value().may_see("x"));
  const auto one = table.find(with_authorization({"Bearer one"})).value();
  EXPECT_FALSE(one.is_operator);
  EXPECT_TRUE(one.may_see("b"));
  EXPECT_FALSE(one.may_see("c"));
  EXPECT_FALSE(one.may_see(""));
  EXPECT_FALSE(table.find(with_authorization({"Bearer none"})).value().may_see("a"));
  for (const auto* value :
       {"Bearer ", "Bearer", "", "boss", "Basic boss", "Bearer bos", "Bearer boss ", "Bearer Boss"})
    EXPECT_FALSE(table.find(with_authorization({value}))) << value;
  EXPECT_FALSE(table.find(with_authorization({})));
  EXPECT_FALSE(table.find(with_authorization({"Bearer boss", "Bearer boss"})));
}

TEST(webhook_keys, follow_the_tenants_configuration) {
  const auto entry = [](std::string id, std::string secret) {
    auto e = std::make_shared<actors::tenant_entry>();
    e->config.id = std::move(id);
    e->config.app_secret = std::move(secret);
    return actors::tenant_entry_ptr(std::move(e));
  };
  const auto sign = [](const std::optional<hmac_key>& key) { return key.value().sign("body"); };
  webhook_keys keys{"app", 2};
  EXPECT_EQ(sign(keys.find(nullptr)), hmac_sha256("app", "body"));
  EXPECT_EQ(sign(keys.find(entry("a", ""))), hmac_sha256("app", "body"));
  for (int round = 0; round < 3; ++round) // more tenants than it keeps
    for (const std::string id : {"a", "b", "c"}) {
      const auto one = entry(id, id + std::to_string(round));
      EXPECT_EQ(sign(keys.find(one)), hmac_sha256(one->config.app_secret, "body"));
      EXPECT_EQ(sign(keys.find(one)), hmac_sha256(one->config.app_secret, "body"));
    }
  webhook_keys none{""};
  EXPECT_FALSE(none.find(nullptr));
  EXPECT_FALSE(none.find(entry("a", "")));
  EXPECT_TRUE(none.find(entry("a", "own")));
}

TEST(pages, are_bounded_and_name_the_wrong_parameter) {
  const auto read = [](std::string query, bool (*is_cursor)(std::string_view)) {
    request_head head;
    head.query = std::move(query);
    return read_page(head, is_cursor);
  };
  EXPECT_EQ(read("", is_hex_cursor).value().limit, 100U);
  EXPECT_EQ(read("limit=500&after=", is_hex_cursor).value().limit, 500U);
  EXPECT_EQ(read("after=17", is_ordinal_cursor).value().after, "17");
  for (const auto* bad :
       {"limit=0", "limit=501", "limit=-1", "limit=ten", "limit=", "limit=1x", "limit=99999999999999999999"})
    EXPECT_EQ(read(bad, is_hex_cursor).error().field, "limit") << bad;
  for (const auto* bad : {"after=x", "after=12", "after=0123456789abcdef0123456789abcdeg"})
    EXPECT_EQ(read(bad, is_hex_cursor).error().field, "after") << bad;
  EXPECT_EQ(read("after=-1", is_ordinal_cursor).error().field, "after");
  EXPECT_EQ(read("after=~system", is_tenant_cursor).error().field, "after");
}

TEST(metrics, escape_what_the_format_asks_for) {
  metrics_text page;
  page.counter("wakala_x_total", "back\\slash\nline \"quoted\"", 3);
  page.family("wakala_y", metrics_text::kind::gauge, "y").sample(std::int64_t{-1}, {{"a", "q\"\\\n"}, {"b", "2"}});
  EXPECT_EQ(page.text(), "# HELP wakala_x_total back\\\\slash\\nline \"quoted\"\n# TYPE wakala_x_total counter\n"
                         "wakala_x_total 3\n# HELP wakala_y y\n# TYPE wakala_y gauge\n"
                         "wakala_y{a=\"q\\\"\\\\\\n\",b=\"2\"} -1\n");
}

/// An event of that tenant; of nobody's when it has no name.
actors::routed_event event_of(const tenant_id& tenant) {
  actors::routed_event e;
  e.tenant = tenant.empty() ? actors::system_tenant : tenant;
  e.aside = tenant.empty() ? actors::aside_reason::unknown_number : actors::aside_reason::none;
  return e;
}

std::vector<actors::routed_event> events_of(const std::vector<tenant_id>& tenants) {
  std::vector<actors::routed_event> events;
  for (const auto& tenant : tenants)
    events.push_back(event_of(tenant));
  return events;
}

std::vector<tenant_id> tenants_of(const std::vector<actors::routed_event>& events) {
  std::vector<tenant_id> tenants;
  for (const auto& e : events)
    tenants.push_back(e.tenant);
  return tenants;
}

TEST(post_bounds, put_off_the_updates_of_whoever_has_too_many_in_work) {
  post_bounds bounds(2);
  {
    auto events = events_of({"duka", "bidii", "duka"});
    const auto taken = bounds.take(events, nullptr, 1);
    EXPECT_TRUE(taken.all());
    EXPECT_EQ(events.size(), 3U);
    auto more = events_of({"duka", "bidii", "", "duka"});
    const auto second = bounds.take(more, nullptr, 1);
    EXPECT_FALSE(second.all());
    EXPECT_TRUE(second.throttled.empty());
    EXPECT_EQ(tenants_of(more), (std::vector<tenant_id>{"bidii", actors::system_tenant}));
    auto one = events_of({"duka"});
    EXPECT_FALSE(bounds.take(one, nullptr, 1).all());
    EXPECT_TRUE(one.empty());
  }
  auto again = events_of({"duka", "duka", "bidii", "bidii"});
  auto taken = bounds.take(again, nullptr, 1);
  EXPECT_TRUE(taken.all()) << "a POST that is gone still holds places";
  taken.give_back();
  auto none = events_of({});
  EXPECT_TRUE(bounds.take(none, nullptr, 1).all());
}

TEST(post_bounds, count_a_post_once_against_the_rate_of_each_tenant_in_it) {
  const auto entry = [](const tenant_id& id, std::map<std::string, std::int64_t> limits) {
    auto e = std::make_shared<actors::tenant_entry>();
    e->config.id = id;
    e->config.limits = std::move(limits);
    return e;
  };
  actors::directory tenants;
  tenants.add(entry("duka", {{"inbound_per_s", 2}}));
  tenants.add(entry("bidii", {{"x", 1}}));
  tenants.add(entry(actors::system_tenant, {{"inbound_per_s", 1}}));
  post_bounds bounds(1'000);
  const time_ms t = 1'000'000;
  for (int i = 0; i < 4; ++i) { // two seconds' worth
    auto events = events_of({"duka", "duka", "duka", "bidii", ""});
    EXPECT_TRUE(bounds.take(events, &tenants, t).all()) << i;
  }
  auto events = events_of({"duka", "bidii", "duka", ""});
  const auto taken = bounds.take(events, &tenants, t);
  EXPECT_FALSE(taken.all());
  EXPECT_EQ(taken.throttled, std::vector<tenant_id>{"duka"});
  EXPECT_EQ(tenants_of(events), (std::vector<tenant_id>{"bidii", actors::system_tenant}));
  auto only = events_of({"duka"});
  EXPECT_FALSE(bounds.take(only, &tenants, t).all());
  EXPECT_TRUE(bounds.take(only = events_of({"duka"}), nullptr, t).all()) << "its own URL has counted it already";
  EXPECT_TRUE(bounds.take(only = events_of({"duka"}), &tenants, t + 500).all());
  EXPECT_FALSE(bounds.take(only = events_of({"duka"}), &tenants, t + 500).all());
  EXPECT_FALSE(bounds.take_post(tenants.find("duka")->config, t + 500)) << "both URLs share the rate";
  EXPECT_TRUE(bounds.take_post(tenants.find("duka")->config, t + 1'000));
  for (int i = 0; i < 395; ++i)
    EXPECT_TRUE(bounds.take_post(tenants.find("bidii")->config, t)) << "200 a second is what a tenant has by default";
  EXPECT_FALSE(bounds.take_post(tenants.find("bidii")->config, t));
}

TEST(quiet_log, tells_at_most_once_in_ten_seconds) {
  quiet_log log;
  EXPECT_EQ(log.count("duka", 1'000), 1U);
  EXPECT_EQ(log.count("duka", 1'001), 0U);
  EXPECT_EQ(log.count("bidii", 1'001), 1U);
  EXPECT_EQ(log.count("duka", 10'999), 0U);
  EXPECT_EQ(log.count("duka", 11'000), 3U);
  EXPECT_EQ(log.count("duka", 11'001), 0U);
}

} // namespace
} // namespace wakala::http::test
