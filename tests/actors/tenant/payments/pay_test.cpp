// What holds however it is paid.
#include "runtime/core/time_text.hpp"
#include "tests/actors/support/paying_shop.hpp"

namespace wakala::actors::test {
namespace {

using nlohmann::json;

class paying : public paying_shop {};

TEST_F(paying, the_report_of_a_day_adds_up) {
  place();
  pay_by_mpesa();
  EXPECT_TRUE(call("stk", attempt_id(), stk_callback("ws_1", 0, "SKM7")).value);
  ASSERT_TRUE(is_in("paid"));
  EXPECT_TRUE(call("confirmation", "", paid_by_hand("RKT1", "who knows")).value);
  const auto zone = now() + 180 * 60 * ms_per_second; // Nairobi
  const auto day = to_rfc3339(zone).substr(0, 10);
  const auto report = json_of(call("report", day));
  ASSERT_TRUE(report.is_object());
  EXPECT_EQ(report.at("entries").at("payment"), 1);
  EXPECT_EQ(report.at("moved").at("KES").at("payment").at("money:mpesa"), "500.00");
  EXPECT_EQ(report.at("moved").at("KES").at("unmatched").at("unmatched"), "-500.00");
  EXPECT_EQ(report.at("attempts").at("paid"), 2);
  EXPECT_EQ(report.at("attention").size(), 1U);
  EXPECT_EQ(report.at("differences_total"), 0);
  EXPECT_TRUE(json_of(call("report", "2020-01-01")).at("entries").empty());
  for (const auto* const wrong : {"", "today", "2026-13-01", "2026-02-30", "2026-1-1"})
    EXPECT_EQ(call("report", wrong).why.field, "date") << wrong;
}

TEST_F(paying, a_shop_without_accounts_offers_nothing) {
  add_tenant("soko");
  EXPECT_EQ(ask_tenant("soko", payment_call{"register", "", ""}).why.code, errc::conflict);
  EXPECT_EQ(ask_tenant("soko", payment_call{"steal", "", ""}).why.code, errc::not_found);
  EXPECT_EQ(call("get", "nobody").why.code, errc::not_found);
  EXPECT_EQ(json_of(call("register")).at("short_code"), "174379");
}

} // namespace
} // namespace wakala::actors::test
