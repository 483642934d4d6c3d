// Files on disk: what comes back, what is refused, what makes room.
#include "persistence/media/file_media_store.hpp"
#include "persistence/media/sealed_chunks.hpp"
#include "tests/persistence/support/samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>

namespace wakala::persistence::testing {
namespace {

namespace fs = std::filesystem;

std::shared_ptr<const tenant_keys> keys_of(std::uint8_t seed) {
  key_bytes data{};
  data.fill(seed);
  key_bytes lookup{};
  lookup.fill(static_cast<std::uint8_t>(seed + 100));
  return std::make_shared<const tenant_keys>(tenant_keys{sealing_key{data}, lookup});
}

std::string content_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i)
    text[i] = static_cast<char>(i * 31 + i / chunk_size);
  return text;
}

struct media_files : ::testing::Test {
  void SetUp() override { open(); }
  void TearDown() override {
    store.reset();
    fs::remove_all(directory);
  }

  void open(std::uint64_t bytes_max = 1U << 30U) {
    store.reset();
    store = open_file_media_store({directory, bytes_max, 90 * ms_per_day, clock, random}).value();
  }

  fs::path path_of(const media_address& where) const { return fs::path(directory) / media_name(where); }
  static std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static void write(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
  }

  std::string directory = ::testing::TempDir() + "media-" + std::to_string(::getpid());
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  std::shared_ptr<random_source> random = std::make_shared<system_random>();
  std::unique_ptr<media_store> store;
  media_address one{"duka", keys_of(1), "media:200:300"};
  media_address two{"duka", keys_of(1), "media:200:301"};
};

TEST_F(media_files, come_back_whatever_their_size) {
  const std::string note = "image/jpeg";
  const auto edge = chunk_size - note.size() - 4; // where the first chunk is full
  for (const auto size : {std::size_t{0}, std::size_t{1}, edge - 1, edge, edge + 1, chunk_size - 1, chunk_size,
                          chunk_size + 1, 3 * chunk_size, edge + 4 * chunk_size}) {
    const auto content = content_of(size);
    ASSERT_TRUE(store->put(one, note, content)) << size;
    EXPECT_EQ(fs::file_size(path_of(one)), sealed_size(note.size(), size)) << size;
    const auto back = store->get(one);
    ASSERT_TRUE(back) << size;
    EXPECT_EQ(back->note, note) << size;
    EXPECT_TRUE(back->content == content) << size;
    EXPECT_EQ(store->bytes_kept(), sealed_size(note.size(), size));
  }
  open();
  EXPECT_TRUE(store->get(one));
  EXPECT_EQ(code_of(store->get(two)), errc::not_found);
  EXPECT_TRUE(store->erase(one));
  EXPECT_TRUE(store->erase(one));
  EXPECT_EQ(code_of(store->get(one)), errc::not_found);
  EXPECT_EQ(store->bytes_kept(), 0U);
}

TEST_F(media_files, that_are_too_large_are_refused) {
  EXPECT_EQ(code_of(store->put(one, "", std::string(medium_bytes_max + 1, 'x'))), errc::invalid_argument);
  EXPECT_EQ(code_of(store->put(one, std::string(medium_note_max + 1, 'x'), "")), errc::invalid_argument);
  EXPECT_TRUE(store->put(one, std::string(medium_note_max, 'x'), ""));
}

TEST_F(media_files, that_were_changed_in_any_way_are_corrupt) {
  ASSERT_TRUE(store->put(one, "note", content_of(2 * chunk_size + 100)));
  ASSERT_TRUE(store->put(two, "note", content_of(2 * chunk_size + 100)));
  const auto good = read(path_of(one));
  const auto other = read(path_of(two));
  const auto chunk = [](std::size_t index) { return media_head_size + index * sealed_chunk_size; };
  const auto expect_corrupt = [&](const std::string& changed, const std::string& how) {
    write(path_of(one), changed);
    EXPECT_EQ(code_of(store->get(one)), errc::corrupt) << how;
  };

  // A bit of every part of the file: form, file id, and nonce, text and tag of each chunk.
  std::vector<std::size_t> places{0, 1, media_head_size - 1};
  for (std::size_t index = 0; index < 3; ++index) {
    const auto end = std::min(chunk(index + 1), good.size());
    for (const auto at :
         {chunk(index), chunk(index) + 11, chunk(index) + 12, (chunk(index) + end) / 2, end - 16, end - 1})
      places.push_back(at);
  }
  for (const auto at : places)
    for (const int bit : {0, 7}) {
      auto changed = good;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      expect_corrupt(changed, "bit at " + std::to_string(at));
    }
  for (const auto length : {std::size_t{0}, std::size_t{1}, media_head_size - 1, media_head_size, chunk(1) - 1,
                            chunk(1), chunk(1) + 1, chunk(2), good.size() - 1})
    expect_corrupt(good.substr(0, length), "cut to " + std::to_string(length));
  expect_corrupt(good + '\0', "one byte more");
  expect_corrupt(good + good.substr(chunk(2)), "the last chunk twice");
  expect_corrupt(good.substr(0, chunk(1)) + good.substr(chunk(2)), "a chunk left out");
  expect_corrupt(good.substr(0, chunk(0)) + good.substr(chunk(1), sealed_chunk_size) +
                     good.substr(chunk(0), sealed_chunk_size) + good.substr(chunk(2)),
                 "two chunks exchanged");
  expect_corrupt(other, "another key's file");
  expect_corrupt(good.substr(0, chunk(1)) + other.substr(chunk(1), sealed_chunk_size) + good.substr(chunk(2)),
                 "another file's chunk");
  ASSERT_TRUE(store->put(one, "note", content_of(2 * chunk_size + 100)));
  const auto later = read(path_of(one));
  expect_corrupt(later.substr(0, chunk(1)) + good.substr(chunk(1)), "chunks of an earlier file of that name");
  write(path_of(one), good);
  EXPECT_TRUE(store->get(one)) << "what was not changed";
}

