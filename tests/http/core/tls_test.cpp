#include "http/core/client.hpp"
#include "http/core/tls_files.hpp"
#include "tests/http/core/certificate.hpp"
#include "tests/http/core/frames.hpp"
#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <future>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace wakala::http::testing {
namespace {

struct tls : ::testing::Test {
  certificate cert;
  server_options options;
  client_options trusting;
  void SetUp() override {
    options.tls_certificate_file = cert.file;
    options.tls_key_file = cert.key_file;
    trusting.ca_file = cert.file;
  }
  static std::string url(const serving& on, const std::string& host) {
    return "https://" + host + ":" + std::to_string(on.listener->port()) + "/a";
  }
};

TEST_F(tls, serves_and_asks_with_verified_names) {
  serving on(options);
  {
    client through(on.io, trusting);
    for (int i = 0; i < 3; ++i) {
      std::promise<client_result> got;
      through.send({"POST", url(on, "localhost"), {}, std::string(100'000, 'b'), {}},
                   [&got](client_result result) { got.set_value(std::move(result)); });
      const auto result = got.get_future().get();
      ASSERT_TRUE(std::holds_alternative<client_answer>(result));
      EXPECT_EQ(std::get<client_answer>(result).body, "POST /a|" + std::string(100'000, 'b'));
    }
    EXPECT_EQ(on.counters().accepted, 1U);
  }
  EXPECT_EQ(on.counters().tls_failures, 0U);
}

TEST_F(tls, refuses_servers_it_cannot_verify) {
  serving on(options);
  const auto stranger = fetch({"POST", url(on, "localhost"), {}, "b", {}});
  ASSERT_FALSE(stranger.has_value());
  EXPECT_EQ(stranger.error().code, errc::unavailable); // nothing was sent
  EXPECT_NE(stranger.error().what.find("self-signed"), std::string::npos) << stranger.error().what;
  const auto misnamed = fetch({"POST", url(on, "127.0.0.1"), {}, "b", {}}, trusting);
  ASSERT_FALSE(misnamed.has_value());
  EXPECT_EQ(misnamed.error().code, errc::unavailable);
  EXPECT_EQ(on.counters().requests, 0U);
}

TEST_F(tls, closes_on_clients_that_do_not_speak_it) {
  serving on(options);
  auto peer = on.connect();
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(peer.read_all().find("HTTP/1.1"), std::string::npos);
  EXPECT_EQ(on.counters().tls_failures, 1U);
  EXPECT_EQ(on.counters().requests, 0U);
}

TEST_F(tls, cuts_off_a_slow_handshake) {
  options.read_timeout = 50ms;
  serving on(options);
  auto peer = on.connect();
  EXPECT_EQ(peer.read_all(), "");
  EXPECT_EQ(on.counters().tls_failures, 1U);
}

TEST_F(tls, answers_refusals_and_drains) {
  options.body_bytes = 1000;
  serving on(options);
  EXPECT_EQ(fetch({"POST", url(on, "localhost"), {}, std::string(2'000'000, 'b'), {}}, trusting).value().status, 413);
  std::promise<void> drained;
  on.listener->drain([&drained] { drained.set_value(); });
  EXPECT_EQ(drained.get_future().wait_for(10s), std::future_status::ready);
}

/// A client that says what it wants to, byte by byte.
struct tls_peer {
  explicit tls_peer(raw_peer over) : peer(std::move(over)), session(SSL_new(context.get()), &SSL_free) {
    SSL_set_fd(session.get(), peer.fd());
    is_open = SSL_connect(session.get()) == 1;
  }
  void send(std::string_view bytes) const { SSL_write(session.get(), bytes.data(), static_cast<int>(bytes.size())); }
  std::string read_exactly(std::size_t count) const {
    std::string out;
    while (out.size() < count) {
      char byte = 0;
      if (SSL_read(session.get(), &byte, 1) != 1)
        break;
      out += byte;
    }
    return out;
  }
  std::string read_head() const {
    std::string out;
    for (auto next = read_exactly(1); !next.empty(); next = read_exactly(1))
      if ((out += next).ends_with("\r\n\r\n"))
        break;
    return out;
  }

  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()), &SSL_CTX_free};
  raw_peer peer;
  std::unique_ptr<SSL, decltype(&SSL_free)> session;
  bool is_open = false;
};

TEST_F(tls, carries_web_sockets) {
  std::promise<void> ended;
  web_socket socket; // of the I/O thread
  serving on(options, echo, {}, {}, [&](const request_head&) {
    return web_socket_welcome{"chat.v1",
                              {[&](const web_socket& s) { socket = s; },
                               [&](const std::string& text) {
                                 socket.send(text + std::string(100'000, '.'));
                                 if (text == "bye")
                                   socket.close(close_code::normal, "");
                               },
                               [&] { ended.set_value(); }}};
  });
  tls_peer peer(on.connect());
  ASSERT_TRUE(peer.is_open);
  peer.send(upgrade_request());
  EXPECT_TRUE(peer.read_head().starts_with("HTTP/1.1 101 "));
  peer.send(frame(op::text, "habari"));
  EXPECT_EQ(read_frame(peer).payload, "habari" + std::string(100'000, '.'));
  peer.send(frame(op::text, "bye"));
  EXPECT_EQ(read_frame(peer).payload.size(), 100'003U);
  EXPECT_EQ(close_code_of(read_frame(peer)), 1000);
  peer.send(frame(op::close, "\x03\xe8"));
  EXPECT_EQ(peer.read_exactly(1), ""); // ends in good order
  EXPECT_EQ(ended.get_future().wait_for(10s), std::future_status::ready);
}

TEST_F(tls, asks_for_1_2_or_newer) {
  const auto serve = server_tls(cert.file, cert.key_file).value();
  EXPECT_EQ(SSL_CTX_get_min_proto_version(serve->native_handle()), TLS1_2_VERSION);
  const auto ask = client_tls(cert.file).value();
  EXPECT_EQ(SSL_CTX_get_min_proto_version(ask->native_handle()), TLS1_2_VERSION);
}

TEST_F(tls, names_the_file_that_is_wrong) {
  io_runtime io;
  const auto start = [&io](std::string cert_file, std::string key_file) {
    server_options with;
    with.tls_certificate_file = std::move(cert_file);
    with.tls_key_file = std::move(key_file);
    const auto got = server::start(io, with, echo);
    return got.has_value() ? std::string("started") : got.error().what;
  };
  const std::string missing = cert.directory / "missing.pem";
  const std::string junk = cert.directory / "junk.pem";
  std::ofstream(junk) << "no PEM";
  EXPECT_EQ(start(missing, cert.key_file), "TLS certificate " + missing + ": cannot be read");
  EXPECT_EQ(start(cert.file, missing), "TLS key " + missing + ": cannot be read");
  EXPECT_TRUE(start(junk, cert.key_file).starts_with("TLS certificate " + junk));
  EXPECT_TRUE(start(cert.file, junk).starts_with("TLS key " + junk));
  EXPECT_EQ(start(cert.file, ""), "TLS needs both a certificate file and a key file");
  EXPECT_EQ(fetch({"GET", "https://localhost:1/", {}, {}, {}},
                  [&missing] {
                    client_options with;
                    with.ca_file = missing;
                    return with;
                  }())
                .error()
                .code,
            errc::invalid_argument);
}

/// Copies bytes both ways until either side is done.
void splice(const raw_peer& a, const raw_peer& b) {
  std::array<char, 16384> chunk{};
  for (;;) {
    std::array<pollfd, 2> ends{{{a.fd(), POLLIN, 0}, {b.fd(), POLLIN, 0}}};
    if (::poll(ends.data(), ends.size(), 10'000) <= 0)
      return;
    for (std::size_t i = 0; i < 2; ++i) {
      if (ends[i].revents == 0)
        continue;
      const auto got = ::recv(ends[i].fd, chunk.data(), chunk.size(), 0);
      if (got <= 0 || !(i == 0 ? b : a).send({chunk.data(), static_cast<std::size_t>(got)}))
        return;
    }
  }
}

TEST_F(tls, goes_through_a_proxy_by_connect) {
  serving on(options);
  std::promise<std::string> seen;
  scripted_server proxy([&](raw_peer& peer, int) {
    seen.set_value(peer.read_head());
    const auto target = on.connect();
    peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
    splice(peer, target);
  });
  trusting.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  EXPECT_EQ(fetch({"POST", "https://shop.test/a", {}, "b", {}}, trusting).value().body, "POST /a|b");
  EXPECT_EQ(seen.get_future().get(), "CONNECT shop.test:443 HTTP/1.1\r\nHost: shop.test:443\r\n\r\n");
}

TEST_F(tls, sends_nothing_when_the_proxy_refuses) {
  scripted_server proxy([](raw_peer& peer, int) {
    peer.read_head();
    peer.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  });
  trusting.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  const auto got = fetch({"POST", "https://shop.test/a", {}, "b", {}}, trusting);
  ASSERT_FALSE(got.has_value());
  EXPECT_EQ(got.error().code, errc::unavailable);
  EXPECT_EQ(got.error().what, "the proxy answered 407");
}

} // namespace
} // namespace wakala::http::testing
