/// \file
/// Values for a statement in PostgreSQL's binary form.
#pragma once

#include "runtime/core/encoding.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace wakala::persistence::postgres {

/// Types of values that we exchange, by their numbers in `pg_type`, which never change.
enum class sql_type : std::uint32_t { bytea = 17, int8 = 20, int4 = 23, text = 25 };

/// One array of values of one type; an element may be absent (NULL).
class array {
public:
  explicit array(sql_type type) : type_(type) {}

  void add_int4(std::int32_t value);
  void add_int8(std::int64_t value);
  void add(std::string_view text_or_bytes);
  void add_null();
  std::uint32_t size() const noexcept { return count_; }

  /// As the server reads it.
  bytes encoded() const;

private:
  sql_type type_;
  std::uint32_t count_ = 0;
  bool has_nulls_ = false;
  bytes elements_;
};

/// Values of one statement, `$1` first. Keeps copies.
class parameters {
public:
  parameters& int4(std::int32_t value);
  parameters& int8(std::int64_t value);
  parameters& text(std::string_view value) { return add(value); }
  parameters& blob(std::string_view value) { return add(value); }
  parameters& list(const array& values) { return add(values.encoded()); }

  std::size_t size() const noexcept { return values_.size(); }
  const std::vector<bytes>& values() const noexcept { return values_; }

private:
  parameters& add(std::string_view value) {
    values_.emplace_back(value);
    return *this;
  }

  std::vector<bytes> values_;
};

} // namespace wakala::persistence::postgres
