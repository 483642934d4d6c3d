#include "http/core/client.hpp"
#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <netinet/in.h>
#include <sys/socket.h>

namespace wakala::http::testing {
namespace {

std::future<client_result> send(client& through, client_request what) {
  auto promise = std::make_shared<std::promise<client_result>>();
  auto future = promise->get_future();
  through.send(std::move(what), [promise](client_result got) { promise->set_value(std::move(got)); });
  return future;
}

client_request get(std::string url) { return {"GET", std::move(url), {}, {}, {}}; }
client_request post(std::string url, std::string body = "hi") {
  return {"POST", std::move(url), {}, std::move(body), {}};
}

std::string describe(const client_result& got) {
  if (const auto* answer = std::get_if<client_answer>(&got))
    return std::to_string(answer->status) + " " + answer->body;
  if (const auto* unsent = std::get_if<not_sent>(&got))
    return "not sent: " + unsent->why;
  return "unknown: " + std::get<unknown_outcome>(got).why;
}

bool is_unknown(const client_result& got) { return std::holds_alternative<unknown_outcome>(got); }
bool is_not_sent(const client_result& got) { return std::holds_alternative<not_sent>(got); }

/// Reads one request with a body as long as its Content-Length says.
std::string read_request(raw_peer& peer) {
  auto head = peer.read_head();
  if (const auto at = head.find("Content-Length: "); at != std::string::npos)
    head += peer.read_exactly(std::stoul(head.substr(at + 16)));
  return head;
}

TEST(client, asks_and_keeps_its_connection) {
  serving on;
  client through(on.io, {});
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(describe(send(through, post(on.url("/a?b=c"), std::to_string(i))).get()),
              "200 POST /a?b=c|" + std::to_string(i));
  EXPECT_EQ(on.counters().accepted, 1U);
  EXPECT_EQ(on.counters().requests, 5U);
}

TEST(client, writes_a_proper_request) {
  std::promise<std::string> seen;
  scripted_server server([&seen](raw_peer& peer, int) {
    seen.set_value(read_request(peer));
    peer.send("HTTP/1.1 204 No Content\r\n\r\n");
  });
  client_request what = post(server.url("/x?y"), "body");
  what.headers = {{"Authorization", "Bearer t"}, {"content-length", "99"}, {"Host", "evil"}, {"X-Mine", "1"}};
  EXPECT_EQ(fetch(std::move(what)).value().status, 204);
  EXPECT_EQ(seen.get_future().get(), "POST /x?y HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                         "\r\nUser-Agent: wakala\r\nAuthorization: Bearer t\r\nX-Mine: 1\r\n"
                                         "Content-Length: 4\r\n\r\nbody");
}

TEST(client, reads_every_form_of_answer) {
  scripted_server server([](raw_peer& peer, int) {
    const auto request = read_request(peer);
    if (request.starts_with("GET /chunked"))
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    else if (request.starts_with("GET /until-end"))
      peer.send("HTTP/1.1 200 OK\r\n\r\nall of it");
    else if (request.starts_with("GET /interim"))
      peer.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
                "HTTP/1.1 200 OK\r\nX-Last: 1\r\nContent-Length: 2\r\n\r\nok");
    else if (request.starts_with("HEAD /"))
      peer.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    else
      peer.send("HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  });
  EXPECT_EQ(fetch(get(server.url("/chunked"))).value().body, "abcde");
  EXPECT_EQ(fetch(get(server.url("/until-end"))).value().body, "all of it");
  const auto last = fetch(get(server.url("/interim"))).value();
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.body, "ok");
  EXPECT_EQ(last.header("x-last"), "1");
  EXPECT_EQ(last.header("link"), std::nullopt);
  EXPECT_EQ(fetch({"HEAD", server.url("/"), {}, {}, {}}).value().header("Content-Length"), "500");
  EXPECT_EQ(fetch(get(server.url("/none"))).value().status, 404);
}

TEST(client, knows_that_nothing_was_sent) {
  std::uint16_t closed_port = 0;
  closed_port = listen_anywhere().port; // closed again at once
  io_runtime io;
  io.start();
  client through(io, {});
  const auto refused = send(through, post("http://127.0.0.1:" + std::to_string(closed_port) + "/")).get();
  EXPECT_TRUE(is_not_sent(refused)) << describe(refused);
  EXPECT_NE(describe(refused).find("127.0.0.1:" + std::to_string(closed_port)), std::string::npos);
  EXPECT_TRUE(is_not_sent(send(through, post("nonsense")).get()));
  EXPECT_TRUE(is_not_sent(send(through, post("http://user:pw@127.0.0.1:1/")).get()));
  auto injected = post("http://127.0.0.1:1/");
  injected.headers = {{"X-A", "b\r\nX-C: d"}};
  EXPECT_EQ(describe(send(through, std::move(injected)).get()), "not sent: header field X-A holds a line break");
  EXPECT_EQ(fetch(post("nonsense")).error().code, errc::unavailable);
}

TEST(client, gives_up_connecting_in_time) {
  const auto full = listen_anywhere(0);
  std::vector<descriptor> queued; // fill the queue of connections nobody accepts, so that the next gets no answer
  for (int i = 0; i < 4; ++i) {
    queued.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(full.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)::connect(queued.back().get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  }
  client_options options;
  options.connect_timeout = 100ms;
  const auto got = fetch(post("http://127.0.0.1:" + std::to_string(full.port) + "/"), options);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, errc::unavailable);
  EXPECT_NE(got.error().what.find("timed out"), std::string::npos) << got.error().what;
}

TEST(client, knows_that_it_does_not_know) {
  std::promise<responder> held;
  serving on({}, [&held](request&&, responder to) { held.set_value(std::move(to)); });
  client_options options;
  options.read_timeout = 100ms;
  client through(on.io, options);
  const auto slow = send(through, post(on.url())).get();
  EXPECT_TRUE(is_unknown(slow)) << describe(slow);
  held.get_future().get().send(response::text(200, "late"));

  scripted_server rude([](raw_peer& peer, int) { read_request(peer); });
  const auto dropped = send(through, post(rude.url())).get();
  EXPECT_TRUE(is_unknown(dropped)) << describe(dropped);
  scripted_server half([](raw_peer& peer, int) {
    read_request(peer);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  const auto cut = send(through, post(half.url())).get();
  EXPECT_TRUE(is_unknown(cut)) << describe(cut);
  scripted_server garbage([](raw_peer& peer, int) {
    read_request(peer);
    peer.send("SSH-2.0-hello\r\n\r\n");
  });
  EXPECT_EQ(describe(send(through, post(garbage.url())).get()), "unknown: the answer is no HTTP");
  EXPECT_EQ(fetch(post(rude.url())).error().code, errc::deadline_exceeded);
}

TEST(client, takes_an_answer_given_before_the_request_was_read) {
  server_options options;
  options.body_bytes = 1000;
  serving on(options);
  EXPECT_EQ(fetch(post(on.url(), std::string(4 * 1024 * 1024, 'b'))).value().status, 413);
}

TEST(client, bounds_what_it_reads) {
  serving on({}, [](request&& what, const responder& to) {
    to.send(what.path == "/body" ? response::text(200, std::string(2000, 'x'))
                                 : response::empty(200).with("X-Large", std::string(2000, 'x')));
  });
  client_options options;
  options.body_bytes = 1000;
  options.header_bytes = 1000;
  client through(on.io, options);
  EXPECT_EQ(describe(send(through, get(on.url("/body"))).get()), "unknown: the answer's body is too large");
  EXPECT_EQ(describe(send(through, get(on.url("/header"))).get()), "unknown: the answer's header is too large");
}

TEST(client, does_not_use_a_connection_that_the_server_has_closed) {
  std::promise<void> closed;
  scripted_server server([&closed](raw_peer& peer, int number) {
    const auto request = read_request(peer);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(number));
    peer.close(); // though it had promised to stay
    if (number == 0)
      closed.set_value();
  });
  io_runtime io;
  io.start();
  client through(io, {});
  EXPECT_EQ(describe(send(through, post(server.url())).get()), "200 0");
  closed.get_future().get();
  EXPECT_EQ(describe(send(through, post(server.url())).get()), "200 1");
}

TEST(client, repeats_on_a_fresh_connection_only_what_may_be_repeated) {
  scripted_server server([](raw_peer& peer, int number) {
    read_request(peer);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(number));
    read_request(peer); // and drops the second request of a connection unanswered
  });
  io_runtime io;
  io.start();
  client through(io, {});
  EXPECT_EQ(describe(send(through, get(server.url())).get()), "200 0");
  EXPECT_EQ(describe(send(through, get(server.url())).get()), "200 1");
  const auto dropped = send(through, post(server.url())).get();
  EXPECT_TRUE(is_unknown(dropped)) << describe(dropped);
}

TEST(client, waits_for_a_connection_when_all_are_busy) {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<responder> held;
  serving on({}, [&](request&&, responder to) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(to));
    changed.notify_all();
  });
  client_options options;
  options.connections_per_host = 2;
  options.waiting_per_host = 3;
  client through(on.io, options);
  std::vector<std::future<client_result>> answers;
  for (int i = 0; i < 5; ++i)
    answers.push_back(send(through, post(on.url())));
  EXPECT_EQ(describe(send(through, post(on.url())).get()), "not sent: too many requests are waiting for this host");
  for (int i = 0; i < 5; ++i) {
    responder next;
    {
      std::unique_lock lock(mutex);
      ASSERT_TRUE(changed.wait_for(lock, 10s, [&held] { return !held.empty(); }));
      next = std::move(held.front());
      held.pop_front();
    }
    EXPECT_LE(on.counters().accepted, 2U);
    next.send(response::text(200, "done"));
  }
  for (auto& each : answers)
    EXPECT_EQ(describe(each.get()), "200 done");
  EXPECT_EQ(on.counters().accepted, 2U);
}

TEST(client, asks_once_more_before_it_writes) {
  serving on;
  client_options one_at_a_time;
  one_at_a_time.connections_per_host = 1;
  client through(on.io, one_at_a_time);
  std::atomic<bool> may{true};
  auto what = post(on.url("/"));
  what.may_leave = [&may] { return may.load(); };
  EXPECT_EQ(describe(send(through, what).get()), "200 POST /|hi");
  may = false;
  EXPECT_EQ(describe(send(through, what).get()), "not sent: it may no longer be sent");
  EXPECT_EQ(on.counters().requests, 1U);
  EXPECT_EQ(describe(send(through, post(on.url("/"))).get()), "200 POST /|hi") << "its connection is free again";
  EXPECT_EQ(on.counters().accepted, 1U);
}

TEST(client, does_not_wait_for_a_connection_for_ever) {
  std::promise<responder> held;
  serving on({}, [&held](request&&, responder to) { held.set_value(std::move(to)); });
  client_options options;
  options.connections_per_host = 1;
  options.connect_timeout = 100ms;
  client through(on.io, options);
  auto first = send(through, post(on.url()));
  const auto to = held.get_future().get();
  EXPECT_EQ(describe(send(through, post(on.url())).get()), "not sent: every connection to this host is busy");
  to.send(response::text(200, "done"));
  EXPECT_EQ(describe(first.get()), "200 done");
}

TEST(client, closes_idle_connections_after_a_while) {
  std::promise<bool> ended;
  scripted_server server([&ended](raw_peer& peer, int) {
    read_request(peer);
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    ended.set_value(peer.at_end());
  });
  client_options options;
  options.idle_keep = 20ms;
  io_runtime io;
  io.start();
  client through(io, options);
  EXPECT_EQ(describe(send(through, get(server.url())).get()), "200 ");
  EXPECT_TRUE(ended.get_future().get());
}

TEST(client, tells_everybody_when_it_ends) {
  std::promise<responder> held;
  serving on({}, [&held](request&&, responder to) { held.set_value(std::move(to)); });
  client_options options;
  options.connections_per_host = 1;
  auto through = std::make_unique<client>(on.io, options);
  auto under_way = send(*through, post(on.url()));
  const auto to = held.get_future().get();
  auto waiting = send(*through, post(on.url()));
  through.reset();
  EXPECT_TRUE(is_unknown(under_way.get()));
  EXPECT_TRUE(is_not_sent(waiting.get()));
}

TEST(client, goes_through_a_proxy_with_absolute_form) {
  std::promise<std::string> seen;
  scripted_server proxy([&seen](raw_peer& peer, int) {
    seen.set_value(read_request(peer));
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nvia");
  });
  client_options options;
  options.proxy.http_proxy = "http://user:pw@127.0.0.1:" + std::to_string(proxy.port());
  EXPECT_EQ(fetch(get("http://shop.example/a?b"), options).value().body, "via");
  const auto request = seen.get_future().get();
  EXPECT_TRUE(request.starts_with("GET http://shop.example/a?b HTTP/1.1\r\nHost: shop.example\r\n")) << request;
  EXPECT_NE(request.find("Proxy-Authorization: Basic dXNlcjpwdw==\r\n"), std::string::npos);
}

} // namespace
} // namespace wakala::http::testing
