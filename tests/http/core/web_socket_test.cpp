// WebSockets as clients see them: frames written and read by hand.
#include "tests/http/core/frames.hpp"
#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace wakala::http::testing {
namespace {

/// Answers each text with "heard TEXT"; some texts ask for more.
class talking {
public:
  web_socket_gate gate() {
    return [this](const request_head& head) -> std::variant<std::monostate, web_socket_welcome, response> {
      if (head.path == "/closed")
        return response::problem(403, "Forbidden");
      if (head.path != "/live")
        return std::monostate{};
      return web_socket_welcome{"chat.v1",
                                {[this](const web_socket& s) { opened(s); },
                                 [this](const std::string& text) { heard(text); }, [this] { end(); }}};
    };
  }

  web_socket socket; ///< the last that was opened; of the I/O thread until `ended`
  std::promise<void> ended;

private:
  void opened(const web_socket& s) {
    socket = s;
    ended = {};
    is_over_ = false;
  }
  void end() {
    if (!is_over_.exchange(true)) // the first of several
      ended.set_value();
  }
  void heard(const std::string& text) {
    if (text == "throw")
      throw std::runtime_error("as asked");
    if (text == "flood")
      for (int i = 0; i < 200; ++i)
        socket.send(std::string(64 * 1024, 'x'));
    socket.send("heard " + text);
    if (text == "bye")
      socket.close(close_code::unauthorized, "go");
    socket.send("after " + text);
  }

  std::atomic<bool> is_over_{false};
};

struct web_sockets : ::testing::Test {
  talking talk;
  server_options options;
  std::unique_ptr<serving> on;

