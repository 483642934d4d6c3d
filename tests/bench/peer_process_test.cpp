#include "bench/peer/peer.hpp"
#include "bench/process/http_line.hpp"
#include "bench/process/process_figures.hpp"
#include "http/core/hmac.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace wakala::bench {
namespace {

class peer : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "peer-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    options.directory = pattern;
    options.web_workers = 2;
    const auto there = check_peer_packages(options.directory);
    if (!there && there.error().code == errc::not_found)
      GTEST_SKIP() << there.error().what;
    ASSERT_TRUE(there) << there.error().what;
  }
  void TearDown() override { std::filesystem::remove_all(options.directory); }

  static std::string webhook(int number) {
    return R"({"entry":[{"id":"1","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"n-1"},)"
           R"("messages":[{"from":"2547","id":"wamid.)" +
           std::to_string(number) + R"(","timestamp":"1","type":"text","text":{"body":"Hi"}}]}}]}]})";
  }
  int post(http_line& line, const std::string& body, const std::string& secret) const {
    const auto header = "X-Hub-Signature-256: " + http::signature_header(body, http::hmac_key(secret)) + "\r\n";
    const auto answer = line.call("POST", "/v1/webhooks", header, body);
    EXPECT_TRUE(answer) << answer.error().what;
    return answer ? answer->status : 0;
  }

  static double cpu_of(const std::vector<pid_t>& pids) {
    double sum = 0;
    for (const auto pid : pids) {
      const auto one = read_process(pid);
      EXPECT_TRUE(one) << pid;
      sum += one ? one->cpu_seconds : 0;
    }
    return sum;
  }

  peer_options options;
};

TEST_F(peer, serves_counts_and_ends) {
  for (const auto mode : {appendfsync::always, appendfsync::everysec}) {
    options.sync = mode;
    auto started = peer_process::start(options);
    ASSERT_TRUE(started) << started.error().what;
    EXPECT_EQ(started->name(), "peer (appendfsync " + std::string(to_string(mode)) + ")");
    const auto& url = started->public_url();
    http_line line("127.0.0.1", static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
    const auto pids = started->pids();
    EXPECT_GE(pids.size(), 6U); // the runner, Redis, uvicorn with two processes, the worker, Python's own helper
    const double before = cpu_of(pids);
    for (int i = 0; i < 100; ++i)
      ASSERT_EQ(post(line, webhook(i / 2), options.secret), 200);
    EXPECT_EQ(post(line, webhook(0), "another secret"), 403);
    const auto drained = started->drain(std::chrono::seconds{10});
    EXPECT_TRUE(drained) << drained.error().what;
    const auto stats = started->stats();
    ASSERT_TRUE(stats) << stats.error().what;
    EXPECT_EQ(stats->accepted, 50U); // the second start goes on with the first one's data: all are repeats
    EXPECT_GT(cpu_of(pids), before);
    EXPECT_EQ(started->stop(), 0);
    // Python's helper process sees its parent's end a moment later.
    const auto any_left = [&] {
      return std::any_of(pids.begin(), pids.end(), [](pid_t pid) { return read_process(pid).has_value(); });
    };
    for (int i = 0; i < 200 && any_left(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_FALSE(any_left());
  }
}

TEST_F(peer, says_why_it_does_not_start) {
  options.directory = "/proc/nowhere";
  const auto refused = peer_process::start(options);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("/proc/nowhere"), std::string::npos);
}

} // namespace
} // namespace wakala::bench
