#include "bench/ceiling/payload.hpp"
#include "bench/ceiling/server.hpp"
#include "bench/ceiling/signature.hpp"
#include "http/core/hmac.hpp"
#include "persistence/sqlite/sqlite_store.hpp"
#include "tests/http/core/sockets.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <thread>

namespace wakala::bench::ceiling {
namespace {

using http::testing::raw_peer;

constexpr std::string_view secret = "s3cret of the app";

std::string webhook(const std::string& number, const std::string& id) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102","changes":[{"value":{"messaging_product":"whatsapp",)"
         R"("metadata":{"display_phone_number":"1555","phone_number_id":")" +
         number + R"("},"messages":[{"from":"1650","id":")" + id +
         R"(","type":"text","text":{"body":"hi"}}]},"field":"messages"}]}]})";
}

std::string request(const std::string& body, const std::string& signature) {
  return "POST /v1/webhooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-hub-signature-256: " +
         signature + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string signed_request(const std::string& body) {
  return request(body, http::signature_header(body, http::hmac_key(secret)));
}

TEST(ceiling_signature, agrees_with_the_daemons_for_any_key_and_body_length) {
  for (const std::size_t key_size : {0U, 1U, 63U, 64U, 65U, 200U}) {
    const std::string key(key_size, 'k');
    const signature_checker mine(key);
    for (const std::size_t body_size : {0U, 1U, 55U, 56U, 64U, 860U, 70'000U}) {
      const std::string body(body_size, 'b');
      const auto header = http::signature_header(body, http::hmac_key(key));
      const auto found = mine.check(header, body);
      ASSERT_TRUE(found) << key_size << " " << body_size;
      EXPECT_EQ(*found, http::hmac_sha256(key, body));
    }
  }
}

TEST(ceiling_signature, refuses_every_other_text) {
  const signature_checker mine(secret);
  const auto good = http::signature_header("body", http::hmac_key(secret));
  ASSERT_TRUE(mine.check(good, "body"));
  EXPECT_FALSE(mine.check(good, "Body"));
  EXPECT_FALSE(mine.check("", "body"));
  EXPECT_FALSE(mine.check(good + "0", "body"));
  EXPECT_FALSE(mine.check(good.substr(0, good.size() - 1), "body"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto wrong = good;
    wrong[i] = wrong[i] == '0' ? '1' : '0';
    EXPECT_FALSE(mine.check(wrong, "body")) << i;
  }
}

TEST(ceiling_payload, finds_where_a_body_belongs) {
  payload_reader reader;
  for (int round = 0; round < 3; ++round) { // its memory is used again
    const auto message = reader.read(webhook("106540352242922", "wamid.1"));
    ASSERT_TRUE(message);
    EXPECT_EQ(message->number_id, "106540352242922");
    const auto account = reader.read(R"({"entry":[{"id":"102","changes":[{"field":"account_update","value":{}}]}]})");
    ASSERT_TRUE(account);
    EXPECT_EQ(account->number_id, "102");
  }
}

TEST(ceiling_payload, refuses_what_is_no_webhook) {
  payload_reader reader;
  for (const std::string& body :
       {std::string(), std::string("{"), std::string("[]"), std::string("1"), std::string(R"({"entry":[]})"),
        std::string(R"({"entry":[1]})"), std::string(R"({"entry":[{"id":5}]})"), webhook("1", "2") + "x",
        std::string(100, '[') + std::string(100, ']')})
    EXPECT_FALSE(reader.read(body)) << body;
}

TEST(ceiling_payload, reads_bodies_larger_than_its_own_memory) {
  payload_reader reader;
  std::string many = R"({"entry":[{"id":"77","changes":[)";
  for (int i = 0; i < 20'000; ++i)
    many += R"({"field":"f","value":{"a":[1,2,3]}},)";
  many += R"({"field":"f","value":{}}]}]})";
  const auto found = reader.read(many);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->number_id, "77");
}

class ceiling_server : public ::testing::Test {
protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "ceiling-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
    options.store_path = (directory / "store.db").string();
    options.secret = secret;
    start();
  }
  void TearDown() override {
    running.reset();
    std::filesystem::remove_all(directory);
  }

  void start() {
    auto started = server::start(options);
    ASSERT_TRUE(started) << started.error().what;
    running = std::move(*started);
  }
  raw_peer connect() const {
    const auto url = running->url();
    return raw_peer::connect(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
  }
  /// Ends the server and reads what its journal holds.
  std::vector<persistence::journal_row> stored() {
    running.reset();
    auto store = persistence::open_sqlite_store({options.store_path, options.shards, 1});
    std::vector<persistence::journal_row> rows;
    for (shard_id shard = 0; shard < options.shards; ++shard)
      for (auto& row : (*store)->journal(shard, 0, 1'000'000).value())
        rows.push_back(std::move(row));
    return rows;
  }

  std::filesystem::path directory;
  server_options options;
  std::unique_ptr<server> running;
};

TEST_F(ceiling_server, a_200_means_that_the_body_is_in_the_journal) {
  auto peer = connect();
  const auto body = webhook("106540352242922", "wamid.A");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(peer.send(signed_request(body)));
    EXPECT_EQ(peer.read_answer().status, 200);
  }
  EXPECT_EQ(running->counts().rows, 3U);
  const auto rows = stored();
  ASSERT_EQ(rows.size(), 3U);
  for (const auto& row : rows) {
    ASSERT_EQ(row.personal.size(), 1U);
    EXPECT_EQ(row.personal.front().value, body);
    EXPECT_EQ(row.tenant, "106540352242922");
    EXPECT_TRUE(row.key.has_value());
    EXPECT_FALSE(row.conversation.is_nil());
  }
}

TEST_F(ceiling_server, refusals_write_nothing_and_keep_the_connection) {
  auto peer = connect();
  const auto body = webhook("1", "wamid.A");
  ASSERT_TRUE(peer.send(request(body, "sha256=" + std::string(64, '0'))));
  EXPECT_EQ(peer.read_answer().status, 403);
  ASSERT_TRUE(peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(peer.read_answer().status, 403);
  ASSERT_TRUE(peer.send(signed_request("no JSON")));
  EXPECT_EQ(peer.read_answer().status, 400);
  ASSERT_TRUE(peer.send(signed_request(body)));
  EXPECT_EQ(peer.read_answer().status, 200);
  EXPECT_EQ(stored().size(), 1U);
}

TEST_F(ceiling_server, requests_may_come_in_pieces_or_together) {
  auto peer = connect();
  const auto bytes = signed_request(webhook("1", "wamid.A"));
  for (const char byte : bytes)
    ASSERT_TRUE(peer.send({&byte, 1}));
  EXPECT_EQ(peer.read_answer().status, 200);
  ASSERT_TRUE(peer.send(bytes + signed_request(webhook("2", "wamid.B"))));
  EXPECT_EQ(peer.read_answer().status, 200);
  EXPECT_EQ(peer.read_answer().status, 200);
  const auto large = signed_request(webhook("3", std::string(1'000'000, 'i')));
  ASSERT_TRUE(peer.send(large));
  EXPECT_EQ(peer.read_answer().status, 200);
  EXPECT_EQ(stored().size(), 4U);
}

TEST_F(ceiling_server, what_is_no_http_ends_the_connection) {
  for (const auto& bytes : {std::string("nonsense\r\n\r\n"), "POST / HTTP/1.1\r\nx: " + std::string(20'000, 'x')}) {
    auto peer = connect();
    peer.send(bytes);
    EXPECT_EQ(peer.read_answer().status, 400);
  }
  auto peer = connect();
  ASSERT_TRUE(peer.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
  EXPECT_EQ(peer.read_answer().status, 403);
  EXPECT_TRUE(peer.at_end());
}

TEST_F(ceiling_server, rows_of_many_connections_share_batches_and_shards_continue_after_a_restart) {
  constexpr int threads = 8;
  constexpr int each = 50;
  for (int round = 0; round < 2; ++round) {
    std::vector<std::thread> senders;
    std::atomic<int> good{0};
    for (int t = 0; t < threads; ++t)
      senders.emplace_back([&, t] {
        auto peer = connect();
        for (int i = 0; i < each; ++i) {
          peer.send(signed_request(webhook("number-" + std::to_string(t), std::to_string(round * each + i))));
          good += peer.read_answer().status == 200;
        }
      });
    for (auto& sender : senders)
      sender.join();
    EXPECT_EQ(good.load(), threads * each);
    EXPECT_EQ(running->counts().rows, static_cast<std::uint64_t>(threads * each));
    if (round == 0) {
      running.reset();
      start();
    }
  }
  std::set<std::string> bodies;
  std::set<shard_id> shards;
  for (const auto& row : stored()) {
    bodies.insert(row.personal.front().value);
    shards.insert(row.shard);
  }
  EXPECT_EQ(bodies.size(), static_cast<std::size_t>(2 * threads * each));
  EXPECT_GT(shards.size(), 1U);
}

TEST(ceiling_server_start, says_what_is_wrong) {
  server_options options;
  options.threads = 0;
  auto refused = server::start(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "--threads");
  options.threads = 1;
  options.store_path = "/nowhere/at/all/store.db";
  EXPECT_FALSE(server::start(options));
}

} // namespace
} // namespace wakala::bench::ceiling
