#include "whatsapp/message_id.hpp"

#include <gtest/gtest.h>

namespace wakala::whatsapp {
namespace {

TEST(message_id, gives_the_phone_number_away) {
  EXPECT_EQ(phone_in_message_id("wamid.HBgMMjU0NzIyMDAwMDAxFQIAEhgUM0EyNzQyRjA1NkM5NDJFMzVFOEMA"), "254722000001");
  for (const auto* other :
       {"", "wamid.", "wamid.1", "wamid.####", "HBgMMjU0NzIyMDAwMDAxFQIA", "wamid.AAAA", "wamid.DDI1NA=="})
    EXPECT_EQ(phone_in_message_id(other), "") << other;
}

} // namespace
} // namespace wakala::whatsapp
