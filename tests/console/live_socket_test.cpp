#include "console/live_socket.hpp"
#include "console/live_view.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <thread>

namespace wakala::console {
namespace {

using boost::asio::ip::tcp;
using nlohmann::json;
using ::testing::HasSubstr;
namespace websocket = boost::beast::websocket;

constexpr std::chrono::seconds patience{10};

/// Takes one connection, notes what it is told, says hello and one trace, and closes.
struct one_stream {
  one_stream() : acceptor(loop, {boost::asio::ip::make_address("127.0.0.1"), 0}) {
    url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    thread = std::thread([this] { serve(); });
  }
  ~one_stream() { thread.join(); }

  void serve() {
    tcp::socket socket(loop);
    acceptor.accept(socket);
    boost::beast::flat_buffer head;
    boost::beast::http::request<boost::beast::http::string_body> request;
    boost::beast::http::read(socket, head, request);
    target = std::string(request.target());
    subprotocol = std::string(request["Sec-WebSocket-Protocol"]);
    websocket::stream<tcp::socket> stream(std::move(socket));
    stream.set_option(websocket::stream_base::decorator([](websocket::response_type& answer) {
      answer.set(boost::beast::http::field::sec_websocket_protocol, "wakala.v1");
    }));
    stream.accept(request);
    for (auto* said : {&first, &second}) {
      boost::beast::flat_buffer buffer;
      stream.read(buffer);
      *said = json::parse(boost::beast::buffers_to_string(buffer.data()));
    }
    for (const auto& each : {json{{"type", "hello"}}, json{{"type", "trace"}, {"trace", {{"wamid", "wamid.X"}}}}})
      stream.write(boost::asio::buffer(each.dump()));
    boost::system::error_code ignored;
    stream.close({websocket::close_code::policy_error, "enough"}, ignored);
  }

  boost::asio::io_context loop;
  tcp::acceptor acceptor;
  std::string url;
  std::string target;
  std::string subprotocol;
  json first;
  json second;
  std::thread thread;
};

TEST(live_socket, says_who_asks_and_what_for_and_gives_what_comes) {
  std::promise<json> trace;
  std::promise<std::string> end;
  std::string url;
  {
    one_stream server;
    live_socket socket(
        {server.url, "secret", "", {{"tenant", "duka"}}},
        [&](const json& message) {
          if (message.value("type", "") == "trace")
            trace.set_value(message);
        },
        [&](std::string why) { end.set_value(std::move(why)); });
    auto came = trace.get_future();
    ASSERT_EQ(came.wait_for(patience), std::future_status::ready);
    EXPECT_EQ(came.get()["trace"]["wamid"], "wamid.X");
    auto ended = end.get_future();
    ASSERT_EQ(ended.wait_for(patience), std::future_status::ready);
    EXPECT_THAT(ended.get(), HasSubstr("enough"));
    server.thread.join();
    EXPECT_EQ(server.target, "/v1/live");
    EXPECT_EQ(server.subprotocol, "wakala.v1");
    EXPECT_EQ(server.first, (json{{"token", "secret"}}));
    EXPECT_EQ(server.second, (json{{"watch", {{"tenant", "duka"}}}, {"seconds", watch_seconds}}));
    server.thread = std::thread([] {});
  }
}

TEST(live_socket, says_why_it_never_began) {
  for (const auto* url : {"http://127.0.0.1:1", "nonsense"}) {
    std::promise<std::string> end;
    auto ended = end.get_future();
    live_socket socket(
        {url, "t", "", nullptr}, [](const json&) {}, [&](std::string why) { end.set_value(std::move(why)); });
    ASSERT_EQ(ended.wait_for(patience), std::future_status::ready) << url;
    EXPECT_FALSE(ended.get().empty());
  }
}

TEST(live_view, what_is_watched) {
  EXPECT_EQ(watch_for("conversation:duka:0af3"), (json{{"conversation", "conversation:duka:0af3"}}));
  EXPECT_EQ(watch_for("duka"), (json{{"tenant", "duka"}}));
  EXPECT_EQ(watch_for("tenant:duka:5"), (json{{"tenant", "duka"}}));
  EXPECT_EQ(watch_for("5%"), (json{{"share", 0.05}}));
  for (const auto* bad : {"", "0%", "101%", "x%", "%"})
    EXPECT_TRUE(watch_for(bad).is_null()) << bad;
}

TEST(live_view, shows_where_the_time_went) {
  history past;
  const whoami who{"ops", true, {}, {"read"}};
  live_view all("");
  EXPECT_EQ(all.watched(who), (json{{"share", 0.01}}));
  EXPECT_EQ(all.watched({"duka", false, {"duka"}, {"read"}}), (json{{"tenant", "duka"}}));
  all.take_trace({{"wamid", "wamid.X"},
                  {"conversation", "conversation:duka:0af3"},
                  {"total_us", 1840},
                  {"received_at", "2026-11-29T14:03:22.120Z"},
                  {"hops",
                   {{{"hop", "edge"}, {"waiting_us", 0}, {"handling_us", 500}},
                    {{"hop", "commit"}, {"waiting_us", 500}, {"commit_us", 1000}}}},
                  {"decided", {{"kind", "message"}, {"type", "text"}, {"outcome", "committed"}}}});
  all.take_skipped(7);
  const auto shown = all.show({past, who, 0}, 100);
  EXPECT_EQ(text_of(shown.panel[0]), " watching 1 % of all messages: 1 so far, 7 more came too fast");
  const auto text = text_of(shown.body[1]);
  EXPECT_THAT(text, HasSubstr("14:03:22.120 duka:0af3"));
  EXPECT_THAT(text, HasSubstr("1.84 ms █████░░░░░██████████ committed"));
  EXPECT_EQ(all.open(shown.body[1].key), "trace wamid.X");
}

} // namespace
} // namespace wakala::console
