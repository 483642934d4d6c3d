// Events for merchants' own systems: the signature, the client, and the calls of the admin API.
#include "http/core/hmac.hpp"
#include "http/hook_signature.hpp"
#include "http/merchant_hook_client.hpp"
#include "runtime/core/encoding.hpp"
#include "tests/http/support/http_node.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>
#include <mutex>

namespace wakala::http::test {
namespace {

using actors::hook_answer;
using actors::hook_call;
using actors::test::answered;
using kind = hook_answer::kind;

// -- the signature ------------------------------------------------------------

TEST(hook_signature, is_what_others_make_of_the_same_secret_and_body) {
  std::ifstream file(WAKALA_SOURCE_DIR "/tests/data/webhook-signatures/vectors.json");
  const auto all = json::parse(file).at("vectors");
  ASSERT_GE(all.size(), 6U);
  for (const auto& v : all)
    EXPECT_EQ(hook_signature(v.at("body").get<std::string>(), v.at("secrets").get<std::vector<std::string>>(),
                             v.at("t").get<time_ms>() * 1'000 + 999),
              v.at("header").get<std::string>())
        << v.at("name");
}

// -- the client ------------------------------------------------------------

class hook_client : public ::testing::Test {
protected:
  hook_client() {
    io.start();
    shop_io.start();
    options.read_timeout = std::chrono::milliseconds{500};
  }

  void serve(request_handler handler) { shop = server::start(shop_io, {}, std::move(handler)).value(); }
  hook_call call() const {
    hook_call one;
    one.url = "http://127.0.0.1:" + std::to_string(shop ? shop->port() : 1) + "/hook?from=wakala";
    one.secrets = {"a-secret-of-the-shop", "the-one-before-that"};
    one.event_id = "evt_1";
    one.body = R"({"id":"evt_1"})";
    one.at = 1'764'444'444'250;
    return one;
  }
  hook_answer post(hook_call what) {
    const auto client = make_merchant_hook_client(io, options);
    std::promise<hook_answer> promise;
    client->post(std::move(what), [&](hook_answer out) { promise.set_value(std::move(out)); });
    return promise.get_future().get();
  }
  hook_answer post() { return post(call()); }

  io_runtime io{1};
  io_runtime shop_io{1};
  client_options options = hook_client_options({true}, "0.9");
  std::unique_ptr<server> shop;
};

TEST_F(hook_client, posts_the_body_as_it_is_with_its_signature) {
  std::mutex mutex;
  request seen;
  serve([&](request&& what, const responder& to) {
    const std::lock_guard lock{mutex};
    seen = std::move(what);
    to.send(response::text(204, ""));
  });
  const auto answer = post();
  EXPECT_TRUE(answer.is_good());
  EXPECT_EQ(answer.status, 204);
  const std::lock_guard lock{mutex};
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/hook?from=wakala");
  EXPECT_EQ(seen.body, R"({"id":"evt_1"})");
  EXPECT_EQ(seen.header("Content-Type"), "application/json");
  EXPECT_EQ(seen.header("User-Agent"), "Wakala/0.9");
  EXPECT_EQ(seen.header("Wakala-Event-Id"), "evt_1");
  EXPECT_EQ(seen.header("Wakala-Signature"), hook_signature(call().body, call().secrets, call().at));
}

TEST_F(hook_client, any_status_is_an_answer_and_redirects_lead_nowhere) {
  std::atomic<int> asked{0};
  std::atomic<int> status{200};
  serve([&](request&&, const responder& to) {
    ++asked;
    auto answer = response::text(status, "x");
    answer.headers.emplace_back("Location", "/elsewhere");
    to.send(std::move(answer));
  });
  for (const int each : {200, 299, 301, 302, 307, 308, 400, 410, 429, 500, 503}) {
    status = each;
    const auto answer = post();
    EXPECT_EQ(answer.what, kind::answered);
    EXPECT_EQ(answer.status, each);
    EXPECT_EQ(answer.is_good(), each < 300) << each;
  }
  EXPECT_EQ(asked, 11);
}

TEST_F(hook_client, of_a_long_answer_only_the_status_counts) {
  serve([](request&&, const responder& to) { to.send(response::text(200, std::string(1'000'000, 'x'))); });
  const auto answer = post();
  EXPECT_TRUE(answer.is_good()) << answer.why;
}

TEST_F(hook_client, no_answer_is_told_without_the_address) {
  const auto refused = post(); // nobody listens
  EXPECT_EQ(refused.what, kind::no_answer);
  EXPECT_EQ(refused.status, 0);
  std::optional<responder> kept;
  serve([&](request&&, const responder& to) { kept = to; });
  const auto late = post();
  EXPECT_EQ(late.what, kind::no_answer);
  for (const auto& answer : {refused, late}) {
    EXPECT_FALSE(answer.why.empty());
    EXPECT_EQ(answer.why.find("/hook"), std::string::npos);
    EXPECT_EQ(answer.why.find("secret"), std::string::npos);
  }
  kept.reset();
}

TEST_F(hook_client, a_node_that_may_not_send_holds_what_it_has) {
  std::atomic<int> asked{0};
  serve([&](request&&, const responder& to) {
    ++asked;
    to.send(response::text(200, ""));
  });
  auto what = call();
  what.may_leave = [] { return false; };
  EXPECT_EQ(post(what).what, kind::held);
  EXPECT_EQ(asked, 0);
  what.may_leave = [] { return true; };
  EXPECT_TRUE(post(what).is_good());
}

TEST_F(hook_client, the_nodes_own_network_is_reached_only_where_it_is_allowed) {
  serve([](request&&, const responder& to) { to.send(response::text(200, "")); });
  options = hook_client_options({}, "0.9");
  const auto answer = post();
  EXPECT_EQ(answer.what, kind::no_answer);
  EXPECT_NE(answer.why.find("no public address"), std::string::npos);
}

TEST_F(hook_client, too_many_at_once_are_held) {
  std::mutex mutex;
  std::vector<responder> kept;
  serve([&](request&&, const responder& to) {
    const std::lock_guard lock{mutex};
    kept.push_back(to);
  });
  options.read_timeout = std::chrono::seconds{20};
  options.connections_per_host = 4;
  std::atomic<int> held{0};
  std::atomic<int> done{0};
  {
    const auto client = make_merchant_hook_client(io, options);
    for (int i = 0; i < 600; ++i)
      client->post(call(), [&](const hook_answer& out) {
        held += out.what == kind::held ? 1 : 0;
        ++done;
      });
    EXPECT_EQ(held, 600 - 512);
  }
  EXPECT_EQ(done, 600);
}

// -- the calls ------------------------------------------------------------

class hook_calls : public http_node {
protected:
  void SetUp() override {
    serve();
    const auto shelf = json{
        {"products", json::array({{{"id", "chai"}, {"name", "Chai"}, {"category", "Tea"}, {"price", "100.00"}}})}};
    ASSERT_EQ(admin("PUT", "/v1/tenants/duka/catalog", shelf.dump()).status, 200);
  }

  client_answer configure(const json& webhook) {
    auto form = read("/v1/tenants/duka");
    form["webhook"] = webhook;
    return admin("PUT", "/v1/tenants/duka", form.dump());
  }
  void order() {
    for (const auto* const text : {"1 chai", "checkout"})
      ASSERT_EQ(post("/v1/webhooks", hello_to("duka", "wamid." + std::string(text), text), app_secret).status, 200);
  }
  json deliveries(const std::string& query = {}) { return read("/v1/tenants/duka/webhook/deliveries" + query); }
};

constexpr std::string_view hook_url = "https://shop.example/hook";

TEST_F(hook_calls, the_form_takes_a_webhook_and_never_shows_its_secrets) {
  const auto bad = configure({{"url", "http://shop.example/"}, {"secret", "a-secret-of-the-shop"}});
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(json::parse(bad.body).at("field"), "/webhook/url");
  EXPECT_FALSE(read("/v1/tenants/duka").contains("webhook")) << "nothing has changed";
  ASSERT_EQ(configure({{"url", hook_url}, {"secret", "a-secret-of-the-shop"}, {"events", {"order.paid"}}}).status,
            200);
  const auto shown = read("/v1/tenants/duka").at("webhook");
  EXPECT_EQ(shown, (json{{"url", hook_url}, {"secret", {{"set", true}}}, {"events", {"order.paid"}}}));
  ASSERT_EQ(configure(shown).status, 200) << "as it was read";
  EXPECT_EQ(running->context()->tenants->get()->find("duka")->config.webhook.secret, "a-secret-of-the-shop");
  for (const auto* const target : {"/v1/tenants/duka", "/v1/tenants", "/metrics"})
    EXPECT_EQ(admin("GET", target).body.find("a-secret-of-the-shop"), std::string::npos) << target;
}

TEST_F(hook_calls, what_is_not_delivered_is_listed_retried_and_dropped) {
  ASSERT_EQ(configure({{"url", hook_url}, {"secret", "a-secret-of-the-shop"}}).status, 200);
  hooks->answer_with([](const hook_call&, std::size_t) { return answered(500); });
  order();
  ASSERT_TRUE(eventually([&] {
    const auto all = deliveries().at("deliveries");
    return all.size() == 1 && all.at(0).at("tries") == 1;
  }));
  const auto one = deliveries().at("deliveries").at(0);
  EXPECT_EQ(one.at("type"), "order.placed");
  EXPECT_EQ(one.at("last_status"), 500);
  EXPECT_EQ(deliveries("?state=failed").at("deliveries").size(), 0U);
  EXPECT_EQ(deliveries("?state=pending&limit=1").at("deliveries").size(), 1U);
  const auto next = deliveries("?limit=1").at("next").get<std::string>();
  EXPECT_EQ(deliveries("?after=" + next).at("deliveries").size(), 0U);
  for (const auto* const query : {"?state=lost", "?after=zz", "?after=00", "?limit=0"})
    EXPECT_EQ(admin("GET", std::string("/v1/tenants/duka/webhook/deliveries") + query).status, 400) << query;
  const auto path = "/v1/tenants/duka/webhook/deliveries/" + one.at("id").get<std::string>();
  const auto retried = admin("POST", path + ":retry", "", duka_token);
  EXPECT_EQ(retried.status, 200);
  EXPECT_EQ(json::parse(retried.body).at("outcome"), "retrying");
  EXPECT_TRUE(eventually([&] { return deliveries().at("deliveries").at(0).at("tries") == 2; }));
  EXPECT_EQ(admin("POST", path + ":drop").status, 200);
  EXPECT_EQ(admin("POST", path + ":drop").status, 404);
  EXPECT_EQ(deliveries().at("deliveries").size(), 0U);
  const auto page = admin("GET", "/metrics").body;
  EXPECT_NE(page.find("wakala_hooks_retried_total 2\n"), std::string::npos);
  EXPECT_NE(page.find("wakala_hooks_delivered_total 0\n"), std::string::npos);
}

TEST_F(hook_calls, a_test_tells_what_the_shop_has_answered) {
  EXPECT_EQ(admin("POST", "/v1/tenants/duka/webhook:test").status, 409);
  ASSERT_EQ(configure({{"url", hook_url}, {"secret", "a-secret-of-the-shop"}}).status, 200);
  hooks->answer_with([](const hook_call&, std::size_t) { return answered(202); });
  const auto answer = admin("POST", "/v1/tenants/duka/webhook:test", "", duka_token);
  EXPECT_EQ(answer.status, 200);
  const auto told = json::parse(answer.body);
  EXPECT_EQ(told.at("status"), 202);
  EXPECT_EQ(told.at("ok"), true);
  EXPECT_GE(told.at("milliseconds").get<int>(), 0);
}

} // namespace
} // namespace wakala::http::test
