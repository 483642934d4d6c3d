// Every published request body is built from a typed value, and read back as that value.
#include "tests/whatsapp/fixtures.hpp"
#include "tests/whatsapp/print.hpp"
#include "tests/whatsapp/published_definitions.hpp"
#include "tests/whatsapp/published_messages.hpp"

#include <gtest/gtest.h>

namespace wakala::whatsapp {

namespace {

using nlohmann::json;

json published(const std::string& name) { return fixtures::parsed("requests/" + name + ".json"); }

/// The published bodies as we write them: we always say who the receiver is, and always with a `+`.
json as_we_address(json request) {
  if (request.contains("status"))
    return request;
  request["recipient_type"] = "individual";
  if (request.contains("to") && !request["to"].get<std::string>().starts_with('+'))
    request["to"] = "+" + request["to"].get<std::string>();
  return request;
}

TEST(published_requests, messages_are_built_from_typed_values_and_read_back) {
  for (const auto& [name, message] : published_messages()) {
    SCOPED_TRACE(name);
    const auto want = published(name);
    EXPECT_EQ(to_request(message.to, message.content, "", message.context_id), as_we_address(want));
    const auto read = parse_request(want);
    ASSERT_TRUE(read) << read.error().field << " " << read.error().what;
    EXPECT_EQ(*read, message.content);
  }
}

TEST(published_requests, template_definitions_are_built_from_typed_values_and_read_back) {
  for (const auto& [name, definition] : published_definitions()) {
    SCOPED_TRACE(name);
    const auto want = published("create-template-" + name);
    EXPECT_EQ(to_request(definition), want);
    const auto read = parse_template_definition(want);
    ASSERT_TRUE(read) << read.error().field << " " << read.error().what;
    EXPECT_EQ(*read, definition);
  }
}

TEST(published_requests, the_catalog_batch_is_built_from_typed_values_and_read_back) {
  const auto want = published("catalog-items-batch");
  EXPECT_EQ(to_request(published_batch()), want);
  const auto read = parse_catalog_batch(want);
  ASSERT_TRUE(read) << read.error().field;
  EXPECT_EQ(*read, published_batch());
}

TEST(published_requests, no_file_is_left_out) {
  const std::string prefix = "create-template-";
  std::size_t files = 0;
  for (const auto& file : fixtures::names("requests")) {
    ++files;
    const auto name = std::filesystem::path(file).stem().string();
    const bool covered = name == "catalog-items-batch" || published_messages().contains(name) ||
                         (name.starts_with(prefix) && published_definitions().contains(name.substr(prefix.size())));
    EXPECT_TRUE(covered) << name << " has no typed value";
  }
  EXPECT_EQ(files, published_messages().size() + published_definitions().size() + 1);
}

/// Each object of the body in turn gets a member that nobody knows.
template <class Parse>
void expect_strangers_refused(const json& body, Parse parse) {
  std::vector<json::json_pointer> objects{json::json_pointer{}};
  const auto flat = body.flatten();
  for (const auto& [pointer, leaf] : flat.items())
    for (json::json_pointer at(pointer); !at.empty(); at.pop_back())
      if (body.at(at).is_object())
        objects.push_back(at);
  for (const auto& at : objects) {
    auto changed = body;
    changed[at]["no/such~member"] = 1;
    // The form's values and a Flow's own data are open: any member may be in them, here one of the wrong type.
    if (at.to_string().ends_with("/data") && body.contains("messaging_product"))
      continue;
    const auto read = parse(changed);
    ASSERT_FALSE(read) << at.to_string();
    EXPECT_EQ(read.error().code, errc::invalid_argument);
    EXPECT_EQ(read.error().field, at.to_string() + "/no~1such~0member");
  }
}

TEST(published_requests, a_member_that_is_not_known_is_named) {
  for (const auto& [name, message] : published_messages())
    expect_strangers_refused(published(name), parse_request);
  for (const auto& [name, definition] : published_definitions())
    expect_strangers_refused(published("create-template-" + name), parse_template_definition);
  expect_strangers_refused(published("catalog-items-batch"), parse_catalog_batch);
}

/// Each value of the body in turn becomes one of a type that no member has.
template <class Parse>
void expect_wrong_types_refused(const json& body, Parse parse) {
  const auto flat = body.flatten();
  for (const auto& [pointer, leaf] : flat.items())
    for (json::json_pointer at(pointer); !at.empty(); at.pop_back()) {
      auto changed = body;
      changed[at] = json{{"no", json::object()}};
      const auto read = parse(changed);
      if (at.to_string().ends_with("/data") || at.to_string().find("/data/") != std::string::npos)
        if (read)
          continue; // a Flow's own data is any JSON
      ASSERT_FALSE(read) << at.to_string();
      EXPECT_EQ(read.error().field.find(at.to_string()), 0U) << at.to_string() << " " << read.error().field;
    }
}

TEST(published_requests, a_member_of_the_wrong_type_is_named) {
  for (const auto& [name, message] : published_messages())
    expect_wrong_types_refused(published(name), parse_request);
  for (const auto& [name, definition] : published_definitions())
    expect_wrong_types_refused(published("create-template-" + name), parse_template_definition);
  expect_wrong_types_refused(published("catalog-items-batch"), parse_catalog_batch);
}

} // namespace

} // namespace wakala::whatsapp
