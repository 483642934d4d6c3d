#include "persistence/crypto/seal.hpp"
#include "tests/persistence/support/samples.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace wakala::persistence::testing {
namespace {

key_bytes key_from(std::string_view hex) {
  const auto raw = from_hex(hex).value();
  key_bytes key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::uint8_t>(raw[i]);
  return key;
}

const key_bytes key_a = key_from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
const key_bytes key_b = key_from("ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

TEST(seal, opens_what_it_sealed) {
  system_random random;
  const sealing_key key(key_a);
  for (const std::string& plain : {std::string{}, std::string{"x"}, std::string(100'000, 'y')})
    for (const std::string& associated : {std::string{}, std::string{"duka/7"}}) {
      const auto sealed = key.seal(associated, plain, random);
      EXPECT_EQ(sealed.size(), plain.size() + 28);
      EXPECT_EQ(key.open(associated, sealed).value(), plain);
    }
}

TEST(seal, refuses_another_key_place_or_any_change) {
  system_random random;
  const sealing_key key(key_a);
  const auto sealed = key.seal("place", "text", random);
  EXPECT_EQ(code_of(sealing_key(key_b).open("place", sealed)), errc::corrupt);
  EXPECT_EQ(code_of(key.open("elsewhere", sealed)), errc::corrupt);
  EXPECT_EQ(code_of(key.open("", sealed)), errc::corrupt);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(code_of(key.open("place", changed)), errc::corrupt) << i;
    EXPECT_EQ(code_of(key.open("place", sealed.substr(0, i))), errc::corrupt) << i;
  }
  EXPECT_EQ(key.open("place", sealed).value(), "text"); // a failure leaves the context usable
}

// McGrew and Viega's test case 14 for AES-256-GCM, in our form: nonce, ciphertext, tag.
TEST(seal, is_the_standard_cipher) {
  const sealing_key key(key_bytes{});
  const auto sealed = from_hex("000000000000000000000000"
                               "cea7403d4d606b6e074ec5d3baf39d18"
                               "d0d1c8a799996bf0265b98b5d48ab919")
                          .value();
  EXPECT_EQ(key.open("", sealed).value(), bytes(16, '\0'));
}

TEST(seal, never_repeats_a_nonce) {
  system_random random;
  const sealing_key key(key_a);
  std::set<std::string> nonces;
  for (int i = 0; i < 2'000; ++i)
    nonces.insert(key.seal("", "x", random).substr(0, 12));
  EXPECT_EQ(nonces.size(), 2'000U);
}

TEST(seal, keys_that_take_turns_do_not_mix) {
  system_random random;
  std::vector<sealing_key> keys;
  for (std::uint8_t i = 0; i < 8; ++i) {
    key_bytes raw{};
    raw.fill(i);
    keys.emplace_back(raw);
  }
  for (int round = 0; round < 20; ++round)
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto copy = keys[i]; // another object, the same key
      const auto sealed = copy.seal("place", "text", random);
      EXPECT_EQ(value_or(keys[i].open("place", sealed)), "text");
      EXPECT_EQ(code_of(keys[(i + 1) % keys.size()].open("place", sealed)), errc::corrupt);
    }
}

TEST(seal, many_threads_with_the_same_and_different_keys) {
  system_random random;
  const sealing_key shared(key_a);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::uint8_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      key_bytes own{};
      own.fill(t);
      const sealing_key mine(own);
      for (int i = 0; i < 500; ++i) {
        const std::string plain = std::to_string(t) + ":" + std::to_string(i);
        const auto a = shared.seal(plain, plain, random);
        const auto b = mine.seal(plain, plain, random);
        if (value_or(shared.open(plain, a)) != plain || value_or(mine.open(plain, b)) != plain ||
            mine.open(plain, a).has_value())
          ++wrong;
      }
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(keyed_hash, is_siphash_of_parts_with_their_lengths) {
  // python3: open('parts', 'wb').write((2).to_bytes(8, 'big') + b'ab' + (1).to_bytes(8, 'big') + b'c')
  // openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 -in parts SIPHASH
  const auto hash = keyed_hash(key_a, {"ab", "c"});
  EXPECT_EQ(to_hex(hash), "966609c3e4a4676f2df178f70a57251e");
  EXPECT_NE(hash, keyed_hash(key_a, {"a", "bc"}));
  EXPECT_NE(hash, keyed_hash(key_a, {"abc"}));
  EXPECT_NE(hash, keyed_hash(key_a, {"ab", "c", ""}));
  EXPECT_NE(hash, keyed_hash(key_b, {"ab", "c"}));
  EXPECT_EQ(hash, keyed_hash(key_a, {"ab", "c"})); // the key went back and forth in between
}

TEST(keyed_hash, is_the_same_however_many_keys_take_turns) {
  std::vector<key_bytes> keys;
  for (int i = 0; i < 64; ++i) {
    auto key = key_a;
    key[0] = static_cast<std::uint8_t>(i * 4);
    key[31] = static_cast<std::uint8_t>(i);
    keys.push_back(key);
  }
  std::vector<std::array<std::uint8_t, 16>> alone;
  for (const auto& key : keys)
    std::thread([&] { alone.push_back(keyed_hash(key, {"tenant", "wamid.1"})); }).join(); // nothing is ready there
  std::set<std::array<std::uint8_t, 16>> different(alone.begin(), alone.end());
  EXPECT_EQ(different.size(), keys.size());
  for (int round = 0; round < 3; ++round)
    for (std::size_t i = 0; i < keys.size(); ++i) {
      EXPECT_EQ(keyed_hash(keys[i], {"tenant", "wamid.1"}), alone[i]) << i;
      EXPECT_EQ(keyed_hash(keys[i], {"tenant", "wamid.1"}), alone[i]) << i;
    }
}

TEST(derive_key, is_hkdf_sha256_without_salt) {
  // python3: HKDF-Extract with 32 zero bytes of salt, HKDF-Expand with info b'purpose'
  EXPECT_EQ(to_hex(derive_key(key_a, "purpose")), "c938f7c9c926b1456b39fd3811e7b2d8beccd709fed368d133553b438fb89d0b");
  EXPECT_NE(derive_key(key_a, "purpose"), derive_key(key_a, "other"));
  EXPECT_NE(derive_key(key_a, "purpose"), derive_key(key_b, "purpose"));
}

} // namespace
} // namespace wakala::persistence::testing
