#include "persistence/digest.hpp"
#include "persistence/row_codec.hpp"
#include "runtime/core/random.hpp"
#include "tests/persistence/support/samples.hpp"

#include <set>

namespace wakala::persistence::testing {
namespace {

bytes encoded(const journal_row& row) {
  bytes out;
  append_row(row, out);
  return out;
}

/// The only row of a value.
result<journal_row> decoded(std::string_view value) {
  const auto row = take_row(value);
  if (!row)
    return row.error();
  if (!value.empty())
    return make_error(errc::corrupt, "more than one row");
  return read_row(*row);
}

journal_row full_row() {
  const bytes id(16, '\x07'); // of conversation(7), whose row it is
  auto row =
      commit(3, 12, 345'678,
             {put(table::conversation, id, bytes(700, 'v')), put(table::transcript, id + "ordinal1", "text"),
              put(table::timer, "name", "when", 1'700'000'000'000), put(table::outbox, bytes("\0\xff\x00", 3), "", 1),
              erase(table::outbox, id.substr(0, 15)), erase(table::figures, "")});
  row.business = {put(table::figures, "f", "{}"),
                  {table::aside, true, -5, "odd", "an erase may carry a value and any time"}};
  row.key = key_of(473'000, 9);
  return row;
}

journal_row bare_row() {
  journal_row row;
  row.tenant = "duka";
  row.at = -1;
  return row;
}

TEST(row_codec, rows_come_back_as_they_were) {
  EXPECT_EQ(decoded(encoded(full_row())).value(), full_row());
  EXPECT_EQ(decoded(encoded(bare_row())).value(), bare_row());
  auto extreme = full_row();
  extreme.shard = 0xffff'ffff;
  extreme.seq = extreme.epoch = ~std::uint64_t{0};
  extreme.at = std::numeric_limits<time_ms>::min();
  extreme.key->bucket = 0xffff'ffff;
  extreme.tenant = bytes("\0odd", 4);
  EXPECT_EQ(decoded(encoded(extreme)).value(), extreme);
}

TEST(row_codec, many_rows_stand_behind_each_other) {
  const std::vector<journal_row> rows{full_row(), bare_row(), commit(1, 2, 3)};
  bytes value;
  for (const auto& row : rows)
    append_row(row, value);
  std::vector<journal_row> read;
  for (std::string_view rest = value; !rest.empty();) {
    const auto row = take_row(rest).value();
    EXPECT_EQ(row.place.shard, rows[read.size()].shard);
    EXPECT_EQ(row.place.seq, rows[read.size()].seq);
    read.push_back(read_row(row).value());
  }
  EXPECT_EQ(read, rows);
}

TEST(row_codec, rows_are_compact) {
  // What a status of a message costs: its text, 16 bytes of event key, 16 of conversation, 8 of ordinal, 16 of hops.
  auto row = commit(3, 12, 345'678, {put(table::delivery, bytes(16, '\x07') + "ordinal1", bytes(100, 'v'))});
  row.key = key_of(1'700'000'000, 9);
  row.tenant = "tenant_123";
  row.hops = bytes(16, 'h');
  EXPECT_LE(encoded(row).size(), 100 + 16 + 16 + 8 + 16 + row.tenant.size() + 35);
}

TEST(row_codec, every_flipped_bit_is_refused) {
  const auto good = encoded(full_row());
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto damaged = good;
    damaged[bit / 8] = static_cast<char>(static_cast<unsigned char>(damaged[bit / 8]) ^ (1U << (bit % 8)));
    EXPECT_EQ(code_of(decoded(damaged)), errc::corrupt) << "bit " << bit;
  }
}

TEST(row_codec, every_cut_is_refused) {
  const auto good = encoded(full_row());
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(code_of(decoded(std::string_view(good).substr(0, size))), errc::corrupt) << size;
  EXPECT_EQ(code_of(decoded(good + '\0')), errc::corrupt);
}

TEST(row_codec, a_damaged_row_is_named_and_does_not_hide_the_next) {
  bytes value = encoded(full_row());
  value[value.size() / 2] ^= 1;
  append_row(bare_row(), value);
  std::string_view rest = value;
  const auto damaged = read_row(take_row(rest).value());
  EXPECT_EQ(code_of(damaged), errc::corrupt);
  EXPECT_NE(damaged.error().what.find("shard 3, sequence number 345678"), std::string::npos);
  EXPECT_EQ(decoded(rest).value(), bare_row());
}

// What the checksum lets through by chance must still not be read beyond its end.
TEST(row_codec, bytes_that_only_look_right_are_refused) {
  seeded_random random(1);
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    bytes body = encoded(full_row()).substr(4);
    body.resize(body.size() - 4);
    for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes)
      body[random.below(body.size())] = static_cast<char>(random.below(256));
    body.resize(body.size() - random.below(std::min<std::uint64_t>(body.size(), 5)));
    digest sum;
    sum.add(body);
    bytes value;
    append_u32(value, static_cast<std::uint32_t>(body.size()));
    value += body;
    append_u32(value, sum.value());
    const auto row = decoded(value);
    if (row) {
      EXPECT_EQ(decoded(encoded(*row)).value(), *row);
      ++read;
    } else {
      EXPECT_EQ(row.error().code, errc::corrupt);
    }
  }
  EXPECT_GT(read, 0) << "most changes hit a value";
}

TEST(tables, have_names_of_their_own) {
  std::set<std::string_view> names;
  for (const table t : all_tables)
    names.insert(table_name(t));
  EXPECT_EQ(names.size(), std::size(all_tables));
  EXPECT_EQ(table_name(table::conversation), "conversations");
}

} // namespace
} // namespace wakala::persistence::testing
