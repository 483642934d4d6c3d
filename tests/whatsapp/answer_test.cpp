// Error codes and odd answers (Cloud API reference §10).
#include "whatsapp/outbound.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

namespace wakala::whatsapp {
namespace {

using enum error_class;

error_class of_code(int code, int http_status = 400) {
  send_error e;
  e.code = code;
  e.http_status = http_status;
  return classify(e);
}

error_class of_status(int http_status) {
  send_error e;
  e.no_code = true;
  e.http_status = http_status;
  return classify(e);
}

TEST(classify, every_code_of_the_reference) {
  const std::map<error_class, std::vector<int>> table{
      {transient, {1, 2, 131000, 131016, 131057, 131059, 133000, 133004, 134101, 135002, 139102}},
      {pace_pair, {131056}},
      {pace_number, {130429, 131048, 132069, 133008, 133009, 133015, 133016}},
      {pace_account, {4, 80007, 80009, 80014}},
      {fix_request, {100,    131008, 131009, 131021, 131051, 131052, 131053, 131055, 131061, 131062,  132000, 132005,
                     132012, 132018, 133005, 134100, 135000, 147001, 147002, 147003, 147004, 2593107, 2593108}},
      {window_closed, {131047}},
      {recipient_only, {130472, 130497, 131026, 131030, 131049, 131050}},
      {template_problem, {132001, 132007, 132015, 132016, 132068, 134102}},
      {unauthorised, {0, 3, 10, 33, 190, 200, 250, 299, 131005, 131045, 133006, 133010}},
      {blocked, {368, 131031, 131037, 131042, 134011}},
  };
  for (const auto& [meaning, codes] : table)
    for (const int code : codes)
      EXPECT_EQ(to_string(of_code(code)), to_string(meaning)) << code;
}

TEST(classify, the_code_decides_whatever_the_http_status_is) {
  EXPECT_EQ(of_code(131009, 500), fix_request);
  EXPECT_EQ(of_code(131000, 500), transient);
  EXPECT_EQ(of_code(4, 429), pace_account);
}

TEST(classify, an_unknown_code_goes_by_the_http_status) {
  EXPECT_EQ(of_code(424242, 400), fix_request);
  EXPECT_EQ(of_code(424242, 500), unknown_outcome);
  EXPECT_EQ(of_code(-1, 400), fix_request);
  EXPECT_EQ(of_code(300, 503), unknown_outcome);
}

TEST(classify, without_a_code_only_a_clear_refusal_is_one) {
  EXPECT_EQ(of_status(429), pace_number);
  EXPECT_EQ(of_status(400), fix_request);
  EXPECT_EQ(of_status(401), unauthorised);
  EXPECT_EQ(of_status(403), unauthorised);
  EXPECT_EQ(of_status(408), unknown_outcome);
  EXPECT_EQ(of_status(500), unknown_outcome);
  EXPECT_EQ(of_status(502), unknown_outcome);
  EXPECT_EQ(of_status(200), unknown_outcome);
  EXPECT_EQ(of_status(0), unknown_outcome);
}

send_error refused(int http_status, std::string_view body) {
  return std::get<send_error>(parse_answer(http_status, body));
}

TEST(answer, text_that_is_no_graph_answer_has_no_code) {
  for (const auto* body : {"", "<html>Bad Gateway</html>", "null", "[]", "{}", R"({"error":"gone"})",
                           R"({"error":{}})", R"({"error":{"code":null}})", R"({"error":{"code":"soon"}})", "\xff"}) {
    const auto e = refused(502, body);
    EXPECT_TRUE(e.no_code) << body;
    EXPECT_EQ(e.http_status, 502);
    EXPECT_EQ(classify(e), unknown_outcome);
  }
}

TEST(answer, a_success_without_a_message_id_is_no_success) {
  EXPECT_TRUE(refused(200, R"({"messaging_product":"whatsapp","messages":[]})").no_code);
  EXPECT_TRUE(refused(200, R"({"messages":[7]})").no_code);
  EXPECT_TRUE(refused(200, R"({"success":false})").no_code);
  EXPECT_TRUE(refused(500, R"({"messages":[{"id":"wamid.1"}]})").no_code);
}

TEST(answer, reads_codes_as_text_and_the_best_text_there_is) {
  const auto e = refused(400, R"({"error":{"code":"131047","message":"m","error_user_msg":"u","fbtrace_id":"T"}})");
  EXPECT_EQ(e.code, 131047);
  EXPECT_EQ(e.details, "u");
  EXPECT_EQ(e.trace_id, "T");
  EXPECT_EQ(refused(400, R"({"error":{"code":0,"error_data":{"details":"d"}}})").details, "d");
  EXPECT_EQ(classify(refused(401, R"({"error":{"code":0}})")), unauthorised);
}

TEST(answer, a_flood_of_brackets_is_refused) { EXPECT_TRUE(refused(200, std::string(100'000, '[')).no_code); }

} // namespace
} // namespace wakala::whatsapp
