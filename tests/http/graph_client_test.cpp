// The Graph client against a server of this process.
#include "actors/conversation/send_policy.hpp"
#include "http/core/server.hpp"
#include "http/graph_client.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>

namespace wakala::http::test {
namespace {

using actors::send_call;
using actors::send_outcome;
using kind = send_outcome::kind;

class graph_client : public ::testing::Test {
protected:
  graph_client() {
    io.start();
    graph_io.start();
    limits.graph_timeout = std::chrono::milliseconds{1'000};
  }

  void serve(request_handler handler) {
    graph = server::start(graph_io, {}, std::move(handler)).value();
    meta.graph_url = "http://127.0.0.1:" + std::to_string(graph->port());
  }
  void serve(int status, const std::string& body) {
    serve([status, body](request&&, const responder& to) { to.send(response::json(status, body)); });
  }

  send_outcome send(send_call call = {"106540352242922", "secret-token", R"({"to":"254700000001"})"}) {
    const auto client = make_graph_client(io, meta, limits);
    std::promise<send_outcome> promise;
    client->send(std::move(call), [&](send_outcome out) { promise.set_value(std::move(out)); });
    return promise.get_future().get();
  }

  static void expect_silent(const send_outcome& out) {
    for (const std::string_view secret : {"secret-token", "254700000001", "106540352242922"})
      EXPECT_EQ(out.why.find(secret), std::string::npos);
  }

  io_runtime io{1};
  io_runtime graph_io{1};
  meta_config meta;
  limits_config limits;
  std::unique_ptr<server> graph;
};

TEST_F(graph_client, posts_to_the_numbers_path_with_the_tenants_token) {
  std::mutex mutex;
  request seen;
  serve([&](request&& what, const responder& to) {
    const std::lock_guard lock{mutex};
    seen = std::move(what);
    to.send(response::json(
        200, R"({"messaging_product":"whatsapp","contacts":[{"input":"254700000001","wa_id":"254700000001"}],
                                    "messages":[{"id":"wamid.X"}]})"));
  });
  meta.graph_url += "/";
  meta.version = "v23.0";
  const auto out = send();
  EXPECT_EQ(out.what, kind::accepted);
  EXPECT_EQ(out.answer.message_id, "wamid.X");
  EXPECT_EQ(out.answer.wa_id, "254700000001");
  const std::lock_guard lock{mutex};
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/v23.0/106540352242922/messages");
  EXPECT_EQ(seen.header("Authorization"), "Bearer secret-token");
  EXPECT_EQ(seen.header("Content-Type"), "application/json");
  EXPECT_EQ(seen.body, R"({"to":"254700000001"})");
}

TEST_F(graph_client, a_call_of_ours_can_be_found_again_by_its_traceparent) {
  std::mutex mutex;
  std::vector<std::string> seen;
  serve([&](request&& what, const responder& to) {
    const std::lock_guard lock{mutex};
    seen.emplace_back(what.header("traceparent").value_or("none"));
    to.send(response::json(200, R"({"messages":[{"id":"wamid.X"}]})"));
  });
  const std::string id = "o0123456789abcdef0123456789abcdef.18";
  for (const auto& callback :
       {id, id, std::string("of-somebody-else"), std::string(R"(\\",\"biz_opaque_callback_data\":\")") + id})
    send({"1", "t", R"({"to":"254700000001","biz_opaque_callback_data":")" + callback + R"("})"});
  send({"1", "t", R"({"to":"254700000001"})"});
  const std::lock_guard lock{mutex};
  const std::string ours = "00-0123456789abcdef0123456789abcdef-0000000000000012-01";
  EXPECT_EQ(seen, (std::vector<std::string>{ours, ours, "none", "none", "none"}));
}

TEST_F(graph_client, reads_refusals) {
  serve(400,
        R"({"error":{"message":"(#131047) Re-engagement message","code":131047,"error_data":{"details":"24 hours"},
                          "fbtrace_id":"AbC"}})");
  const auto out = send();
  EXPECT_EQ(out.what, kind::refused);
  EXPECT_EQ(out.failure.code, 131047);
  EXPECT_EQ(out.failure.details, "24 hours");
  EXPECT_EQ(whatsapp::classify(out.failure), whatsapp::error_class::window_closed);
}

TEST_F(graph_client, a_mark_as_read_is_accepted_without_an_id) {
  serve(200, R"({"success":true})");
  const auto out = send();
  EXPECT_EQ(out.what, kind::accepted);
  EXPECT_EQ(out.answer.message_id, "");
}

TEST_F(graph_client, an_unreadable_success_and_a_bare_500_are_unknown_outcomes) {
  for (const auto& [status, body] :
       {std::pair<int, std::string>{200, "<html>"}, {200, "{}"}, {500, ""}, {502, "<html>"}}) {
    serve(status, body);
    const auto out = send();
    EXPECT_EQ(out.what, kind::refused) << status;
    EXPECT_EQ(whatsapp::classify(out.failure), whatsapp::error_class::unknown_outcome) << status;
    seeded_random random{1};
    EXPECT_EQ(actors::decide({}, out, random).what, actors::send_decision::verdict::ambiguous) << status;
  }
}

TEST_F(graph_client, nobody_listening_means_not_sent) {
  serve(200, "{}");
  graph.reset();
  const auto out = send();
  EXPECT_EQ(out.what, kind::not_sent);
  EXPECT_NE(out.why, "");
  expect_silent(out);
}

TEST_F(graph_client, an_answer_that_never_comes_is_an_unknown_outcome) {
  std::vector<responder> kept;
  std::mutex mutex;
  limits.graph_timeout = std::chrono::milliseconds{300};
  serve([&](request&&, const responder& to) {
    const std::lock_guard lock{mutex};
    kept.push_back(to);
  });
  const auto out = send();
  EXPECT_EQ(out.what, kind::unknown);
  EXPECT_NE(out.why, "");
  expect_silent(out);
  const std::lock_guard lock{mutex};
  EXPECT_EQ(kept.size(), 1U); // an attempt whose outcome is unknown is not repeated here
}

} // namespace
} // namespace wakala::http::test
