#include "http/core/message.hpp"
#include "http/core/response_head.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace wakala::http {
namespace {

TEST(headers, are_found_without_regard_to_case_and_duplicates_are_kept) {
  const header_list headers{{"X-One", "1"}, {"x-two", "2"}, {"X-ONE", "3"}};
  EXPECT_EQ(find_header(headers, "x-one"), "1");
  EXPECT_EQ(find_header(headers, "X-Two"), "2");
  EXPECT_EQ(find_header(headers, "x-three"), std::nullopt);
  EXPECT_EQ(header_values(headers, "x-oNe"), (std::vector<std::string_view>{"1", "3"}));
}

TEST(headers, of_a_request_are_kept_in_order_and_move_with_it) {
  request_head head;
  EXPECT_TRUE(head.headers.empty());
  EXPECT_EQ(head.header("X-One"), std::nullopt);
  const std::string long_value(2000, 'v');
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"X-One", "1"}, {"x-two", ""}, {"X-ONE", long_value}, {"x-one", "4"}})
    head.headers.emplace_back(name, value);
  const auto moved = std::move(head);
  std::string all;
  for (const auto& [name, value] : moved.headers)
    all += std::string(name) + "=" + std::string(value.substr(0, 3)) + ";";
  EXPECT_EQ(all, "X-One=1;x-two=;X-ONE=vvv;x-one=4;");
  EXPECT_EQ(moved.headers.size(), 4U);
  EXPECT_EQ(moved.header("X-Two"), "");
  EXPECT_EQ(moved.values("x-one"), (std::vector<std::string_view>{"1", long_value, "4"}));
  std::array<std::string_view, 2> two;
  EXPECT_EQ(moved.values("X-one", two), 2U) << "the rest is not asked for";
  EXPECT_EQ(two[1], long_value);
  EXPECT_EQ(moved.values("x-three", two), 0U);
  EXPECT_EQ(moved.values("x-two", two), 1U);
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

TEST(response_head, of_a_plain_200_says_what_every_head_says) {
  const auto head = [](const response& answer, const head_facts& facts) {
    std::string out;
    append_head(out, answer, facts);
    const auto date = out.find("Date: ");
    EXPECT_EQ(out.find(" GMT\r\n", date), date + 31);
    return out.erase(date, 37); // it may be another second by now
  };
  const auto plain = response::empty(200);
  for (const auto* name : {"wakala", "other", "", "wakala"}) {
    std::string expected = "HTTP/1.1 200 OK\r\n";
    if (*name != '\0')
      expected += std::string("Server: ") + name + "\r\n";
    expected += "Content-Length: 0\r\n";
    EXPECT_EQ(head(plain, {name, true, false}), expected + "\r\n");
    EXPECT_EQ(head(plain, {name, false, false}), expected + "Connection: close\r\n\r\n");
    EXPECT_EQ(head(plain, {name, true, true}), expected + "Connection: keep-alive\r\n\r\n");
  }
  EXPECT_NE(head(response::text(200, "x"), {"wakala", true, false}).find("Content-Length: 1\r\n"), std::string::npos);
  EXPECT_NE(head(response::empty(200).with("X-A", "b"), {"wakala", true, false}).find("X-A: b\r\n"),
            std::string::npos);
}

} // namespace
} // namespace wakala::http
