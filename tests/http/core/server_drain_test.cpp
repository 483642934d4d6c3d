#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>

#include <future>

namespace wakala::http::testing {
namespace {

/// Gives the responders to the test.
struct holding {
  std::promise<responder> held;
  request_handler handler() {
    return [this](request&& what, responder to) {
      if (what.path == "/hold")
        held.set_value(std::move(to));
      else
        echo(std::move(what), to);
    };
  }
};

constexpr auto hold = "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(drain, closes_idle_connections_and_finishes_requests_in_flight) {
  holding requests;
  serving on({}, requests.handler());
  auto idle = on.connect();
  idle.send("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(idle.read_answer().status, 200);
  auto busy = on.connect();
  busy.send(hold);
  const auto to = requests.held.get_future().get();
  EXPECT_EQ(on.counters().in_flight, 1U);

  std::promise<void> drained;
  on.listener->drain([&drained] { drained.set_value(); });
  EXPECT_TRUE(idle.at_end());
  EXPECT_THROW(on.connect(), std::runtime_error);
  auto done = drained.get_future();
  EXPECT_EQ(done.wait_for(0s), std::future_status::timeout);

  to.send(response::text(200, "finished"));
  const auto answer = busy.read_answer();
  EXPECT_EQ(answer.body, "finished");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(busy.at_end());
  busy.close();
  EXPECT_EQ(done.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(on.counters().connections, 0U);
}

TEST(drain, without_connections_is_over_at_once) {
  serving on;
  std::promise<void> drained;
  on.listener->drain([&drained] { drained.set_value(); });
  EXPECT_EQ(drained.get_future().wait_for(10s), std::future_status::ready);
}

TEST(drain, cuts_what_takes_too_long) {
  holding requests;
  server_options options;
  options.drain_timeout = 50ms;
  serving on(options, requests.handler());
  auto busy = on.connect();
  busy.send(hold);
  const auto to = requests.held.get_future().get();
  std::promise<void> drained;
  on.listener->drain([&drained] { drained.set_value(); });
  EXPECT_EQ(drained.get_future().wait_for(10s), std::future_status::ready);
  EXPECT_EQ(busy.read_answer().status, 0);
  EXPECT_TRUE(to.send(response::text(200, "nobody listens"))); // accepted, and dropped
}

TEST(drain, waits_for_a_request_that_is_still_being_read) {
  serving on;
  auto peer = on.connect();
  peer.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(peer.read_head(), "HTTP/1.1 100 Continue\r\n\r\n"); // so the server is past the header
  std::promise<void> drained;
  on.listener->drain([&drained] { drained.set_value(); });
  peer.send("hi");
  EXPECT_EQ(peer.read_answer().body, "POST /a|hi");
  peer.close();
  EXPECT_EQ(drained.get_future().wait_for(10s), std::future_status::ready);
}

TEST(server_end, cuts_connections_in_every_state) {
  holding requests;
  auto on = std::make_unique<serving>(server_options{}, requests.handler());
  auto silent = on->connect();
  auto half = on->connect();
  half.send("POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhe");
  auto busy = on->connect();
  busy.send(hold);
  const auto to = requests.held.get_future().get();
  auto done = on->connect();
  done.send("GET /a HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(done.read_answer().status, 200);
  on->listener.reset();
  EXPECT_EQ(silent.read_all(), "");
  EXPECT_EQ(half.read_all(), "");
  EXPECT_EQ(busy.read_all(), "");
  EXPECT_EQ(done.read_all(), "");
}

TEST(server_end, works_when_the_runtime_has_stopped_or_never_started) {
  holding requests;
  auto on = std::make_unique<serving>(server_options{}, requests.handler());
  auto busy = on->connect();
  busy.send(hold);
  auto to = requests.held.get_future().get();
  on->io.stop();
  on->listener.reset();
  EXPECT_EQ(busy.read_all(), "");
  EXPECT_TRUE(to.send({}));

  io_runtime never;
  auto listener = server::start(never, {}, echo).value();
  EXPECT_NE(listener->port(), 0);
}

TEST(io_runtime, runs_what_is_posted) {
  io_runtime io(2);
  io.start();
  std::promise<void> now;
  std::promise<void> later;
  io.post([&now] { now.set_value(); });
  io.post_after(5ms, [&later] { later.set_value(); });
  EXPECT_EQ(now.get_future().wait_for(10s), std::future_status::ready);
  EXPECT_EQ(later.get_future().wait_for(10s), std::future_status::ready);
}

} // namespace
} // namespace wakala::http::testing
