#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace wakala::http::testing {
namespace {

/// Counts what reaches the handler: bad input must not.
struct bad_input : ::testing::Test {
  server_options options;
  std::atomic<int> handled{0};

  std::unique_ptr<serving> start(request_precheck precheck = {}) {
    return std::make_unique<serving>(
        options,
        [this](request&& what, const responder& to) {
          ++handled;
          echo(std::move(what), to);
        },
        std::move(precheck));
  }

  /// The status for these bytes; the connection must then end in good order.
  int status_for(const std::string& bytes, bool half_close = false) {
    const auto on = start();
    auto peer = on->connect();
    peer.send(bytes);
    if (half_close)
      peer.half_close();
    const auto answer = peer.read_answer();
    if (answer.status != 0) {
      EXPECT_EQ(answer.header("Connection"), "close");
    }
    EXPECT_TRUE(peer.at_end());
    return answer.status;
  }
};

const std::string post = "POST /v1/webhooks HTTP/1.1\r\nHost: x\r\n";

TEST_F(bad_input, a_header_of_64_kb_is_431) {
  EXPECT_EQ(status_for("GET / HTTP/1.1\r\nHost: x\r\nX-Large: " + std::string(64 * 1024, 'a') + "\r\n\r\n"), 431);
  std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
  while (many.size() < 64 * 1024)
    many += "X-Field: value\r\n";
  EXPECT_EQ(status_for(many + "\r\n"), 431);
  EXPECT_EQ(status_for("GET /" + std::string(64 * 1024, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n"), 431);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, the_limit_of_the_header_is_exact) {
  const std::string start = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Large: ";
  const auto fill = 16 * 1024 - start.size() - 4;
  EXPECT_EQ(status_for(start + std::string(fill, 'a') + "\r\n\r\n"), 200);
  EXPECT_EQ(status_for(start + std::string(fill + 1, 'a') + "\r\n\r\n"), 431);
}

TEST_F(bad_input, a_body_of_5_mb_is_413_and_the_client_sees_it_after_sending_all) {
  const auto on = start();
  auto peer = on->connect();
  const std::string body(5 * 1024 * 1024, 'b');
  EXPECT_TRUE(peer.send(post + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
  EXPECT_EQ(peer.read_answer().status, 413);
  EXPECT_TRUE(peer.at_end());
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, a_chunked_body_of_5_mb_is_413) {
  std::string chunks;
  for (int i = 0; i < 5; ++i)
    chunks += "100000\r\n" + std::string(1024 * 1024, 'b') + "\r\n";
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n"), 413);
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"), 413);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, a_body_of_exactly_the_limit_is_taken) {
  options.body_bytes = 1000;
  const std::string body(1000, 'b');
  EXPECT_EQ(status_for(post + "Connection: close\r\nContent-Length: 1000\r\n\r\n" + body), 200);
  EXPECT_EQ(
      status_for(post + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + body + "\r\n0\r\n\r\n"),
      200);
  EXPECT_EQ(status_for(post + "Content-Length: 1001\r\n\r\n" + body + "b"), 413);
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + body + "\r\n1\r\nb\r\n0\r\n\r\n"), 413);
}

TEST_F(bad_input, an_expected_body_that_is_too_large_is_413_without_continue) {
  EXPECT_EQ(status_for(post + "Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n"), 413);
}

TEST_F(bad_input, a_slow_header_is_408) {
  options.read_timeout = 100ms;
  EXPECT_EQ(status_for("GET / HT"), 408);
  EXPECT_EQ(status_for(post + "X-Half: a"), 408);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, a_slow_body_is_408) {
  options.read_timeout = 100ms;
  EXPECT_EQ(status_for(post + "Content-Length: 10\r\n\r\nhello"), 408);
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"), 408);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, a_trickle_of_bytes_does_not_extend_the_read_timeout) {
  options.read_timeout = 150ms;
  const auto on = start();
  auto peer = on->connect();
  peer.send(post);
  bool answered = false;
  for (int i = 0; i < 500 && !answered; ++i) {
    peer.send("X-Slow: 1\r\n");
    answered = peer.readable_within(10);
  }
  EXPECT_TRUE(answered);
  EXPECT_EQ(peer.read_answer().status, 408);
}

TEST_F(bad_input, a_truncated_request_is_408) {
  EXPECT_EQ(status_for(post + "Content-Length: 10\r\n\r\nhello", true), 408);
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", true), 408);
  EXPECT_EQ(status_for(post + "Content-Le", true), 408);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, a_bad_content_length_is_400) {
  for (const auto* fields :
       {"Content-Length: abc\r\n", "Content-Length: -5\r\n", "Content-Length: +5\r\n", "Content-Length: 5x\r\n",
        "Content-Length:\r\n", "Content-Length: 99999999999999999999999\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked, gzip\r\n",
        "Transfer-Encoding: identity\r\n"})
    EXPECT_EQ(status_for(post + fields + "\r\nhello"), 400) << fields;
  EXPECT_EQ(status_for("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, what_is_not_understood_says_so) {
  EXPECT_EQ(status_for(post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501);
  EXPECT_EQ(status_for(post + "Expect: tea\r\nContent-Length: 0\r\n\r\n"), 417);
  EXPECT_EQ(status_for("GET / HTTP/2.0\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(status_for("GET / HTTP/3\r\nHost: x\r\n\r\n"), 505);
  EXPECT_EQ(status_for("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, a_malformed_request_is_400) {
  for (const auto* bytes : {"nonsense\r\n\r\n", "GET\r\n\r\n", "GET / FTP/1.1\r\n\r\n", "G\x01T / HTTP/1.1\r\n\r\n",
                            "GET / HTTP/1.1\r\nNo colon here\r\n\r\n", "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
                            "GET / HTTP/1.1\r\nX: a\x01z\r\n\r\n", "GET / HTTP/1.1\nHost: x\n\n",
                            "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello over TLS\r\n\r\n"})
    EXPECT_EQ(status_for(bytes), 400) << bytes;
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400);
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n"), 400);
  EXPECT_EQ(status_for(post + "Transfer-Encoding: chunked\r\n\r\n1;" + std::string(64 * 1024, 'x')), 400);
  EXPECT_EQ(handled, 0);
}

TEST_F(bad_input, nothing_said_is_nothing_answered) {
  options.idle_timeout = 50ms;
  EXPECT_EQ(status_for(""), 0);
  EXPECT_EQ(status_for("\r\n"), 0);
  EXPECT_EQ(status_for("", true), 0);
  const auto on = start();
  auto peer = on->connect();
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(peer.read_answer().status, 200);
  EXPECT_TRUE(peer.at_end()); // idle again, closed without a word
}

TEST_F(bad_input, a_reader_that_does_not_read_is_cut_off) {
  options.write_timeout = 100ms;
  serving on(options, [](request&&, const responder& to) {
    to.send(response::text(200, std::string(32 * 1024 * 1024, 'w')));
  });
  auto peer = on.connect(4096);
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(peer.was_reset());
  EXPECT_EQ(on.counters().write_failures, 1U);
}

TEST_F(bad_input, a_refused_client_that_keeps_sending_is_cut_off) {
  options.linger_bytes = 1024 * 1024;
  const auto on = start();
  auto peer = on->connect();
  const std::string body(256 * 1024, 'b');
  bool taken = peer.send(post + "Content-Length: 900000000\r\n\r\n");
  for (int i = 0; i < 3000 && taken; ++i)
    taken = peer.send(body);
  EXPECT_FALSE(taken);
}

TEST_F(bad_input, the_precheck_comes_first) {
  const auto on = start([](const request_head& head) -> std::optional<response> {
    if (head.path != "/known")
      return response::problem(404, "Not Found");
    if (head.method != "POST")
      return response::problem(405, "Method Not Allowed").with("Allow", "POST");
    return std::nullopt;
  });
  const auto status = [&on](const std::string& bytes) {
    auto peer = on->connect();
    peer.send(bytes);
    return peer.read_answer().status;
  };
  const std::string large = "X-Large: " + std::string(20 * 1024, 'a') + "\r\n\r\n";
  EXPECT_EQ(status("POST /unknown HTTP/1.1\r\n" + large), 404);
  EXPECT_EQ(status("PUT /known HTTP/1.1\r\n" + large), 405);
  EXPECT_EQ(status("POST /known HTTP/1.1\r\n" + large), 431);
  EXPECT_EQ(status("POST /unknown HTTP/1.1\r\nContent-Length: x\r\n\r\n"), 404);
  EXPECT_EQ(status("POST /known HTTP/1.1\r\nContent-Length: x\r\n\r\n"), 400);
  EXPECT_EQ(status("POST /unknown HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n"), 404);
  EXPECT_EQ(status("POST /known HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n"), 413);
  EXPECT_EQ(status("POST /unknown HTTP/1.1\r\nContent-Length: 5\r\n\r\n"), 404); // without waiting for the body
  EXPECT_EQ(handled, 0);

  auto kept = on->connect(); // nothing was announced, so the connection stays usable
  kept.send("GET /known HTTP/1.1\r\nHost: x\r\n\r\nPOST /known HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  const auto refused = kept.read_answer();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("Allow"), "POST");
  EXPECT_EQ(kept.read_answer().status, 200);
}

} // namespace
} // namespace wakala::http::testing
