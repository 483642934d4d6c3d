/// \file
/// Journal rows as bytes, for backends that keep them as such. A row stands behind its size and before its checksum,
/// so that many can stand behind each other in one value and damage to one is not taken for the end of all.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence {

/// Appends the row to `out`.
void append_row(const journal_row& row, bytes& out);

/// Where a row belongs, for whoever passes over the others. Only as good as its checksum, which `read_row` looks at.
struct row_place {
  shard_id shard = 0;
  std::uint64_t seq = 0;
};

/// One row within a value.
struct encoded_row {
  row_place place;
  std::string_view body;
  std::uint32_t sum = 0;
};

/// Takes the next row off the front of `rest`. `corrupt` when the sizes cannot be right.
result<encoded_row> take_row(std::string_view& rest);

/// `corrupt` when the checksum or what is in it does not hold; the text names shard and sequence number.
result<journal_row> read_row(const encoded_row& row);

/// The table with that number in the journal, if there is one.
std::optional<table> table_from_number(std::uint8_t number) noexcept;

} // namespace wakala::persistence
