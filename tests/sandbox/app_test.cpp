// The sandbox over real sockets, with a small receiver of webhooks that checks what it is told.
#include "http/core/client.hpp"
#include "http/core/hmac.hpp"
#include "http/core/server.hpp"
#include "sandbox/app.hpp"
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace wakala::sandbox {
namespace {

using namespace std::chrono_literals;

/// Takes webhooks, keeps what was signed well, and answers as it was told: the next of `answers`, else 200.
class receiver {
public:
  explicit receiver(const std::string& secret) : key_(secret) {
    auto started = http::server::start(io_, {}, [this](http::request&& in, const http::responder& to) {
      const std::scoped_lock lock{mutex_};
      if (in.method == "GET") {
        const http::query_values query{in.query};
        asked_ = query.find("hub.verify_token").value_or("");
        to.send(http::response::text(200, std::string{query.find("hub.challenge").value_or("")}));
        changed_.notify_all();
        return;
      }
      const auto hub = in.values("X-Hub-Signature-256");
      const auto verdict = http::check_signature(hub, {}, in.body, key_);
      auto status = 200;
      if (!answers_.empty()) {
        status = answers_.front();
        answers_.pop_front();
      }
      if (verdict == http::signature_check::good && status == 200)
        bodies_.push_back(in.body);
      posts_ += 1;
      unsigned_ += verdict == http::signature_check::good ? 0 : 1;
      to.send(http::response::empty(status));
      changed_.notify_all();
    });
    server_ = std::move(started.value());
    io_.start();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()) + "/hook"; }
  void answer_next(int status) {
    const std::scoped_lock lock{mutex_};
    answers_.push_back(status);
  }
  /// The first `count` webhooks that were signed well and answered 200, or fewer when ten seconds pass.
  std::vector<nlohmann::json> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, 10s, [&] { return bodies_.size() >= count; });
    std::vector<nlohmann::json> read;
    for (const auto& body : bodies_)
      read.push_back(parse(body));
    return read;
  }
  std::string wait_for_verification() {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, 10s, [&] { return !asked_.empty(); });
    return asked_;
  }
  int posts() const {
    const std::scoped_lock lock{mutex_};
    return posts_;
  }
  int badly_signed() const {
    const std::scoped_lock lock{mutex_};
    return unsigned_;
  }

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> bodies_;
  std::deque<int> answers_;
  std::string asked_;
  int posts_ = 0;
  int unsigned_ = 0;
  http::hmac_key key_;
  http::io_runtime io_{1};
  std::unique_ptr<http::server> server_;
};

struct over_http : ::testing::Test {
  system_clock_source clock;
  receiver shop{"app-secret-for-tests"};
  std::unique_ptr<app> running = start("");

  std::unique_ptr<app> start(const std::string& chaos, const std::string& verify_token = {}) {
    app_options options;
    options.behaviour.seed = 3;
    options.behaviour.chaos = parse_chaos("status_ms=1-2").value();
    if (!chaos.empty())
      options.behaviour.chaos = parse_chaos(chaos, options.behaviour.chaos).value();
    auto number = demo_number();
    number.webhook_url = shop.url();
    options.numbers.add(number);
    options.delivery.retry_base = 5ms;
    options.verify = !verify_token.empty();
    options.verify_token = verify_token;
    return app::start(std::move(options), clock).value();
  }
  std::string base() const { return "http://127.0.0.1:" + std::to_string(running->port()); }
  result<http::client_answer> call(const std::string& method, const std::string& path, const std::string& body = {},
                                   const std::string& type = "application/json") {
    http::client_request request;
    request.method = method;
    request.url = path.starts_with("http") ? path : base() + path;
    request.headers = {{"Content-Type", type}, {"Authorization", "Bearer token-1"}};
    request.body = body;
    return http::fetch(std::move(request));
  }
  nlohmann::json get(const std::string& path) {
    const auto answer = call("GET", path);
    EXPECT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 200) << answer->body;
    return parse(answer->body);
  }
  result<http::client_answer> send(const std::string& to, const std::string& text) {
    auto request = sandbox_fixture::text_to(to, text);
    request["biz_opaque_callback_data"] = "row-" + text;
    return call("POST", "/v23.0/106540352242922/messages", request.dump());
  }
};

TEST_F(over_http, a_send_is_answered_recorded_and_followed_by_statuses) {
  const auto answer = send("+254712345678", "karibu");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  const auto wamid = parse(answer->body)["messages"][0]["id"];
  std::vector<std::string> statuses;
  for (const auto& webhook : shop.wait_for(3)) {
    const auto& status = webhook["entry"][0]["changes"][0]["value"]["statuses"][0];
    EXPECT_EQ(status["id"], wamid);
    EXPECT_EQ(status["biz_opaque_callback_data"], "row-karibu");
    statuses.push_back(status["status"]);
  }
  EXPECT_THAT(statuses, testing::UnorderedElementsAre("sent", "delivered", "read"));
  EXPECT_EQ(shop.badly_signed(), 0);
  const auto messages = get("/_sandbox/messages?to=254712345678")["messages"];
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0]["wamid"], wamid);
  EXPECT_EQ(get("/_sandbox/messages?after=1")["messages"].size(), 0U);
}

