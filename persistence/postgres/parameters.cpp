#include "persistence/postgres/parameters.hpp"

namespace wakala::persistence::postgres {

// An array (src/backend/utils/adt/arrayfuncs.c, array_recv): dimensions, a flag for NULLs, the type of the elements,
// then length and lower bound of each dimension, then each element behind its size, -1 for NULL.

void array::add_int4(std::int32_t value) {
  append_u32(elements_, 4);
  append_u32(elements_, static_cast<std::uint32_t>(value));
  ++count_;
}

void array::add_int8(std::int64_t value) {
  append_u32(elements_, 8);
  append_u64(elements_, static_cast<std::uint64_t>(value));
  ++count_;
}

void array::add(std::string_view text_or_bytes) {
  append_u32(elements_, static_cast<std::uint32_t>(text_or_bytes.size()));
  elements_ += text_or_bytes;
  ++count_;
}

void array::add_null() {
  append_u32(elements_, ~std::uint32_t{0});
  has_nulls_ = true;
  ++count_;
}

bytes array::encoded() const {
  bytes out;
  append_u32(out, count_ == 0 ? 0 : 1);
  append_u32(out, has_nulls_ ? 1 : 0);
  append_u32(out, static_cast<std::uint32_t>(type_));
  if (count_ > 0) {
    append_u32(out, count_);
    append_u32(out, 1);
    out += elements_;
  }
  return out;
}

parameters& parameters::int4(std::int32_t value) {
  bytes raw;
  append_u32(raw, static_cast<std::uint32_t>(value));
  return add(raw);
}

parameters& parameters::int8(std::int64_t value) {
  bytes raw;
  append_u64(raw, static_cast<std::uint64_t>(value));
  return add(raw);
}

} // namespace wakala::persistence::postgres
