// The masking that keeps phone numbers and message ids out of the logs.
#include "runtime/core/log.hpp"

#include <gtest/gtest.h>

namespace wakala::log {
namespace {

TEST(redact, masks_phone_numbers) {
  EXPECT_EQ(redact("254700000001"), "***01");
  EXPECT_EQ(redact("from +254700000001 to 1234567."), "from +***01 to ***67.");
  EXPECT_EQ(redact("a:254700000001,254700000002"), "a:***01,***02");
}

TEST(redact, masks_message_ids_whole) {
  EXPECT_EQ(redact("wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="), "wamid.***");
  EXPECT_EQ(redact("id=wamid.a+b/c_d-e= next"), "id=wamid.*** next");
}

TEST(redact, leaves_what_is_no_number_of_a_person) {
  for (const auto* text : {"", "seq 123456", "wakala-shard-12", "9007199254740993123", "deadbeef1234567890abcdef",
                           "tenant_123", "2026-11-22"})
    EXPECT_EQ(redact(text), text);
}

class captured : public ::testing::Test {
protected:
  /// What one call writes to standard error.
  template <class Call>
  std::string written(Call call) {
    testing::internal::CaptureStderr();
    init(level::info, "test");
    call();
    init(level::warn, "wakala");
    return testing::internal::GetCapturedStderr();
  }
};

TEST_F(captured, writes_an_event_with_redacted_and_quoted_values) {
  const auto line = written([] {
    info("send_failed",
         {{"to", "254700000001"}, {"why", "no \"way\"\n"}, {"seq", 254700000001}, {"again", true}, {"none", ""}});
  });
  EXPECT_NE(line.find(R"(send_failed to=***01 why="no \"way\"\x0a" seq=254700000001 again=true none="")"),
            std::string::npos)
      << line;
}

TEST_F(captured, writes_nothing_below_its_level) {
  EXPECT_EQ(written([] { debug("detail", {{"k", 1}}); }), "");
}

} // namespace
} // namespace wakala::log