TEST_F(over_http, a_webhook_comes_again_after_a_503) {
  shop.answer_next(503);
  shop.answer_next(500);
  const auto answer =
      call("POST", "/_sandbox/inbound", R"({"from":"254712345678","name":"Amina","text":"hi","wait":true})");
  ASSERT_TRUE(answer.has_value());
  const auto report = parse(answer->body);
  EXPECT_EQ(report["delivered"], true);
  EXPECT_EQ(report["tries"], 3);
  const auto webhooks = shop.wait_for(1);
  ASSERT_EQ(webhooks.size(), 1U);
  EXPECT_EQ(webhooks[0]["entry"][0]["changes"][0]["value"]["messages"][0]["id"], report["id"]);
  EXPECT_EQ(shop.posts(), 3);
  EXPECT_EQ(get("/_sandbox/state")["webhooks"]["retried"], 2);
}

TEST_F(over_http, waiting_for_a_webhook_ends_in_time) {
  for (auto i = 0; i < 1'000; ++i)
    shop.answer_next(503);
  const auto answer =
      call("POST", "/_sandbox/inbound", R"({"from":"254712345678","text":"hi","wait":true,"wait_ms":20})");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(parse(answer->body)["delivered"], false);
}

TEST_F(over_http, duplicates_are_posted_twice) {
  running = start("duplicate=1");
  ASSERT_TRUE(call("POST", "/_sandbox/inbound", R"({"from":"254712345678","text":"hi"})").has_value());
  const auto webhooks = shop.wait_for(2);
  ASSERT_EQ(webhooks.size(), 2U);
  EXPECT_EQ(webhooks[0], webhooks[1]);
}

TEST_F(over_http, a_lost_answer_closes_the_connection_and_counts) {
  running = start("lost_answer=1");
  const auto answer = send("254712345678", "lost");
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().code, errc::deadline_exceeded) << "the outcome is unknown to the sender";
  EXPECT_EQ(shop.wait_for(3).size(), 3U) << "but statuses come";
  EXPECT_EQ(get("/_sandbox/messages")["messages"][0]["answered"], false);
}

TEST_F(over_http, long_polls_are_answered_by_news) {
  std::optional<nlohmann::json> heard;
  std::thread listener{[&] { heard = get("/_sandbox/messages?after=0&wait_ms=10000"); }};
  // Whichever comes first, the poll or the message, the poll ends with the message.
  const auto answer = send("254712345678", "news");
  listener.join();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(heard.value()["messages"][0]["text"], "news");
  EXPECT_EQ(get("/_sandbox/messages?after=1&wait_ms=10")["messages"].size(), 0U);
  EXPECT_EQ(get("/_sandbox/messages?to=254700000002&wait_ms=10")["messages"].size(), 0U) << "news for others is none";
  EXPECT_EQ(call("GET", "/_sandbox/messages?after=x")->status, 400);
}

TEST_F(over_http, media_goes_up_and_down) {
  const std::string form = "--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n"
                           "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
                           "Content-Type: image/png\r\n\r\nPNG!\r\n--b--\r\n";
  const auto up = call("POST", "/v23.0/106540352242922/media", form, "multipart/form-data; boundary=b");
  ASSERT_TRUE(up.has_value());
  ASSERT_EQ(up->status, 200) << up->body;
  const std::string id = parse(up->body)["id"];
  const auto facts = get("/v23.0/" + id);
  const auto down = call("GET", facts["url"].get<std::string>());
  ASSERT_TRUE(down.has_value());
  EXPECT_EQ(down->body, "PNG!");
  EXPECT_EQ(down->header("Content-Type").value_or(""), "image/png");
  EXPECT_EQ(call("DELETE", "/v23.0/" + id)->status, 200);
  EXPECT_EQ(call("GET", facts["url"].get<std::string>())->status, 404);
}

TEST_F(over_http, serves_the_page_under_a_strict_policy) {
  for (const auto& [path, type] :
       std::vector<std::pair<std::string, std::string>>{{"/", "text/html; charset=utf-8"},
                                                        {"/app.js", "text/javascript; charset=utf-8"},
                                                        {"/app.css", "text/css; charset=utf-8"},
                                                        {"/icon.svg", "image/svg+xml"}}) {
    const auto answer = call("GET", path);
    ASSERT_TRUE(answer.has_value()) << path;
    EXPECT_EQ(answer->status, 200) << path;
    EXPECT_EQ(answer->header("Content-Type").value_or(""), type);
    EXPECT_THAT(std::string{answer->header("Content-Security-Policy").value_or("")},
                testing::AllOf(testing::HasSubstr("default-src 'none'"), testing::Not(testing::HasSubstr("unsafe"))));
    EXPECT_FALSE(answer->body.empty());
    EXPECT_EQ(answer->body.find("https://"), std::string::npos) << path << " asks nobody else";
  }
}

