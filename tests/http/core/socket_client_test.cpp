#include "http/core/socket_client.hpp"
#include "tests/http/core/certificate.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <optional>
#include <thread>

namespace wakala::http::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using ::testing::HasSubstr;

constexpr std::chrono::seconds patience{10};

/// Takes one connection, says everything back in capitals until "bye", then closes.
struct echoing {
  explicit echoing(const certificate* with = nullptr)
      : acceptor(loop, {asio::ip::make_address("127.0.0.1"), 0}), port(acceptor.local_endpoint().port()) {
    if (with != nullptr) {
      context.emplace(asio::ssl::context::tls_server);
      context->use_certificate_chain_file(with->file);
      context->use_private_key_file(with->key_file, asio::ssl::context::pem);
    }
    thread = std::thread([this] { serve(); });
  }
  ~echoing() { thread.join(); }

  void serve() {
    tcp::socket socket(loop);
    acceptor.accept(socket);
    if (!context)
      return talk(websocket::stream<tcp::socket>(std::move(socket)));
    asio::ssl::stream<tcp::socket> over(std::move(socket), *context);
    boost::system::error_code refused;
    over.handshake(asio::ssl::stream_base::server, refused);
    if (!refused)
      talk(websocket::stream<asio::ssl::stream<tcp::socket>>(std::move(over)));
  }

  template <class Stream>
  void talk(Stream stream) {
    beast::flat_buffer head;
    beast::http::read(stream.next_layer(), head, request);
    if (request.target() == "/refused") {
      beast::http::response<beast::http::string_body> no(beast::http::status::forbidden, 11);
      no.prepare_payload();
      beast::http::write(stream.next_layer(), no);
      return;
    }
    stream.set_option(websocket::stream_base::decorator(
        [](websocket::response_type& answer) { answer.set(beast::http::field::sec_websocket_protocol, "test.v1"); }));
    stream.accept(request);
    for (std::string said; said != "bye";) {
      beast::flat_buffer buffer;
      boost::system::error_code gone;
      stream.read(buffer, gone);
      if (gone)
        return;
      said = beast::buffers_to_string(buffer.data());
      std::string loud = said;
      for (auto& each : loud)
        each = static_cast<char>(std::toupper(each));
      stream.write(asio::buffer(loud));
    }
    boost::system::error_code ignored;
    stream.close({websocket::close_code::normal, "as you wish"}, ignored);
  }

  asio::io_context loop;
  tcp::acceptor acceptor;
  std::uint16_t port;
  std::optional<asio::ssl::context> context;
  beast::http::request<beast::http::string_body> request;
  std::thread thread;
};

/// What a client was told, until it ended.
struct told {
  std::string texts;
  std::promise<std::string> end;
  int opened = 0;

  socket_client_events events() {
    return {[this] { ++opened; }, [this](const std::string& text) { texts += text + ' '; },
            [this](std::string why) { end.set_value(std::move(why)); }};
  }
  std::string wait() {
    auto ended = end.get_future();
    return ended.wait_for(patience) == std::future_status::ready ? ended.get() : "it did not end";
  }
};

std::string url(bool is_tls, std::uint16_t port, const std::string& path = "/live?x=1") {
  return (is_tls ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port) + path;
}

TEST(socket_client, what_is_sent_before_it_is_open_waits_and_order_is_kept) {
  told heard;
  std::string target;
  {
    echoing server;
    socket_client client({url(false, server.port), "test.v1", "", "tester"}, heard.events());
    for (const auto* text : {"one", "two", "bye"})
      client.send(text);
    EXPECT_THAT(heard.wait(), HasSubstr("as you wish"));
    server.thread.join();
    EXPECT_EQ(server.request.target(), "/live?x=1");
    EXPECT_EQ(server.request["Sec-WebSocket-Protocol"], "test.v1");
    EXPECT_EQ(server.request["User-Agent"], "tester");
    server.thread = std::thread([] {});
  }
  EXPECT_EQ(heard.texts, "ONE TWO BYE ");
  EXPECT_EQ(heard.opened, 1);
}

TEST(socket_client, speaks_tls_to_who_it_trusts) {
  const certificate cert;
  told heard;
  echoing server(&cert);
  socket_client client({url(true, server.port), "", cert.file}, heard.events());
  client.send("bye");
  EXPECT_THAT(heard.wait(), HasSubstr("as you wish"));
  EXPECT_EQ(heard.texts, "BYE ");
}

TEST(socket_client, says_nothing_to_who_it_does_not_trust) {
  const certificate cert;
  told heard;
  echoing server(&cert);
  socket_client client({url(true, server.port)}, heard.events());
  client.send("secret");
  EXPECT_THAT(heard.wait(), HasSubstr("TLS"));
  EXPECT_EQ(heard.opened, 0);
}

TEST(socket_client, a_refusal_ends_it) {
  told heard;
  echoing server;
  socket_client client({url(false, server.port, "/refused")}, heard.events());
  EXPECT_FALSE(heard.wait().empty());
  EXPECT_EQ(heard.opened, 0);
}

TEST(socket_client, can_be_given_up_at_any_moment) {
  asio::io_context loop;
  // Accepts nothing: the kernel makes the connection, nobody answers the handshake.
  tcp::acceptor silent(loop, {asio::ip::make_address("127.0.0.1"), 0});
  for (int i = 0; i < 50; ++i) {
    socket_client client({url(false, silent.local_endpoint().port())},
                         {[] {}, [](const std::string&) {}, [](const std::string&) {}});
    client.send("x");
  }
}

} // namespace
} // namespace wakala::http::testing
