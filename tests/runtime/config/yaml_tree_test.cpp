// Nested YAML as a tree of texts.
#include "runtime/config/yaml_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wakala {
namespace {

using ::testing::HasSubstr;

std::string tree_of(const std::string& text) { return parse_yaml_tree(text, "x.yaml").value().dump(); }
std::string fault_of(const std::string& text) {
  const auto read = parse_yaml_tree(text, "x.yaml");
  return read ? "none" : read.error().what;
}

TEST(yaml_tree, maps_lists_and_texts) {
  EXPECT_EQ(tree_of("a: {b: [1, true, \"x\\ny\"], c: }\n"), R"({"a":{"b":["1","true","x\ny"],"c":null}})");
  EXPECT_EQ(tree_of(""), "null");
}

TEST(yaml_tree, says_where_it_is_wrong) {
  EXPECT_EQ(fault_of("a: 1\nb:\n  c: 1\n  c: 2\n"), "x.yaml:4: `c` is there twice");
  EXPECT_EQ(fault_of("a: 1\n? [x]\n: 2\n"), "x.yaml:2: a name must be a text");
  EXPECT_THAT(fault_of("a: [1\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(fault_of("a: \xFF\n"), HasSubstr("not UTF-8"));
  EXPECT_THAT(load_yaml_tree("no/such/file.yaml").error().what, HasSubstr("cannot be read"));
}

TEST(yaml_tree, is_bounded) {
  EXPECT_THAT(fault_of(std::string(40, '[') + std::string(40, ']')), HasSubstr("too much"));
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j)
      text += (j > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  EXPECT_THAT(fault_of(text), HasSubstr("too much")) << "a few lines that stand for a thousand million";
}

} // namespace
} // namespace wakala