TEST_F(over_http, unknown_paths_and_bad_input_are_told) {
  EXPECT_EQ(call("GET", "/_sandbox/nonsense")->status, 404);
  EXPECT_EQ(call("GET", "/a/b/c/d")->status, 404);
  EXPECT_EQ(call("POST", "/_sandbox/inbound", "{")->status, 400);
  const auto wrong = call("POST", "/_sandbox/chaos", R"({"spec":"nonsense=1"})");
  EXPECT_EQ(wrong->status, 400);
  EXPECT_EQ(parse(wrong->body)["field"], "nonsense");
  EXPECT_EQ(get("/_sandbox/health")["status"], "ok");
}

TEST_F(over_http, verifies_the_webhook_url_when_asked) {
  running = start("", "let me in");
  EXPECT_EQ(shop.wait_for_verification(), "let me in");
}

TEST_F(over_http, an_own_callback_is_verified_before_it_is_taken) {
  receiver own{"app-secret-for-tests"};
  const nlohmann::json good{{"override_callback_uri", own.url()}, {"verify_token", "mine"}};
  EXPECT_EQ(call("POST", "/v23.0/102290129340398/subscribed_apps", good.dump())->status, 200);
  EXPECT_EQ(own.wait_for_verification(), "mine");
  ASSERT_EQ(call("POST", "/_sandbox/inbound", R"({"from":"254712345678","text":"hi"})")->status, 200);
  EXPECT_EQ(own.wait_for(1).size(), 1U);
  EXPECT_EQ(shop.posts(), 0);

  const nlohmann::json bad{{"override_callback_uri", base() + "/no/such/path/here"}, {"verify_token", "mine"}};
  const auto refused = call("POST", "/v23.0/102290129340398/subscribed_apps", bad.dump());
  EXPECT_EQ(refused->status, 400);
  EXPECT_EQ(parse(refused->body)["error"]["code"], 2200);
  EXPECT_EQ(get("/v23.0/102290129340398/subscribed_apps")["data"][0]["override_callback_uri"], own.url());

  ASSERT_EQ(call("POST", "/_sandbox/accounts/102290129340398", R"({"ban":"DISABLE"})")->status, 200);
  const auto told = shop.wait_for(1);
  ASSERT_EQ(told.size(), 1U) << "what is about the account goes to the app's URL";
  EXPECT_EQ(told[0]["entry"][0]["changes"][0]["value"]["event"], "DISABLED_UPDATE");
  EXPECT_TRUE(told[0]["entry"][0].contains("time"));
}

TEST_F(over_http, a_template_is_created_reviewed_and_sent) {
  running = start("review_ms=1");
  const auto made = call("POST", "/v23.0/102290129340398/message_templates",
                         golden("requests/create-template-utility-location-header.json"));
  ASSERT_EQ(made->status, 200) << made->body;
  const auto told = shop.wait_for(1);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0]["entry"][0]["changes"][0]["value"]["event"], "APPROVED");
  const std::string id = parse(made->body)["id"];
  EXPECT_EQ(get("/v23.0/" + id + "?fields=status,name")["status"], "APPROVED");
  EXPECT_EQ(get("/v23.0/102290129340398/message_templates?limit=1")["data"].size(), 1U);
  EXPECT_EQ(call("DELETE", "/v23.0/102290129340398/message_templates?name=order_delivery_update")->status, 200);
  EXPECT_EQ(get("/_sandbox/state")["templates"].size(), 0U);
}

TEST_F(over_http, who_is_blocked_is_not_heard) {
  ASSERT_EQ(call("POST", "/_sandbox/inbound", R"({"from":"254712345678","text":"hi","wait":true})")->status, 200);
  const auto blocked = call("POST", "/v23.0/106540352242922/block_users",
                            R"({"messaging_product":"whatsapp","block_users":[{"user":"254712345678"}]})");
  ASSERT_EQ(blocked->status, 200) << blocked->body;
  const auto unheard = call("POST", "/_sandbox/inbound", R"({"from":"254712345678","text":"hi","wait":true})");
  EXPECT_EQ(parse(unheard->body)["blocked"], true);
  EXPECT_EQ(shop.posts(), 1);
  EXPECT_EQ(call("POST", "/_sandbox/numbers/7", "{}")->status, 404);
  EXPECT_EQ(call("POST", "/_sandbox/numbers/106540352242922", R"({"unpaid":1})")->status, 400);
}

TEST_F(over_http, an_address_in_use_is_a_clear_error) {
  app_options options;
  options.listen.port = running->port();
  const auto second = app::start(std::move(options), clock);
  ASSERT_TRUE(second.has_error());
  EXPECT_EQ(second.error().code, errc::conflict);
}

} // namespace
} // namespace wakala::sandbox
