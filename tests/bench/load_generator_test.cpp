#include "bench/load/answer_reader.hpp"
#include "bench/load/body.hpp"
#include "bench/load/generator.hpp"
#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace wakala::bench {
namespace {

using namespace std::chrono_literals;
using http::testing::raw_peer;
using http::testing::scripted_server;
using http::testing::serving;

// -- answers --------------------------------------------------------------

struct read_answer {
  answer_reader::state end;
  int status;
  bool keep;
};

/// Feeds the text in pieces of that size.
read_answer read_in_pieces(std::string_view text, std::size_t piece) {
  answer_reader reader;
  reader.start();
  auto state = answer_reader::state::need_more;
  while (!text.empty() && state == answer_reader::state::need_more) {
    state = reader.feed(text.substr(0, piece));
    text.remove_prefix(std::min(piece, text.size()));
  }
  if (state == answer_reader::state::need_more)
    state = reader.end();
  return {state, reader.status(), reader.keeps_alive()};
}

TEST(answer_reader, knows_the_end_of_every_kind_of_answer_however_it_is_cut) {
  struct example {
    std::string text;
    int status;
    bool keep;
  };
  const std::vector<example> good{
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200, true},
      {"HTTP/1.1 200 OK\r\ncontent-length:5 \r\nX: \r\n\r\nhello", 200, true},
      {"HTTP/1.1 503 Later\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", 503, false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: Keep-Alive\r\n\r\nok", 200, true},
      {"HTTP/1.1 204 No Content\r\n\r\n", 204, true},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", 200, true},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
       200, true},
      {"HTTP/1.1 200 OK\r\n\r\nuntil the end", 200, false},
  };
  for (const auto& e : good)
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 1'000U}) {
      const auto got = read_in_pieces(e.text, piece);
      EXPECT_EQ(got.end, answer_reader::state::complete) << e.text << " by " << piece;
      EXPECT_EQ(got.status, e.status);
      EXPECT_EQ(got.keep, e.keep) << e.text;
    }
}

