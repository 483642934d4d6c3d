#include "persistence/digest.hpp"
#include "runtime/core/random.hpp"
#include "tests/persistence/support/samples.hpp"

#include <set>

namespace wakala::persistence::testing {
namespace {

std::vector<record> examples() {
  return {put(table::conversation, bytes(16, 'c'), bytes(700, 'v')),
          put(table::timer, "name", "when", 1'700'000'000'000),
          put(table::outbox, bytes("\0\xff\x00", 3), "", 1),
          erase(table::figures, ""),
          {table::aside, true, -5, "odd", "an erase may carry a value and any time"}};
}

TEST(records, come_back_as_they_were) {
  EXPECT_EQ(decode_records(encode_records(examples())).value(), examples());
  EXPECT_EQ(decode_records(encode_records({})).value(), std::vector<record>{});
}

TEST(records, are_compact) {
  const std::vector<record> one{put(table::conversation, bytes(16, 'c'), bytes(100, 'v'))};
  EXPECT_LE(encode_records(one).size(), 16 + 100 + 10U);
}

TEST(records, start_with_their_version) {
  auto encoded = encode_records(examples());
  EXPECT_EQ(encoded.front(), 1);
  encoded.front() = 2;
  EXPECT_EQ(code_of(decode_records(encoded)), errc::corrupt);
}

TEST(records, every_flipped_bit_is_refused) {
  const auto encoded = encode_records({examples()[1], examples()[3]});
  for (std::size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    auto damaged = encoded;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << (bit % 8)));
    EXPECT_EQ(code_of(decode_records(damaged)), errc::corrupt) << "bit " << bit;
  }
}

TEST(records, every_cut_is_refused) {
  const auto encoded = encode_records(examples());
  for (std::size_t size = 0; size < encoded.size(); ++size)
    EXPECT_EQ(code_of(decode_records(std::string_view(encoded).substr(0, size))), errc::corrupt) << size;
  EXPECT_EQ(code_of(decode_records(encoded + '\0')), errc::corrupt);
}

// What the checksum lets through by chance must still not be read beyond its end.
TEST(records, bytes_that_only_look_right_are_refused) {
  seeded_random random(1);
  for (int round = 0; round < 20'000; ++round) {
    bytes noise(random.below(40), '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
    noise.insert(noise.begin(), 1);
    digest sum;
    sum.add(noise);
    append_u32(noise, sum.value());
    const auto decoded = decode_records(noise);
    if (decoded) {
      EXPECT_EQ(decode_records(encode_records(*decoded)).value(), *decoded);
    } else {
      EXPECT_EQ(decoded.error().code, errc::corrupt);
    }
  }
}

TEST(records, tables_have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const table t : all_tables)
    names.insert(table_name(t));
  EXPECT_EQ(names.size(), std::size(all_tables));
  EXPECT_EQ(table_name(table::conversation), "conversations");
}

} // namespace
} // namespace wakala::persistence::testing
