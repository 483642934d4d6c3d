/// \file
/// What reading a whole store brings to light.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::persistence {

struct verify_report {
  bool good = false;
  std::uint64_t journal_rows = 0;
  std::uint64_t table_rows = 0;
  std::vector<std::string> problems; ///< one line each, no personal data
};

struct rebuild_report {
  bool identical = false;
  std::uint64_t journal_rows = 0;
  std::uint64_t table_rows = 0;
  std::vector<std::string> differences; ///< table and key (hex) of the first 20
};

} // namespace wakala::persistence
