#include "runtime/config/flat_yaml.hpp"

#include <gmock/gmock.h>

namespace wakala {
namespace {

using ::testing::HasSubstr;

TEST(flat_yaml, gives_names_and_texts) {
  const auto entries =
      parse_flat_yaml("greet: \"Hi {name}, karibu\"\nhelp: |\n  one\n  two\nempty: ''\nnumber: 12\n", "en.yaml");
  ASSERT_TRUE(entries);
  EXPECT_EQ(*entries,
            (flat_map{{"greet", "Hi {name}, karibu"}, {"help", "one\ntwo\n"}, {"empty", ""}, {"number", "12"}}));
}

TEST(flat_yaml, leaves_dollars_alone) {
  const auto entries = parse_flat_yaml("price: ${amount}", "en.yaml");
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->at("price"), "${amount}");
}

TEST(flat_yaml, an_empty_document_is_an_empty_map) {
  const auto entries = parse_flat_yaml("# nothing\n", "en.yaml");
  ASSERT_TRUE(entries);
  EXPECT_TRUE(entries->empty());
}

TEST(flat_yaml, refuses_what_is_not_flat) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: one\nb: two\na: three\n", "en.yaml:3: `a` is there twice"},
      {"a: one\nb: [x]\n", "en.yaml:2: `b` must have a text"},
      {"a:\n  b: c\n", "en.yaml:1: `a` must have a text"},
      {"a: one\nb:\n", "en.yaml:2: `b` must have a text"},
      {"[a]: b\n", "en.yaml:1: a name must be a text"},
      {"- a\n", "en.yaml:1: expected a map"},
      {"a: [b\n", "not valid YAML"},
  };
  for (const auto& [text, message] : cases) {
    const auto entries = parse_flat_yaml(text, "en.yaml");
    ASSERT_FALSE(entries) << text;
    EXPECT_EQ(entries.error().code, errc::invalid_argument);
    EXPECT_THAT(entries.error().what, HasSubstr(message));
  }
}

TEST(flat_yaml, a_missing_file_is_not_found) {
  const auto entries = load_flat_yaml("/nonexistent/en.yaml");
  ASSERT_FALSE(entries);
  EXPECT_EQ(entries.error().code, errc::not_found);
}

} // namespace
} // namespace wakala
