/// \file
/// The records of a journal row as bytes, for backends that have buffers of their own.
#pragma once

#include "persistence/store.hpp"

namespace wakala::persistence {

/// Like `encode_records`, into `out`, whose room is used again.
void encode_records_into(const std::vector<record>& records, bytes& out);

/// The table with that number in the journal, if there is one.
std::optional<table> table_from_number(std::uint8_t number) noexcept;

} // namespace wakala::persistence