  raw_peer connect() {
    if (!on)
      on = std::make_unique<serving>(options, echo, request_precheck{}, body_bound{}, talk.gate());
    return on->connect();
  }
  raw_peer open() {
    auto peer = connect();
    peer.send(upgrade_request());
    EXPECT_TRUE(peer.read_head().starts_with("HTTP/1.1 101 "));
    return peer;
  }
  bool has_ended() { return talk.ended.get_future().wait_for(10s) == std::future_status::ready; }
};

TEST_F(web_sockets, begin_as_the_standard_says) {
  auto peer = connect();
  peer.send(upgrade_request());
  const auto answer = peer.read_answer(true);
  EXPECT_EQ(answer.status, 101);
  EXPECT_EQ(answer.header("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="); // the example of RFC 6455
  EXPECT_EQ(answer.header("Sec-WebSocket-Protocol"), "chat.v1");
  EXPECT_TRUE(iequals(answer.header("Upgrade"), "websocket"));
  EXPECT_TRUE(iequals(answer.header("Connection"), "upgrade"));
  EXPECT_EQ(answer.header("Server"), "wakala");
  EXPECT_EQ(answer.header("Sec-WebSocket-Extensions"), "");
  peer.send(frame(op::text, "habari"));
  EXPECT_EQ(read_frame(peer), (got_frame{op::text, "heard habari"}));
  EXPECT_EQ(read_frame(peer), (got_frame{op::text, "after habari"}));
  EXPECT_EQ(on->counters().web_sockets, 1U);
  EXPECT_EQ(on->counters().connections, 1U);
}

TEST_F(web_sockets, are_refused_in_words) {
  const auto without = [](const std::string& name) {
    auto text = upgrade_request();
    const auto at = text.find("\r\n" + name);
    return text.erase(at, text.find("\r\n", at + 2) - at);
  };
  const auto with = [&](const std::string& name, const std::string& value) {
    auto text = without(name);
    return text.insert(text.size() - 2, name + ": " + value + "\r\n");
  };
  struct row {
    std::string sent;
    int status;
    std::string named;
  };
  const row table[] = {
      {with("Sec-WebSocket-Version", "12"), 426, "Sec-WebSocket-Version"},
      {without("Sec-WebSocket-Version"), 426, "Sec-WebSocket-Version"},
      {without("Sec-WebSocket-Key"), 400, "Sec-WebSocket-Key"},
      {with("Sec-WebSocket-Key", "c2hvcnQ="), 400, "Sec-WebSocket-Key"},
      {with("Sec-WebSocket-Key", "not base64, not at all!!"), 400, "Sec-WebSocket-Key"},
      {with("Connection", "keep-alive"), 400, "Connection"},
      {without("Sec-WebSocket-Protocol"), 400, "Sec-WebSocket-Protocol"},
      {with("Sec-WebSocket-Protocol", "chat.v2, chat"), 400, "Sec-WebSocket-Protocol"},
      {upgrade_request("/closed"), 403, ""},
      {upgrade_request("/elsewhere"), 200, ""},
      {without("Upgrade"), 200, ""},
  };
  auto peer = connect(); // a refusal leaves the connection as it was
  for (const auto& r : table) {
    ASSERT_TRUE(peer.send(r.sent));
    const auto answer = peer.read_answer();
    EXPECT_EQ(answer.status, r.status) << r.sent << answer.body;
    EXPECT_NE(answer.body.find(r.named), std::string::npos) << answer.body;
    EXPECT_EQ(answer.header("Sec-WebSocket-Version"), r.status == 426 ? "13" : "");
  }
  peer.send(upgrade_request() + frame(op::text, "too early"));
  EXPECT_EQ(peer.read_answer().status, 400);
  EXPECT_EQ(on->counters().web_sockets, 0U);
}

TEST_F(web_sockets, join_fragments_and_answer_pings_between_them) {
  auto peer = open();
  peer.send(frame(op::text, "ha", false) + frame(op::ping, "there?") + frame(op::more, "ba", false));
  EXPECT_EQ(read_frame(peer), (got_frame{op::pong, "there?"}));
  peer.send(frame(op::more, "ri"));
  EXPECT_EQ(read_frame(peer), (got_frame{op::text, "heard habari"}));
}

TEST_F(web_sockets, close_with_the_code_of_what_was_wrong) {
  options.web_sockets.message_bytes = 1000;
  struct row {
    const char* what;
    std::string sent;
    int code;
  };
  const std::string half(600, 'x');
  const row table[] = {
      {"too large", frame(op::text, std::string(1001, 'x')), 1009},
      {"too large in parts", frame(op::text, half, false) + frame(op::more, half), 1009},
      {"not text", frame(op::binary, "x"), 1003},
      {"not UTF-8", frame(op::text, "\xff\xfe"), 1007},
      {"not masked", unmasked("x"), 1002},
      {"a part of nothing", frame(op::more, "x"), 1002},
      {"unknown kind", frame(static_cast<op>(3), "x"), 1002},
      {"handler throws", frame(op::text, "throw"), 1011},
      {"client closes", frame(op::close, "\x03\xe8"), 1000},
  };
  for (const auto& r : table) {
    auto peer = open();
    peer.send(r.sent);
    const auto got = read_frame(peer);
    EXPECT_EQ(got.kind, op::close) << r.what;
    EXPECT_EQ(close_code_of(got), r.code) << r.what;
    peer.send(frame(op::close, got.payload.substr(0, 2)));
    EXPECT_TRUE(has_ended()) << r.what;
  }
}

TEST_F(web_sockets, say_what_was_sent_before_the_close_and_nothing_after) {
  auto peer = open();
  peer.send(frame(op::text, "bye"));
  EXPECT_EQ(read_frame(peer), (got_frame{op::text, "heard bye"}));
  const auto got = read_frame(peer);
  EXPECT_EQ(close_code_of(got), 4401);
  EXPECT_EQ(got.payload.substr(2), "go");
  peer.send(frame(op::close, got.payload.substr(0, 2)));
  EXPECT_TRUE(peer.at_end());
  EXPECT_TRUE(has_ended());
}

TEST_F(web_sockets, cut_off_who_does_not_read) {
  options.web_sockets.queue_bytes = 1024 * 1024;
  connect();
  auto peer = on->connect(4096);
  peer.send(upgrade_request());
  EXPECT_TRUE(peer.read_head().starts_with("HTTP/1.1 101 "));
  peer.send(frame(op::text, "flood"));
  EXPECT_TRUE(peer.was_reset());
  EXPECT_TRUE(has_ended());
  EXPECT_EQ(on->counters().write_failures, 1U);
}

TEST_F(web_sockets, cut_off_who_reads_too_slowly) {
  options.write_timeout = 100ms;
  options.web_sockets.queue_bytes = 64 * 1024 * 1024;
  connect();
  auto peer = on->connect(4096);
  peer.send(upgrade_request());
  EXPECT_TRUE(peer.read_head().starts_with("HTTP/1.1 101 "));
  peer.send(frame(op::text, "flood"));
  EXPECT_TRUE(peer.was_reset());
  EXPECT_TRUE(has_ended());
}

TEST_F(web_sockets, ask_silent_clients_and_end_those_that_are_gone) {
  options.web_sockets.idle_timeout = 200ms;
  auto peer = open();
  const auto began = std::chrono::steady_clock::now();
  int pings = 0;
  while (std::chrono::steady_clock::now() - began < 600ms) { // three times as long as a gone one would have
    const auto got = read_frame(peer);
    ASSERT_EQ(got.kind, op::ping);
    ++pings;
    peer.send(frame(op::pong, got.payload));
  }
  EXPECT_GE(pings, 3);
  EXPECT_EQ(on->counters().web_sockets, 1U);
  EXPECT_EQ(read_frame(peer).kind, op::ping); // and now not a word
  EXPECT_EQ(peer.read_all(), "");
  EXPECT_TRUE(has_ended());
}

TEST_F(web_sockets, are_bounded_in_number) {
  options.web_sockets.sockets = 2;
  auto first = open();
  auto second = open();
  auto third = connect();
  third.send(upgrade_request());
  const auto answer = third.read_answer();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  second.send(frame(op::close, "\x03\xe8"));
  EXPECT_EQ(close_code_of(read_frame(second)), 1000);
  EXPECT_TRUE(second.at_end());
  second.close();
  int status = 0; // the place is free a moment after the other side sees the end
  for (int i = 0; i < 200 && status != 101; ++i) {
    third.send(upgrade_request());
    status = third.read_answer().status;
  }
  EXPECT_EQ(status, 101);
}

TEST_F(web_sockets, are_told_when_the_server_drains) {
  options.web_sockets.close_timeout = 100ms;
  auto polite = open();
  auto silent = open();
  std::promise<void> drained;
  on->listener->drain([&drained] { drained.set_value(); });
  const auto got = read_frame(polite);
  EXPECT_EQ(close_code_of(got), 1001);
  polite.send(frame(op::close, got.payload.substr(0, 2)));
  EXPECT_TRUE(polite.at_end());
  EXPECT_EQ(drained.get_future().wait_for(10s), std::future_status::ready); // long before drain_timeout
  EXPECT_EQ(close_code_of(read_frame(silent)), 1001);
  EXPECT_EQ(on->counters().connections, 0U);
}

TEST_F(web_sockets, end_with_the_server) {
  auto peer = open();
  peer.send(frame(op::text, "x"));
  EXPECT_EQ(read_frame(peer), (got_frame{op::text, "heard x"}));
  on->listener.reset();
  EXPECT_TRUE(has_ended());
  talk.socket.send("nobody hears this");
  talk.socket.close(close_code::normal, "");
  peer.read_all();
}

} // namespace
} // namespace wakala::http::testing