TEST(answer_reader, refuses_what_is_no_answer_or_ends_early) {
  for (const std::string text :
       {"nonsense\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
        "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n"})
    for (const std::size_t piece : {1U, 1'000U})
      EXPECT_EQ(read_in_pieces(text, piece).end, answer_reader::state::broken) << text;
  answer_reader reader;
  reader.start();
  EXPECT_EQ(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore"), answer_reader::state::broken)
      << "nobody asked for a second answer";
}

TEST(answer_reader, starts_over_for_the_next_answer) {
  answer_reader reader;
  reader.start();
  EXPECT_EQ(reader.feed("HTTP/1.1 503 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"),
            answer_reader::state::complete);
  reader.start();
  EXPECT_EQ(reader.feed("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), answer_reader::state::complete);
  EXPECT_EQ(reader.status(), 200);
  EXPECT_TRUE(reader.keeps_alive());
}

// -- the generator --------------------------------------------------------

/// Load for a server of the test's own.
struct loading {
  explicit loading(std::uint16_t port, generator_options options = {}, traffic_options what = {})
      : target{"127.0.0.1", port, "/", "secret"}, who(world()), plan(who, what), book(who.conversations()),
        bodies(who, 1, 1'790'000'000), writer(target, plan, bodies), sender(target, options, book, stop) {}

  static population_options world() {
    population_options o;
    o.tenants = 3;
    o.conversations = 50;
    return o;
  }
  static generator_options few(unsigned connections = 8) {
    generator_options o;
    o.connections = connections;
    o.drain = 2s;
    return o;
  }
  /// Statuses soon enough for a test.
  static traffic_options quick() {
    traffic_options o;
    o.status_delay_ns = {50'000'000, 60'000'000, 70'000'000};
    o.copy_delay_ns = 20'000'000;
    return o;
  }

  load_result run(double rate, double seconds, double warm_up = 0, const load_listener& told = {}) {
    const auto when = make_steady_arrivals(rate, seconds);
    request_source source(writer, *when, 0, std::size_t{1} << 28U);
    source.prepare();
    const auto connected = sender.connect();
    EXPECT_TRUE(connected) << connected.error().what;
    return sender.run(source, *when, warm_up, told);
  }

  std::atomic<bool> stop{false};
  webhook_target target;
  population who;
  traffic plan;
  ledger book;
  body_writer bodies;
  request_writer writer;
  generator sender;
};

TEST(generator, sends_everything_and_measures_a_quick_server) {
  std::mutex mutex;
  std::multiset<std::string> bodies;
  const serving server({}, [&](http::request&& what, const http::responder& to) {
    {
      const std::lock_guard lock(mutex);
      bodies.insert(what.body);
    }
    to.send(http::response::empty(200));
  });
  auto options = loading::few();
  options.hold = 10ms;
  loading load(server.listener->port(), options, loading::quick());
  int measuring = 0;
  int measured = 0;
  load_listener told;
  told.measuring = [&] { ++measuring; };
  told.measured = [&] { ++measured; };
  const auto got = load.run(1'000, 1.5, 0.5, told);
  EXPECT_EQ(measuring, 1);
  EXPECT_EQ(measured, 1);
  EXPECT_EQ(got.warm_up.intended, 500U);
  EXPECT_EQ(got.measured.intended, 1'000U);
  EXPECT_EQ(got.measured.sent, 1'000U);
  EXPECT_EQ(got.measured.good, 1'000U);
  EXPECT_EQ(got.measured.failed(), 0U);
  EXPECT_EQ(got.measured.withheld, 0U);
  EXPECT_EQ(got.latency.count(), 1'000U);
  EXPECT_NEAR(got.offered_per_s, 1'000, 1);
  EXPECT_NEAR(got.achieved_per_s, 1'000, 50);
  EXPECT_LT(got.latency.percentile(50), 5'000'000U);
  EXPECT_EQ(bodies.size(), 1'500U);
  EXPECT_EQ(load.book.acknowledged_messages(), load.book.entries().size());
  const std::set<std::string> distinct(bodies.begin(), bodies.end());
  EXPECT_LT(distinct.size(), bodies.size()) << "repeats are the same bodies";
  EXPECT_GT(distinct.size(), 1'450U);
}

TEST(generator, counts_a_stall_from_the_intended_starts) {
  std::atomic<int> seen{0};
  serving server({}, [&](http::request&&, const http::responder& to) {
    // All answers of half a second come at its end.
    const int number = seen++;
    if (number >= 500 && number < 508)
      server.io.post_after(500ms, [to] { to.send(http::response::empty(200)); });
    else
      to.send(http::response::empty(200));
  });
  loading load(server.listener->port(), loading::few(8));
  const auto got = load.run(1'000, 2);
  EXPECT_EQ(got.measured.good, 2'000U);
  // A client that waits for its answers would have 8 slow ones of 2,000; here all meant for that half second are.
  EXPECT_GT(got.latency.above(100'000'000), 350U);
  EXPECT_GT(got.latency.percentile(90), 200'000'000U);
  EXPECT_GT(got.measured.late, 400U);
  EXPECT_LT(got.measured.late, 700U);
  EXPECT_LT(got.measured.own_delay, got.measured.late / 2) << "it was the server";
  EXPECT_EQ(got.measured.failed(), 0U);
}

TEST(generator, counts_refusals_and_sends_them_again_when_asked_to) {
  for (const bool retry : {false, true}) {
    std::mutex mutex;
    std::set<std::string> seen;
    const serving server({}, [&](http::request&& what, const http::responder& to) {
      const std::lock_guard lock(mutex);
      to.send(http::response::empty(seen.insert(what.body).second ? 503 : 200)); // the first time: later
    });
    auto options = loading::few();
    options.retry = retry;
    options.retry_wait = 20ms;
    options.hold = 1ms;
    traffic_options messages;
    messages.statuses = false;
    messages.copies = 0;
    loading load(server.listener->port(), options, messages);
    const auto got = load.run(500, 0.5);
    EXPECT_EQ(got.measured.refused, 250U);
    EXPECT_EQ(got.measured.failed(), 250U);
    EXPECT_EQ(got.measured.good, retry ? 250U : 0U);
    EXPECT_EQ(load.book.acknowledged_messages(), retry ? 250U : 0U);
    EXPECT_GE(got.latency.min(), retry ? 20'000'000U : 0U) << "from the intended start to the good answer";
  }
}

TEST(generator, withholds_the_statuses_of_replies_that_cannot_exist) {
  std::atomic<int> statuses{0};
  const serving server({}, [&](http::request&& what, const http::responder& to) {
    const bool is_status_body = what.body.find("\"statuses\"") != std::string::npos;
    statuses += is_status_body ? 1 : 0;
    to.send(http::response::empty(is_status_body ? 200 : 503)); // no message is ever taken
  });
  auto options = loading::few();
  options.drain = 200ms;
  loading load(server.listener->port(), options, loading::quick());
  const auto got = load.run(1'000, 0.5);
  EXPECT_EQ(statuses, 0);
  EXPECT_GT(got.measured.withheld, 100U);
  EXPECT_EQ(got.measured.withheld + got.measured.refused, 500U);
}

TEST(generator, sends_a_status_only_after_its_message_was_acknowledged_and_the_hold) {
  struct arrival {
    std::chrono::steady_clock::time_point at;
    std::string body;
  };
  std::mutex mutex;
  std::vector<arrival> arrivals_seen;
  serving server({}, [&](http::request&& what, const http::responder& to) {
    {
      const std::lock_guard lock(mutex);
      arrivals_seen.push_back({std::chrono::steady_clock::now(), what.body});
    }
    // Slow, so that the statuses, due after 50 ms, must wait.
    server.io.post_after(100ms, [to] { to.send(http::response::empty(200)); });
  });
  auto options = loading::few(64);
  options.hold = 30ms;
  auto what = loading::quick();
  what.copies = 0;
  loading load(server.listener->port(), options, what);
  const auto got = load.run(200, 1);
  EXPECT_EQ(got.measured.good, 200U);
  std::map<std::string, std::vector<std::chrono::steady_clock::time_point>> messages; // of each shopper
  std::size_t checked = 0;
  for (const auto& a : arrivals_seen) {
    const auto value = nlohmann::json::parse(a.body)["entry"][0]["changes"][0]["value"];
    const auto phone = value["contacts"][0]["wa_id"].get<std::string>();
    if (value.contains("messages")) {
      messages[phone].push_back(a.at);
      continue;
    }
    const auto id = value["statuses"][0]["id"].get<std::string>();
    const auto ordinal = std::stoul(id.substr(id.rfind('.') + 1));
    const auto rank = ordinal / 3 - 1;
    ASSERT_LT(rank, messages[phone].size()) << "a status before its message";
    EXPECT_GE(a.at - messages[phone][rank], 125ms);
    ++checked;
  }
  EXPECT_GT(checked, 50U);
}

TEST(generator, opens_connections_again_that_the_server_closes) {
  // One connection at a time, one answer on each.
  const scripted_server server([](raw_peer& peer, int) {
    const auto head = peer.read_head();
    const auto at = head.find("Content-Length: ");
    if (at == std::string::npos)
      return; // the last connection, which nothing was left for
    peer.read_exactly(std::stoul(head.substr(at + 16)));
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  loading load(server.port(), loading::few(1));
  const auto got = load.run(50, 1);
  EXPECT_EQ(got.measured.good, 50U);
  EXPECT_EQ(got.measured.failed(), 0U);
}

TEST(generator, counts_broken_connections_and_answers_that_do_not_come) {
  std::atomic<int> seen{0};
  std::vector<http::responder> kept;
  std::mutex mutex;
  const serving server({}, [&](http::request&&, const http::responder& to) {
    const int number = seen++;
    if (number % 10 == 3)
      to.drop();
    else if (number % 50 == 7) {
      const std::lock_guard lock(mutex);
      kept.push_back(to); // for ever
    } else {
      to.send(http::response::empty(number % 10 == 5 ? 404 : 200));
    }
  });
  auto options = loading::few(32);
  options.timeout = 150ms;
  traffic_options messages;
  messages.statuses = false;
  messages.copies = 0;
  loading load(server.listener->port(), options, messages);
  const auto got = load.run(500, 1);
  EXPECT_EQ(got.measured.broken, 50U);
  EXPECT_EQ(got.measured.rejected, 50U);
  EXPECT_EQ(got.measured.timed_out, 10U);
  EXPECT_EQ(got.measured.good, 390U);
  EXPECT_EQ(load.book.acknowledged_messages(), 390U);
  const std::lock_guard lock(mutex);
  kept.clear();
}

TEST(generator, runs_several_times_on_the_same_connections) {
  const serving server({}, [](http::request&&, const http::responder& to) { to.send(http::response::empty(200)); });
  loading load(server.listener->port(), loading::few());
  EXPECT_EQ(load.run(500, 0.4).measured.good, 200U);
  EXPECT_EQ(load.run(1'000, 0.4).measured.good, 400U);
  EXPECT_EQ(server.counters().accepted, 8U);
}

TEST(generator, ends_when_the_server_is_gone) {
  for (const bool retry : {false, true}) {
    auto server = std::make_unique<serving>(http::server_options{}, [](http::request&&, const http::responder& to) {
      to.send(http::response::empty(200));
    });
    auto options = loading::few();
    options.timeout = 300ms;
    options.retry = retry;
    loading load(server->listener->port(), options);
    std::thread end([&] {
      std::this_thread::sleep_for(250ms);
      server.reset();
    });
    const auto began = std::chrono::steady_clock::now();
    const auto got = load.run(200, 30);
    end.join();
    EXPECT_TRUE(got.server_gone);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    EXPECT_EQ(got.measured.intended, 6'000U) << "what was not sent counts";
    EXPECT_GT(got.measured.good, 20U);
    EXPECT_GT(got.measured.given_up, 5'000U);
  }
}

TEST(generator, gives_up_what_waits_too_long_while_no_answer_comes) {
  std::vector<http::responder> kept;
  std::mutex mutex;
  const serving server({}, [&](http::request&&, const http::responder& to) {
    const std::lock_guard lock(mutex);
    kept.push_back(to);
  });
  auto options = loading::few(2);
  options.timeout = 200ms;
  options.drain = 100ms;
  loading load(server.listener->port(), options);
  const auto got = load.run(200, 1);
  EXPECT_EQ(got.measured.intended, 200U);
  EXPECT_EQ(got.measured.good, 0U);
  EXPECT_GT(got.measured.timed_out, 5U);
  EXPECT_GT(got.measured.given_up, 100U);
  const std::lock_guard lock(mutex);
  kept.clear();
}

TEST(generator, sends_a_burst_as_fast_as_the_connections_allow) {
  serving server({}, [&](http::request&&, const http::responder& to) {
    server.io.post_after(20ms, [to] { to.send(http::response::empty(200)); });
  });
  auto options = loading::few(10);
  options.timeout = 200ms; // of one answer: the whole takes longer
  traffic_options messages;
  messages.statuses = false;
  loading load(server.listener->port(), options, messages);
  ASSERT_TRUE(load.sender.connect());
  const auto when = make_burst_arrivals(200);
  request_source source(load.writer, *when, 0, std::size_t{1} << 28U);
  source.prepare();
  const auto began = std::chrono::steady_clock::now();
  const auto counts = load.sender.send_all(source, 200);
  EXPECT_EQ(counts.good, 200U);
  EXPECT_EQ(counts.failed(), 0U);
  EXPECT_GE(std::chrono::steady_clock::now() - began, 400ms) << "ten at a time, 20 ms each";
}

TEST(generator, says_when_nobody_listens_and_stops_when_told) {
  auto options = loading::few();
  options.timeout = 100ms;
  {
    const auto nobody = http::testing::listen_anywhere();
    const auto port = nobody.port;
    loading load(port, options);
    // A listening socket whose queue nobody empties takes connections all the same: close it.
    const_cast<http::testing::descriptor&>(nobody.socket).reset();
    const auto refused = load.sender.connect();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::unavailable);
    EXPECT_NE(refused.error().what.find("0 of 8 connections"), std::string::npos) << refused.error().what;
  }
  const serving server({}, [](http::request&&, const http::responder& to) { to.send(http::response::empty(200)); });
  loading load(server.listener->port(), loading::few());
  std::thread later([&] {
    std::this_thread::sleep_for(150ms);
    load.stop = true;
  });
  const auto got = load.run(100, 60);
  later.join();
  EXPECT_TRUE(got.interrupted);
  EXPECT_LT(got.measured.sent, 100U);
}

} // namespace
} // namespace wakala::bench
