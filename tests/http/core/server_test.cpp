#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace wakala::http::testing {
namespace {

TEST(server, hands_over_the_whole_request) {
  std::promise<request> seen;
  serving on({}, [&seen](request&& what, const responder& to) {
    to.send(response::json(201, "{}").with("X-Id", "7"));
    seen.set_value(std::move(what));
  });
  auto peer = on.connect();
  peer.send("POST /v1/webhooks/duka?a=b%20c HTTP/1.1\r\nHost: shop\r\nX-Twice: 1\r\nx-twice:  2 \r\n"
            "Content-Length: 5\r\n\r\nhello");
  const auto answer = peer.read_answer();
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.body, "{}");
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.header("X-Id"), "7");
  EXPECT_EQ(answer.header("Server"), "wakala");
  EXPECT_TRUE(answer.header("Date").ends_with(" GMT"));
  EXPECT_EQ(answer.header("Connection"), "");
  const auto what = seen.get_future().get();
  EXPECT_EQ(what.method, "POST");
  EXPECT_EQ(what.target, "/v1/webhooks/duka?a=b%20c");
  EXPECT_EQ(what.path, "/v1/webhooks/duka");
  EXPECT_EQ(what.query, "a=b%20c");
  EXPECT_EQ(what.values("X-Twice"), (std::vector<std::string_view>{"1", "2"}));
  EXPECT_EQ(what.body, "hello");
  EXPECT_EQ(what.peer, "127.0.0.1");
  EXPECT_LE(what.received_at, std::chrono::steady_clock::now());
}

TEST(server, keeps_a_connection_for_many_requests) {
  serving on;
  auto peer = on.connect();
  for (int i = 0; i < 5; ++i) {
    peer.send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(peer.read_answer().body, "GET /" + std::to_string(i) + "|");
  }
  EXPECT_EQ(on.counters().accepted, 1U);
  EXPECT_EQ(on.counters().requests, 5U);
  EXPECT_EQ(on.counters().answers_2xx, 5U);
}

TEST(server, answers_ten_pipelined_requests_in_order) {
  serving on;
  auto peer = on.connect();
  std::string all;
  for (int i = 0; i < 10; ++i)
    all += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n" + std::to_string(i);
  peer.send(all);
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(peer.read_answer().body, "POST /" + std::to_string(i) + "|" + std::to_string(i));
}

TEST(server, answers_pipelined_requests_in_order_when_answers_come_from_another_thread) {
  std::vector<std::thread> threads;
  {
    serving on({}, [&threads](request&& what, responder to) {
      threads.emplace_back([to = std::move(to), path = what.path] { to.send(response::text(200, path)); });
    });
    auto peer = on.connect();
    std::string all;
    for (int i = 0; i < 10; ++i)
      all += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    peer.send(all);
    for (int i = 0; i < 10; ++i)
      EXPECT_EQ(peer.read_answer().body, "/" + std::to_string(i));
  }
  for (auto& each : threads)
    each.join();
}

TEST(server, delivers_bursts_of_answers_from_several_threads) {
  std::mutex mutex;
  std::vector<std::pair<responder, std::string>> waiting;
  serving on({}, [&](request&& what, responder to) {
    const std::lock_guard lock(mutex);
    waiting.emplace_back(std::move(to), what.target);
  });
  constexpr int peers = 24;
  constexpr int rounds = 10;
  std::vector<raw_peer> all;
  for (int i = 0; i < peers; ++i)
    all.push_back(on.connect());
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < peers; ++i)
      all[static_cast<std::size_t>(i)].send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    std::vector<std::pair<responder, std::string>> batch;
    while (batch.size() < peers) {
      const std::lock_guard lock(mutex);
      std::move(waiting.begin(), waiting.end(), std::back_inserter(batch));
      waiting.clear();
    }
    std::array<std::thread, 3> threads;
    for (std::size_t t = 0; t < threads.size(); ++t)
      threads[t] = std::thread([&, t] {
        for (std::size_t i = t; i < batch.size(); i += threads.size())
          EXPECT_TRUE(batch[i].first.send(response::text(200, batch[i].second)));
      });
    for (auto& each : threads)
      each.join();
    for (int i = 0; i < peers; ++i)
      EXPECT_EQ(all[static_cast<std::size_t>(i)].read_answer().body, "/" + std::to_string(i));
  }
  EXPECT_EQ(on.counters().answers_2xx, static_cast<std::uint64_t>(peers * rounds));
}

TEST(server, lets_go_of_answers_that_nobody_fetches_any_more) {
  std::promise<responder> held;
  auto on = std::make_unique<serving>(server_options{},
                                      [&held](request&&, responder to) { held.set_value(std::move(to)); });
  auto peer = on->connect();
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto to = held.get_future().get();
  on->io.stop(); // what is handed over now is never run
  EXPECT_TRUE(to.send(response::empty(200)));
  EXPECT_FALSE(to.send(response::empty(200)));
  on.reset();
}

TEST(server, reads_a_request_that_comes_byte_by_byte) {
  serving on;
  auto peer = on.connect();
  const std::string whole = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            "3\r\nabc\r\n4;note=1\r\ndefg\r\n0\r\nX-Trailer: 1\r\n\r\n";
  for (const char c : whole)
    peer.send({&c, 1});
  EXPECT_EQ(peer.read_answer().body, "POST /a|abcdefg");
}

TEST(server, ignores_blank_lines_before_a_request_and_takes_absolute_targets) {
  serving on;
  auto peer = on.connect();
  peer.send("\r\n\r\nGET http://shop.example/a?b HTTP/1.1\r\nHost: shop.example\r\n\r\n\r\n");
  EXPECT_EQ(peer.read_answer().body, "GET http://shop.example/a?b|");
  peer.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(peer.read_answer().body, "GET /b|");
}

