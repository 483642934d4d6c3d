#include "http/core/address_kind.hpp"
#include "http/core/client.hpp"
#include "tests/http/core/serving.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace wakala::http::testing {
namespace {

TEST(address_kind, the_internets) {
  for (const auto* const text : {"8.8.8.8",         "1.1.1.1",        "9.255.255.255",
                                 "11.0.0.0",        "100.63.255.255", "100.128.0.0",
                                 "126.255.255.255", "128.0.0.1",      "169.253.1.1",
                                 "172.15.255.255",  "172.32.0.0",     "192.0.1.0",
                                 "192.167.1.1",     "198.17.0.1",     "198.20.0.0",
                                 "223.255.255.255", "2a02:4780::1",   "2001:4860:4860::8888",
                                 "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
                                 "2002:808:808::1", "3ffe::1"})
    EXPECT_TRUE(is_public_address(text)) << text;
}

TEST(address_kind, somebodys_own) {
  for (const auto* const text : {"",
                                 "shop.example",
                                 "8.8.8",
                                 "0.0.0.0",
                                 "0.1.2.3",
                                 "10.0.0.1",
                                 "10.255.255.255",
                                 "100.64.0.1",
                                 "100.127.255.255",
                                 "127.0.0.1",
                                 "127.255.255.255",
                                 "169.254.169.254",
                                 "172.16.0.1",
                                 "172.31.255.255",
                                 "192.0.0.8",
                                 "192.0.2.1",
                                 "192.168.0.1",
                                 "198.18.0.1",
                                 "198.19.255.255",
                                 "198.51.100.7",
                                 "203.0.113.9",
                                 "224.0.0.1",
                                 "239.1.1.1",
                                 "240.0.0.1",
                                 "255.255.255.255",
                                 "::",
                                 "::1",
                                 "::7f00:1",
                                 "::ffff:127.0.0.1",
                                 "::ffff:10.0.0.1",
                                 "::ffff:169.254.169.254",
                                 "64:ff9b::10.0.0.1",
                                 "64:ff9b:1::1",
                                 "100::1",
                                 "fc00::1",
                                 "fd12:3456::1",
                                 "fe80::1",
                                 "fec0::1",
                                 "ff02::1",
                                 "2001::1",
                                 "2001:1::1",
                                 "2001:db8::1",
                                 "3fff::1",
                                 "2002:7f00:1::",
                                 "2002:a00:1::1",
                                 "4000::1"})
    EXPECT_FALSE(is_public_address(text)) << text;
}

TEST(address_kind, names_that_are_this_machine_or_a_number) {
  for (const auto* const text : {"localhost", "localhost.", "db.localhost", "127.0.0.1", "10.0.0.1", "::1", "127.1",
                                 "2130706433", "0x7f000001", "0177.0.0.1"})
    EXPECT_TRUE(is_local_name(text)) << text;
  for (const auto* const text : {"shop.example", "8.8.8.8", "localhost.example", "abc.de", "2a02:4780::1"})
    EXPECT_FALSE(is_local_name(text)) << text;
}

TEST(address_kind, a_client_for_public_addresses_reaches_no_other) {
  std::atomic<int> asked{0};
  const serving here{{}, [&asked](request&&, const responder& to) {
                       ++asked;
                       to.send(response::json(200, "{}"));
                     }};
  const auto port = std::to_string(here.listener->port());
  for (const std::string host : {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
    client_request what;
    what.url = "http://" + host + ":" + port + "/";
    client_options options;
    options.public_addresses_only = true;
    const auto refused = fetch(what, options);
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().code, errc::unavailable) << "nothing was sent";
    EXPECT_NE(refused.error().what.find("no public address"), std::string::npos) << refused.error().what;
  }
  EXPECT_EQ(asked, 0);
  client_request what;
  what.url = "http://127.0.0.1:" + port + "/";
  EXPECT_EQ(fetch(what).value().status, 200);
  // The operator's own proxy may stand anywhere; what it is asked for by address may not.
  client_options through;
  through.public_addresses_only = true;
  through.proxy.http_proxy = "http://127.0.0.1:" + port;
  what.url = "http://shop.example/";
  EXPECT_EQ(fetch(what, through).value().status, 200);
  for (const std::string host : {"10.0.0.1", "169.254.169.254", "[fd00::1]", "2130706433"}) {
    what.url = "http://" + host + "/";
    EXPECT_FALSE(fetch(what, through)) << host;
  }
  EXPECT_EQ(asked, 2);
}

} // namespace
} // namespace wakala::http::testing
