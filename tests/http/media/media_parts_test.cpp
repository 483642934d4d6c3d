// What the service for files is made of.
#include "http/media_graph.hpp"
#include "http/media_notes.hpp"
#include "http/media_scan.hpp"
#include "http/single_flight.hpp"
#include "http/transfer_places.hpp"
#include "http/work_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

namespace wakala::http::test {
namespace {

using namespace std::chrono_literals;

TEST(media_scan, divides_words_at_blanks) {
  EXPECT_THAT(split_words("  clamdscan --no-summary\t- \n"),
              ::testing::ElementsAre("clamdscan", "--no-summary", "-"));
  EXPECT_TRUE(split_words("").empty());
  EXPECT_TRUE(split_words(" \t").empty());
}

TEST(media_scan, takes_the_commands_word_for_it) {
  const std::atomic<bool> stop{false};
  const auto said = [&](const std::string& script, std::string_view content,
                        std::chrono::milliseconds timeout = 20s) {
    return scan({{"sh", "-c", script}, timeout}, content, stop);
  };
  EXPECT_EQ(scan({}, "anything", stop), scan_verdict::clean);
  EXPECT_EQ(said("exit 0", ""), scan_verdict::clean);
  EXPECT_EQ(said("exit 1", ""), scan_verdict::infected);
  for (const auto* other : {"exit 2", "exit 127", "kill -9 $$", "kill -15 $$"})
    EXPECT_EQ(said(other, ""), scan_verdict::unknown) << other;
  EXPECT_EQ(scan({{"/nothing/here"}, 20s}, "", stop), scan_verdict::unknown);
  // All of it arrives, also what is larger than a pipe, and nothing behind it.
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(said("test $(wc -c) -eq 3000000", large), scan_verdict::clean);
  EXPECT_EQ(said("test \"$(cat)\" = 'a b'", "a b"), scan_verdict::clean);
  // A program that has seen enough reads no further.
  EXPECT_EQ(said("head -c 10 >/dev/null; exit 1", large), scan_verdict::infected);
  EXPECT_EQ(said("exec 0<&-; exit 0", large), scan_verdict::clean);
}

TEST(media_scan, waits_no_longer_than_it_may) {
  std::atomic<bool> stop{false};
  const std::string large(3'000'000, 'x');
  EXPECT_EQ(scan({{"sleep", "60"}, 100ms}, "", stop), scan_verdict::unknown);
  EXPECT_EQ(scan({{"sleep", "60"}, 100ms}, large, stop), scan_verdict::unknown) << "it never reads";
  EXPECT_EQ(scan({{"sh", "-c", "sleep 60 & sleep 60"}, 100ms}, "", stop), scan_verdict::unknown);
  stop = true;
  EXPECT_EQ(scan({{"sleep", "60"}, 60s}, "", stop), scan_verdict::unknown);
}

TEST(media_scan, gives_the_command_nothing_of_ours_but_the_file) {
  const std::atomic<bool> stop{false};
  const int ours = ::dup(0);
  EXPECT_EQ(scan({{"sh", "-c", "test ! -e /proc/self/fd/" + std::to_string(ours)}, 20s}, "", stop),
            scan_verdict::clean);
  ::close(ours);
}

TEST(media_graph, reads_what_meta_says_of_a_file) {
  const auto facts = read_media_facts(
      R"({"messaging_product":"whatsapp","url":"https://lookaside.fbsbx.com/x","mime_type":"image/jpeg",
          "sha256":"5994471ABB01112AFCC18159F6CC74B4F511B99806DA59B3CAF5A9C173CACFC5","file_size":"303833","id":"1"})");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->url, "https://lookaside.fbsbx.com/x");
  EXPECT_EQ(facts->mime_type, "image/jpeg");
  EXPECT_EQ(facts->sha256, "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5");
  EXPECT_EQ(facts->bytes, 303833U);
  EXPECT_EQ(read_media_facts(R"({"url":"u","file_size":5,"sha256":"WZRHGrsBESr8wYFZ9sx0tPURuZgG2lmzyvWpwXPKz8U="})")
                .value()
                .sha256,
            facts->sha256);
  EXPECT_EQ(read_media_facts(R"({"url":"u","file_size":5,"sha256":"odd"})").value().sha256, "");
  for (const auto* bad : {"", "[]", "{}", R"({"url":"u"})", R"({"url":"u","file_size":-1})",
                          R"({"url":"u","file_size":1.5})", R"({"url":"u","file_size":"5x"})",
                          R"({"url":"u","file_size":""})", R"({"file_size":5})", R"({"url":7,"file_size":5})"})
    EXPECT_FALSE(read_media_facts(bad)) << bad;
}

TEST(media_graph, shows_the_token_to_meta_only) {
  const auto may = [](const char* file, const char* graph = "https://graph.facebook.com") {
    return may_fetch_from(parse_url(file).value(), parse_url(graph).value());
  };
  EXPECT_TRUE(may("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"));
  EXPECT_TRUE(may("https://scontent.xx.fbcdn.net/v/1"));
  EXPECT_TRUE(may("https://graph.facebook.com/v23.0/1"));
  EXPECT_TRUE(may("https://LOOKASIDE.facebook.com/1"));
  EXPECT_TRUE(may("http://127.0.0.1:8090/_media/1", "http://127.0.0.1:8090"));
  for (const auto* elsewhere :
       {"http://lookaside.fbsbx.com/1", "https://fbsbx.com.evil.example/1", "https://evilfbsbx.com/1",
        "https://evil.example/fbsbx.com", "https://lookaside.fbsbx.com:8443/1", "https://user@lookaside.fbsbx.com/1",
        "https://127.0.0.1/1", "http://graph.facebook.com/1"})
    EXPECT_FALSE(may(elsewhere)) << elsewhere;
  for (const auto* elsewhere : {"http://127.0.0.1:8091/1", "https://127.0.0.1:8090/1", "http://localhost:8090/1"})
    EXPECT_FALSE(may(elsewhere, "http://127.0.0.1:8090")) << elsewhere;
}

TEST(media_notes, come_back_and_refuse_damage) {
  const auto file = to_bytes(file_note{"image/jpeg", std::string(64, 'a')});
  EXPECT_EQ(read_file_note(file).value().mime_type, "image/jpeg");
  EXPECT_EQ(read_file_note(file).value().sha256, std::string(64, 'a'));
  const auto upload = to_bytes(upload_note{"1003383421387256", 1'700'000'000'000});
  EXPECT_EQ(read_upload_note(upload).value().id, "1003383421387256");
  EXPECT_EQ(read_upload_note(upload).value().expires_at, 1'700'000'000'000);
  for (std::size_t size = 0; size < file.size(); ++size)
    EXPECT_FALSE(read_file_note(std::string_view(file).substr(0, size))) << size;
  for (std::size_t size = 0; size < upload.size(); ++size)
    EXPECT_FALSE(read_upload_note(std::string_view(upload).substr(0, size))) << size;
  EXPECT_FALSE(read_file_note("\7" + file.substr(1)));
  EXPECT_NE(file_key("1", "23"), file_key("12", "3"));
  EXPECT_NE(upload_key("1", "a", "b"), upload_key("1", "ab", ""));
}

TEST(transfer_places, are_few_and_shared) {
  transfer_places places(4);
  auto one = places.take("duka");
  auto two = places.take("duka");
  auto three = places.take("duka");
  ASSERT_TRUE(one && two && three);
  EXPECT_FALSE(places.take("duka")) << "the last one is for others";
  auto other = places.take("bidii");
  EXPECT_TRUE(other);
  EXPECT_FALSE(places.take("kiosk"));
  const auto copy = two;
  two.reset();
  EXPECT_FALSE(places.take("kiosk")) << "a copy holds it";
  one.reset();
  EXPECT_TRUE(places.take("kiosk"));
  transfer_places single(1);
  auto only = single.take("duka");
  EXPECT_TRUE(only);
  EXPECT_FALSE(single.take("bidii"));
}

TEST(single_flight, tells_all_who_wait) {
  single_flight<int> flights;
  std::vector<int> told;
  const auto note = [&](result<int> value) { told.push_back(value ? *value : -1); };
  EXPECT_TRUE(flights.join("a", note));
  EXPECT_FALSE(flights.join("a", note));
  EXPECT_TRUE(flights.join("b", note));
  flights.finish("a", 7);
  flights.finish("a", 8);
  EXPECT_THAT(told, ::testing::ElementsAre(7, 7));
  EXPECT_TRUE(flights.join("a", note)) << "a new one";
  flights.finish("a", make_error(errc::unavailable, "x"));
  EXPECT_THAT(told, ::testing::ElementsAre(7, 7, -1));
}

TEST(work_pool, runs_what_waits_before_it_ends_and_nothing_after) {
  std::atomic<int> ran{0};
  work_pool pool(2, 1h, [] {});
  std::promise<void> go;
  const auto gone = go.get_future().share();
  for (int i = 0; i < 5; ++i)
    EXPECT_TRUE(pool.post([&ran, gone] {
      gone.wait();
      ++ran;
    }));
  go.set_value();
  pool.stop();
  EXPECT_EQ(ran, 5);
  EXPECT_FALSE(pool.post([&ran] { ++ran; }));
  EXPECT_EQ(ran, 5);
}

TEST(work_pool, does_its_chore_now_and_then) {
  std::promise<void> twice;
  std::atomic<int> done{0};
  work_pool pool(1, 1ms, [&] {
    if (++done == 2)
      twice.set_value();
  });
  twice.get_future().get();
}

} // namespace
} // namespace wakala::http::test
