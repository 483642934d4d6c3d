#include "http/core/proxy.hpp"
#include "http/core/url.hpp"

#include <gtest/gtest.h>

namespace wakala::http {
namespace {

TEST(urls, are_taken_apart) {
  const auto full = parse_url("HTTPS://user:pw@Graph.Example.com:8443/v23.0/x?y=1&z#part").value();
  EXPECT_TRUE(full.https);
  EXPECT_EQ(full.user_info, "user:pw");
  EXPECT_EQ(full.host, "graph.example.com");
  EXPECT_EQ(full.port, 8443);
  EXPECT_EQ(full.target, "/v23.0/x?y=1&z");
  EXPECT_EQ(full.authority(), "graph.example.com:8443");

  const auto bare = parse_url("http://localhost").value();
  EXPECT_EQ(bare.port, 80);
  EXPECT_EQ(bare.target, "/");
  EXPECT_EQ(bare.authority(), "localhost");
  EXPECT_EQ(bare.host_and_port(), "localhost:80");

  const auto v6 = parse_url("http://[::1]:9090?a=b").value();
  EXPECT_EQ(v6.host, "::1");
  EXPECT_EQ(v6.authority(), "[::1]:9090");
  EXPECT_EQ(v6.target, "/?a=b");
}

TEST(urls, that_are_none_are_refused) {
  for (const auto* text : {"", "example.com", "ftp://example.com", "http://", "http://:80/", "http://a:0/",
                           "http://a:65536/", "http://a:8x/", "http://[::1/", "http://[::1]x/", "http://a b/",
                           "http://a/\r\nX: y", "http://exa\"mple/", "http://a/b c"})
    EXPECT_FALSE(parse_url(text).has_value()) << text;
}

TEST(proxies, are_chosen_by_scheme_and_exceptions) {
  const proxy_settings settings{"http://proxy.example:3128", "user:secret@other.example:8080",
                                "internal.example, .corp.example,exact.example:8443"};
  const auto through = [&settings](const char* text) {
    const auto proxy = proxy_for(settings, parse_url(text).value()).value();
    return proxy ? proxy->host_and_port() : std::string("direct");
  };
  EXPECT_EQ(through("http://shop.example/"), "proxy.example:3128");
  EXPECT_EQ(through("https://shop.example/"), "other.example:8080");
  EXPECT_EQ(through("http://internal.example/"), "direct");
  EXPECT_EQ(through("http://a.internal.example/"), "direct");
  EXPECT_EQ(through("http://notinternal.example/"), "proxy.example:3128");
  EXPECT_EQ(through("https://a.corp.example/"), "direct");
  EXPECT_EQ(through("https://exact.example:8443/"), "direct");
  EXPECT_EQ(through("https://exact.example/"), "other.example:8080");
  EXPECT_EQ(through("http://127.0.0.1:8080/"), "direct");
  EXPECT_EQ(through("http://localhost/"), "direct");
  EXPECT_EQ(through("https://[::1]/"), "direct");
  EXPECT_EQ(through("http://127.example/"), "proxy.example:3128");
}

TEST(proxies, get_their_credentials_and_must_be_plain) {
  EXPECT_EQ(proxy_authorization(parse_url("http://user:p%40ss@proxy:1").value()), "Basic dXNlcjpwQHNz");
  EXPECT_EQ(proxy_authorization(parse_url("http://proxy:1").value()), "");
  EXPECT_FALSE(proxy_for({"https://proxy", "", ""}, parse_url("http://shop.example").value()).has_value());
  EXPECT_FALSE(proxy_for({"", "", "*"}, parse_url("http://shop.example").value()).value().has_value());
  EXPECT_FALSE(proxy_for({"http://proxy", "", "*"}, parse_url("http://shop.example").value()).value().has_value());
}

} // namespace
} // namespace wakala::http