TEST_F(media_files, open_for_their_tenant_only) {
  ASSERT_TRUE(store->put(one, "", "a receipt"));
  const auto sealed = read(path_of(one));
  for (const auto& thief : {media_address{"bidii", keys_of(2), one.key}, media_address{"bidii", keys_of(1), one.key},
                            media_address{"duka", keys_of(2), one.key}}) {
    EXPECT_EQ(code_of(store->get(thief)), errc::not_found);
    ASSERT_TRUE(store->put(thief, "", "x")); // so that the name is known
    write(path_of(thief), sealed);
    EXPECT_EQ(code_of(store->get(thief)), errc::corrupt);
  }
}

TEST_F(media_files, tell_nothing_by_their_names_and_bytes) {
  ASSERT_TRUE(store->put(one, "image/jpeg", "naomba risiti ya unga"));
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    const auto text = entry.path().filename().string() + read(entry.path());
    for (const std::string_view secret : {"duka", "200", "300", "image", "risiti", "media"})
      EXPECT_EQ(text.find(secret), std::string::npos) << secret;
  }
  struct stat facts {};
  ASSERT_EQ(::stat(path_of(one).c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(directory.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0700U);
}

TEST_F(media_files, that_a_crash_left_half_written_are_removed) {
  ASSERT_TRUE(store->put(one, "", "whole"));
  const auto half = path_of(one).string() + ".0123456789abcdef.tmp";
  write(half, "half");
  write(fs::path(directory) / "README", "somebody's own");
  open();
  EXPECT_FALSE(fs::exists(half));
  EXPECT_TRUE(fs::exists(fs::path(directory) / "README"));
  EXPECT_EQ(store->get(one).value().content, "whole");
}

TEST_F(media_files, make_room_for_newer_ones_the_oldest_first) {
  const auto each = sealed_size(0, 1000);
  open(3 * each);
  std::vector<media_address> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back({"duka", keys_of(1), "file " + std::to_string(i)});
    ASSERT_TRUE(store->put(all.back(), "", content_of(1000)));
    clock->advance(std::chrono::seconds{1});
    EXPECT_LE(store->bytes_kept(), 3 * each);
  }
  EXPECT_EQ(code_of(store->get(all[0])), errc::not_found);
  EXPECT_EQ(code_of(store->get(all[1])), errc::not_found);
  for (int i = 2; i < 5; ++i)
    EXPECT_TRUE(store->get(all[static_cast<std::size_t>(i)])) << i;
  EXPECT_EQ(code_of(store->put(one, "", content_of(4000))), errc::overloaded);
  EXPECT_EQ(store->bytes_kept(), 3 * each) << "what cannot fit pushes nothing out";
  open(2 * each); // less room after a restart
  EXPECT_EQ(store->bytes_kept(), 2 * each);
  EXPECT_EQ(code_of(store->get(all[2])), errc::not_found);
  EXPECT_TRUE(store->get(all[4]));
}

TEST_F(media_files, nobody_pushes_out_the_files_of_who_has_fewer) {
  const auto each = sealed_size(0, 1000);
  open(4 * each);
  const media_address modest{"kiosk", keys_of(2), "the only one"};
  ASSERT_TRUE(store->put(modest, "", content_of(1000)));
  for (int i = 0; i < 9; ++i) {
    clock->advance(std::chrono::seconds{1});
    ASSERT_TRUE(store->put({"duka", keys_of(1), "file " + std::to_string(i)}, "", content_of(1000)));
    if (i == 5)
      open(4 * each); // after a restart it still knows whose they are
  }
  EXPECT_TRUE(store->get(modest));
  EXPECT_EQ(store->bytes_kept(), 4 * each);
}

TEST_F(media_files, go_when_their_time_is_over) {
  ASSERT_TRUE(store->put(one, "", "old"));
  clock->advance(std::chrono::hours{24 * 89});
  ASSERT_TRUE(store->put(two, "", "new"));
  open();
  EXPECT_TRUE(store->get(one));
  clock->advance(std::chrono::hours{24});
  EXPECT_EQ(code_of(store->get(one)), errc::not_found) << "also before anybody swept";
  store->sweep();
  EXPECT_FALSE(fs::exists(path_of(one)));
  EXPECT_TRUE(store->get(two));
  clock->advance(std::chrono::hours{24 * 90});
  open();
  EXPECT_FALSE(fs::exists(path_of(two)));
  EXPECT_EQ(store->bytes_kept(), 0U);
}

TEST_F(media_files, belong_to_one_process) {
  const auto second = open_file_media_store({directory, 1000, 1, clock, random});
  EXPECT_EQ(code_of(second), errc::conflict);
  const auto nowhere = open_file_media_store({"/dev/null/media", 1000, 1, clock, random});
  EXPECT_EQ(code_of(nowhere), errc::invalid_argument);
}

TEST_F(media_files, that_cannot_be_written_leave_the_earlier_one) {
  ASSERT_TRUE(store->put(one, "", "first"));
  fs::create_directory(path_of(two)); // a name that cannot be taken
  EXPECT_EQ(code_of(store->put(two, "", "second")), errc::unavailable);
  EXPECT_EQ(store->get(one).value().content, "first");
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(directory))
    ++entries;
  EXPECT_EQ(entries, 3U) << "the lock, the first file and the directory";
}

} // namespace
} // namespace wakala::persistence::testing
