// Bodies that may be larger than others, and what is held for them.
#include "http/core/client.hpp"
#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace wakala::http::testing {
namespace {

using answer_to_head = std::variant<std::monostate, body_permission, response>;

std::string post_of(const std::string& path, std::size_t size) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
         std::string(size, 'b');
}

struct body_bounds : ::testing::Test {
  body_bounds() {
    options.body_bytes = 100;
    options.linger_timeout = 200ms;
  }

  /// A file may have 1,000 bytes, and holds `held` for as long as it is there.
  answer_to_head allow(const request_head& head) {
    if (head.path == "/file")
      return body_permission{1000, held};
    if (head.path == "/nobody")
      return response::text(401, "who?");
    return std::monostate{};
  }

  server_options options;
  std::shared_ptr<int> held = std::make_shared<int>(1);
};

TEST_F(body_bounds, are_of_one_request) {
  serving on(
      options,
      [](request&& what, const responder& to) { to.send(response::text(200, std::to_string(what.body.size()))); }, {},
      [this](const request_head& head) { return allow(head); });
  auto peer = on.connect();
  peer.send(post_of("/file", 1000));
  EXPECT_EQ(peer.read_answer().body, "1000");
  peer.send("POST /file HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'c') +
            "\r\n0\r\n\r\n");
  EXPECT_EQ(peer.read_answer().body, "1000");
  peer.send(post_of("/other", 100));
  EXPECT_EQ(peer.read_answer().body, "100");
  peer.send(post_of("/other", 101)); // what the request before it was allowed is over
  EXPECT_EQ(peer.read_answer().status, 413);
  auto large = on.connect();
  large.send(post_of("/file", 1001));
  EXPECT_EQ(large.read_answer().status, 413);
  auto chunked = on.connect();
  chunked.send("POST /file HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
  EXPECT_EQ(chunked.read_answer().status, 413);
}

TEST_F(body_bounds, refuse_before_the_body_comes) {
  serving on(options, echo, {}, [this](const request_head& head) { return allow(head); });
  auto peer = on.connect();
  peer.send("POST /nobody HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 50\r\n\r\n");
  EXPECT_EQ(peer.read_answer().status, 401);
  EXPECT_EQ(on.counters().requests, 0U);
}

TEST_F(body_bounds, hold_what_was_given_until_the_answer_is_written) {
  std::promise<std::pair<request, responder>> handed;
  serving on(
      options,
      [&handed](request&& what, responder to) {
        if (what.method == "GET")
          to.send(response::text(200, "next"));
        else
          handed.set_value({std::move(what), std::move(to)});
      },
      {}, [this](const request_head& head) { return allow(head); });
  const std::weak_ptr<int> watched = held;
  auto peer = on.connect();
  peer.send(post_of("/file", 1000));
  auto [what, to] = handed.get_future().get();
  held.reset();
  EXPECT_FALSE(watched.expired());
  auto answer = response::text(200, "done");
  answer.hold = std::move(what.hold);
  EXPECT_FALSE(watched.expired());
  EXPECT_TRUE(to.send(std::move(answer)));
  EXPECT_EQ(peer.read_answer().body, "done");
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(peer.read_answer().body, "next");
  EXPECT_TRUE(watched.expired()) << "an answer is written and gone before the next request is looked at";
}

TEST_F(body_bounds, hold_nothing_for_a_client_that_left) {
  std::promise<void> asked;
  serving on(options, echo, {}, [this, &asked](const request_head& head) {
    auto said = allow(head);
    asked.set_value();
    return said;
  });
  const std::weak_ptr<int> watched = held;
  {
    auto peer = on.connect();
    peer.send("POST /file HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf");
    asked.get_future().get();
    held.reset();
    EXPECT_FALSE(watched.expired());
  }
  on.listener.reset(); // waits for its connections
  EXPECT_TRUE(watched.expired());
}

TEST(client_bounds, are_of_one_answer) {
  serving on({}, [](request&&, const responder& to) { to.send(response::text(200, std::string(2000, 'x'))); });
  client_request what;
  what.url = on.url();
  EXPECT_TRUE(fetch(what));
  what.body_bytes = 2000;
  EXPECT_EQ(fetch(what).value().body.size(), 2000U);
  what.body_bytes = 1999;
  io_runtime io(1);
  io.start();
  client through(io, {});
  std::promise<client_result> got;
  through.send(what, [&](client_result outcome) { got.set_value(std::move(outcome)); });
  const auto outcome = got.get_future().get();
  ASSERT_TRUE(std::holds_alternative<unknown_outcome>(outcome));
  EXPECT_TRUE(std::get<unknown_outcome>(outcome).body_too_large);
}

} // namespace
} // namespace wakala::http::testing
