#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wakala::sandbox {
namespace {

const std::string boundary_header = "multipart/form-data; boundary=\"xx y\"";

std::string form(const std::string& mime, const std::string& data, bool with_product = true) {
  std::string body;
  if (with_product)
    body += "--xx y\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n";
  body += "--xx y\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\nContent-Type: " + mime +
          "\r\n\r\n" + data + "\r\n--xx y--\r\n";
  return body;
}

TEST(multipart, reads_parts_byte_by_byte) {
  const std::string data{"a\r\n--x\0\r\nb", 10};
  const auto parts = parse_form(boundary_header, form("image/png", data)).value();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name, "messaging_product");
  EXPECT_EQ(parts[0].data, "whatsapp");
  EXPECT_EQ(parts[1].name, "file");
  EXPECT_EQ(parts[1].filename, "a.png");
  EXPECT_EQ(parts[1].content_type, "image/png");
  EXPECT_EQ(parts[1].data, data);
  EXPECT_EQ(parse_form(boundary_header, form("image/png", "")).value()[1].data, "");
}

TEST(multipart, refuses_what_is_none) {
  const auto good = form("image/png", "data");
  EXPECT_TRUE(parse_form("application/json", good).has_error());
  EXPECT_TRUE(parse_form("multipart/form-data", good).has_error());
  EXPECT_TRUE(parse_form(boundary_header, "").has_error());
  EXPECT_TRUE(parse_form(boundary_header, "--xx y").has_error());
  for (std::size_t length = 0; length + 4 < good.size(); length += 3)
    EXPECT_TRUE(parse_form(boundary_header, good.substr(0, length)).has_error()) << length;
}

struct media : sandbox_fixture {
  std::string upload(const std::string& mime, const std::string& data) {
    const auto answer = meta.upload("106540352242922", "token-1", boundary_header, form(mime, data));
    EXPECT_EQ(answer.status, 200) << answer.body;
    expect_same_shape(parse(answer.body), parse(golden("responses/media-upload-ok.json")));
    return parse(answer.body)["id"];
  }
  /// Fetches through a URL as it was answered.
  backend::download follow(const std::string& url, const std::string& token = "token-1") {
    const auto id = url.substr(url.rfind('/') + 1, url.find('?') - url.rfind('/') - 1);
    const auto ext = url.find("ext=") + 4;
    return meta.fetch(id, token, url.substr(ext, url.find('&') - ext), url.substr(url.find("hash=") + 5));
  }
};

TEST_F(media, goes_up_and_comes_down) {
  const auto id = upload("image/png", "12345");
  const auto facts = parse(meta.describe(id, "token-1", {}, "http://127.0.0.1:9").body);
  expect_same_shape(facts, parse(golden("responses/media-url.json")));
  EXPECT_EQ(facts["sha256"], "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5");
  EXPECT_EQ(facts["file_size"], 5);
  const std::string url = facts["url"];
  EXPECT_TRUE(url.starts_with("http://127.0.0.1:9/_media/" + id));
  EXPECT_EQ(follow(url).status, 200);
  EXPECT_EQ(follow(url).bytes, "12345");
  EXPECT_EQ(follow(url).mime_type, "image/png");
  EXPECT_EQ(follow(url, "").status, 401);
  EXPECT_EQ(follow(url, "token-2").status, 401);
  EXPECT_EQ(follow(url + "0").status, 404);
  clock.advance(std::chrono::minutes{5} + std::chrono::milliseconds{1});
  EXPECT_EQ(follow(url).status, 404) << "the URL is good for five minutes";
  EXPECT_EQ(follow(parse(meta.describe(id, "token-1", {}, "http://h").body)["url"]).status, 200);
}

TEST_F(media, belongs_to_its_number_and_can_be_deleted) {
  const auto id = upload("image/png", "12345");
  EXPECT_EQ(meta.describe(id, "", {}, {}).status, 401);
  EXPECT_EQ(meta.describe(id, "token-1", "106540352242922", {}).status, 200);
  EXPECT_EQ(meta.describe(id, "token-1", "999", {}).code, 100);
  EXPECT_EQ(meta.remove(id, "token-2").status, 401);
  EXPECT_EQ(parse(meta.remove(id, "token-1").body), parse(golden("responses/success-true.json")));
  EXPECT_EQ(meta.remove(id, "token-1").code, 100);
  EXPECT_EQ(meta.describe(id, "token-1", {}, {}).code, 100);
}

TEST_F(media, lives_thirty_days) {
  const auto id = upload("image/png", "12345");
  clock.advance(std::chrono::hours{24 * 30});
  EXPECT_EQ(meta.describe(id, "token-1", {}, {}).status, 200);
  clock.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(meta.describe(id, "token-1", {}, {}).status, 400);
}

TEST_F(media, keeps_metas_limits) {
  const auto code = [&](const std::string& mime, std::size_t size) {
    return meta.upload("106540352242922", "token-1", boundary_header, form(mime, std::string(size, 'x'))).code;
  };
  EXPECT_EQ(code("image/jpeg", 5'000'000), 0);
  EXPECT_EQ(code("image/jpeg", 5'000'001), 131053);
  EXPECT_EQ(code("image/webp", 500'001), 131053);
  EXPECT_EQ(code("audio/ogg; codecs=opus", 16'000'000), 0);
  EXPECT_EQ(code("video/mp4", 16'000'001), 131053);
  EXPECT_EQ(code("image/png", 0), 131053);
  EXPECT_EQ(code("image/gif", 10), 100);
  EXPECT_EQ(meta.upload("106540352242922", "token-1", boundary_header, form("image/png", "x", false)).code, 100);
  EXPECT_EQ(meta.upload("106540352242922", "", boundary_header, form("image/png", "x")).status, 401);
  EXPECT_EQ(meta.upload("1", "token-1", boundary_header, form("image/png", "x")).code, 100);
}

TEST(media_store, forgets_the_oldest_beyond_its_bound) {
  media_store store{10};
  store.put({"a", "1", "image/png", "", "123456", 1});
  store.put({"b", "1", "image/png", "", "1234", 2});
  EXPECT_NE(store.find("a", 2), nullptr);
  store.put({"c", "1", "image/png", "", "1", 3});
  EXPECT_EQ(store.find("a", 3), nullptr);
  EXPECT_NE(store.find("b", 3), nullptr);
  EXPECT_NE(store.find("c", 3), nullptr);
}

} // namespace
} // namespace wakala::sandbox
