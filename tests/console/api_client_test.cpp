#include "console/api_client.hpp"
#include "console/endpoints.hpp"
#include "http/core/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace wakala::console {
namespace {

using ::testing::HasSubstr;

/// A listener that says its name, or what it is told to say.
struct listener {
  explicit listener(std::string called) : name(std::move(called)) {
    io.start();
    http::server_options options;
    options.address = {"127.0.0.1", 0};
    server = http::server::start(io, options, [this](http::request&& what, http::responder to) {
               ++asked;
               if (drops)
                 to.drop();
               else
                 to.send(status == 200 ? http::response::json(200, R"({"node": ")" + name + R"("})")
                                       : http::response::problem(status, "no", "not now"));
               const auto given = what.header("Authorization");
               authorization = given ? std::string(*given) : "";
               target = what.target;
             }).value();
    url = "http://127.0.0.1:" + std::to_string(server->port());
  }

  http::io_runtime io;
  std::string name;
  std::atomic<int> status = 200;
  std::atomic<bool> drops = false;
  std::atomic<int> asked = 0;
  std::string authorization;
  std::string target;
  std::string url;
  std::unique_ptr<http::server> server;
};

std::string node_of(const answer& given) { return given.body.is_object() ? given.body.value("node", "") : ""; }

TEST(endpoints, stay_with_the_one_that_answers) {
  endpoints all({"a", "b", "c"});
  all.failed(0);
  EXPECT_EQ(all.current(), 1U);
  all.failed(0);
  EXPECT_EQ(all.current(), 1U) << "that was known";
  all.answered(2);
  EXPECT_EQ(all.current(), 2U);
  all.failed(2);
  EXPECT_EQ(all.current(), 0U);
}

TEST(api_client, asks_with_the_token) {
  listener a("a");
  api_client client({{a.url}, "secret"}, "", [] {});
  const auto given = client.ask({1, "GET", "/v1/overview?x=1", {}});
  EXPECT_EQ(given.status, 200);
  EXPECT_EQ(given.url, a.url);
  EXPECT_EQ(node_of(given), "a");
  EXPECT_EQ(a.authorization, "Bearer secret");
  EXPECT_EQ(a.target, "/v1/overview?x=1");
}

TEST(api_client, goes_to_the_next_and_stays_there) {
  auto a = std::make_unique<listener>("a");
  listener b("b");
  api_client client({{a->url, b.url}, "t"}, "", [] {});
  EXPECT_EQ(node_of(client.ask({1, "GET", "/v1/overview", {}})), "a");
  a.reset();
  EXPECT_EQ(node_of(client.ask({2, "GET", "/v1/overview", {}})), "b");
  EXPECT_EQ(node_of(client.ask({3, "GET", "/v1/overview", {}})), "b");
  EXPECT_EQ(b.asked, 2);
}

TEST(api_client, a_node_that_is_not_ready_is_passed_over) {
  listener a("a");
  listener b("b");
  a.status = 503;
  api_client client({{a.url, b.url}, "t"}, "", [] {});
  EXPECT_EQ(node_of(client.ask({1, "GET", "/v1/overview", {}})), "b");
  b.status = 503;
  const auto given = client.ask({2, "GET", "/v1/overview", {}});
  EXPECT_EQ(given.status, 503);
  EXPECT_EQ(given.why, "not now");
}

TEST(api_client, what_may_have_taken_effect_is_not_asked_twice) {
  listener a("a");
  listener b("b");
  a.drops = true;
  api_client client({{a.url, b.url}, "t"}, "", [] {});
  const auto given = client.ask({1, "POST", "/v1/actors/x:pause", "{}"});
  EXPECT_EQ(given.status, 0);
  EXPECT_TRUE(given.is_unknown);
  EXPECT_EQ(a.asked, 1);
  EXPECT_EQ(b.asked, 0);
  EXPECT_EQ(node_of(client.ask({2, "GET", "/v1/overview", {}})), "b") << "but the next question goes elsewhere";
}

TEST(api_client, what_cannot_have_left_is_asked_elsewhere) {
  auto a = std::make_unique<listener>("a");
  const auto url = a->url;
  a.reset();
  listener b("b");
  api_client client({{url, b.url}, "t"}, "", [] {});
  EXPECT_EQ(node_of(client.ask({1, "POST", "/v1/actors/x:pause", "{}"})), "b");
}

TEST(api_client, nobody_there_is_an_answer_too) {
  auto a = std::make_unique<listener>("a");
  const auto url = a->url;
  a.reset();
  std::atomic<int> woken = 0;
  api_client client({{url}, "t"}, "", [&] { ++woken; });
  const auto given = client.ask({1, "GET", "/v1/overview", {}});
  EXPECT_EQ(given.status, 0);
  EXPECT_THAT(given.why, HasSubstr("127.0.0.1:"));
  EXPECT_FALSE(given.is_unknown);
}

} // namespace
} // namespace wakala::console
