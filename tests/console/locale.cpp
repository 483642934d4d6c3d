// Widths of characters come from the locale, as in the program.
#include <gtest/gtest.h>

#include <clocale>

namespace {

struct utf8 : testing::Environment {
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
};

[[maybe_unused]] const auto* const registered = testing::AddGlobalTestEnvironment(new utf8);

} // namespace
