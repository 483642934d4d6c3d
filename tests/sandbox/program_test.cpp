// The program's own promises: exit codes and what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <sys/wait.h>
#include <utility>
#include <vector>

namespace wakala::sandbox {
namespace {

std::pair<int, std::string> run(const std::string& arguments) {
  auto* const out = ::popen((std::string{WAKALA_BIN_DIR "/wakala-sandbox "} + arguments + " 2>&1").c_str(), "r");
  EXPECT_NE(out, nullptr);
  std::string text;
  std::array<char, 4'096> part{};
  while (const auto size = std::fread(part.data(), 1, part.size(), out))
    text.append(part.data(), size);
  const auto status = ::pclose(out);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text};
}

TEST(program, bad_use_is_exit_2_and_names_what_is_wrong) {
  for (const auto& [arguments, name] : std::vector<std::pair<std::string, std::string>>{
           {"--chaos duplicates=0.1", "duplicates"},
           {"--chaos duplicate=7", "duplicate"},
           {"--listen nowhere", "--listen"},
           {"--listen 127.0.0.1:70000", "--listen"},
           {"--nonsense", "--nonsense"},
           {"--seed x", "--seed"},
           {"--numbers-file /nonexistent", "--numbers-file"},
           {"--webhook-secret-for 1=2", "--webhook-secret-for"},
           {"--webhook-url http://127.0.0.1:1/x", "--app-secret"},
           {"--webhook-url nonsense --app-secret s", "webhook URL"},
       }) {
    const auto [code, text] = run(arguments);
    EXPECT_EQ(code, 2) << arguments << ": " << text;
    EXPECT_THAT(text, testing::HasSubstr(name)) << arguments;
  }
}

TEST(program, help_explains_every_chaos_key) {
  const auto [code, text] = run("--help");
  EXPECT_EQ(code, 0);
  for (const auto* key : {"duplicate", "reorder", "delay_ms", "status_loss", "error5xx", "lost_answer", "pair_limit"})
    EXPECT_THAT(text, testing::HasSubstr(key));
}

} // namespace
} // namespace wakala::sandbox
