#include "runtime/core/result.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace wakala {
namespace {

TEST(errors, have_distinct_names) {
  using enum errc;
  constexpr std::array all{invalid_argument, not_found,         conflict,        fenced,  overloaded,
                           unavailable,      deadline_exceeded, unauthenticated, corrupt, handler_failed};
  std::set<std::string_view> names;
  for (const auto code : all)
    names.insert(to_string(code));
  EXPECT_EQ(names.size(), all.size());
  EXPECT_EQ(to_string(not_found), "not_found");
}

TEST(results, carry_a_value_or_the_reason) {
  const result<int> good = 7;
  EXPECT_EQ(good.value(), 7);
  const result<int> bad = make_error(errc::not_found, "no such tenant", "tenant");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error(), (error{errc::not_found, "no such tenant", "tenant"}));
  try {
    static_cast<void>(bad.value());
    FAIL() << "value() of an error must throw";
  } catch (const result_error& thrown) {
    EXPECT_EQ(thrown.reason, bad.error());
    EXPECT_STREQ(thrown.what(), "no such tenant");
  }
}

} // namespace
} // namespace wakala
