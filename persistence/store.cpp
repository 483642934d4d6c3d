#include "persistence/store.hpp"

#include <algorithm>
#include <iterator>

namespace wakala::persistence {

std::string_view table_name(table t) noexcept {
  switch (t) {
  case table::conversation:
    return "conversations";
  case table::transcript:
    return "transcript";
  case table::delivery:
    return "deliveries";
  case table::outbox:
    return "outbox";
  case table::timer:
    return "timers";
  case table::identity:
    return "identities";
  case table::message_ref:
    return "message_refs";
  case table::tenant_entity:
    return "tenant_entities";
  case table::dead_letter:
    return "dead_letters";
  case table::aside:
    return "aside";
  case table::notice:
    return "notices";
  case table::figures:
    return "figures";
  case table::order:
    return "orders";
  case table::stock_hold:
    return "stock_holds";
  }
  return "unknown";
}

std::vector<row_ptr> share(std::vector<journal_row> rows) {
  std::vector<row_ptr> out;
  out.reserve(rows.size());
  std::transform(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()), std::back_inserter(out),
                 [](journal_row&& row) { return std::make_shared<const journal_row>(std::move(row)); });
  return out;
}

result<std::vector<shard_outcome>> store::append(const std::vector<journal_row>& batch,
                                                 const std::vector<wrapped_key>& new_keys) {
  return append(share(batch), new_keys);
}

result<std::uint64_t> store::fold(shard_id shard, std::uint64_t epoch, const std::vector<journal_row>& rows) {
  return fold({fold_part{shard, epoch, share(rows)}}).front();
}

} // namespace wakala::persistence
