#include "http/core/hmac.hpp"
#include "runtime/core/encoding.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace wakala::http {
namespace {

// Cloud API reference §3.2
const std::string vector_key = "app-secret-for-tests";
const std::string vector_body = R"({"object":"whatsapp_business_account","entry":[]})";
const std::string vector_hex = "1ca363dab318df784e1963b29dca91e2098e6cf2fbf0d3c14e09580a90684a61";

using values = std::vector<std::string_view>;

signature_check check(const values& hub, const values& alias = {}) {
  return check_signature(hub, alias, vector_body, hmac_key(vector_key));
}

TEST(digests, match_their_published_vectors) {
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, cases 1 and 2
  EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(hmac_key, is_used_again_and_from_several_threads) {
  const hmac_key key(vector_key);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i)
        good += to_hex(key.sign(vector_body)) == vector_hex ? 1 : 0;
    });
  for (auto& each : threads)
    each.join();
  EXPECT_EQ(good, 800);
  EXPECT_EQ(signature_header(vector_body, key), "sha256=" + vector_hex);
}

TEST(constant_time_equal, compares_whole_texts) {
  EXPECT_TRUE(constant_time_equal("", ""));
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
}

TEST(signatures, good_ones_pass) {
  EXPECT_EQ(check({"sha256=" + vector_hex}), signature_check::good);
  EXPECT_EQ(check({}, {"sha256=" + vector_hex}), signature_check::good);
  EXPECT_EQ(check({}, {vector_hex}), signature_check::good);
}

TEST(signatures, the_first_name_wins) {
  const std::string good = "sha256=" + vector_hex;
  const std::string wrong = "sha256=" + std::string(64, '0');
  EXPECT_EQ(check({good}, {wrong}), signature_check::good);
  EXPECT_EQ(check({wrong}, {good}), signature_check::mismatch);
  EXPECT_EQ(check({"nonsense"}, {good}), signature_check::malformed);
}

TEST(signatures, anything_else_is_refused) {
  std::string upper = vector_hex;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  std::string off_by_one = vector_hex;
  off_by_one.back() = '2';
  EXPECT_EQ(check({}, {}), signature_check::missing);
  for (const auto& text : {std::string(), vector_hex, "sha256=" + upper, "SHA256=" + vector_hex, "sha1=" + vector_hex,
                           "sha256=" + vector_hex.substr(1), "sha256=" + vector_hex + "0", "sha256= " + vector_hex,
                           "sha256=" + vector_hex.substr(1) + "g", "sha256=sha256=" + vector_hex})
    EXPECT_EQ(check({text}), signature_check::malformed) << text;
  EXPECT_EQ(check({}, {upper}), signature_check::malformed);
  EXPECT_EQ(check({"sha256=" + vector_hex, "sha256=" + vector_hex}), signature_check::malformed);
  EXPECT_EQ(check({}, {vector_hex, vector_hex}), signature_check::malformed);
  EXPECT_EQ(check({"sha256=" + off_by_one}), signature_check::mismatch);
  EXPECT_EQ(check_signature(values{"sha256=" + vector_hex}, {}, vector_body + "\n", hmac_key(vector_key)),
            signature_check::mismatch);
  EXPECT_EQ(check_signature(values{"sha256=" + vector_hex}, {}, vector_body, hmac_key("another")),
            signature_check::mismatch);
}

} // namespace
} // namespace wakala::http
