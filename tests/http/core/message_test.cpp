#include "http/core/message.hpp"
#include "http/core/response_head.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala::http {
namespace {

TEST(headers, are_found_without_regard_to_case_and_duplicates_are_kept) {
  const header_list headers{{"X-One", "1"}, {"x-two", "2"}, {"X-ONE", "3"}};
  EXPECT_EQ(find_header(headers, "x-one"), "1");
  EXPECT_EQ(find_header(headers, "X-Two"), "2");
  EXPECT_EQ(find_header(headers, "x-three"), std::nullopt);
  EXPECT_EQ(header_values(headers, "x-oNe"), (std::vector<std::string_view>{"1", "3"}));
}

TEST(query, decodes_keys_and_values) {
  const query_values query(
      "hub.mode=subscribe&hub.verify_token=a%20b+c&hub.challenge=115&&empty=&flag&bad=%zz&a%3Db=c=d");
  EXPECT_EQ(query.find("hub.mode"), "subscribe");
  EXPECT_EQ(query.find("hub.verify_token"), "a b c");
  EXPECT_EQ(query.find("hub.challenge"), "115");
  EXPECT_EQ(query.find("empty"), "");
  EXPECT_EQ(query.find("flag"), "");
  EXPECT_EQ(query.find("bad"), "%zz");
  EXPECT_EQ(query.find("a=b"), "c=d");
  EXPECT_EQ(query.find("none"), std::nullopt);
  EXPECT_EQ(query.pairs().size(), 7U);
}

TEST(problem, is_json_with_its_status_and_field) {
  const auto answer = response::problem(422, "Unprocessable Content", "a \"quoted\"\nline", "/text/body");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(answer.content_type, "application/problem+json");
  EXPECT_EQ(nlohmann::json::parse(answer.body), (nlohmann::json{{"type", "about:blank"},
                                                                {"title", "Unprocessable Content"},
                                                                {"status", 422},
                                                                {"detail", "a \"quoted\"\nline"},
                                                                {"field", "/text/body"}}));
  const auto bare = nlohmann::json::parse(response::problem(404, "Not Found").body);
  EXPECT_FALSE(bare.contains("detail"));
  EXPECT_FALSE(bare.contains("field"));
}

TEST(reasons, are_named) {
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(505), "HTTP Version Not Supported");
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

TEST(response_head, lets_no_value_add_a_field_and_sets_its_own) {
  auto answer = response::text(200, "hello").with("X-Note", "a\r\nX-Evil: b").with("content-length", "999");
  std::string out;
  append_head(out, answer, {"", false, false});
  EXPECT_NE(out.find("X-Note: a  X-Evil: b\r\n"), std::string::npos);
  EXPECT_NE(out.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(out.find("999"), std::string::npos);
  EXPECT_NE(out.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(out.find("Server:"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\r\n\r\n"));
}

} // namespace
} // namespace wakala::http
