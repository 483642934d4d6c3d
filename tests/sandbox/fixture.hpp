// What the sandbox's tests share: a backend with one number, and the reference's golden files.
#pragma once

#include "sandbox/backend.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

inline std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

inline std::string golden(const std::string& name) {
  return read_file(WAKALA_SOURCE_DIR "/tests/data/payloads/" + name);
}

inline nlohmann::json parse(std::string_view text) { return nlohmann::json::parse(text); }

inline business_number demo_number() {
  return {"106540352242922", "102290129340398",         "15550783881",         "Duka la Amina",
          "token-1",         "http://127.0.0.1:1/hook", "app-secret-for-tests"};
}

/// Same keys with the same kinds of value, all the way down; arrays by their first element.
inline void expect_same_shape(const nlohmann::json& got, const nlohmann::json& wanted, const std::string& path = "") {
  EXPECT_STREQ(got.type_name(), wanted.type_name()) << path;
  if (wanted.is_object() && got.is_object()) {
    for (const auto& [key, value] : wanted.items()) {
      EXPECT_TRUE(got.contains(key)) << path << "/" << key << " is missing";
      if (got.contains(key))
        expect_same_shape(got.at(key), value, path + "/" + key);
    }
    for (const auto& [key, value] : got.items())
      EXPECT_TRUE(wanted.contains(key)) << path << "/" << key << " is more than Meta sends";
  } else if (wanted.is_array() && got.is_array() && !wanted.empty() && !got.empty()) {
    expect_same_shape(got.front(), wanted.front(), path + "/0");
  }
}

struct sandbox_fixture : ::testing::Test {
  manual_clock clock{1'750'000'000'000};
  backend meta = make({});

  backend make(const std::string& chaos, std::uint64_t seed = 1) {
    backend_options options;
    options.seed = seed;
    options.chaos = parse_chaos(chaos).value();
    options.defaults = demo_number();
    number_book numbers;
    numbers.add(demo_number());
    return backend{std::move(options), std::move(numbers), clock};
  }

  send_outcome send(const nlohmann::json& request) { return meta.send("106540352242922", "token-1", request.dump()); }

  /// A Graph call about numbers, accounts or templates.
  managed_outcome call(std::string_view method, std::string_view id, std::string_view edge = {},
                       const nlohmann::json& parameters = nlohmann::json::object(),
                       std::string_view bearer = "token-1") {
    graph_call made;
    made.method = method;
    made.id = id;
    made.edge = edge;
    made.bearer = bearer;
    made.parameters = parameters;
    made.base_url = "http://meta/v23.0";
    made.callback_verified = true;
    auto outcome = meta.manage(made);
    if (!outcome)
      throw std::runtime_error("not answered");
    return std::move(*outcome);
  }
  /// The answer's body.
  nlohmann::json get(std::string_view id, std::string_view edge = {},
                     const nlohmann::json& parameters = nlohmann::json::object()) {
    return parse(call("GET", id, edge, parameters).answer.body);
  }
  int code_of(std::string_view method, std::string_view id, std::string_view edge, const nlohmann::json& parameters) {
    return call(method, id, edge, parameters).answer.code;
  }
  /// What a tester changes; the POST bodies that follow, one for each webhook.
  std::vector<nlohmann::json> control(std::string_view what, std::string_view id, const nlohmann::json& request) {
    const auto outcome = meta.control(what, id, request.dump());
    if (!outcome)
      throw std::runtime_error(outcome.error().field + ": " + outcome.error().what);
    return bodies(outcome->updates);
  }
  static std::vector<nlohmann::json> bodies(const std::vector<timed_update>& updates) {
    std::vector<nlohmann::json> posted;
    for (const auto& timed : updates)
      posted.push_back(parse(post_body({timed.update.change})));
    return posted;
  }
  /// Lets everything planned happen.
  void happen(const std::vector<timed_update>& updates) {
    for (const auto& timed : updates)
      meta.happened(timed.update);
  }

  static constexpr std::string_view number_id = "106540352242922";
  static constexpr std::string_view waba_id = "102290129340398";

  static nlohmann::json text_to(const std::string& to, const std::string& body = "hello") {
    return {{"messaging_product", "whatsapp"}, {"to", to}, {"type", "text"}, {"text", {{"body", body}}}};
  }
};

} // namespace wakala::sandbox
