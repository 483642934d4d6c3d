// Every webhook body of the fixtures, against the index that says what is in it.
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/event.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <sstream>

namespace wakala::whatsapp {
namespace {

using nlohmann::json;

std::pair<double, double> coordinates(const json& value) {
  const auto text = value.get<std::string>();
  const auto comma = text.find(',');
  return {std::stod(text.substr(0, comma)), std::stod(text.substr(comma + 1))};
}

std::map<std::string, json> index() {
  std::map<std::string, json> out;
  std::istringstream lines(fixtures::text("INDEX.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const auto parsed = json::parse(line);
    out[parsed.at("file").get<std::string>()] = parsed.at("events");
  }
  return out;
}

TEST(index, lists_every_webhook_file_and_nothing_else) {
  std::vector<std::string> listed;
  for (const auto& [file, events] : index())
    listed.push_back(file);
  EXPECT_EQ(listed, fixtures::names());
  EXPECT_EQ(listed.size(), 139U);
}

TEST(index, decode_finds_exactly_the_listed_events) {
  for (const auto& [file, expected] : index()) {
    SCOPED_TRACE(file);
    const auto decoded = decode(fixtures::text(file));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_TRUE(decoded->is_webhook);
    EXPECT_TRUE(decoded->malformed.empty());
    ASSERT_EQ(decoded->events.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      json want = expected[i];
      json got = json::parse(to_index_line(decoded->events[i]));
      if (want.value("type", json()) == "location") {
        const auto [want_lat, want_lng] = coordinates(want.at("value"));
        const auto [lat, lng] = coordinates(got.at("value"));
        EXPECT_DOUBLE_EQ(lat, want_lat);
        EXPECT_DOUBLE_EQ(lng, want_lng);
        want.erase("value");
        got.erase("value");
      }
      EXPECT_EQ(got, want);
    }
  }
}

} // namespace
} // namespace wakala::whatsapp
