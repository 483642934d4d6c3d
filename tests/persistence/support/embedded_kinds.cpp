#include "tests/persistence/support/store_kinds.hpp"

namespace wakala::persistence::testing {

std::vector<store_kind> kinds_under_contract() {
  return {store_kind::memory, store_kind::sqlite, store_kind::sqlite_one_file};
}

} // namespace wakala::persistence::testing
