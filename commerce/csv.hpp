/// \file
/// Comma-separated values (RFC 4180), record by record.
#pragma once

#include "runtime/core/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

struct csv_record {
  std::size_t line = 0; ///< where it begins, from 1
  std::vector<std::string> fields;
  std::string fault; ///< why it cannot be read; the next record begins on the next line
};

/// Quoted fields may hold commas, line breaks and doubled quotes. Lines end with CR LF, LF or CR; empty ones are
/// passed over, and so is a byte order mark. The text outlives the reader.
class csv_reader {
public:
  explicit csv_reader(std::string_view text);

  /// Nothing at the end.
  std::optional<csv_record> next();

private:
  bool is_at_end() const noexcept { return at_ == text_.size(); }
  bool is_at_line_end() const noexcept { return is_at_end() || text_[at_] == '\n' || text_[at_] == '\r'; }
  void pass_line_end();
  /// What is wrong, or nothing.
  const char* read_field(std::string& into);
  const char* read_quoted(std::string& into);

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

} // namespace wakala::commerce
