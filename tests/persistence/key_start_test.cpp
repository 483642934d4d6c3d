/// \file
/// Starts of keys order as the keys do.
#include "persistence/sqlite/key_start.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace wakala::persistence {
namespace {

using sqlite::key_start;

/// Keys of every length around the bound, of few different bytes, so that many begin alike.
std::vector<std::string> many_keys() {
  std::minstd_rand random(7);
  const std::string letters{"\0\1a\xff", 4};
  std::vector<std::string> keys;
  for (int i = 0; i < 600; ++i) {
    std::string key(random() % 30, random() % 4 == 0 ? 'a' : '\0');
    for (int changes = 0; !key.empty() && changes < 2; ++changes)
      key[random() % key.size()] = letters[random() % letters.size()];
    keys.push_back(std::move(key));
  }
  return keys;
}

TEST(key_start, orders_as_the_keys_do) {
  const auto keys = many_keys();
  int equal = 0;
  int cut = 0;
  for (const auto& a : keys)
    for (const auto& b : keys) {
      const auto order = key_start(a) <=> key_start(b);
      if (order != 0) {
        ASSERT_EQ(order, a <=> b);
        continue;
      }
      ++equal;
      ASSERT_EQ(key_start(a).is_cut(), key_start(b).is_cut());
      if (key_start(a).is_cut()) {
        ++cut;
        ASSERT_EQ(a.substr(0, key_start::bytes), b.substr(0, key_start::bytes));
      } else {
        ASSERT_EQ(a, b);
      }
    }
  EXPECT_GT(equal, 600);
  EXPECT_GT(cut, 100);
}

TEST(key_start, sees_a_key_of_its_own_length_whole) {
  EXPECT_FALSE(key_start(std::string(24, 'x')).is_cut());
  EXPECT_TRUE(key_start(std::string(25, 'x')).is_cut());
  EXPECT_LT(key_start(std::string(24, '\0')), key_start(std::string(25, '\0')));
  EXPECT_LT(key_start("a"), key_start(std::string("a\0", 2)));
}

} // namespace
} // namespace wakala::persistence
