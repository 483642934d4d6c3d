#include "bench/store/prefill.hpp"

#include <algorithm>
#include <cstring>

namespace wakala::bench {

namespace {

constexpr std::size_t rows_at_once = 50'000;
constexpr std::size_t batch_rows = 2'000;
constexpr std::size_t slice_rows = 2'000;

template <class Bytes>
void randomise(Bytes& into, std::mt19937_64& random) {
  for (auto& b : into)
    b = static_cast<typename Bytes::value_type>(random());
}

std::string_view view_of(const conversation_id& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

} // namespace

persistence::journal_row another_conversation(const recording& from, std::size_t of, std::mt19937_64& random) {
  auto row = from.rows[from.keys[of].row];
  const auto before = row.conversation;
  randomise(row.conversation.bytes, random);
  if (row.key)
    randomise(row.key->hash, random);
  for (auto* part : {&row.personal, &row.business})
    for (auto& r : *part) {
      if (r.key.starts_with(view_of(before)))
        r.key.replace(0, before.bytes.size(), view_of(row.conversation));
      else if (r.where != persistence::table::tenant_entity)
        randomise(r.key, random); // keyed hashes
    }
  return row;
}

result<void> prefill(store_driver& driver, const recording& from, std::uint64_t conversations,
                     const std::function<void(std::uint64_t)>& told) {
  std::mt19937_64 random(conversations); // the same store every time
  for (std::uint64_t made = 0; made < conversations;) {
    recording some;
    some.shards = from.shards;
    const auto count = std::min<std::uint64_t>(rows_at_once, conversations - made);
    for (std::uint64_t i = 0; i < count; ++i, ++made) {
      const auto of = static_cast<std::size_t>(made % from.keys.size());
      some.rows.push_back(another_conversation(from, of, random));
      const auto& row = some.rows.back();
      some.keys.push_back({some.rows.size() - 1, {row.tenant, row.conversation, from.keys[of].key.wrapped}});
    }
    auto plan = make_script(some, 0, some.rows.size(), batch_rows, slice_rows);
    driver.adopt(plan);
    if (auto appended = driver.append_all(plan); !appended)
      return appended.error();
    if (auto folded = driver.fold_all(plan); !folded)
      return folded.error();
    told(made);
  }
  return {};
}

} // namespace wakala::bench