TEST(server, speaks_http_1_0) {
  serving on;
  auto once = on.connect();
  once.send("GET /a HTTP/1.0\r\n\r\n");
  const auto answer = once.read_answer();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(once.at_end());

  auto kept = on.connect();
  kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(kept.read_answer().header("Connection"), "keep-alive");
  kept.send("GET /b HTTP/1.0\r\n\r\n");
  EXPECT_EQ(kept.read_answer().body, "GET /b|");
}

TEST(server, closes_when_asked_to) {
  serving on;
  auto peer = on.connect();
  peer.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(peer.read_answer().header("Connection"), "close");
  EXPECT_TRUE(peer.at_end());
}

TEST(server, sends_no_body_to_head_and_none_with_204) {
  serving on({}, [](request&& what, const responder& to) {
    to.send(what.path == "/none" ? response::empty(204) : response::text(200, "12345"));
  });
  auto peer = on.connect();
  peer.send(
      "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = peer.read_answer(true);
  EXPECT_EQ(head.header("Content-Length"), "5");
  const auto none = peer.read_answer();
  EXPECT_EQ(none.status, 204);
  EXPECT_EQ(none.header("Content-Length"), "");
  EXPECT_EQ(peer.read_answer().body, "12345");
}

TEST(server, says_continue_before_it_reads_an_expected_body) {
  serving on;
  auto peer = on.connect();
  peer.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_head(), "HTTP/1.1 100 Continue\r\n\r\n");
  peer.send("hi");
  EXPECT_EQ(peer.read_answer().body, "POST /a|hi");
}

TEST(server, answers_a_client_that_has_closed_its_half) {
  serving on;
  auto peer = on.connect();
  peer.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  peer.half_close();
  EXPECT_EQ(peer.read_answer().body, "POST /a|hi");
  EXPECT_TRUE(peer.at_end());
}

TEST(server, sends_large_answers_whole) {
  const std::string large(8 * 1024 * 1024, 'w');
  serving on({}, [&large](request&&, const responder& to) { to.send(response::text(200, large)); });
  auto peer = on.connect(4096);
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(peer.read_answer().body, large);
}

TEST(server, answers_500_when_the_handler_throws_or_gives_up) {
  serving on({}, [](request&& what, const responder&) {
    if (what.path == "/throw")
      throw std::runtime_error("a bug");
  });
  auto peer = on.connect();
  peer.send("GET /throw HTTP/1.1\r\nHost: x\r\n\r\nGET /drop HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(peer.read_answer().status, 500);
  EXPECT_EQ(peer.read_answer().status, 500);
  EXPECT_EQ(on.counters().answers_5xx, 2U);
}

TEST(server, takes_the_first_answer_only) {
  std::promise<std::pair<bool, bool>> sent;
  serving on({}, [&sent](request&&, const responder& to) {
    const bool first = to.send(response::text(200, "first"));
    sent.set_value({first, to.send(response::text(200, "second"))});
  });
  auto peer = on.connect();
  peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(peer.read_all().ends_with("first"));
  EXPECT_EQ(sent.get_future().get(), (std::pair{true, false}));
}

TEST(server, takes_an_answer_after_it_is_gone_without_harm) {
  std::promise<responder> held;
  auto on = std::make_unique<serving>(server_options{},
                                      [&held](request&&, responder to) { held.set_value(std::move(to)); });
  auto peer = on->connect();
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto late = held.get_future().get();
  on->listener.reset();
  EXPECT_EQ(peer.read_answer().status, 0);
  EXPECT_TRUE(late.send(response::text(200, "too late")));
  on.reset();
  EXPECT_FALSE(late.send(response::text(200, "much too late")));
}

TEST(server, names_the_address_it_cannot_have) {
  serving on;
  io_runtime io;
  server_options options;
  options.address.port = on.listener->port();
  const auto taken = server::start(io, options, echo);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, errc::conflict);
  EXPECT_NE(taken.error().what.find("127.0.0.1:" + std::to_string(on.listener->port())), std::string::npos);

  options.address = {"203.0.113.7", 0}; // nobody's here (RFC 5737)
  const auto foreign = server::start(io, options, echo);
  ASSERT_FALSE(foreign.has_value());
  EXPECT_EQ(foreign.error().code, errc::invalid_argument);
  EXPECT_NE(foreign.error().what.find("203.0.113.7:0"), std::string::npos);
}

TEST(server, listens_on_ipv6) {
  server_options options;
  options.address = {"[::1]", 0};
  io_runtime io;
  const auto listener = server::start(io, options, echo);
  if (!listener.has_value()) { // a machine without IPv6 says so
    EXPECT_NE(listener.error().what.find("[::1]:0"), std::string::npos);
  } else {
    EXPECT_NE((*listener)->port(), 0);
  }
}

TEST(server, turns_away_connections_over_its_limit) {
  server_options options;
  options.connections = 2;
  serving on(options);
  auto first = on.connect();
  auto second = on.connect();
  first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
  second.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(first.read_answer().status, 200);
  EXPECT_EQ(second.read_answer().status, 200);
  auto third = on.connect();
  const auto refused = third.read_answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("Retry-After"), "5");
  EXPECT_EQ(refused.header("Connection"), "close");
  EXPECT_TRUE(third.at_end());
  EXPECT_EQ(on.counters().refused, 1U);
  first.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"); // those inside are served on
  EXPECT_EQ(first.read_answer().status, 200);
}

} // namespace
} // namespace wakala::http::testing
