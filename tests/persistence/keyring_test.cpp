#include "persistence/crypto/keyring.hpp"
#include "persistence/memory/memory_store.hpp"
#include "persistence/sqlite/sqlite_store.hpp"
#include "tests/persistence/support/samples.hpp"

#include <sys/stat.h>

namespace wakala::persistence::testing {
namespace {

key_bytes filled(std::uint8_t with) {
  key_bytes key{};
  key.fill(with);
  return key;
}

struct keyring_test : ::testing::Test {
  std::unique_ptr<store> stored = make_memory_store(1);
  std::shared_ptr<random_source> random = std::make_shared<system_random>();
  std::shared_ptr<keyring> ring = keyring::open(filled(1), *stored, random).value();
};

TEST_F(keyring_test, unwraps_what_it_wrapped) {
  const auto wrapped = ring->new_tenant_key("duka");
  const auto once = ring->unwrap_tenant("duka", wrapped).value();
  const auto again = keyring::open(filled(1), *stored, random).value()->unwrap_tenant("duka", wrapped).value();
  EXPECT_EQ(once->data.raw(), again->data.raw());
  EXPECT_EQ(once->lookup, again->lookup);
  EXPECT_NE(once->lookup, once->data.raw());

  const auto fresh = ring->new_conversation_key(*once, "duka", conversation(1));
  EXPECT_EQ(ring->unwrap_conversation(*again, "duka", conversation(1), fresh.wrapped).value().raw(), fresh.key.raw());
}

TEST_F(keyring_test, a_wrapped_key_serves_only_its_owner) {
  const auto wrapped = ring->new_tenant_key("duka");
  EXPECT_EQ(code_of(ring->unwrap_tenant("other", wrapped)), errc::corrupt);
  EXPECT_EQ(code_of(ring->unwrap_tenant("duka", "")), errc::corrupt);
  EXPECT_EQ(code_of(ring->unwrap_tenant("duka", '\2' + wrapped.substr(1))), errc::corrupt);
  const auto tenant = ring->unwrap_tenant("duka", wrapped).value();
  const auto other = ring->unwrap_tenant("other", ring->new_tenant_key("other")).value();
  const auto fresh = ring->new_conversation_key(*tenant, "duka", conversation(1));
  EXPECT_EQ(code_of(ring->unwrap_conversation(*tenant, "duka", conversation(2), fresh.wrapped)), errc::corrupt);
  EXPECT_EQ(code_of(ring->unwrap_conversation(*other, "duka", conversation(1), fresh.wrapped)), errc::corrupt);
}

TEST_F(keyring_test, keys_are_all_different) {
  const auto a = ring->unwrap_tenant("duka", ring->new_tenant_key("duka")).value();
  const auto b = ring->unwrap_tenant("duka", ring->new_tenant_key("duka")).value();
  EXPECT_NE(a->data.raw(), b->data.raw());
  EXPECT_NE(ring->new_conversation_key(*a, "duka", conversation(1)).key.raw(),
            ring->new_conversation_key(*a, "duka", conversation(1)).key.raw());
}

TEST_F(keyring_test, another_key_encryption_key_is_refused_with_a_clear_text) {
  const auto other = keyring::open(filled(2), *stored, random);
  ASSERT_EQ(code_of(other), errc::unauthenticated);
  EXPECT_NE(other.error().what.find("another key-encryption key"), std::string::npos);
}

TEST_F(keyring_test, a_store_that_lost_its_check_value_is_judged_by_its_tenants) {
  auto bare = make_memory_store(1);
  ASSERT_TRUE(bare->put_tenant({"duka", 0, ring->new_tenant_key("duka"), "", 1}));
  EXPECT_EQ(code_of(keyring::open(filled(2), *bare, random)), errc::unauthenticated);
  EXPECT_TRUE(keyring::open(filled(1), *bare, random));
}

TEST_F(keyring_test, the_check_value_survives_a_restart_of_the_sqlite_store) {
  const temporary_directory dir;
  {
    auto first = open_sqlite_store({dir.file("s.db"), 2, 1}).value();
    ASSERT_TRUE(keyring::open(filled(1), *first, random));
  }
  auto again = open_sqlite_store({dir.file("s.db"), 2, 1}).value();
  EXPECT_EQ(code_of(keyring::open(filled(2), *again, random)), errc::unauthenticated);
  EXPECT_TRUE(keyring::open(filled(1), *again, random));
}

TEST(kek_file, reads_every_form) {
  const temporary_directory dir;
  const std::string path = dir.file("kek");
  const key_bytes key = filled(0xa5);
  const bytes raw(32, '\xa5');
  for (const std::string& text : {to_hex(key), to_hex(key) + "\n", to_hex(key) + "\r\n", to_base64(key),
                                  to_base64(key) + "\n", raw, raw + "\n"}) {
    write_file(path, text);
    EXPECT_EQ(read_kek_file(path).value(), key) << text.size();
  }
  const bytes ends_in_newline = bytes(31, 'k') + '\n';
  write_file(path, ends_in_newline);
  EXPECT_EQ(read_kek_file(path).value().back(), '\n');
}

TEST(kek_file, names_the_file_in_every_error) {
  const temporary_directory dir;
  const std::string path = dir.file("kek");
  const auto missing = read_kek_file(path);
  EXPECT_EQ(code_of(missing), errc::not_found);
  EXPECT_NE(missing.error().what.find(path), std::string::npos);
  for (const std::string& text :
       {std::string{}, std::string{"\n"}, std::string(31, 'a'), std::string(33, 'a'), std::string(63, 'a'),
        std::string(64, 'g'), std::string(44, '?'), std::string(65, 'a'), std::string(10'000, 'a')}) {
    write_file(path, text);
    const auto bad = read_kek_file(path);
    EXPECT_EQ(code_of(bad), errc::invalid_argument) << text.size();
    EXPECT_NE(bad.error().what.find(path), std::string::npos);
  }
  EXPECT_EQ(code_of(read_kek_file(dir.path().string())), errc::invalid_argument); // a directory
}

TEST(kek_file, is_written_once_and_for_its_owner_only) {
  const temporary_directory dir;
  const std::string path = dir.file("kek");
  system_random random;
  ASSERT_TRUE(write_kek_file(path, random));
  const auto key = read_kek_file(path).value();
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
  EXPECT_EQ(code_of(write_kek_file(path, random)), errc::conflict);
  EXPECT_EQ(read_kek_file(path).value(), key);
  EXPECT_EQ(code_of(write_kek_file(dir.file("no/such/place"), random)), errc::invalid_argument);
}

} // namespace
} // namespace wakala::persistence::testing
