/// \file
/// Reading what a merchant sends as a new catalog: everything that is wrong is told, line by line.
#pragma once

#include "commerce/catalog.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

struct import_fault {
  std::size_t line = 0; ///< CSV: where the record begins; JSON: the product's place in the list; from 1
  std::string field;    ///< CSV: the column; JSON: the JSON Pointer; empty: the line as a whole
  std::string why;
};

/// What was read. The good products are there although others are bad.
struct catalog_import_read {
  std::vector<product> products;
  std::vector<import_fault> faults; ///< the first `faults_told_max`
  std::size_t fault_count = 0;
  bool is_usable = true; ///< false: the file as a whole is bad, its header for example
};
inline constexpr std::size_t faults_told_max = 100;

/// Columns in any order, named by the first record: `id`, `name`, `category`, `price`; and if wanted `description`,
/// `currency`, `stock`, `images` (URLs with blanks between them), `link`, `brand`, `group`, and `option.<name>` for
/// each option. An empty field is one that is not there.
catalog_import_read read_catalog_csv(std::string_view text, std::string_view currency);

/// The form of catalog.hpp; keys that it does not have are faults. An error when it is no such form at all.
result<catalog_import_read> read_catalog_json(std::string_view text, std::string_view currency);

struct catalog_diff {
  std::size_t added = 0;
  std::size_t changed = 0;
  std::size_t removed = 0;
  std::size_t unchanged = 0;

  bool operator==(const catalog_diff&) const = default;
};
catalog_diff diff(const catalog& before, const catalog& after);

/// `{added,changed,removed,unchanged,errors:[{line,field,why}],errors_total}`.
nlohmann::json to_json(const catalog_diff& changes, const catalog_import_read& read);

/// The products that were read; with `keep`, followed by those of `before` that were not, since the file does not say
/// which of them its bad lines meant.
std::vector<product> merged(catalog_import_read& read, const catalog& before, bool keep);

} // namespace wakala::commerce
