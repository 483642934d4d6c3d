// The program's own promises: exit codes and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>
#include <utility>

namespace wakala::console {
namespace {

using ::testing::HasSubstr;

std::pair<int, std::string> run(const std::string& arguments) {
  auto* const out =
      ::popen((std::string{WAKALA_BIN_DIR "/wakala-console "} + arguments + " 2>&1 </dev/null").c_str(), "r");
  EXPECT_NE(out, nullptr);
  std::string text;
  std::array<char, 4'096> part{};
  while (const auto size = std::fread(part.data(), 1, part.size(), out))
    text.append(part.data(), size);
  const auto status = ::pclose(out);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

TEST(program, bad_use_is_exit_2) {
  for (const auto* arguments : {"--nonsense", "nonsense", "trace", "find", "top --by nonsense", "top -n 0",
                                "top -n 501", "--width 3 overview"}) {
    const auto [code, text] = run(arguments);
    EXPECT_EQ(code, 2) << arguments << ": " << text;
  }
}

TEST(program, help_names_every_command) {
  const auto [code, text] = run("--help");
  EXPECT_EQ(code, 0);
  for (const auto* name : {"overview", "nodes", "shards", "actors", "top", "actor", "trace", "find", "dead-letters",
                           "audit", "watch", "--once", "--json", "--url"})
    EXPECT_THAT(text, HasSubstr(name));
}

TEST(program, nobody_there_is_exit_1) {
  const auto [code, text] = run("--url http://127.0.0.1:1 --token t --once");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(text, HasSubstr("127.0.0.1:1"));
  const auto [json_code, json_text] = run("--url http://127.0.0.1:1 --token t nodes --json");
  EXPECT_EQ(json_code, 1);
  EXPECT_EQ(nlohmann::json::parse(json_text)["ok"], false);
}

TEST(program, says_what_it_needs) {
  const auto [code, text] = run("--config /nonexistent.yaml --once");
  EXPECT_EQ(code, 1);
  EXPECT_THAT(text, HasSubstr("--token"));
  const auto [url_code, url_text] = run("--url nonsense --token t --once");
  EXPECT_EQ(url_code, 1);
  EXPECT_THAT(url_text, HasSubstr("http://"));
  const auto [terminal_code, terminal_text] = run("--url http://127.0.0.1:1 --token t");
  EXPECT_EQ(terminal_code, 1);
  EXPECT_THAT(terminal_text, HasSubstr("--once"));
}

} // namespace
} // namespace wakala::console
